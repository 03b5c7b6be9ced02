"""What happens once nothing of a run is left to ask: a check for each cue, decided at once."""

from __future__ import annotations

from datetime import UTC, timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from audits.checks.matched_pairs import MatchedPairsSettings, specs_of
from audits.models import CheckRun, ProbeJudging, ProbeRun, Programme
from audits.probe_states import ProbeRunState
from audits.programmes import checks_validated, spec_hash
from audits.services.checking import check_run_execute, check_run_give_up
from audits.services.probing.records import record, run_end, run_locked, run_move
from audits.states import CHECK_DECIDED, CheckKind, CheckState
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue


def judge_job_key(run_id: int) -> str:
    return f"probe-judge:{run_id}"


def verdicts_queue(run: ProbeRun) -> None:
    """Nothing is left to ask of this locked, answered run: write its checks down and queue the judging.

    Call it inside a transaction.
    """
    assert run.answered_at is not None
    day = run.answered_at.astimezone(UTC).date()
    version = run.probe_set
    probe = {
        "set": version.slug,
        "version": version.version,
        "content": version.content_hash,
        "cues": run.cues,
        "judged": ProbeJudging.objects.filter(run=run).exists(),
    }
    for spec in specs_of(_settings(run.assistant), [probe]):
        check = CheckRun.objects.create(
            assistant=run.assistant,
            kind=spec.kind,
            target=spec.target,
            params=spec.params,
            config_hash=spec_hash(spec),
            window_from=day,
            window_until=day + timedelta(days=1),
        )
        run.check_runs.add(check)
    enqueue("audits.judge_probe", key=judge_job_key(run.pk), run_id=run.pk)


def probe_run_judge(*, run_id: int) -> ProbeRun:
    """Run the checks of an answered run, which raise or update findings, and say that it is judged. Repeatable.

    Writes `probe.judged`, or `probe.failed` where a check ended in an error.
    """
    undecided = CheckRun.objects.filter(probe_runs=run_id).exclude(state__in=CHECK_DECIDED)
    for pk in undecided.order_by("pk").values_list("pk", flat=True):
        check_run_execute(run_id=pk)
    return _take_in(run_id)


@transaction.atomic
def probe_run_give_up(*, run_id: int, reason: str) -> None:
    """End a run whose jobs were given up. `reason` names a class of error."""
    run = run_locked(run_id)
    if run.state in (ProbeRunState.QUEUED, ProbeRunState.RUNNING):
        for pk in run.check_runs.exclude(state__in=CHECK_DECIDED).values_list("pk", flat=True):
            check_run_give_up(run_id=pk, reason=reason)
        run_end(run, ProbeRunState.FAILED, because=f"Its work was given up: {reason}")


@transaction.atomic
def _take_in(run_id: int) -> ProbeRun:
    run = run_locked(run_id)
    checks = list(run.check_runs.order_by("pk"))
    if run.state != ProbeRunState.RUNNING or run.answered_at is None:
        return run
    if any(check.state not in CHECK_DECIDED for check in checks):
        return run
    broken = next((check for check in checks if check.state == CheckState.ERROR), None)
    if broken is not None:
        run_end(run, ProbeRunState.FAILED, because=f"It could not be judged: {broken.error}")
        return run
    run.finished_at = timezone.now()
    run_move(run, ProbeRunState.JUDGED, "finished_at")
    record(run, "probe.judged", SYSTEM, checks={str(check.pk): check.state for check in checks})
    return run


def _settings(assistant: Assistant) -> MatchedPairsSettings:
    """The thresholds of the assistant's programme; where it has none for this kind, the defaults."""
    programme = Programme.objects.filter(assistant=assistant).first()
    for entry in checks_validated(programme.checks if programme else []):
        if entry["kind"] == CheckKind.MATCHED_PAIRS:
            return msgspec.convert({**entry["params"], "cues": None}, MatchedPairsSettings)
    return MatchedPairsSettings()
