"""The daily watch: days are closed once, evidence is carried on, an alarm raises a finding at once."""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection, transaction

from assistants.models import AuditedAttribute
from audits.engine.bias.watch import DayTables, curve
from audits.models import CheckRun, CountCell, Finding, Watch, WatchDay, WatchStream
from audits.queries.counts import daily_group_counts
from audits.queries.watch import curves, watched_in
from audits.queries.windows import Window
from audits.services.checking import check_run_execute
from audits.services.clock import tick
from audits.services.counting import stale_days_fold
from audits.services.programmes import programme_change, programme_ensure
from audits.services.scanning import conversations_scan
from audits.services.watch import due_watches_queue, watch_run
from audits.states import CheckKind, CheckState, FindingState
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.models import Job, LedgerEntry
from tests.audits.asking import ask
from tests.audits.conversations import Told, conversations_make
from tests.audits.watching import INTENTS, START, at, cells, counts_make
from tests.factories import ReleaseFactory
from tests.jobs import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched(assistant):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    programme_ensure(assistant=assistant)
    return assistant


def state() -> list[tuple[str, date, float]]:
    days = WatchDay.objects.order_by("stream__group", "day").values_list("stream__group", "day", "log_e")
    return [(group, day, round(log_e, 9)) for group, day, log_e in days]


def test_every_closed_day_is_counted_and_no_other(watched):
    counts_make(watched, days=20)
    assert watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=15))) == 13
    assert set(WatchDay.objects.values_list("day", flat=True)) == {START + timedelta(days=n) for n in range(13)}
    streams = WatchStream.objects.order_by("group")
    assert [(one.group, one.reference) for one in streams] == [("18–34", "35–64"), ("65+", "35–64")]
    assert sum(one.share for one in streams) == pytest.approx(0.8)
    assert Finding.objects.count() == 0


def test_truth_of_a_decision_is_not_watched(watched):
    counts_make(watched, days=20)
    truths = CountCell.objects.filter(measure="outcome.resolved").order_by("pk")
    CountCell.objects.bulk_create(
        CountCell(**{**one, "id": None, "measure": "outcome.resolvable"}) for one in truths.values()
    )
    # Changing the programme would count these days again, from conversations that there are none of.
    programme = watched.programme
    programme.checks = [
        {**entry, "params": {"pairs": {"resolved": "resolvable"}}} if entry["kind"] == "error_parity" else entry
        for entry in programme.checks
    ]
    programme.save()
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=15)))
    assert set(WatchStream.objects.values_list("outcome", flat=True)) == {"resolved"}


def test_counting_day_by_day_or_at_once_or_twice_gives_the_same_evidence(watched):
    counts_make(watched)
    for number in range(3, 12):
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=number)))
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=number)))
    by_day = state()
    Watch.objects.all().delete()
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=11)))
    assert state() == by_day
    assert len(by_day) == 2 * 9


def test_a_watch_that_begins_before_its_days_are_folded_waits_for_all_of_them(watched):
    """A day that is counted before it is folded would be lost for good."""
    days = [START + timedelta(days=number) for number in range(6)]
    conversations_make(
        watched,
        [
            Told(attributes={"age": age}, outcome={"resolved": True}, day=day)
            for day in days
            for age in ("18–34", "65+")
            for _ in range(10)
        ],
    )
    conversations_scan(assistant_id=watched.pk, shard=0)
    stale_days_fold(assistant_id=watched.pk, since=START, until=START + timedelta(days=2))
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    assert set(WatchDay.objects.values_list("day", flat=True)) == set(days)


def test_what_decisions_are_held_against_is_no_outcome_to_watch(watched):
    counts_make(watched, days=10)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=8)))
    before = set(WatchStream.objects.values_list("outcome", flat=True))
    programme = programme_ensure(assistant=watched)
    for check in programme.checks:
        if check["kind"] == CheckKind.ERROR_PARITY:
            check["params"]["pairs"] = {"refused": "resolved"}
    programme.save(update_fields=["checks"])
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=9)))
    assert before == {"resolved"}
    assert not WatchStream.objects.filter(ended_on=None).exists()


def test_stored_evidence_is_that_of_the_engine(watched):
    counts_make(watched, gap=0.1)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    groups = daily_group_counts(
        assistant=watched,
        measure="outcome.resolved",
        favourable="true",
        dimension="attribute:age",
        strata=["intent", "channel"],
        window=Window(START, START + timedelta(days=58)),
    )
    expected = curve(DayTables.of(groups["65+"], groups["35–64"]))
    days = WatchDay.objects.filter(stream__group="65+").order_by("day")
    np.testing.assert_allclose([one.log_e for one in days], expected.log_e, rtol=1e-9)
    last = days.last()
    assert (last.k, last.n) == (expected.k.sum(), expected.n.sum()) == (last.k, 40 * 50)


