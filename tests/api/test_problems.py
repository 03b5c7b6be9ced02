"""Errors that DRF itself raises have the one error shape too."""

import pytest

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
    assert problem["detail"] == 'Unsupported media type "application/xml" in request.'


def test_a_wrong_filter_is_named_as_in_the_address(reviewer, as_user):
    answer = as_user(reviewer).get("/api/v1/findings/?state=new&state=bogus&severity=grave")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["state", "severity"]
