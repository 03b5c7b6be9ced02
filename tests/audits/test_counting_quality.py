"""Scores, turns, waits, repeat contact and truth as the cube counts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from assistants.models import Conversation
from assistants.transcripts import Turn
from audits.models import ConversationScan, CountCell, StaleDay
from audits.queries.counts import value_counts
from audits.queries.windows import Window
from audits.services.counting import counts_keep, day_fold, stale_days_fold
from audits.services.first_answer import first_answer_seconds
from audits.services.scanning import conversations_scan
from audits.services.stale_days import ripe_days_mark_stale
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.told import truths_declare
from tests.factories import DataSubjectFactory

pytestmark = pytest.mark.django_db
WINDOW = Window(date(2025, 2, 1), date(2025, 5, 1))


def values(assistant, measure, window=WINDOW):
    return value_counts(assistant=assistant, measure=measure, window=window)


def folded(assistant, told):
    rows = conversations_make(assistant, told)
    for day in sorted({one.day for one in told}):
        day_fold(assistant_id=assistant.pk, day=day)
    return rows


@pytest.fixture
def customer(assistant):
    return DataSubjectFactory(team=assistant.team, kind="identified")


def test_numbers_of_the_outcome_are_counted_on_a_scale(assistant):
    folded(assistant, [Told(outcome={"csat": csat}) for csat in (-3, 0, 1, 4, 4.2, 4.5, 5, 99, 10**30)])
    expected = {"below": 1, "0": 1, "1": 1, "4": 2, "4.5": 1, "5": 1, "95": 1, "10000": 1}
    assert values(assistant, "score.csat") == expected
    assert values(assistant, "outcome.csat") == {}


def test_turns_and_duration_are_counted_on_scales(assistant):
    one, long, _ = folded(assistant, [Told(), Told(), Told()])
    Conversation.objects.filter(pk=long.pk).update(turn_count=33, ended_at=long.started_at + timedelta(seconds=125))
    Conversation.objects.filter(pk=one.pk).update(ended_at=one.started_at, started_at_is_intake=True)
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert values(assistant, "quality.turns") == {"2": 2, "30": 1}
    assert values(assistant, "quality.duration") == {"120": 1}


def test_somebody_who_comes_back_within_a_week_is_a_repeat_contact(assistant, customer):
    days = [DAY, DAY + timedelta(days=7), DAY + timedelta(days=15)]
    other = DataSubjectFactory(team=assistant.team, kind="identified")
    folded(assistant, [Told(subject=customer, day=day) for day in days] + [Told(subject=other), Told()])
    # Seven days later to the second still counts; eight days do not, nor does another customer, nor nobody known.
    assert values(assistant, "quality.repeat_contact") == {"true": 1, "false": 3}


def test_the_last_week_is_pending_until_it_is_over(assistant, customer, monkeypatch):
    today = timezone.now().astimezone(UTC).date()
    day = today - timedelta(days=3)
    window = Window(today - timedelta(days=30), today + timedelta(days=1))
    folded(assistant, [Told(subject=customer, day=day), Told(subject=customer, day=day)])
    assert values(assistant, "quality.repeat_contact", window) == {"pending": 2}
    ripe_days_mark_stale()
    assert not StaleDay.objects.exists()
    later = timezone.now() + timedelta(days=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    ripe_days_mark_stale()
    assert stale_days_fold(assistant_id=assistant.pk) == 1
    assert values(assistant, "quality.repeat_contact", window) == {"true": 1, "false": 1}
    ripe_days_mark_stale()
    assert not StaleDay.objects.exists()


def test_a_conversation_that_comes_late_counts_for_the_week_before_it(assistant, customer):
    before, early = DAY - timedelta(days=6), DAY - timedelta(days=9)
    folded(assistant, [Told(subject=customer, day=before), Told(day=early)])
    Conversation.objects.update(state="scanned")
    assert values(assistant, "quality.repeat_contact") == {"false": 1}
    conversations_make(assistant, [Told(subject=customer)])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert set(StaleDay.objects.values_list("day", flat=True)) == {before, DAY}
    stale_days_fold(assistant_id=assistant.pk)
    assert values(assistant, "quality.repeat_contact") == {"true": 1, "false": 1}


def test_counts_kept_for_good_know_who_came_back(assistant, customer):
    rows = folded(assistant, [Told(subject=customer, outcome={"csat": 2}), Told(subject=customer, outcome={"csat": 5})])
    before = {measure: values(assistant, measure) for measure in ("quality.repeat_contact", "score.csat")}
    counts_keep([rows[0].pk])
    assert {measure: values(assistant, measure) for measure in before} == before
    assert CountCell.objects.filter(kept=True, measure="quality.repeat_contact", value="true").count() == 1


def test_the_first_answer_is_counted_once_it_is_scanned(assistant):
    rows = conversations_make(assistant, [Told(), Told()])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    ConversationScan.objects.filter(pk=rows[0].pk).update(first_answer_seconds=12)
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert values(assistant, "quality.first_answer") == {"10": 1}


AT = datetime(2025, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("turns", "seconds"),
    [
        ([("customer", 5), ("customer", 9), ("assistant", 17)], 12),
        ([("assistant", 0), ("system", 1), ("customer", 2), ("system", 3), ("agent", 62)], 60),
        ([("customer", 5), ("assistant", 5)], 0),
        ([("customer", 5), ("assistant", None)], None),
        ([("customer", 5), ("assistant", 4), ("assistant", 9)], None),
        ([("assistant", 5), ("customer", 6)], None),
        ([], None),
    ],
)
def test_the_first_answer_is_the_first_after_the_first_question(turns, seconds):
    told = [Turn(role, "…", None if at is None else AT + timedelta(seconds=at)) for role, at in turns]
    assert first_answer_seconds(told) == seconds


def test_a_decision_is_counted_beside_the_truth_once_the_programme_pairs_them(assistant, manager):
    outcomes = [(True, True), (True, False), (False, True), (False, False), (False, False), (True, "maybe")]
    told = [Told(outcome={"refused": decision, "not_due": truth}) for decision, truth in outcomes]
    folded(assistant, [*told, Told(outcome={"refused": True})])
    assert values(assistant, "truth.refused/not_due") == {}
    truths_declare(assistant, manager, {"refused": "not_due"})
    assert stale_days_fold(assistant_id=assistant.pk) == 1
    assert values(assistant, "truth.refused/not_due") == {"tp": 1, "fp": 1, "fn": 1, "tn": 2}
