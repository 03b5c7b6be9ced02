"""Running one check: claimed by a conditional update, decided once, safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from assistants.models import Assistant, Release
from audits.checks import CHECKS, CheckContext, CheckOutcome, CheckSpec
from audits.models import CheckRun, Cycle, Finding
from audits.programmes import spec_hash
from audits.queries.outdated import current_version
from audits.queries.windows import Window
from audits.services.cycle_states import REVIEWED
from audits.services.dataset_scanning import dataset_rows_scan
from audits.services.findings import finding_raise, finding_verification_decided
from audits.services.freshness import counts_ready, scans_queue
from audits.states import CHECK, CHECK_DECIDED, CheckKind, CheckState, CycleState
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import enqueue, times_started

log = structlog.get_logger(__name__)

# Checks that read nothing of conversations, and so wait for no scan.
WITHOUT_COUNTS = frozenset({CheckKind.MATCHED_PAIRS})


# So often a job of many questions is started. If it has ended each time without deciding them, one of them may be what
# kills its worker, and each gets a job of its own.
_STARTED_TOGETHER = 2


def check_job_key(run: CheckRun) -> str:
    """The key of the job that decides this run: its own, or of a cycle that of all questions of the kind."""
    return _own_job_key(run) if run.cycle_id is None else f"checks:{run.cycle_id}:{run.kind}"


def check_job_keys(run: CheckRun) -> set[str]:
    """The keys of all jobs that may decide this run; of a cycle that of its kind and, once that was parted, its own."""
    return {check_job_key(run), _own_job_key(run)}


def _own_job_key(run: CheckRun) -> str:
    return f"check:{run.pk}"


def check_run_queue_verification(
    *, finding: Finding, window_from: date, window_until: date, release: Release | None, actor: Actor
) -> CheckRun:
    """Queue the frozen check that raised the finding, over newer data, inside the caller's transaction.

    Kind, target, params and configuration hash are those of `finding.raised_by_run`. The run waits until what was
    received by now is scanned and counted. The caller has asked `require` and writes the ledger entry for `actor`.
    """
    raised_by = finding.raised_by_run
    run = CheckRun.objects.create(
        assistant=finding.assistant,
        verifies=finding,
        dataset=raised_by.dataset,
        kind=raised_by.kind,
        target=raised_by.target,
        params=raised_by.params,
        config_hash=raised_by.config_hash,
        window_from=window_from,
        window_until=window_until,
        release=release,
    )
    log.info("verification_queued", run=run.pk, finding=finding.pk, actor=actor.actor_ref)
    scans_queue(assistant_id=run.assistant_id)
    check_run_queue(run)
    return run


def check_run_queue(run: CheckRun) -> None:
    """Queue the job that decides this run, inside the caller's transaction. Of a cycle it is one for each kind."""
    if run.cycle_id is None:
        _queue_alone(run)
    else:
        enqueue("audits.run_checks", key=check_job_key(run), cycle_id=run.cycle_id, kind=run.kind)


def _queue_alone(run: CheckRun) -> None:
    enqueue("audits.run_check", key=_own_job_key(run), run_id=run.pk)


def cycle_checks_execute(*, cycle_id: int, kind: str) -> list[CheckRun]:
    """Run what is undecided of one kind in a cycle: together, since what questions of a kind cost is mostly shared.

    Returns the decided runs. Where their job has been started twice before and ended without deciding them, as when its
    worker is killed, each is queued by itself instead, so that only the one that does it is given up.
    """
    undecided = CheckRun.objects.filter(cycle=cycle_id, kind=kind).exclude(state__in=CHECK_DECIDED)
    runs = list(undecided.select_related("assistant", "release").order_by("pk"))
    if len(runs) > 1 and times_started(check_job_key(runs[0])) > _STARTED_TOGETHER:
        log.warning("checks_parted", cycle=cycle_id, kind=kind, questions=len(runs))
        with transaction.atomic():
            for run in runs:
                _queue_alone(run)
        return []
    return _execute(runs)


def check_run_execute(*, run_id: int) -> CheckRun | None:
    """Run a check that is queued, or whose worker died, and store its verdict.

    Returns the decided run, or None where it was decided already, or waits for scans (it is woken when they end). A
    check that raises becomes `error` with the error's class. Writes `check.decided`, raises the finding or moves the
    verified one, and wakes the cycle, all in one transaction.
    """
    run = CheckRun.objects.select_related("assistant", "release").get(pk=run_id)
    if not CHECK.allows(run.state, CheckState.RUNNING):
        return None
    if (
        run.dataset_id is None
        and run.cycle_id is None
        and run.kind not in WITHOUT_COUNTS
        and not counts_ready(
            assistant_id=run.assistant_id, since=run.window_from, until=run.window_until, asked_at=run.queued_at
        )
    ):
        return None
    return next(iter(_execute([run])), None)


def _execute(runs: Sequence[CheckRun]) -> list[CheckRun]:
    """Answer these questions of one kind about one window, and decide each in a transaction of its own.

    Where one cannot be decided the others are all the same; then its error is raised, so that its job is repeated.
    """
    claimed = [run for run in runs if _claim(run)]
    if not claimed:
        return []
    decided, failed = [], []
    for run, answer in zip(claimed, _answers(claimed), strict=True):
        try:
            decided.append(_decide(run.pk, **answer))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return [run for run in decided if run is not None]


