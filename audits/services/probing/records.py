"""Moving a probe run to another state, with its ledger entry. Used by the services that plan, send and judge."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from audits.models import ProbeJudging, ProbeRun
from audits.probe_states import JUDGING, JUDGING_OPEN, PROBE_RUN, JudgingState, ProbeRunState
from portal.core import ledger
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import NotFound


def run_locked(run_id: int) -> ProbeRun:
    """The run, locked before its connector and its questions. Raises NotFound."""
    run = ProbeRun.objects.select_for_update(of=("self",)).select_related("assistant").filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such item.")
    return run


def run_move(run: ProbeRun, state: ProbeRunState, *fields: str) -> None:
    """Save the state and these fields. Raises Conflict where the table does not allow it."""
    PROBE_RUN.require(run.state, state)
    run.state = state
    run.save(update_fields=["state", *fields])


def judging_move(judging: ProbeJudging, state: JudgingState, *, because: str = "") -> None:
    """Save the state of the judging of a locked run. Raises Conflict where the table does not allow it."""
    JUDGING.require(judging.state, state)
    judging.state, judging.ended_because = state, because[:200]
    judging.ended_at = None if state in JUDGING_OPEN else timezone.now()
    judging.save(update_fields=["state", "ended_because", "ended_at"])


def run_end(run: ProbeRun, state: ProbeRunState, *, because: str, actor: Actor = SYSTEM) -> None:
    """Stop or fail a locked run, and its judging. `because` names a class of fault, never what was asked or answered.

    Writes `probe.stopped` or `probe.failed`.
    """
    run.ended_because, run.finished_at = because[:200], timezone.now()
    run_move(run, state, "ended_because", "finished_at", "stopped_by")
    for judging in ProbeJudging.objects.select_for_update().filter(run=run, state__in=JUDGING_OPEN):
        judging_move(judging, JudgingState.ENDED, because="The run ended before.")
    action = "probe.stopped" if state == ProbeRunState.STOPPED else "probe.failed"
    record(run, action, actor, because=run.ended_because, requests=run.used_requests)


def record(run: ProbeRun, action: str, actor: Actor, **data: Any) -> None:
    ledger.append(
        action=action,
        actor=actor,
        obj=run,
        team_id=run.assistant.team_id,
        data={"assistant": run.assistant_id, "connector": run.connector_id, **data},
    )
