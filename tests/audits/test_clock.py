"""What happens because time has passed."""

from __future__ import annotations

from datetime import date

import pytest

from audits.models import Cycle, Finding
from audits.models.cycles import Frequency
from audits.services.checking import cycle_checks_execute
from audits.services.clock import due_cycles_open, stalled_work_wake, tick
from audits.services.cycles import cycle_advance, cycle_fail, cycle_open
from audits.services.programmes import programme_ensure
from audits.services.stale_days import days_mark_stale
from audits.states import CycleState
from portal.core.actors import SYSTEM
from portal.core.models import Job, JobState
from tests.audits.conversations import DAY
from tests.audits.told import MARCH, counted, group
from tests.jobs import drain
from tests.other_session import other_session
from tests.workflow.making import run_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def monthly(assistant):
    programme = programme_ensure(assistant=assistant)
    programme.next_opens_on = date(2025, 2, 1)
    programme.save()
    return programme


def periods() -> list[tuple[date, date]]:
    return list(Cycle.objects.order_by("period_from").values_list("period_from", "period_until"))


def test_a_due_cycle_covers_the_month_before(monthly):
    assert due_cycles_open(today=date(2025, 1, 31)) == 0
    assert due_cycles_open(today=date(2025, 2, 1)) == 1
    assert periods() == [(date(2025, 1, 1), date(2025, 2, 1))]
    monthly.refresh_from_db()
    assert monthly.next_opens_on == date(2025, 3, 1)
    assert Cycle.objects.get().scheduled


def test_missed_periods_are_caught_up_once_each(monthly):
    assert due_cycles_open(today=date(2025, 4, 20)) == 3
    assert due_cycles_open(today=date(2025, 4, 20)) == 0
    assert periods() == [
        (date(2025, 1, 1), date(2025, 2, 1)),
        (date(2025, 2, 1), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2025, 4, 1)),
    ]


def test_a_period_that_has_its_cycle_is_not_opened_again(monthly):
    due_cycles_open(today=date(2025, 2, 1))
    monthly.refresh_from_db()
    monthly.next_opens_on = date(2025, 2, 1)
    monthly.save()
    due_cycles_open(today=date(2025, 2, 1))
    assert len(periods()) == 1


def test_a_long_pause_is_caught_up_in_portions(monthly):
    monthly.frequency = Frequency.DAILY
    monthly.save()
    assert due_cycles_open(today=date(2025, 3, 10)) == 31
    assert due_cycles_open(today=date(2025, 3, 10)) == 7


@pytest.mark.parametrize(
    ("programme", "assistant_state"), [({"active": False}, "live"), ({}, "retired"), ({}, "proposed")]
)
def test_nothing_opens_for_inactive_programmes_or_assistants(monthly, programme, assistant_state):
    type(monthly).objects.update(**programme)
    type(monthly.assistant).objects.update(state=assistant_state)
    assert due_cycles_open(today=date(2025, 2, 1)) == 0


def test_work_that_lost_its_job_is_queued_again(assistant):
    cycle = cycle_open(assistant=assistant, period_from=MARCH.since, period_until=MARCH.until, actor=SYSTEM)
    days_mark_stale(assistant_id=assistant.pk, days=[DAY])
    Job.objects.all().delete()
    stalled_work_wake()
    stalled_work_wake()
    assert sorted(Job.objects.values_list("key", flat=True)) == [
        f"cycle:{cycle.pk}",
        f"fold:{assistant.pk}",
    ]


def test_a_cycle_whose_job_was_given_up_has_failed(assistant):
    cycle = cycle_open(assistant=assistant, period_from=MARCH.since, period_until=MARCH.until, actor=SYSTEM)
    Job.objects.filter(task="audits.advance_cycle").update(state=JobState.FAILED, error="MemoryError")
    stalled_work_wake()
    cycle.refresh_from_db()
    assert (cycle.state, cycle.failure) == ("failed", "MemoryError")
    stalled_work_wake()
    assert Job.objects.filter(task="audits.advance_cycle").count() == 1


def test_a_cycle_that_has_failed_leaves_no_question_to_be_decided_later(assistant):
    counted(assistant, group(60, resolved=40))
    cycle = cycle_open(
        assistant=assistant, period_from=MARCH.since, period_until=MARCH.until, actor=SYSTEM, kinds=["disclosure"]
    )
    assert cycle_advance(cycle_id=cycle.pk) == CycleState.RUNNING
    cycle_fail(cycle_id=cycle.pk, reason="MemoryError")
    assert cycle_checks_execute(cycle_id=cycle.pk, kind="disclosure") == []
    run = cycle.check_runs.get()
    assert (run.state, run.error, run.result) == ("error", "MemoryError", {})
    assert not Finding.objects.exists()
    drain()
    cycle.refresh_from_db()
    assert cycle.state == CycleState.FAILED


def test_a_question_of_no_cycle_whose_job_was_given_up_is_an_error(assistant):
    """Such as a verification: it would hold its finding in that state for ever."""
    run = run_make(assistant, state="queued", verifies=None)
    stalled_work_wake()
    run.refresh_from_db()
    assert run.state == "queued"  # it waits for scans, whose end wakes it
    Job.objects.create(task="audits.run_check", key=f"check:{run.pk}", state=JobState.FAILED, error="MemoryError")
    stalled_work_wake()
    run.refresh_from_db()
    assert (run.state, run.error) == ("error", "MemoryError")


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_ticks_at_a_time(monthly):
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [0x5449434B])
        assert tick() is False
        assert Cycle.objects.count() == 0
        other.execute("SELECT pg_advisory_unlock(%s, 0)", [0x5449434B])
    assert tick() is True
    assert Cycle.objects.count() > 0
