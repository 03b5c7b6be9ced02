"""Decisions from the database: the right rows reach `decide`, at a constant number of queries."""

from datetime import UTC, datetime, timedelta

import pytest

from consent.evaluation import Decision
from consent.models import ConsentEvent, DataSubject
from consent.queries import Use, evaluate, evaluate_many
from consent.services.ages import subject_age_note
from consent.services.subjects import subjects_resolve
from consent.states import ConsentStatus, LawfulBasis, Reason
from tests.factories import ConsentEventFactory, NoticeFactory, PurposeFactory

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNKNOWN = Decision(ConsentStatus.UNKNOWN, Reason.NO_EVENT)


@pytest.fixture
def purpose(home):
    return PurposeFactory(team=home, code="support")


@pytest.fixture
def notice(home, purpose):
    return NoticeFactory(team=home, purposes=[purpose])


@pytest.fixture
def subject(home):
    [resolved] = subjects_resolve(team=home, references=["ref-1"])
    return DataSubject.objects.get(pk=resolved.subject_id)


@pytest.fixture
def given(subject, purpose, notice):
    return ConsentEventFactory(subject=subject, purpose=purpose, notice=notice, occurred_at=NOON)


def test_nobody_s_data_is_unknown_whatever_the_basis(home, django_assert_num_queries):
    contract = PurposeFactory(team=home, lawful_basis=LawfulBasis.CONTRACT)
    with django_assert_num_queries(0):
        decision = evaluate(subject=None, purpose=contract, use_time=NOON)
    assert decision == Decision(ConsentStatus.UNKNOWN, Reason.NO_SUBJECT)


def test_a_grant_permits_from_then_on_and_as_far_as_it_was_known(subject, purpose, given):
    permitted = Decision(ConsentStatus.PERMITTED, Reason.GRANTED, (given.pk,))
    early = Decision(ConsentStatus.DENIED, Reason.NOT_YET_IN_FORCE, (given.pk,))
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON) == permitted
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON - DAY) == early
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON, known_at=NOON - DAY) == UNKNOWN


def test_every_column_reaches_the_rules(subject, purpose, notice, given, home):
    minor = {"age_band": "13-15", "jurisdiction": "DE"}
    childs = ConsentEventFactory(
        subject=subject, purpose=purpose, notice=notice, state="renewed", occurred_at=NOON + DAY, **minor
    )
    guardians = ConsentEventFactory(
        subject=subject,
        purpose=purpose,
        notice=notice,
        occurred_at=NOON + 3 * DAY,
        valid_until=NOON + 9 * DAY,
        clock_uncertainty_s=60,
        given_by="guardian",
        **minor,
    )
    invalidated = ConsentEventFactory(
        subject=subject, purpose=purpose, state="invalidated", invalidates=given, occurred_at=NOON + 4 * DAY
    )

    def at(use_time, known_at=None):
        return evaluate(subject=subject, purpose=purpose, use_time=use_time, known_at=known_at)

    def denied(reason, *events):
        return Decision(ConsentStatus.DENIED, reason, tuple(event.pk for event in events))

    assert at(NOON) == denied(Reason.INVALIDATED, given, invalidated)
    assert at(NOON + 2 * DAY) == denied(Reason.GUARDIAN_MISSING, childs)
    assert at(NOON + 3 * DAY) == denied(Reason.GUARDIAN_MISSING, childs)
    begun = Decision(ConsentStatus.PERMITTED, Reason.GRANTED, (guardians.pk,))
    assert at(NOON + 3 * DAY + timedelta(seconds=60)) == begun
    assert at(NOON + 9 * DAY) == denied(Reason.EXPIRED, guardians)


def test_a_subject_marked_as_a_minor_needs_a_guardian(subject, purpose, given, privacy_officer):
    subject_age_note(subject_id=subject.pk, minor_below_age=16, evidence="account", actor=privacy_officer)
    decision = evaluate(subject=subject, purpose=purpose, use_time=NOON)
    assert decision == Decision(ConsentStatus.DENIED, Reason.GUARDIAN_MISSING, (given.pk,))


def test_an_erased_subject_is_denied_from_the_erasure_on_and_explained_before(subject, purpose, given):
    DataSubject.objects.filter(pk=subject.pk).update(erased_at=NOON + 2 * DAY)
    reasons = [
        evaluate(subject=subject, purpose=purpose, use_time=NOON + days * DAY, known_at=NOON + known * DAY).reason
        for days, known in ((1, 9), (2, 9), (3, 9), (3, 1))
    ]
    assert reasons == [Reason.GRANTED, Reason.ERASED, Reason.ERASED, Reason.GRANTED]


def test_a_material_notice_counts_from_its_publication_and_its_recording(subject, purpose, given, home, notice):
    newer = NoticeFactory(team=home, purposes=[purpose], material=True, published_at=NOON + DAY)
    stale = Decision(ConsentStatus.DENIED, Reason.NOTICE_CHANGED, (given.pk,))
    permitted = Decision(ConsentStatus.PERMITTED, Reason.GRANTED, (given.pk,))
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON) == permitted
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON + DAY) == stale
    before = newer.recorded_at - timedelta(seconds=1)
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON + DAY, known_at=before) == permitted


def test_the_general_skew_comes_from_the_settings(subject, purpose, given, settings):
    settings.PROBITY_CONSENT_SKEW_SECONDS = 60
    early = Decision(ConsentStatus.DENIED, Reason.NOT_YET_IN_FORCE, (given.pk,))
    assert evaluate(subject=subject, purpose=purpose, use_time=NOON) == early


def test_many_uses_are_answered_in_their_order(home, subject, purpose, given):
    other = PurposeFactory(team=home)
    [stranger] = subjects_resolve(team=home, references=[None])
    uses = [
        Use(None, purpose, NOON),
        Use(subject.pk, other, NOON),
        Use(subject.pk, purpose, NOON),
        Use(stranger.subject_id, purpose, NOON),
    ]
    reasons = [decision.reason for decision in evaluate_many(uses=uses)]
    assert reasons == [Reason.NO_SUBJECT, Reason.NO_EVENT, Reason.GRANTED, Reason.NO_EVENT]


def test_many_uses_cost_four_queries_whatever_their_number(home, purpose, notice, django_assert_num_queries):
    resolved = subjects_resolve(team=home, references=[f"ref-{n}" for n in range(30)])
    subjects = DataSubject.objects.in_bulk([one.subject_id for one in resolved])
    for subject in subjects.values():
        ConsentEventFactory(subject=subject, purpose=purpose, notice=notice, occurred_at=NOON)
    for size in (1, 30):
        uses = [Use(pk, purpose, NOON) for pk in list(subjects)[:size]]
        with django_assert_num_queries(4):
            decisions = evaluate_many(uses=uses)
        assert [decision.permitted for decision in decisions] == [True] * size
    assert ConsentEvent.objects.count() == 30
