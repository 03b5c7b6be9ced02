"""The consent routes: decisions, enforcement, bulk recording, and who may call them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from consent.models import ConsentEvent
from portal.core.models import LedgerEntry
from portal.core.roles import Role, Scope
from tests.consent.conftest import GIVEN_AT, REFERENCE
from tests.factories import MembershipFactory, NoticeFactory, PurposeFactory

EVALUATE = "/api/v1/consent/evaluate"
EVENTS = "/api/v1/consent/events"
QUESTION = {"customer_ref": REFERENCE, "purpose": "support"}
EVENT = {
    "source": "crm",
    "source_event_id": "e-1",
    "customer_ref": REFERENCE,
    "purpose": "support",
    "state": "given",
    "occurred_at": "2025-06-01T12:00:00Z",
    "notice": {"code": "privacy", "version": 7, "language": "en"},
}


@pytest.fixture
def post(client, api_key):
    def send(address, body, *, key=None, status=200):
        answer = client.post(
            address, body, content_type="application/json", headers={"Authorization": key or api_key()}
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    return send


def test_a_decision_comes_with_reason_events_and_times(post, janes_consent):
    decided = post(EVALUATE, {**QUESTION, "use_time": "2025-06-02T00:00:00Z", "known_at": "2025-06-03T00:00:00Z"})
    assert abs(timezone.now() - timezone.datetime.fromisoformat(decided.pop("evaluated_at"))) < timedelta(minutes=1)
    assert decided == {
        "status": "permitted",
        "reason": "granted",
        "reason_text": "Consent was given and in force",
        "event_ids": [janes_consent.pk],
        "use_time": "2025-06-02T00:00:00Z",
        "known_at": "2025-06-03T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({}, "permitted", "granted"),
        ({"use_time": "2025-05-01T00:00:00Z"}, "denied", "not_yet_in_force"),
        ({"known_at": "2025-05-01T00:00:00Z"}, "unknown", "no_event"),
        ({"customer_ref": "somebody-else"}, "unknown", "no_subject"),
    ],
)
def test_the_answer_depends_on_the_question(post, janes_consent, change, status, reason):
    decided = post(EVALUATE, {**QUESTION, **change})
    assert (decided["status"], decided["reason"]) == (status, reason)


def test_a_pseudonym_names_the_subject_too(post, jane, janes_consent):
    assert post(EVALUATE, {"subject": str(jane.public_id), "purpose": "support"})["status"] == "permitted"
    post(EVALUATE, {"subject": str(uuid.uuid4()), "purpose": "support"}, status=404)


def test_enforcing_refuses_what_is_not_permitted_with_the_decision(post, home, support, janes_consent):
    assert post(EVALUATE, {**QUESTION, "enforce": True})["status"] == "permitted"
    early = {**QUESTION, "enforce": True, "use_time": "2025-05-01T00:00:00Z"}
    assert post(EVALUATE, early, status=403) == {
        "type": "urn:probity:problem:consent_required",
        "title": "Consent required",
        "status": 403,
        "detail": "Consent was not yet certainly in force.",
        "decision": "denied",
        "reason": "not_yet_in_force",
        "event_ids": [janes_consent.pk],
    }
    NoticeFactory(team=home, version=8, purposes=[support], material=True, published_at=GIVEN_AT + timedelta(days=1))
    stale = post(EVALUATE, {**QUESTION, "enforce": True}, status=409)
    assert (stale["type"], stale["reason"]) == ("urn:probity:problem:consent_stale", "notice_changed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"purpose": "support"}, "customer_ref"),
        ({**QUESTION, "subject": str(uuid.uuid4())}, "customer_ref"),
        ({**QUESTION, "purpose": "nonsense"}, "purpose"),
        ({"customer_ref": "x"}, "purpose"),
        ({**QUESTION, "use_time": "soon"}, "use_time"),
        ({**QUESTION, "use_tme": "2025-01-01T00:00:00Z"}, "use_tme"),
        ({**QUESTION, "customer_ref": "a\x00"}, "customer_ref"),
        ({**QUESTION, "subject": "no-uuid"}, "subject"),
        ([], "body"),
    ],
)
def test_a_wrong_question_names_the_field(post, support, body, field):
    problem = post(EVALUATE, body, status=422)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_events_are_recorded_once_and_conflicts_reported(post, shown_notice):
    withdrawn = {
        **EVENT,
        "source_event_id": "e-2",
        "state": "withdrawn",
        "notice": None,
        "occurred_at": "2025-06-02T12:00:00Z",
    }
    first = post(EVENTS, [EVENT, withdrawn])
    assert first == {"recorded": first["recorded"], "unchanged": 0, "clamped": 0, "conflicts": []}
    assert list(ConsentEvent.objects.order_by("pk").values_list("pk", "state")) == [
        (first["recorded"][0], "given"),
        (first["recorded"][1], "withdrawn"),
    ]
    assert post(EVENTS, [EVENT, {**EVENT, "state": "refused"}]) == {
        "recorded": [],
        "unchanged": 1,
        "clamped": 0,
        "conflicts": [{"index": 1, "source_event_id": "e-1", "event_id": first["recorded"][0]}],
    }
    assert post(EVALUATE, QUESTION)["reason"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([EVENT, {**EVENT, "state": "agreed"}], "[1].state"),
        ([EVENT, {**EVENT, "purpose": "nonsense"}], "[1].purpose"),
        ([EVENT, {**EVENT, "colour": "red"}], "[1].colour"),
        ([{**EVENT, "notice": {**EVENT["notice"], "page": 1}}], "[0].notice.page"),
        ([{**EVENT, "occurred_at": None}], "[0].occurred_at"),
        ([{**EVENT, "clock_uncertainty_s": 10**30}], "[0].clock_uncertainty_s"),
        ([{**EVENT, "notice": {**EVENT["notice"], "version": 10**30}}], "[0].notice"),
        ({"events": []}, "body"),
    ],
)
def test_a_wrong_event_names_its_place_and_field_and_stores_nothing(post, shown_notice, body, field):
    problem = post(EVENTS, body, status=422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert ConsentEvent.objects.count() == 0


def test_the_longest_list_is_bounded(post, shown_notice):
    problem = post(EVENTS, [EVENT] * 5001, status=422)
    assert "5000" in problem["errors"][0]["message"]


# -- access ------------------------------------------------------------------------------------------------------
ROUTES = [(EVALUATE, QUESTION, Scope.CONSENT_READ), (EVENTS, [EVENT], Scope.CONSENT_WRITE)]


@pytest.mark.parametrize(("address", "body", "scope"), ROUTES)
def test_a_key_needs_the_scope_and_reaches_its_own_team_only(
    post, api_key, away, member, shown_notice, address, body, scope
):
    client_key = api_key(scope)
    post(address, body, key=client_key)
    others = [one for one in Scope.values if one != scope]
    assert post(address, body, key=api_key(*others), status=403)["type"] == "urn:probity:problem:role_missing"
    theirs = api_key(scope, team=away, actor=member(Role.ADMINISTRATOR, team=away))
    assert post(address, body, key=theirs, status=422)["errors"][0]["field"].endswith("purpose")
    named = f"{address}?team=home" if address == EVENTS else address
    asked = body if address == EVENTS else {**body, "team": "home"}
    post(named, asked, key=theirs, status=404)


@pytest.mark.parametrize(("address", "body", "scope"), ROUTES)
def test_nobody_calls_without_credentials(client, post, address, body, scope):
    assert client.post(address, body, content_type="application/json").status_code == 401
    post(address, body, key="Bearer prb_wrong_wrong", status=401)


@pytest.mark.parametrize(
    ("address", "role", "status"),
    [
        (EVALUATE, Role.PRIVACY_OFFICER, 200),
        (EVALUATE, Role.AUDITOR, 200),
        (EVALUATE, Role.REVIEWER, 403),
        (EVENTS, Role.PRIVACY_OFFICER, 200),
        (EVENTS, Role.AUDITOR, 403),
        (EVENTS, Role.REVIEWER, 403),
    ],
)
def test_people_call_with_their_role(as_user, member, shown_notice, address, role, status):
    body = QUESTION if address == EVALUATE else [EVENT]
    answer = as_user(member(role)).post(address, body, content_type="application/json")
    assert answer.status_code == status


def test_who_belongs_to_several_teams_names_one(as_user, privacy_officer, away, janes_consent):
    MembershipFactory(user=privacy_officer, team=away, role=Role.PRIVACY_OFFICER)
    PurposeFactory(team=away, code="support")
    browser = as_user(privacy_officer)

    def ask(**more):
        return browser.post(EVALUATE, {**QUESTION, **more}, content_type="application/json")

    assert ask().json()["errors"][0]["field"] == "team"
    assert ask(team="home").json()["status"] == "permitted"
    assert ask(team="away").json()["reason"] == "no_subject"
    assert ask(team="nowhere").status_code == 404


def test_a_reference_leaves_no_trace(post, shown_notice, caplog, capfd):
    caplog.set_level("DEBUG")
    answers = [
        post(EVENTS, [EVENT]),
        post(EVALUATE, QUESTION),
        post(EVALUATE, {**QUESTION, "purpose": "nonsense"}, status=422),
        post(EVENTS, [{**EVENT, "source_event_id": "e-2", "purpose": "nonsense"}], status=422),
    ]
    written = capfd.readouterr()
    assert REFERENCE not in json.dumps(answers) + written.out + written.err + caplog.text
    assert all(REFERENCE not in body for body in LedgerEntry.objects.values_list("body", flat=True))


def test_a_decision_costs_few_queries(post, api_key, janes_consent, django_assert_max_num_queries):
    key = api_key()
    post(EVALUATE, QUESTION, key=key)
    with django_assert_max_num_queries(6):
        post(EVALUATE, QUESTION, key=key)
