"""The whole way of a finding over HTTP, and what wrong input gets."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from audits.models import Cycle, Finding, Flag
from audits.services.findings import finding_verification_decided
from portal.core.roles import Scope
from tests.factories import PASSWORD, AssistantFactory, ConversationFactory
from tests.workflow.making import bring, finding_make, run_make


@pytest.fixture
def post(as_user):
    def send(person, path, body=None, *, fresh=False):
        client = as_user(person)
        if fresh:
            _sign_in_again(client)
        return client.post(f"/api/v1/{path}", body or {}, content_type="application/json")

    return send


def _sign_in_again(client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_a_finding_goes_all_the_way_over_http(assistant, reviewer, manager, approver, post):
    finding = finding_make(assistant, evidence=[ConversationFactory(assistant=assistant)])
    at = f"findings/{finding.pk}"
    assert post(reviewer, f"{at}/claim/").json()["claimed_by"] == reviewer.actor_ref
    assert post(reviewer, f"{at}/confirm/", {"note": "Real.", "owner": manager.pk}).json()["state"] == "confirmed"
    plan = post(manager, f"{at}/remediation/", {"plan": "Mend the prompt."}).json()["remediations"][0]
    fix = f"remediations/{plan['id']}"
    assert post(manager, f"{fix}/submit/").json()["state"] == "in_remediation"
    assert post(approver, f"{fix}/approve/", {"note": "Good."}).json()["remediations"][0]["state"] == "approved"
    assert post(manager, f"{fix}/implement/").json()["remediated_by"] == manager.actor_ref
    assert post(manager, f"{at}/verify/").json()["state"] == "verifying"
    run = finding.verification_runs.get()
    run.state, run.finished_at = "passed", timezone.now()
    run.save(update_fields=["state", "finished_at"])
    finding_verification_decided(run=run)
    stale = post(approver, f"{at}/sign-off/")
    assert (stale.status_code, stale.json()["type"]) == (403, "urn:probity:problem:reauthentication_required")
    closed = post(approver, f"{at}/sign-off/", {"note": "Seen."}, fresh=True).json()
    assert (closed["state"], closed["signed_by"]) == ("closed", approver.actor_ref)
    assert closed["sign_off"]["still_matches"] is True
    assert [event["action"] for event in closed["history"]] == [
        "finding.raised",
        "finding.claimed",
        "finding.confirmed",
        "remediation.drafted",
        "remediation.submitted",
        "remediation.approved",
        "remediation.implemented",
        "finding.verification_started",
        "finding.verified",
        "finding.signed_off",
    ]
    assert "Real." not in str(closed)
    assert "Mend the prompt" not in str(closed)
    assert reviewer.email not in str(closed)


def test_a_sign_in_long_ago_does_not_sign(finding, reviewer, manager, approver, as_user):
    bring(finding, "verified", finder=reviewer, fixer=manager, approver=approver)
    client = as_user(approver)
    _sign_in_again(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    answer = client.post(f"/api/v1/findings/{finding.pk}/sign-off/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert Finding.objects.get(pk=finding.pk).state == "verified"


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("confirm", {"ownr": 1}, "ownr"),
        ("confirm", {"owner": 10**9}, "owner"),
        ("confirm", {"owner": "x"}, "owner"),
        ("dismiss", {"reason": "odd", "note": "Why."}, "reason"),
        ("dismiss", {"reason": "explained"}, "note"),
        ("dismiss", {"reason": "explained", "note": ""}, "note"),
        ("duplicate", {}, "of"),
        ("duplicate", {"of": 2**70}, "of"),
        ("accept-risk", {"until": "soon", "note": "Why."}, "until"),
        ("comment", {"note": "x" * 5001}, "note"),
    ],
)
def test_wrong_input_names_its_field_and_changes_nothing(finding, reviewer, post, action, body, field):
    answer = post(reviewer, f"findings/{finding.pk}/{action}/", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert Finding.objects.get(pk=finding.pk).events.count() == 1


def test_a_body_that_is_no_object_is_a_clear_error(finding, reviewer, as_user):
    client, path = as_user(reviewer), f"/api/v1/findings/{finding.pk}/confirm/"
    assert client.post(path, "[1]", content_type="application/json").status_code == 422
    assert client.post(path, "{", content_type="application/json").status_code == 400
    assert client.post(path, "a,b", content_type="text/csv").status_code == 415


def test_a_wrong_state_is_a_conflict(finding, reviewer, post):
    post(reviewer, f"findings/{finding.pk}/confirm/")
    answer = post(reviewer, f"findings/{finding.pk}/confirm/")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:probity:problem:transition_not_allowed")


def test_findings_are_filtered_in_the_address(assistant, finding, reviewer, as_user):
    low = finding_make(assistant, severity="low", run=run_make(assistant, target="other"))
    client = as_user(reviewer)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in client.get(f"/api/v1/findings/?{query}").json()["results"]]

    assert ids("") == [low.pk, finding.pk]
    assert ids("severity=low") == [low.pk]
    assert ids("severity=low&severity=high&state=new") == [low.pk, finding.pk]
    assert ids("assistant=nobody") == []
    assert ids("waiting=to_triage") == [low.pk, finding.pk]
    assert ids("page_size=1") == [low.pk]
    for query, field in [("state=odd", "state"), ("sate=new", "sate"), ("waiting=odd", "waiting")]:
        answer = client.get(f"/api/v1/findings/?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith(field)


def test_findings_page_by_cursor_without_gap_or_repetition(assistant, reviewer, as_user):
    made = [finding_make(assistant, run=run_make(assistant, target=str(number))).pk for number in range(5)]
    client, seen, path = as_user(reviewer), [], "/api/v1/findings/?page_size=2"
    while path:
        page = client.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
    assert seen == made[::-1]


def test_a_key_raises_a_flag_by_either_name_of_the_conversation(assistant, api_key, client):
    conversation = ConversationFactory(assistant=assistant)
    headers = {"Authorization": api_key(Scope.FLAGS_WRITE)}
    names = [
        {"conversation": str(conversation.public_id)},
        {"assistant": assistant.slug, "external_id": conversation.external_id},
    ]
    answers = [
        client.post(
            "/api/v1/flags/",
            {**name, "kind": "privacy", "source": "customer", "source_id": "t-1", "note": "Ann."},
            content_type="application/json",
            headers=headers,
        )
        for name in names
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["conversation"] == str(conversation.public_id)
    assert "Ann." not in str(answers[0].json())
    assert Flag.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "privacy", "source": "customer"}, 422),
        ({"kind": "privacy", "source": "customer", "external_id": "x"}, 422),
        ({"kind": "privacy", "source": "customer", "assistant": "away", "external_id": "theirs"}, 404),
        ({"kind": "privacy", "source": "reviewer", "assistant": "ava", "external_id": "ours"}, 422),
        ({"kind": "privacy", "source": "customer", "assistant": "ava", "external_id": "ours", "turn": 9}, 422),
    ],
)
def test_a_flag_on_the_wrong_thing_is_refused(assistant, away, api_key, client, body, status):
    ConversationFactory(assistant=assistant, external_id="ours")
    ConversationFactory(assistant=AssistantFactory(team=away, slug="away"), external_id="theirs")
    headers = {"Authorization": api_key(Scope.FLAGS_WRITE)}
    answer = client.post("/api/v1/flags/", body, content_type="application/json", headers=headers)
    assert (answer.status_code, Flag.objects.count()) == (status, 0)


def test_a_flag_is_triaged_over_http(assistant, reviewer, post):
    conversation = ConversationFactory(assistant=assistant)
    body = {"conversation": str(conversation.public_id), "kind": "wrong", "source": "reviewer"}
    at = f"flags/{post(reviewer, 'flags/', body).json()['id']}"
    assert post(reviewer, f"{at}/claim/").json()["state"] == "claimed"
    assert post(reviewer, f"{at}/release/").json()["state"] == "open"
    post(reviewer, f"{at}/claim/")
    assert post(reviewer, f"{at}/confirm/", {"note": "Right."}).json()["state"] == "confirmed"
    run = run_make(assistant)
    promoted = post(reviewer, f"{at}/promote/", {"severity": "high", "check_run": run.pk}).json()
    assert (promoted["state"], promoted["finding"]) == ("promoted", Finding.objects.get().pk)


def test_a_key_opens_a_cycle_with_the_scope_only(assistant, api_key, client):
    today = timezone.now().astimezone(UTC).date()
    body = {
        "assistant": assistant.slug,
        "period_from": str(today - timedelta(days=30)),
        "period_until": str(today),
        "checks": ["disclosure"],
    }

    def send(*scopes, **changes):
        return client.post(
            "/api/v1/cycles/",
            {**body, **changes},
            content_type="application/json",
            headers={"Authorization": api_key(*scopes)},
        )

    assert send(Scope.AUDITS_READ).status_code == 403
    opened = send(Scope.AUDITS_RUN)
    assert (opened.status_code, opened.json()["state"]) == (201, "scheduled")
    assert send(Scope.AUDITS_RUN, assistant="nobody").status_code == 404
    assert send(Scope.AUDITS_RUN, period_until=body["period_from"]).json()["errors"][0]["field"] == "period_until"
    assert send(Scope.AUDITS_RUN, checks=["odd"]).status_code == 422
    assert Cycle.objects.count() == 1


def test_a_cycle_is_closed_over_http(finding, reviewer, manager, approver, post):
    bring(finding, "closed", finder=reviewer, fixer=manager, approver=approver)
    answer = post(approver, f"cycles/{finding.raised_by_run.cycle_id}/close/", {"note": "Done."})
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")


def test_check_runs_show_passed_and_failed_ones_with_every_number(assistant, reviewer, as_user):
    cycle = run_make(assistant).cycle
    run_make(assistant, cycle=cycle, target="other", state="passed")
    rows = as_user(reviewer).get(f"/api/v1/cycles/{cycle.pk}/check-runs/").json()["results"]
    assert sorted(row["state"] for row in rows) == ["failed", "passed"]
    assert rows[0]["result"]["figures"] == {"difference": -0.13, "lower": -0.17, "upper": -0.09}


def test_the_schema_describes_every_route_of_this_app():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    mine = [path for path in schema["paths"] if path.split("/")[3] in ("cycles", "findings", "flags", "remediations")]
    assert len(mine) == 4 + 2 + 12 + 4 + 2 + 5