def _claim(run: CheckRun) -> bool:
    """False where somebody else has decided it by now."""
    return bool(
        CheckRun.objects.filter(pk=run.pk, state__in=[CheckState.QUEUED, CheckState.RUNNING]).update(
            state=CheckState.RUNNING, started_at=timezone.now(), engine_version=current_version(run.assistant_id)
        )
    )


def _answers(runs: Sequence[CheckRun]) -> list[dict[str, Any]]:
    """Of each run its `outcome`, or the `error` that it ended in.

    Where one question raises, all are asked one by one, so that the error is that question's only.
    """
    try:
        for run in runs:
            if run.kind == CheckKind.TRAINING_PRIVACY and run.dataset_id is not None:
                dataset_rows_scan(dataset_id=run.dataset_id)
        outcomes = CHECKS[CheckKind(runs[0].kind)].answer([_context(run) for run in runs])
        return [{"outcome": outcome} for outcome in outcomes]
    except (OperationalError, InterfaceError):
        raise  # the database went away: the job is taken back and the run repeated
    except Exception as error:
        if len(runs) > 1:
            return [answer for run in runs for answer in _answers([run])]
        log.exception("check_failed", run=runs[0].pk, kind=runs[0].kind)
        return [{"error": type(error).__name__}]


def _context(run: CheckRun) -> CheckContext:
    return CheckContext(
        assistant=run.assistant,
        target=run.target,
        params=run.params,
        window=Window(run.window_from, run.window_until, run.release),
    )


@transaction.atomic
def check_run_record(*, assistant: Assistant, spec: CheckSpec, window: Window, outcome: CheckOutcome) -> CheckRun:
    """Keep a question that was asked and answered elsewhere as a check run of its own, of no cycle.

    The daily watch answers while it counts. Writes `check.decided`; raises the finding of a failed one.
    """
    now = timezone.now()
    run = CheckRun.objects.create(
        assistant=assistant,
        kind=spec.kind,
        target=spec.target,
        params=spec.params,
        config_hash=spec_hash(spec),
        window_from=window.since,
        window_until=window.until,
        release=window.release,
        state=CheckState.RUNNING,
        started_at=now,
        engine_version=current_version(assistant.pk),
    )
    decided = _decide(run.pk, outcome=outcome)
    assert decided is not None  # nobody else knows of it yet
    return decided


@transaction.atomic
def check_run_retry(*, run_id: int, actor: Actor) -> CheckRun:
    """Ask a cycle's question again that ended in an error: same params, same window.

    Raises NotFound, Denied, and Conflict where it did not end in an error, its cycle is over, or it verifies a finding
    (a verification is started anew from there). Writes `check.retried`; queues the check.
    """
    run = CheckRun.objects.select_related("assistant", "cycle").filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.cycle_open", run)
    if run.cycle is None:
        raise Conflict("Start the verification of its finding again instead.", code="verification_run")
    cycle = Cycle.objects.select_for_update().get(pk=run.cycle.pk)
    if cycle.state not in {CycleState.RUNNING, *REVIEWED}:
        raise Conflict(f"Its cycle is {cycle.get_state_display().lower()}.", code="cycle_over")
    run = CheckRun.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=run_id)
    if run.state != CheckState.ERROR:
        raise Conflict("Only a check that ended in an error is asked again.", code="transition_not_allowed")
    CHECK.require(run.state, CheckState.QUEUED)
    was, run.state, run.error = run.error, CheckState.QUEUED, ""
    run.started_at = run.finished_at = None
    run.save(update_fields=["state", "error", "started_at", "finished_at"])
    ledger.append(
        action="check.retried",
        actor=actor,
        obj=run,
        team_id=run.assistant.team_id,
        data={"cycle": run.cycle_id, "kind": run.kind, "config": run.config_hash, "error": was},
    )
    check_run_queue(run)
    return run


def check_run_give_up(*, run_id: int, reason: str) -> CheckRun | None:
    """Decide a check as `error` whose job was given up; `reason` names a class of error, never data."""
    return _decide(run_id, error=reason)


@transaction.atomic
def _decide(run_id: int, *, outcome: CheckOutcome | None = None, error: str = "") -> CheckRun | None:
    run = CheckRun.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=run_id)
    state = CheckState.ERROR if outcome is None else outcome.state
    if not CHECK.allows(run.state, state):
        return None  # somebody else was faster
    run.state, run.error, run.finished_at = state, error[:200], timezone.now()
    if outcome is not None:
        run.sentence, run.result, run.n = outcome.sentence, outcome.result, outcome.n
    run.save(update_fields=["state", "error", "finished_at", "sentence", "result", "n"])
    if run.verifies_id is not None:
        finding_verification_decided(run=run)
    elif outcome is not None and state == CheckState.FAILED:
        finding_raise(
            run=run,
            title=outcome.title,
            sentence=outcome.sentence,
            severity=outcome.severity,
            evidence=outcome.evidence,
        )
    ledger.append(
        action="check.decided",
        actor=SYSTEM,
        obj=run,
        team_id=run.assistant.team_id,
        data={
            "cycle": run.cycle_id,
            "verifies": run.verifies_id,
            "kind": run.kind,
            "config": run.config_hash,
            "verdict": run.state,
            "n": run.n,
            "error": run.error,
        },
    )
    if run.cycle_id is not None:
        enqueue("audits.advance_cycle", key=f"cycle:{run.cycle_id}", cycle_id=run.cycle_id)
    return run
