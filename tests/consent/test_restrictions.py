"""Restriction of processing: what it stops, from when, as known when, and who may impose it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent.listeners import on_restriction
from consent.models import ProcessingRestriction
from consent.queries import TrainingUse, evaluate, training_decisions
from consent.services.restrictions import restriction_impose, restriction_lift
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from portal.core.roles import Role
from tests.factories import PurposeFactory

GROUND = "accuracy_contested"
HOUR = timedelta(hours=1)


@pytest.fixture
def heard(monkeypatch):
    calls = []
    monkeypatch.setattr("consent.listeners._listeners", [])
    on_restriction(lambda *, subject_ids, purpose_ids: calls.append((subject_ids, purpose_ids)))
    return calls


def test_a_restriction_stops_every_use_but_life_and_legal_claims(jane, janes_consent, home, privacy_officer):
    purposes = {basis: PurposeFactory(team=home, lawful_basis=basis) for basis in ("contract", "vital_interest")}
    claims = PurposeFactory(team=home, lawful_basis="contract", legal_claims=True)
    restriction_impose(subject_id=jane.pk, ground=GROUND, actor=privacy_officer)

    def reason(purpose):
        return evaluate(subject=jane, purpose=purpose, use_time=timezone.now()).reason

    assert reason(janes_consent.purpose) == reason(purposes["contract"]) == "restricted"
    assert reason(purposes["vital_interest"]) == reason(claims) == "lawful_basis"


def test_a_restriction_counts_while_it_stands_as_far_as_it_was_known(jane, janes_consent, privacy_officer):
    now = timezone.now()
    made = restriction_impose(subject_id=jane.pk, ground=GROUND, imposed_at=now - 3 * HOUR, actor=privacy_officer)
    lifted = restriction_lift(restriction_id=made.pk, lifted_at=now - HOUR, actor=privacy_officer)

    def reason(use_time, known_at=None):
        purpose = janes_consent.purpose
        return evaluate(subject=jane, purpose=purpose, use_time=use_time, known_at=known_at).reason

    assert [reason(now - hours * HOUR) for hours in (4, 3, 2, 1)] == ["granted", "restricted", "restricted", "granted"]
    assert reason(now - 2 * HOUR, known_at=made.recorded_at - HOUR) == "granted"
    assert reason(now - HOUR, known_at=made.recorded_at) == "restricted"
    assert reason(now - HOUR, known_at=lifted.lift_recorded_at) == "granted"


def test_training_is_decided_at_collection_and_now(jane, janes_consent, privacy_officer, django_assert_num_queries):
    restriction_impose(subject_id=jane.pk, ground=GROUND, actor=privacy_officer)
    now = timezone.now()
    uses = [TrainingUse(jane.pk, now - HOUR), TrainingUse(None, now), TrainingUse(jane.pk, now)]
    with django_assert_num_queries(4):
        decisions = training_decisions(uses=uses, purpose=janes_consent.purpose, now=now)
    reasons = [(one.at_collection.reason, one.now.reason, one.permitted) for one in decisions]
    assert reasons == [
        ("granted", "restricted", False),
        ("no_subject", "no_subject", False),
        ("restricted", "restricted", False),
    ]


def test_it_is_in_the_ledger_and_the_listeners_hear_of_it(jane, support, privacy_officer, heard):
    made = restriction_impose(subject_id=jane.pk, ground=GROUND, actor=privacy_officer)
    assert heard == [({jane.pk}, {support.pk})]
    restriction_lift(restriction_id=made.pk, actor=privacy_officer)
    assert list(LedgerEntry.objects.values_list("action", flat=True)) == ["restriction.imposed", "restriction.lifted"]
    assert (made.imposed_by, ProcessingRestriction.objects.get().lifted_by) == (privacy_officer.actor_ref,) * 2


def test_what_cannot_be_is_refused(jane, privacy_officer):
    now = timezone.now()
    with pytest.raises(Invalid):
        restriction_impose(subject_id=jane.pk, ground="because", actor=privacy_officer)
    with pytest.raises(Invalid):
        restriction_impose(subject_id=jane.pk, ground=GROUND, imposed_at=now + HOUR, actor=privacy_officer)
    made = restriction_impose(subject_id=jane.pk, ground=GROUND, actor=privacy_officer)
    with pytest.raises(Invalid):
        restriction_lift(restriction_id=made.pk, lifted_at=now - HOUR, actor=privacy_officer)
    restriction_lift(restriction_id=made.pk, actor=privacy_officer)
    with pytest.raises(Conflict):
        restriction_lift(restriction_id=made.pk, actor=privacy_officer)


def test_only_who_records_consent_of_the_team_restricts(jane, member, away):
    for role, team, error in ((Role.AUDITOR, jane.team, Denied), (Role.PRIVACY_OFFICER, away, NotFound)):
        with pytest.raises(error):
            restriction_impose(subject_id=jane.pk, ground=GROUND, actor=member(role, team=team))
