"""What an integration does with the key that the portal prints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext

from portal.demo.truth import FAULTS

SERVICE = {"purpose": "service", "customer_ref": "B-100001"}
REVIEW = {"purpose": "quality-review", "customer_ref": "B-100001"}


@pytest.fixture
def api(people, portal) -> APIRequestContext:
    context = people.context(extra_http_headers={"Authorization": f"Bearer {portal.api_key}"})
    yield context.request
    context.close()


def conversation(number: int, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {
        "external_id": f"pushed-{number}",
        "release": "2.0",
        "channel": "web",
        "language": "en",
        "started_at": now,
        "attributes": {"customer_type": "new"},
        "outcome": {"resolved": True},
        "turns": [{"role": "assistant", "text": "I am Bruno, an automated assistant.", "at": now}],
        **changes,
    }


def push(api: APIRequestContext, lines: list[str]):
    return api.post(
        "/api/v1/assistants/bruno/conversations/",
        data="\n".join(lines).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )


def test_lines_go_in_and_each_bad_one_is_named(api):
    good = [json.dumps(conversation(number)) for number in range(3)]
    future = json.dumps(conversation(7, started_at="3025-01-01"))
    lines = [good[0], '{"external_id": "broken"', good[1], future, good[2]]
    answer = push(api, lines).json()
    counts = {name: answer[name] for name in ("read", "created", "revised", "unchanged", "rejected")}
    assert counts == {"read": 5, "created": 3, "revised": 0, "unchanged": 0, "rejected": 2}
    assert [(rejection["line"], rejection["field"]) for rejection in answer["rejections"]] == [
        (2, None),
        (4, "started_at"),
    ]
    again = push(api, good).json()
    assert (again["created"], again["unchanged"], again["rejected"]) == (0, 3, 0)


def test_consent_is_evaluated_with_its_reason(api):
    service = api.post("/api/v1/consent/evaluate", data=SERVICE)
    review = api.post("/api/v1/consent/evaluate", data=REVIEW)
    assert (service.json()["status"], service.json()["reason"]) == ("permitted", "lawful_basis")
    assert (review.json()["status"], review.json()["reason"]) == ("permitted", "granted")
    assert len(review.json()["event_ids"]) == 1


def test_findings_are_those_of_the_keys_team(api):
    found = api.get("/api/v1/findings/").json()["results"]
    care = {(fault.assistant, fault.kind) for fault in FAULTS if fault.assistant in ("aria", "bruno")}
    assert {(finding["assistant"], finding["kind"]) for finding in found} == care
    assert ("aria", "outcome_gap") in care


def test_stranger_gets_a_problem_and_the_documentation_opens(people, portal):
    refused = people.context().request.get("/api/v1/findings/")
    assert refused.status == 401
    assert refused.headers["content-type"] == "application/problem+json"
    page = people("ada")
    page.goto("/api/v1/docs/")
    page.get_by_text("conversations", exact=False).first.wait_for()
