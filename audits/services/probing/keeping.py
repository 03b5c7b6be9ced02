"""What time does to probe runs: work that stalled is woken, and answers do not outlive their purpose."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from audits.models import ProbeQuestion, ProbeRun
from audits.probe_states import ProbeRunState
from audits.queries.jobs import latest_jobs
from audits.queries.probing import UNDER_WAY
from audits.services.probing.phases import Judging, lane_job_key, lanes_of, lanes_queue, phase_of
from audits.services.probing.records import record, run_locked
from audits.services.probing.verdicts import judge_job_key, probe_run_give_up
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue
from portal.core.models import JobState

log = structlog.get_logger(__name__)

BATCH = 500


def stalled_probes_wake() -> None:
    """Queue the work of runs that lost it, and end runs whose work was given up. Safe to repeat."""
    for pk in ProbeRun.objects.filter(state__in=UNDER_WAY).order_by("pk").values_list("pk", flat=True):
        _wake(pk)


@transaction.atomic
def _wake(run_id: int) -> None:
    run = run_locked(run_id)
    if run.state not in UNDER_WAY:
        return
    phase = phase_of(run)
    keys = [judge_job_key(run.pk)] if phase is None else [lane_job_key(run.pk, lane) for lane in lanes_of(phase)]
    jobs = latest_jobs(keys).values()
    given_up = next((job for job in jobs if job.state == JobState.FAILED), None)
    if given_up is not None and isinstance(phase, Judging):
        log.error("probe_judging_given_up", run=run.pk, error=given_up.error)
        phase.broken(f"Its work was given up: {given_up.error}")
    elif given_up is not None:
        log.error("probe_given_up", run=run.pk, error=given_up.error)
        probe_run_give_up(run_id=run.pk, reason=given_up.error)
    elif all(job.state == JobState.DONE for job in jobs):
        if phase is None:
            enqueue("audits.judge_probe", key=judge_job_key(run.pk), run_id=run.pk)
        else:
            lanes_queue(run)


def probe_answers_expire(*, now: datetime) -> int:
    """Empty the answers of runs that ended more than PROBITY_PROBE_ANSWER_DAYS days ago; returns how many runs.

    What rules read from them stays, and with it every figure. Writes `probe.answers_cleared`.
    """
    since = now - timedelta(days=settings.PROBITY_PROBE_ANSWER_DAYS)
    ended = ProbeRun.objects.filter(finished_at__lt=since, answers_cleared_at__isnull=True).exclude(state__in=UNDER_WAY)
    cleared = 0
    for pk in ended.order_by("pk").values_list("pk", flat=True)[:20]:
        _clear(pk, now)
        cleared += 1
    return cleared


@transaction.atomic
def _clear(run_id: int, now: datetime) -> None:
    run = ProbeRun.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=run_id)
    if run.answers_cleared_at is not None or run.state in (ProbeRunState.QUEUED, ProbeRunState.RUNNING):
        return
    questions = list(ProbeQuestion.objects.filter(run=run).only("pk", "row_key"))
    for question in questions:
        question.answer = ""
    ProbeQuestion.objects.bulk_update(questions, ["answer"], batch_size=BATCH)
    run.answers_cleared_at = now
    run.save(update_fields=["answers_cleared_at"])
    record(run, "probe.answers_cleared", SYSTEM, questions=len(questions))
