"""Errors that DRF itself raises have the one error shape too."""

from uuid import UUID

import pytest

from tests.factories import AssistantFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("get", "/api/v1/findings/", (401, "not_authenticated", "Unauthorized")),
        ("delete", "/api/v1/findings/", (405, "method_not_allowed", "Method Not Allowed")),
    ],
)
def test_problem_of_the_framework_is_titled_by_its_status(client, api_key, method, path, expected):
    headers = {} if expected[0] == 401 else {"Authorization": api_key()}
    answer = getattr(client, method)(path, headers=headers)
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["type"].rpartition(":")[2], problem["title"]) == expected


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Token prb_secret_secret"}, {"Authorization": "Basic eDp5"}])
def test_caller_without_a_key_is_told_how_to_send_one(client, sent):
    answer = client.get("/api/v1/findings/", headers=sent)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Probity"'
    assert answer.json()["detail"] == "There is no API key. Send one in the header `Authorization: Bearer prb_…`."


def test_problem_of_another_media_type_names_it(client, api_key):
    answer = client.post(
        "/api/v1/consent/evaluate", b"<a/>", content_type="application/xml", headers={"Authorization": api_key()}
    )
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (415, "Unsupported Media Type")
    assert problem["detail"] == 'Unsupported media type "application/xml" in request. Send application/json.'


def test_conversations_as_one_json_document_are_told_how_to_send_them(client, api_key, home):
    address = f"/api/v1/assistants/{AssistantFactory(team=home).slug}/conversations/"
    answer = client.post(address, {}, content_type="application/json", headers={"Authorization": api_key()})
    assert answer.json()["detail"].endswith("Send application/x-ndjson.")


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/nothing", "/api/v1/assistants/x/y/z"])
def test_an_address_that_is_none_is_a_problem_not_a_page(client, path):
    answer = client.post(path, {}, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "There is no such address; /api/v1/docs/ has them all."


@pytest.mark.parametrize(("path", "other"), [("findings/", "findings"), ("consent/evaluate", "consent/evaluate/")])
def test_a_slash_at_the_end_is_optional(client, api_key, path, other):
    headers = {"Authorization": api_key()}
    for method in ("get", "post"):
        asked = [
            getattr(client, method)(f"/api/v1/{one}", {}, content_type="application/json", headers=headers)
            for one in (path, other)
        ]
        assert asked[0].status_code == asked[1].status_code
        assert asked[0].json() == asked[1].json()
    assert client.get(f"/api/v1/{other}").status_code == 401


def test_the_root_says_where_to_read_on(client):
    assert client.get("/api/v1/").json() == {
        "documentation": "http://testserver/api/v1/docs/",
        "schema": "http://testserver/api/v1/schema/",
    }


def test_an_unknown_parameter_is_told_the_known_ones(reviewer, as_user):
    [error] = as_user(reviewer).get("/api/v1/findings/?limit=2").json()["errors"]
    assert error["field"] == "limit"
    assert "page_size" in error["message"]


def test_a_wrong_filter_is_named_as_in_the_address(reviewer, as_user):
    answer = as_user(reviewer).get("/api/v1/findings/?state=new&state=bogus&severity=grave")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["state", "severity"]


@pytest.mark.parametrize("path", ["/api/", "/api/v2/findings/"])
def test_an_address_beside_the_versions_is_a_problem_too(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "accept", "expected"),
    [
        ("GET", "schema/?format=xml", "*/*", (404, "not_found")),
        ("GET", "schema/", "text/html", (406, "not_acceptable")),
        ("POST", "schema/", "*/*", (405, "method_not_allowed")),
        ("POST", "docs/", "*/*", (405, "method_not_allowed")),
        ("GET", "findings/", "text/html", (406, "not_acceptable")),
        ("DELETE", "findings/", "*/*", (405, "method_not_allowed")),
    ],
)
def test_a_problem_is_json_whatever_the_route_answers_with(client, api_key, method, path, accept, expected):
    headers = {"Authorization": api_key(), "Accept": accept}
    answer = client.generic(method, f"/api/v1/{path}", headers=headers)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == expected
    assert ("Allow" in answer.headers) or expected[0] != 405


def test_packed_lines_may_be_asked_for_by_their_type(client, api_key):
    path = f"/api/v1/training-exports/{UUID(int=1)}/lines/"
    answer = client.post(path, headers={"Authorization": api_key(), "Accept": "application/gzip"})
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (403, "people_only")


def test_what_is_wrong_with_the_whole_body_is_said_of_the_body(client, api_key):
    answer = client.post("/api/v1/flags/", b"[]", content_type="application/json", headers={"Authorization": api_key()})
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


def test_a_page_leads_to_the_next_and_back(reviewer, as_user, home):
    ids = [AssistantFactory(team=home).slug for _ in range(5)][::-1]
    browser, seen, address = as_user(reviewer), [], "/api/v1/assistants/?page_size=2"
    while address:
        told = browser.get(address).json()
        seen += [row["slug"] for row in told["results"]]
        address, back = told["next"], told["previous"]
    assert seen == ids
    assert [row["slug"] for row in browser.get(back).json()["results"]] == ids[2:4]