def test_gap_that_begins_with_a_release_raises_one_finding_at_once(watched):
    ReleaseFactory(assistant=watched, version="2.0", released_at=at(START + timedelta(days=20)))
    counts_make(watched, gap=0.2, since=20)
    alarmed = None
    for number in range(3, 43):
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=number)))
        if alarmed is None and Finding.objects.exists():
            alarmed = number
    finding = Finding.objects.get()
    assert alarmed is not None
    assert alarmed <= 20 + 3 + 12
    run = finding.raised_by_run
    assert (finding.kind, run.target, run.cycle, run.state) == ("monitoring", "resolved by age", None, "failed")
    assert finding.severity in {"high", "critical"}
    assert finding.sentence.startswith("Alarm: since ")
    assert "fewer from 65+ were resolved than from 35–64" in finding.sentence
    assert "The gap widened after release 2.0 of 21 January 2025" in finding.sentence
    assert finding.times_seen == 1
    stream = WatchStream.objects.get(group="65+")
    assert (stream.finding, stream.alarmed_on) == (finding, START + timedelta(days=alarmed - 3))
    assert Job.objects.filter(task="audits.notify", payload__finding_id=finding.pk).exists()
    assert ledger.verify().intact


def test_the_frozen_question_on_newer_days_proves_the_fix_or_its_absence(watched):
    counts_make(watched, gap=0.2)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    run = CheckRun.objects.get()
    Finding.objects.update(state=FindingState.VERIFYING)
    answers = {}
    for name, since, gap in (("fixed", 100, 0.0), ("still", 200, 0.2), ("short", 300, 0.0)):
        random = np.random.default_rng(5)
        first, days = START + timedelta(days=since), 2 if name == "short" else 40
        cells(
            watched,
            [
                (first + timedelta(n), intent, {"age": group}, int(random.binomial(150, rate - worse)), 150)
                for n in range(days)
                for group, worse in (("18–34", 0.0), ("35–64", 0.0), ("65+", gap))
                for intent, rate in INTENTS.items()
            ],
        )
        again = CheckRun.objects.create(
            assistant=watched,
            verifies=Finding.objects.get(),
            kind=run.kind,
            target=run.target,
            params=run.params,
            config_hash=run.config_hash,
            window_from=first,
            window_until=first + timedelta(days=days),
        )
        answers[name] = check_run_execute(run_id=again.pk)
    assert {name: one.state for name, one in answers.items()} == {
        "fixed": CheckState.PASSED,
        "still": CheckState.FAILED,
        "short": CheckState.INSUFFICIENT_DATA,
    }


def test_late_counts_do_not_change_the_evidence_of_closed_days(watched):
    counts_make(watched, days=20)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=12)))
    before = state()
    cells(watched, [(START, "billing", {"age": "65+"}, 0, 500)])
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=13)))
    after = state()
    assert [row for row in after if row[1] < START + timedelta(days=10)] == before
    assert len(after) == len(before) + 2


def test_group_of_fewer_than_ten_is_not_watched(watched):
    counts_make(watched, days=10)
    cells(watched, [(START + timedelta(days=1), "billing", {"age": "90+"}, 1, 9)])
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    assert set(WatchStream.objects.values_list("group", flat=True)) == {"18–34", "65+"}


def test_group_that_appears_later_begins_with_a_part_of_what_is_left(watched):
    counts_make(watched, days=30)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=12)))
    cells(watched, [(START + timedelta(days=n), "billing", {"age": "90+"}, 5, 8) for n in range(12, 20)])
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=25)))
    fresh = WatchStream.objects.get(group="90+")
    assert (fresh.started_on, fresh.reason) == (START + timedelta(days=10), "The group appeared")
    assert fresh.share == pytest.approx(0.1)
    assert sum(WatchStream.objects.values_list("share", flat=True)) + Watch.objects.get().unspent == pytest.approx(1)


def test_evidence_begins_anew_after_its_finding_is_closed(watched):
    counts_make(watched, gap=0.2)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    Finding.objects.update(state=FindingState.DISMISSED, severity="medium")
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=23)))
    old, new = WatchStream.objects.filter(group="65+").order_by("pk")
    assert (old.ended_on, new.started_on) == (START + timedelta(days=18), START + timedelta(days=18))
    assert new.reason == f"Finding {old.finding_id} was dismissed"
    assert (new.days.count(), new.share) == (3, old.share)
    assert LedgerEntry.objects.filter(action="watch.stream_restarted").count() == 1


def test_new_bars_begin_the_watch_anew(watched, manager):
    counts_make(watched)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    programme = watched.programme
    checks = [
        {**entry, "params": {**entry["params"], "alpha": 0.01}} if entry["kind"] == "monitoring" else entry
        for entry in programme.checks
    ]
    programme_change(programme_id=programme.pk, actor=manager, checks=checks, frequency="monthly", active=True)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=22)))
    assert WatchStream.objects.filter(ended_on=START + timedelta(days=18)).count() == 2
    assert {one.alarm for one in curves(assistant=watched)} == {-math.log(0.01)}


