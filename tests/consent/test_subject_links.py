"""Merging data subjects: what is decided while it is proposed, confirmed and undone, and who may do it."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consent.models import DataSubject, SubjectLinkEvent
from consent.queries import Use, evaluate, evaluate_many
from consent.services.links import merge_confirm, subjects_merge, subjects_unmerge
from consent.services.subjects import subjects_resolve
from portal.accounts.api_keys import api_key_of
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from portal.core.roles import Role, Scope
from tests.consent.conftest import GIVEN_AT
from tests.factories import ConsentEventFactory

WHY = "same_contact"


@pytest.fixture
def others(home):
    resolved = subjects_resolve(team=home, references=["j.roe", "jane@work.example", "roe-jane"])
    return [DataSubject.objects.get(pk=one.subject_id) for one in resolved]


def merge(one, other, actor, **more):
    return subjects_merge(subject_id=one.pk, other_id=other.pk, reason=WHY, actor=actor, **more)


def test_the_stricter_decides_until_it_is_confirmed_then_there_is_one_history_then_two_again(
    jane, janes_consent, others, privacy_officer, support
):
    other = others[0]
    withdrawn = ConsentEventFactory(
        subject=other, purpose=support, state="withdrawn", occurred_at=GIVEN_AT.replace(day=2)
    )
    ConsentEventFactory(subject=other, purpose=support, state="refused", occurred_at=GIVEN_AT.replace(year=2024))

    def answers(known_at=None):
        found = [
            evaluate(subject=one, purpose=support, use_time=timezone.now(), known_at=known_at) for one in (jane, other)
        ]
        return [(decision.status, decision.event_ids) for decision in found]

    apart = [("permitted", (janes_consent.pk,)), ("denied", (withdrawn.pk,))]
    assert answers() == apart
    proposed = merge(jane, other, privacy_officer)
    assert answers() == [("denied", (withdrawn.pk,))] * 2
    confirmed = merge_confirm(merge=proposed.merge, reason="identity_checked", actor=privacy_officer)
    assert answers() == [("denied", (withdrawn.pk,))] * 2
    undone = subjects_unmerge(merge=proposed.merge, reason="mistake", actor=privacy_officer)
    assert answers() == apart
    assert answers(known_at=proposed.recorded_at) == answers(known_at=confirmed.recorded_at) != apart
    assert answers(known_at=undone.recorded_at) == apart


def test_a_confirmed_merge_lets_a_later_consent_of_one_undo_the_withdrawal_of_the_other(
    jane, janes_consent, others, privacy_officer, support
):
    ConsentEventFactory(subject=others[0], purpose=support, state="withdrawn", occurred_at=GIVEN_AT.replace(month=1))
    proposed = merge(jane, others[0], privacy_officer)
    use_time = timezone.now()
    assert evaluate(subject=jane, purpose=support, use_time=use_time).reason == "withdrawn"
    merge_confirm(merge=proposed.merge, reason="identity_checked", actor=privacy_officer)
    assert [evaluate(subject=one, purpose=support, use_time=use_time).reason for one in (jane, others[0])] == [
        "granted"
    ] * 2


def test_a_circle_stays_together_when_one_merge_of_it_is_undone(jane, janes_consent, others, privacy_officer, support):
    first, second, _ = others
    steps = [merge(jane, first, privacy_officer), merge(first, second, privacy_officer)]
    steps.append(merge(second, jane, privacy_officer))
    for step in steps:
        merge_confirm(merge=step.merge, reason="identity_checked", actor=privacy_officer)
    subjects_unmerge(merge=steps[2].merge, reason="mistake", actor=privacy_officer)
    assert evaluate(subject=second, purpose=support, use_time=timezone.now()).permitted
    subjects_unmerge(merge=steps[1].merge, reason="mistake", actor=privacy_officer)
    assert evaluate(subject=second, purpose=support, use_time=timezone.now()).reason == "no_event"


def test_a_merge_costs_no_further_query(
    jane, janes_consent, others, privacy_officer, support, django_assert_num_queries
):
    for other in others:
        step = merge(jane, other, privacy_officer)
        merge_confirm(merge=step.merge, reason="identity_checked", actor=privacy_officer)
    uses = [Use(one.pk, support, timezone.now()) for one in (jane, *others)]
    with django_assert_num_queries(4):
        decisions = evaluate_many(uses=uses)
    assert [decision.permitted for decision in decisions] == [True] * 4


def test_each_step_is_in_the_ledger_and_cannot_be_changed(jane, others, privacy_officer):
    step = merge(jane, others[0], privacy_officer)
    merge_confirm(merge=step.merge, reason="identity_checked", actor=privacy_officer)
    subjects_unmerge(merge=step.merge, reason="mistake", actor=privacy_officer)
    assert list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True)) == [
        "subjects.merge_proposed",
        "subjects.merge_confirmed",
        "subjects.unmerged",
    ]
    for change in (lambda: SubjectLinkEvent.objects.update(reason=WHY), SubjectLinkEvent.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_cannot_be_is_refused(jane, others, privacy_officer, away):
    [theirs] = subjects_resolve(team=away, references=["x"])
    with pytest.raises(Invalid):
        merge(jane, jane, privacy_officer)
    with pytest.raises(Invalid):
        subjects_merge(subject_id=jane.pk, other_id=theirs.subject_id, reason=WHY, actor=privacy_officer)
    with pytest.raises(Invalid):
        subjects_merge(subject_id=jane.pk, other_id=others[0].pk, reason="jane.roe@mail.example", actor=privacy_officer)
    step = merge(jane, others[0], privacy_officer)
    with pytest.raises(Conflict):
        merge(others[0], jane, privacy_officer)
    merge_confirm(merge=step.merge, reason=WHY, actor=privacy_officer)
    with pytest.raises(Conflict):
        merge_confirm(merge=step.merge, reason=WHY, actor=privacy_officer)
    subjects_unmerge(merge=step.merge, reason="mistake", actor=privacy_officer)
    with pytest.raises(Conflict):
        subjects_unmerge(merge=step.merge, reason="mistake", actor=privacy_officer)
    assert merge(jane, others[0], privacy_officer).merge != step.merge
    with pytest.raises(NotFound):
        merge_confirm(merge=uuid.uuid4(), reason=WHY, actor=privacy_officer)


def test_an_integration_proposes_and_the_privacy_officer_confirms(jane, others, privacy_officer, member, away, api_key):
    key = api_key_of(api_key(Scope.CONSENT_WRITE).partition(" ")[2])
    step = merge(jane, others[0], key, source="crm")
    with pytest.raises(Denied):
        merge_confirm(merge=step.merge, reason=WHY, actor=key)
    with pytest.raises(NotFound):
        merge_confirm(merge=step.merge, reason=WHY, actor=member(Role.PRIVACY_OFFICER, team=away))
    merge_confirm(merge=step.merge, reason=WHY, actor=privacy_officer)
    with pytest.raises(Denied):
        subjects_unmerge(merge=step.merge, reason="mistake", actor=key)
    for role in (Role.AUDITOR, Role.REVIEWER):
        with pytest.raises(Denied):
            merge(jane, others[1], member(role))
