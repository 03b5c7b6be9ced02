"""The API about data subjects: batch decisions, merges, age, restriction; who may call it."""

import uuid
from datetime import timedelta

import pytest

from consent.models import ProcessingRestriction, SubjectAgeNote, SubjectLinkEvent
from consent.services.subjects import subjects_resolve
from portal.core.roles import Role, Scope
from tests.consent.conftest import GIVEN_AT, REFERENCE

BATCH = "/api/v1/consent/evaluate/batch"
MERGES = "/api/v1/consent/merges"
AGES = "/api/v1/consent/age-notes"
RESTRICTIONS = "/api/v1/consent/restrictions"


@pytest.fixture
def other(home):
    return subjects_resolve(team=home, references=["j.roe"])[0]


@pytest.fixture
def send(client, api_key):
    def run(address, body, *, status, scopes=(Scope.CONSENT_READ, Scope.CONSENT_WRITE), **key):
        headers = {"Authorization": api_key(*scopes, **key)}
        answer = client.post(address, body, content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    return run


MERGE = {"customer_ref": REFERENCE, "other": {"customer_ref": "j.roe"}, "reason": "source_merged", "source": "crm"}


def test_many_uses_are_decided_in_their_order(send, jane, janes_consent):
    uses = [
        {"customer_ref": REFERENCE, "purpose": "support"},
        {"subject": str(jane.public_id), "purpose": "support", "use_time": (GIVEN_AT - timedelta(1)).isoformat()},
        {"customer_ref": "nobody", "purpose": "support"},
        {"subject": str(uuid.uuid4()), "purpose": "support"},
    ]
    decisions = send(BATCH, {"uses": uses}, status=200)["decisions"]
    assert [(one["status"], one["reason"]) for one in decisions] == [
        ("permitted", "granted"),
        ("denied", "not_yet_in_force"),
        ("unknown", "no_subject"),
        ("unknown", "no_subject"),
    ]
    wrong = send(BATCH, {"uses": [*uses, {"customer_ref": "x", "purpose": "nonsense"}]}, status=422)
    assert wrong["errors"][0]["field"] == "uses[4].purpose"
    assert send(BATCH, {"uses": [{"purpose": "support"}]}, status=422)["type"].endswith("invalid")


def test_a_batch_costs_the_same_queries_at_1_and_at_30(send, janes_consent, client, api_key, django_assert_num_queries):
    headers = {"Authorization": api_key(Scope.CONSENT_READ)}
    for size in (1, 1, 30):  # the first call notes the use of the key
        uses = [{"customer_ref": f"{REFERENCE}" if n == 0 else f"x{n}", "purpose": "support"} for n in range(size)]
        if size == 1:
            client.post(BATCH, {"uses": uses}, content_type="application/json", headers=headers)
        with django_assert_num_queries(7):
            client.post(BATCH, {"uses": uses}, content_type="application/json", headers=headers)


def test_an_integration_proposes_a_merge_that_a_privacy_officer_confirms(
    send, as_user, privacy_officer, jane, other, janes_consent
):
    proposed = send(MERGES, MERGE, status=201)
    assert (proposed["state"], set(proposed["subjects"])) == ("proposed", {str(jane.public_id), str(other.public_id)})
    step = f"{MERGES}/{proposed['merge']}"
    send(f"{step}/confirm", {"reason": "identity_checked"}, status=403)
    browser = as_user(privacy_officer)

    def act(name):
        return browser.post(f"{step}/{name}", {"reason": "identity_checked"}, content_type="application/json")

    assert [act(name).status_code for name in ("confirm", "confirm", "undo")] == [200, 409, 200]
    assert list(SubjectLinkEvent.objects.order_by("pk").values_list("state", "source")) == [
        ("proposed", "crm"),
        ("confirmed", "portal"),
        ("undone", "portal"),
    ]


def test_age_and_restriction_are_noted_and_decide(send, jane, janes_consent):
    ask = {"uses": [{"customer_ref": REFERENCE, "purpose": "support"}]}

    def reason():
        return send(BATCH, ask, status=200)["decisions"][0]["reason"]

    note = {"customer_ref": REFERENCE, "minor_below_age": 16, "evidence": "account"}
    send(AGES, note, status=201)
    assert reason() == "guardian_missing"
    send(AGES, {**note, "minor_below_age": None}, status=201)
    assert reason() == "granted"
    made = send(RESTRICTIONS, {"subject": str(jane.public_id), "ground": "unlawful"}, status=201)
    assert reason() == "restricted"
    send(f"{RESTRICTIONS}/{made['id']}/lift", {}, status=200)
    assert reason() == "granted"
    assert send(AGES, {**note, "minor_below_age": 99}, status=422)["errors"][0]["field"] == "minor_below_age"


BODIES = [
    (MERGES, MERGE),
    (AGES, {"customer_ref": REFERENCE, "minor_below_age": 16, "evidence": "account"}),
    (RESTRICTIONS, {"customer_ref": REFERENCE, "ground": "unlawful"}),
]


@pytest.mark.parametrize(("address", "body"), BODIES)
def test_the_routes_need_the_scope_and_stay_in_their_team(send, client, member, away, jane, other, address, body):
    assert client.post(address, body, content_type="application/json").status_code == 401
    send(address, body, status=403, scopes=[Scope.CONSENT_READ])
    send(address, body, status=404, team=away, actor=member(Role.ADMINISTRATOR, team=away))
    assert not SubjectLinkEvent.objects.exists()
    assert not SubjectAgeNote.objects.exists()
    assert not ProcessingRestriction.objects.exists()


def test_steps_of_another_teams_rows_do_not_exist(send, as_user, member, away, jane, other, privacy_officer):
    merge = send(MERGES, MERGE, status=201)["merge"]
    pk = send(RESTRICTIONS, {"customer_ref": REFERENCE, "ground": "unlawful"}, status=201)["id"]
    theirs = as_user(member(Role.PRIVACY_OFFICER, team=away))
    for address in (f"{MERGES}/{merge}/confirm", f"{MERGES}/{merge}/undo"):
        assert theirs.post(address, {"reason": "mistake"}, content_type="application/json").status_code == 404
    assert theirs.post(f"{RESTRICTIONS}/{pk}/lift", {}, content_type="application/json").status_code == 404
