"""What happens because time has passed: cycles, re-checks and watches that are due, claims and accepted risks that
end, work that stalled.
"""

from __future__ import annotations

from datetime import UTC, date

import structlog
from django.db import transaction
from django.utils import timezone

from assistants.states import AssistantState
from audits.models import CheckRun, Cycle, Programme, StaleDay
from audits.periods import next_opening, period_opened
from audits.queries.jobs import latest_jobs
from audits.services.checking import check_job_key, check_run_give_up
from audits.services.claims import claims_expire
from audits.services.cycles import cycle_fail, cycle_job_key, cycle_open
from audits.services.findings import risk_acceptances_expire
from audits.services.probing.keeping import probe_answers_expire, stalled_probes_wake
from audits.services.rechecks import due_rechecks_start
from audits.services.stale_days import ripe_days_mark_stale
from audits.services.watch import due_watches_queue
from audits.states import CHECK_DECIDED, CycleState
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue
from portal.core.models import JobState
from portal.core.session_locks import session_lock

log = structlog.get_logger(__name__)

_LOCK = 0x5449434B  # "TICK"
MOST_PERIODS = 31
_AUDITED = [AssistantState.LIVE, AssistantState.RESTRICTED]


def tick() -> bool:
    """Do everything that is due. False where another worker is at it. Safe to repeat at any time."""
    with session_lock(_LOCK) as alone:
        if not alone:
            return False
        today = timezone.now().astimezone(UTC).date()
        due_cycles_open(today=today)
        due_rechecks_start(today=today)
        claims_expire()
        risk_acceptances_expire()
        due_watches_queue(now=timezone.now())
        stalled_work_wake()
        stalled_probes_wake()
        probe_answers_expire(now=timezone.now())
    return True


def due_cycles_open(*, today: date) -> int:
    """Open the cycles that are due, oldest period first; returns how many.

    After a pause every missed period is opened, up to 31 of a programme at once, so that no day stays unaudited. Each
    is a transaction with the programme locked, and a period that has its cycle is not opened again.
    """
    due = Programme.objects.filter(active=True, next_opens_on__lte=today, assistant__state__in=_AUDITED)
    opened = 0
    for programme_id in due.order_by("pk").values_list("pk", flat=True):
        for _ in range(MOST_PERIODS):
            if not _open_next(programme_id, today):
                break
            opened += 1
    return opened


@transaction.atomic
def _open_next(programme_id: int, today: date) -> bool:
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    opens_on = programme.next_opens_on
    if not programme.active or opens_on is None or opens_on > today:
        return False
    following = next_opening(programme.frequency, opens_on)
    programme.next_opens_on = following
    programme.save(update_fields=["next_opens_on"])
    if following is None:
        return False  # by hand only
    period_from, period_until = period_opened(programme.frequency, opens_on)
    place = {"programme": programme, "period_from": period_from, "period_until": period_until}
    if not Cycle.objects.filter(scheduled=True, **place).exists():
        cycle_open(
            assistant=programme.assistant,
            period_from=period_from,
            period_until=period_until,
            actor=SYSTEM,
            scheduled=True,
        )
    return True


def stalled_work_wake() -> None:
    """Queue what lost its job: cycles under way, and stale days whose scan never came to fold them. End what its job
    gave up on: cycles, and questions of no cycle.

    Days that can be told by now who came back are stale from then on.
    """
    cycles = Cycle.objects.filter(state__in=[CycleState.SCHEDULED, CycleState.RUNNING])
    ids = list(cycles.order_by("pk").values_list("pk", flat=True))
    jobs = latest_jobs([cycle_job_key(pk) for pk in ids])
    for pk in ids:
        job = jobs.get(cycle_job_key(pk))
        if job is not None and job.state == JobState.FAILED:
            log.error("cycle_given_up", cycle=pk, error=job.error)
            cycle_fail(cycle_id=pk, reason=job.error)
        elif job is None or job.state == JobState.DONE:
            with transaction.atomic():
                enqueue("audits.advance_cycle", key=cycle_job_key(pk), cycle_id=pk)
    _checks_give_up()
    ripe_days_mark_stale()
    stale = StaleDay.objects.order_by("assistant_id").values_list("assistant_id", flat=True).distinct()
    for assistant_id in stale:
        with transaction.atomic():
            enqueue("audits.fold", key=f"fold:{assistant_id}", assistant_id=assistant_id)


def _checks_give_up() -> None:
    """A cycle looks after its own questions; a verification or a question about a data set has only its job."""
    alone = CheckRun.objects.filter(cycle=None).exclude(state__in=CHECK_DECIDED)
    keys = {check_job_key(run): run.pk for run in alone.order_by("pk").only("cycle")}
    for key, job in latest_jobs(keys).items():
        if job.state == JobState.FAILED:
            log.error("check_given_up", run=keys[key], error=job.error)
            check_run_give_up(run_id=keys[key], reason=job.error)
