from __future__ import annotations

from django.urls import reverse

from consent.models import SubjectRequest
from portal.core.roles import Scope
from tests.erasure.requests_made import request_make, subject_make

LIST = reverse("consent_api:subject-requests")


def test_an_integration_files_a_request_and_follows_it(client, home, api_key):
    key = api_key(Scope.REQUESTS_WRITE, Scope.REQUESTS_READ)
    body = {"customer_ref": "C-12", "kind": "erasure", "details": "Anna Muster wants out"}
    answer = client.post(LIST, body, content_type="application/json", headers={"Authorization": key})
    assert answer.status_code == 201
    filed = answer.json()
    made = SubjectRequest.objects.get(public_id=filed["id"])
    assert (made.channel, made.state, filed["due_on"]) == ("api", "received", made.due_on.isoformat())
    shown = client.get(reverse("consent_api:subject-request", args=[filed["id"]]), headers={"Authorization": key})
    listed = client.get(LIST, headers={"Authorization": key})
    for text in (answer.text, shown.text, listed.text):
        assert "Anna" not in text
        assert "C-12" not in text
    assert [one["id"] for one in listed.json()["results"]] == [filed["id"]]


def test_a_bad_body_names_its_fields(client, home, api_key):
    key = api_key(Scope.REQUESTS_WRITE)
    answer = client.post(
        LIST, {"kind": "refund", "who": "x"}, content_type="application/json", headers={"Authorization": key}
    )
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"who"}
    answer = client.post(LIST, {"kind": "refund"}, content_type="application/json", headers={"Authorization": key})
    assert {error["field"] for error in answer.json()["errors"]} == {"kind", "customer_ref"}


def test_lists_narrow_and_name_unknown_filters(client, home, privacy_officer, api_key):
    key = api_key(Scope.REQUESTS_READ)
    request_make(subject_make(home), actor=privacy_officer, kind="access")
    counts = [
        len(client.get(LIST, query, headers={"Authorization": key}).json()["results"])
        for query in ({"kind": "access"}, {"kind": "erasure"}, {"waiting": "open"}, {"waiting": "overdue"})
    ]
    assert counts == [1, 0, 1, 0]
    assert client.get(LIST, {"customer_ref": "C-1"}, headers={"Authorization": key}).status_code == 422
