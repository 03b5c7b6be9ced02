"""Errors that DRF itself raises have the one error shape too."""

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
