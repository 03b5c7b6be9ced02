"""The whole cycle on a real Celery worker, with processes of it killed in the middle."""

from __future__ import annotations

import json
import threading

import pytest

from assistants.models import AuditedAttribute, Conversation
from assistants.states import ConversationState
from audits.management.watching import UNDER_WAY, cycle_watch
from audits.models import ConversationScan, Cycle, Detection, Finding
from audits.queries.counts import value_counts
from audits.services import pattern_lock
from audits.services.clock import stalled_work_wake
from audits.services.cycles import cycle_open
from audits.states import CycleState
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.jobs import recover
from portal.core.models import Job, LedgerEntry
from tests.audits import poison
from tests.audits.conversations import conversations_make
from tests.audits.told import MARCH, group
from tests.other_session import locks_waited_for, other_session
from tests.worker import celery_worker, wait_for

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

PHONED = (("customer", "Who do I call?"), ("assistant", "Please call +1 415 555 2671."))
EACH = 1500
# A batch of a scan shares this lock (audits.services.pattern_lock); who takes it alone holds up the next.
TAKE = f"SELECT pg_advisory_lock({pattern_lock._SPACE}, %s)"


def waiting(session) -> int:
    """How many sessions wait for that lock."""
    return locks_waited_for(session, pattern_lock._SPACE)


def scanned() -> int:
    return Conversation.objects.filter(state=ConversationState.SCANNED).count()


def opened(assistant) -> Cycle:
    return cycle_open(assistant=assistant, period_from=MARCH.since, period_until=MARCH.until, actor=SYSTEM)


def waited_for(cycle: Cycle) -> str:
    """The state in which the cycle left its jobs, which a beat-less `recover` may have to take back."""
    states = [progress.state for progress in cycle_watch(cycle.pk, seconds=120, warn=pytest.fail)]
    assert states[-1] not in UNDER_WAY
    return states[-1]


def answers(cycle: Cycle) -> dict[str, tuple]:
    runs = cycle.check_runs.order_by("kind", "target")
    return {f"{run.kind} {run.target}": (run.state, run.n, run.sentence, run.result) for run in runs}


def test_a_killed_worker_process_loses_nothing_and_doubles_nothing(assistant):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    told = [
        one
        for language, resolved in (("en", 1200), ("de", 900))
        for one in group(EACH, resolved=resolved, language=language, turns=PHONED, attributes={"age": "any"})
    ]
    conversations_make(assistant, told)
    with celery_worker(processes=2) as worker, other_session() as first, other_session() as second:
        first.execute(TAKE, [assistant.pk])
        cycle = opened(assistant)
        wait_for(lambda: waiting(first) == 2, seconds=60, what="both to begin a scan")
        in_line = threading.Thread(target=second.execute, args=(TAKE, [assistant.pk]))
        in_line.start()
        wait_for(lambda: waiting(first) == 3, seconds=60, what="the next to wait in line")
        first.execute("SELECT pg_advisory_unlock_all()")  # two batches are stored, then it is the turn of `second`
        in_line.join()
        wait_for(lambda: waiting(first) == 2, seconds=60, what="both to begin their next batch")
        assert 0 < scanned() < 2 * EACH
        killed = worker.kill_child()
        second.execute("SELECT pg_advisory_unlock_all()")
        assert waited_for(cycle) == CycleState.IN_REVIEW
        again = opened(assistant)
        assert waited_for(again) == CycleState.IN_REVIEW
        wait_for(
            lambda: len(worker.children) == 2 and killed not in worker.children,
            seconds=30,
            what="the pool to be whole again",
        )
    assert (scanned(), ConversationScan.objects.count()) == (2 * EACH, 2 * EACH)
    assert Detection.objects.count() == 2 * EACH
    entries = LedgerEntry.objects.filter(action="conversations.scanned")
    assert sum(json.loads(entry.body)["data"]["scanned"] for entry in entries) == 2 * EACH
    states = value_counts(assistant=assistant, measure="scan.state", window=MARCH)
    assert states == {"scanned": 2 * EACH}
    resolved = value_counts(assistant=assistant, measure="outcome.resolved", window=MARCH)
    assert resolved == {"true": 2100, "false": 900}
    assert answers(cycle) == answers(again)
    assert list(Finding.objects.order_by("kind").values_list("kind", "times_seen")) == [
        ("disclosure", 2),
        ("language_parity", 2),
        ("outcome_gap", 2),
    ]
    assert ledger.verify().intact


def test_a_question_that_kills_its_worker_is_given_up_alone(assistant):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    english = group(40, resolved=30, language="en", attributes={"age": "young"})
    conversations_make(assistant, english + group(40, resolved=25, language="de", attributes={"age": "old"}))
    with celery_worker(processes=2, module=poison.__name__):
        cycle = cycle_open(
            assistant=assistant,
            period_from=MARCH.since,
            period_until=MARCH.until,
            actor=SYSTEM,
            kinds=["outcome_gap", "disclosure"],
        )
        wait_for(lambda: recovered(cycle) not in UNDER_WAY, seconds=120, what="the cycle to end")
    states = dict(cycle.check_runs.values_list("target", "state"))
    deadly = cycle.check_runs.get(target=poison.TARGET)
    assert (deadly.state, deadly.error) == ("error", f"given up after {poison.ATTEMPTS} attempts")
    assert len(states) > 2
    assert [target for target, state in states.items() if state == "error"] == [poison.TARGET]
    assert Job.objects.get(key=f"checks:{cycle.pk}:outcome_gap").attempts == 3  # twice together, then parted
    assert LedgerEntry.objects.filter(action="check.decided").count() == len(states)
    assert ledger.verify().intact


def recovered(cycle: Cycle) -> str:
    """The state of the cycle, once beat had its turns: jobs of dead workers taken back, and what they gave up ended."""
    recover()
    stalled_work_wake()
    cycle.refresh_from_db()
    return cycle.state
