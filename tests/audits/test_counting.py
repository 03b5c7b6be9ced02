"""The cube against a count by hand, and what keeps it right while conversations change."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistants.models import Conversation
from assistants.records import RecordParser, numbered_records
from assistants.services.intake import conversations_intake
from audits.engine.bias.scales import SCORES
from audits.models import CountCell, StaleDay
from audits.queries.counts import boolean_outcomes, dimension_counts, group_counts, total, value_counts
from audits.queries.windows import Window
from audits.services.counting import day_fold, stale_days_fold
from audits.services.fold_statement import DISTINCT_VALUES, FOLD
from audits.services.scanning import conversations_scan
from audits.services.stale_days import days_mark_stale, received_days_mark_stale
from portal.core.actors import SYSTEM
from tests.audits.conversations import DAY, PLAIN, Told, conversation_revise, conversations_make
from tests.factories import AssistantFactory, DataSubjectFactory, PurposeFactory, ReleaseFactory
from tests.other_session import other_session

pytestmark = pytest.mark.django_db

WINDOW = Window(DAY, date(2025, 3, 10))


def cells() -> Counter:
    names = ("day", "release_id", "intent", "channel", "language", "attributes", "measure", "value")
    counted: Counter = Counter()
    for cell in CountCell.objects.all():
        place = tuple(
            tuple(sorted(cell.attributes.items())) if name == "attributes" else getattr(cell, name) for name in names
        )
        assert place not in counted
        counted[place] = cell.n
    return counted


def by_hand(told: list[Told], state: str) -> Counter:
    counted: Counter = Counter()
    for number, one in enumerate(told):
        facts = {("total", ""), ("scan.state", state)}
        if one.subject is not None:
            later = [(other.day, i) for i, other in enumerate(told) if other.subject is one.subject]
            came_back = max(later) > (one.day, number)
            facts.add(("quality.repeat_contact", "true" if came_back else "false"))
        for name, value in one.outcome.items():
            if isinstance(value, bool):
                facts.add((f"outcome.{name}", "true" if value else "false"))
            elif isinstance(value, str):
                facts.add((f"outcome.{name}", value))
            else:
                facts.add((f"score.{name}", SCORES.label(value)))
        facts.add(("quality.turns", "2"))
        facts |= {(f"consent.{purpose.code}", status) for purpose, status in one.consents.items()}
        facts |= {
            (f"consent_reason.{purpose.code}", "test")
            for purpose, status in one.consents.items()
            if status != "permitted"
        }
        release = one.release.pk if one.release else None
        attributes = tuple(sorted(one.attributes.items()))
        for measure, value in facts:
            counted[(one.day, release, one.intent, one.channel, one.language, attributes, measure, value)] += 1
    return counted


told_lists = st.lists(
    st.builds(
        Told,
        outcome=st.dictionaries(
            st.sampled_from(["resolved", "refunded", "reason"]),
            st.booleans() | st.sampled_from(["lost", "late"]) | st.integers(0, 3) | st.floats(0, 1),
        ),
        attributes=st.dictionaries(st.sampled_from(["age", "region"]), st.sampled_from(["a", "b", "c"])),
        day=st.sampled_from([DAY, date(2025, 3, 4)]),
        language=st.sampled_from(["en", "de"]),
        channel=st.sampled_from(["chat", "voice"]),
        intent=st.sampled_from(["", "refund"]),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=told_lists)
def test_fold_equals_a_count_by_hand(assistant, told):
    Conversation.objects.all().delete()
    CountCell.objects.all().delete()
    release, purpose = ReleaseFactory(assistant=assistant), PurposeFactory(team=assistant.team)
    customers = [None, *(DataSubjectFactory(team=assistant.team, kind="identified") for _ in range(2))]
    for number, one in enumerate(told):
        one.release = release if number % 2 else None
        one.subject = customers[number % 3]
        one.consents = {purpose: "denied" if number % 3 else "permitted"}
    conversations_make(assistant, told)
    for day in (DAY, date(2025, 3, 4)):
        day_fold(assistant_id=assistant.pk, day=day)
    assert cells() == by_hand(told, "received")


def test_folding_twice_changes_nothing(assistant):
    conversations_make(assistant, [Told(outcome={"resolved": True}) for _ in range(3)])
    day_fold(assistant_id=assistant.pk, day=DAY)
    once = cells()
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert cells() == once
    assert total(assistant=assistant, window=WINDOW) == 3


def test_fold_counts_scan_results_of_scanned_conversations_only(assistant):
    disclosed = (("assistant", "I am a virtual assistant."), ("customer", "Hello"))
    rows = conversations_make(assistant, [Told(turns=disclosed), Told(), Told()])
    Conversation.objects.filter(pk=rows[2].pk).update(sealed=None)
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)
    states = value_counts(assistant=assistant, measure="scan.state", window=WINDOW)
    assert states == {"scanned": 2, "unscannable": 1}
    disclosures = value_counts(assistant=assistant, measure="scan.disclosed", window=WINDOW)
    assert disclosures == {"true": 1, "false": 1}


def test_a_conversation_received_again_is_unscanned_until_it_is_scanned_again(assistant):
    (conversation,) = conversations_make(assistant, [Told(outcome={"resolved": False})])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)
    conversation_revise(conversation, turns=PLAIN, outcome={"resolved": True})
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert value_counts(assistant=assistant, measure="scan.state", window=WINDOW) == {"received": 1}
    assert value_counts(assistant=assistant, measure="scan.disclosed", window=WINDOW) == {}
    assert value_counts(assistant=assistant, measure="outcome.resolved", window=WINDOW) == {"true": 1}


def test_a_revision_moves_the_count_to_its_new_day(assistant):
    (conversation,) = conversations_make(assistant, [Told(outcome={"resolved": True})])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert stale_days_fold(assistant_id=assistant.pk) == 1
    conversation_revise(conversation, turns=PLAIN, day=date(2025, 3, 5))
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert stale_days_fold(assistant_id=assistant.pk) == 2
    assert set(CountCell.objects.values_list("day", flat=True)) == {date(2025, 3, 5)}
    assert total(assistant=assistant, window=WINDOW) == 1


def test_erased_conversations_are_in_no_cell(assistant):
    rows = conversations_make(assistant, [Told(), Told()])
    Conversation.objects.filter(pk=rows[0].pk).update(state="erased")
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert total(assistant=assistant, window=WINDOW) == 1


def rows_handled(node: dict) -> int:
    """How many rows a part of a query plan and all below it gave or looked at in vain."""
    kinds = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    own = node["Actual Loops"] * sum(node.get(kind, 0) for kind in kinds)
    return own + sum(rows_handled(below) for below in node.get("Plans", []))


def test_a_large_import_is_folded_fast_before_the_planner_knows_of_it(assistant):
    purpose = PurposeFactory(team=assistant.team)
    conversations_make(assistant, [Told(consents={purpose: "permitted"}) for _ in range(2500)])
    plans = []

    def explaining(execute, sql, parameters, many, context):
        if sql != FOLD:
            return execute(sql, parameters, many, context)
        execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", parameters, many, context)
        plans.append(context["cursor"].fetchone()[0][0]["Plan"])
        return None

    with connection.execute_wrapper(explaining):
        day_fold(assistant_id=assistant.pk, day=DAY)
    [plan] = plans
    assert rows_handled(plan) < 50 * 2500  # joined badly it looks at all others for each conversation
    assert value_counts(assistant=assistant, measure=f"consent.{purpose.code}", window=WINDOW) == {"permitted": 2500}


def test_rare_text_values_are_counted_together(assistant):
    told = [Told(outcome={"reason": f"reason {n:03d} {'x' * 80}"}) for n in range(DISTINCT_VALUES + 5)]
    conversations_make(assistant, told)
    day_fold(assistant_id=assistant.pk, day=DAY)
    counts = value_counts(assistant=assistant, measure="outcome.reason", window=WINDOW)
    assert counts.pop("other") == 5
    assert counts == {f"reason {n:03d} {'x' * 80}"[:60]: 1 for n in range(DISTINCT_VALUES)}


def test_folding_a_window_leaves_other_days_stale(assistant):
    days_mark_stale(assistant_id=assistant.pk, days=[date(2025, 3, 2), DAY, date(2025, 3, 10)])
    assert stale_days_fold(assistant_id=assistant.pk, since=WINDOW.since, until=WINDOW.until) == 1
    left = sorted(StaleDay.objects.values_list("day", flat=True))
    assert left == [date(2025, 3, 2), date(2025, 3, 10)]


@pytest.mark.django_db(transaction=True)
def test_a_mark_made_while_the_fold_runs_is_kept(assistant):
    days_mark_stale(assistant_id=assistant.pk, days=[DAY])
    with other_session() as fold:
        fold.execute("BEGIN")
        fold.execute("DELETE FROM audits_staleday")
        with other_session() as scan:
            scan.execute("SET lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                scan.execute(
                    "INSERT INTO audits_staleday (assistant_id, day) VALUES (%s, %s)"
                    " ON CONFLICT (assistant_id, day) DO UPDATE SET day = EXCLUDED.day",
                    [assistant.pk, DAY],
                )
        fold.execute("COMMIT")
    days_mark_stale(assistant_id=assistant.pk, days=[DAY])
    assert StaleDay.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fold_waits_for_a_change_that_has_already_marked_the_day(assistant):
    days_mark_stale(assistant_id=assistant.pk, days=[DAY])
    with other_session() as change:
        change.execute("BEGIN")
        change.execute(
            "INSERT INTO audits_staleday (assistant_id, day) VALUES (%s, %s)"
            " ON CONFLICT (assistant_id, day) DO UPDATE SET day = EXCLUDED.day",
            [assistant.pk, DAY],
        )
        with other_session() as fold:
            fold.execute("SET lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                fold.execute("DELETE FROM audits_staleday")


def test_group_counts_sum_over_days_and_keep_the_unknown_apart(assistant):
    told = [
        Told(outcome={"resolved": True}, attributes={"age": "18-24"}, language="en"),
        Told(outcome={"resolved": False}, attributes={"age": "18-24"}, language="de", day=date(2025, 3, 4)),
        Told(outcome={"resolved": True}, attributes={"age": "65+"}, language="en"),
        Told(outcome={"resolved": False}, language="en"),
        Told(attributes={"age": "65+"}, language="en"),
        Told(outcome={"resolved": True}, attributes={"age": "65+"}, day=date(2025, 3, 10)),
    ]
    conversations_make(assistant, told)
    for day in {one.day for one in told}:
        day_fold(assistant_id=assistant.pk, day=day)
    question = {"assistant": assistant, "measure": "outcome.resolved", "favourable": "true", "window": WINDOW}
    by_age = group_counts(dimension="attribute:age", **question)
    assert [(c.group, c.favourable, c.n) for c in by_age] == [("18-24", 1, 2), ("65+", 1, 1), (None, 0, 1)]
    stratified = group_counts(dimension="attribute:age", stratum="language", **question)
    assert [(c.group, c.stratum, c.favourable, c.n) for c in stratified] == [
        ("18-24", "de", 0, 1),
        ("18-24", "en", 1, 1),
        ("65+", "en", 1, 1),
        (None, "en", 0, 1),
    ]
    ages = dimension_counts(assistant=assistant, dimension="attribute:age", window=WINDOW)
    assert ages == {"18-24": 2, "65+": 2, None: 1}
    assert boolean_outcomes(assistant=assistant, window=WINDOW) == ["resolved"]
    assert boolean_outcomes(assistant=assistant, window=WINDOW, at_least=10**6) == []


def test_counts_of_one_release_only(assistant):
    release = ReleaseFactory(assistant=assistant)
    conversations_make(assistant, [Told(release=release), Told()])
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert total(assistant=assistant, window=Window(DAY, WINDOW.until, release)) == 1


def test_counts_never_mix_assistants(assistant, away):
    conversations_make(AssistantFactory(team=away), [Told()])
    conversations_make(assistant, [Told()])
    day_fold(assistant_id=assistant.pk, day=DAY)
    assert CountCell.objects.exclude(assistant=assistant).count() == 0
    assert total(assistant=assistant, window=WINDOW) == 1


@pytest.mark.parametrize("dimension", ["", "attribute:", "release_id; DROP TABLE x", "day"])
def test_an_unknown_dimension_is_refused(assistant, dimension):
    with pytest.raises(LookupError):
        group_counts(assistant=assistant, measure="total", favourable="", dimension=dimension, window=WINDOW)


def test_a_hostile_attribute_name_is_only_a_name(assistant):
    conversations_make(assistant, [Told(attributes={"a'; --%s": "x"})])
    day_fold(assistant_id=assistant.pk, day=DAY)
    counts = dimension_counts(assistant=assistant, dimension="attribute:a'; --%s", window=WINDOW)
    assert counts == {"x": 1}


def test_a_revision_to_another_day_before_the_first_scan_leaves_no_count_behind(assistant):
    def hand_over(day: str) -> None:
        record = {
            "external_id": "c-1",
            "channel": "chat",
            "language": "en",
            "started_at": f"{day}T10:00:00Z",
            "turns": [{"role": "customer", "text": "Hello"}],
        }
        lines = io.BytesIO(json.dumps(record).encode())
        numbered = numbered_records(lines, RecordParser(), max_line_bytes=10_000)
        conversations_intake(assistant=assistant, records=numbered, source="test", actor=SYSTEM)

    hand_over("2025-03-03")
    received_days_mark_stale(assistant_id=assistant.pk)
    stale_days_fold(assistant_id=assistant.pk)
    hand_over("2025-03-05")
    assert list(StaleDay.objects.values_list("day", flat=True)) == [date(2025, 3, 3)]
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)
    assert dict(CountCell.objects.filter(measure="total").values_list("day", "n")) == {date(2025, 3, 5): 1}