def test_a_killed_run_leaves_nothing_behind(watched, monkeypatch):
    counts_make(watched, gap=0.2)

    def killed(**data):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ledger, "append", killed)
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    assert (WatchStream.objects.count(), WatchDay.objects.count(), Finding.objects.count()) == (0, 0, 0)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=20)))
    assert Finding.objects.count() == 1


def test_the_clock_queues_a_watch_once_a_day(watched):
    counts_make(watched, days=5)
    now = at(START + timedelta(days=20))
    assert due_watches_queue(now=now) == 1
    assert due_watches_queue(now=now) == 0
    assert due_watches_queue(now=now + timedelta(minutes=11)) == 1
    assert Job.objects.filter(task="audits.watch").count() == 1
    watch_run(assistant_id=watched.pk, now=now)
    assert Watch.objects.get().next_run_at.date() == START + timedelta(days=21)
    assert due_watches_queue(now=now + timedelta(hours=12)) == 0


def test_tick_watches_an_assistant_that_has_a_programme(watched):
    tick()
    drain()
    assert Watch.objects.get().next_run_at > datetime.now(UTC)


def test_assistant_whose_programme_has_no_watch_is_left_alone(watched):
    programme = watched.programme
    programme.checks = [entry for entry in programme.checks if entry["kind"] != CheckKind.MONITORING]
    programme.save()
    assert due_watches_queue(now=at(START)) == 0
    assert watch_run(assistant_id=watched.pk) == 0


def test_queries_do_not_grow_with_days(watched, django_assert_num_queries):
    counts_make(watched, days=40)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    with django_assert_num_queries(3):
        assert len(watched_in(assistant=watched, window=Window(START, START + timedelta(days=5)))) == 2
    with django_assert_num_queries(3):
        assert len(curves(assistant=watched)) == 2


def test_the_run_of_an_alarm_shows_its_curve(watched, as_user, manager):
    ReleaseFactory(assistant=watched, version="2.0", released_at=at(START + timedelta(days=1)))
    counts_make(watched, gap=0.2)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    run = CheckRun.objects.get()
    page = as_user(manager).get(f"/checks/{run.pk}/").content.decode()
    assert "Evidence against “no difference”, day by day: 65+ against 35–64" in page
    assert "alarm at 20 to 1" in page
    assert "Release 2.0" in page
    watch = as_user(manager).get("/assistants/ava/fairness/watch/").content.decode()
    assert f"/findings/{Finding.objects.get().pk}/" in watch


def test_cycle_reports_what_the_watch_saw_and_tests_nothing(watched):
    counts_make(watched, gap=0.2)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    states = {}
    for name, window in (
        ("alarm", Window(START, START + timedelta(days=40))),
        ("later", Window(START + timedelta(days=30), START + timedelta(days=40))),
        ("never", Window(START + timedelta(days=100), START + timedelta(days=130))),
    ):
        answer = ask(watched, "monitoring", "groups watched every day", window=window)
        states[name] = answer.state
        assert "alpha" not in answer.result["figures"]
    assert states == {
        "alarm": CheckState.WATCH,
        "later": CheckState.PASSED,
        "never": CheckState.INSUFFICIENT_DATA,
    }


@pytest.mark.django_db(transaction=True)
def test_an_alarm_waits_for_who_decides_on_its_finding_and_not_with_the_ledger_in_hand(watched):
    """Deciding locks the finding, then the ledger: a watch that held them the other way round would be a deadlock."""
    counts_make(watched, gap=0.4)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    Watch.objects.all().delete()
    held, failed = threading.Event(), list[Exception]()

    def decide() -> None:
        try:
            with transaction.atomic():
                finding = Finding.objects.select_for_update().get()
                held.set()
                deadline = time.monotonic() + 30
                while not somebody_waits() and time.monotonic() < deadline:
                    pass
                ledger.append(action="finding.claimed", actor=SYSTEM, obj=finding, team_id=watched.team_id, data={})
        except Exception as error:
            failed.append(error)
        finally:
            held.set()
            connection.close()

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone() is not None

    other = threading.Thread(target=decide)
    other.start()
    assert held.wait(30)
    try:
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=60)))
    finally:
        other.join(60)
    assert failed == []
    assert Finding.objects.get().times_seen == 2


def test_statements_of_a_run_do_not_grow_with_the_groups(watched, django_assert_max_num_queries):
    few = ["18–34", "35–64", "65+"]
    counts_make(watched, days=6, groups=few)
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=4)))
    with django_assert_max_num_queries(100) as of_few:
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=5)))
    Watch.objects.all().delete()
    CountCell.objects.all().delete()
    counts_make(watched, days=6, groups=[*few, "a", "b", "c", "d"])
    watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=4)))
    with django_assert_max_num_queries(100) as of_many:
        watch_run(assistant_id=watched.pk, now=at(START + timedelta(days=5)))
    assert len(of_many) <= len(of_few)
