"""What every service on findings does the same way: lock the row, move the state, write history and ledger.

Locks are taken in one order everywhere: finding, remediation, cycles, ledger, waiting jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from audits.models import Finding, FindingEvent
from audits.services.cycle_states import cycle_apply, cycles_locked
from audits.services.notifications import NOTIFIED, notify
from audits.states import FINDING, FindingState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, NotFound


def finding_locked(*, finding_id: int, actor: Actor, permission: str) -> Finding:
    """The finding, locked until the transaction ends. Raises NotFound for another team's, Denied without the role."""
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("assistant", "raised_by_run")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise NotFound("There is no such item.")
    require(actor, permission, finding)
    return finding


def require_state(finding: Finding, *states: FindingState) -> None:
    """Raise Conflict, in words, unless the finding is in one of `states`."""
    if finding.state not in states:
        wanted = " or ".join(state.label.lower() for state in states)
        raise Conflict(
            f"This finding is {finding.get_state_display().lower()}; this is only possible while it is {wanted}.",
            code="transition_not_allowed",
        )


def require_unclaimed(finding: Finding, actor: User) -> None:
    """Raise Conflict while somebody else's claim on the finding lasts."""
    if finding.claimed_by_id in (None, actor.pk) or finding.claimed_until is None:
        return
    if finding.claimed_until > timezone.now():
        raise claim_conflict(finding.claimed_by)


def claim_conflict(holder: User | None) -> Conflict:
    """Says who is at work, by name only: an address is nobody else's business."""
    name = (holder.name if holder else "") or "A colleague"
    return Conflict(f"{name} is working on this right now.", code="claimed_by_another")


def drop_claim(finding: Finding) -> list[str]:
    """A decision ends the claim; returns the fields to save."""
    finding.claimed_by = None
    finding.claimed_until = None
    return ["claimed_by", "claimed_until"]


def move(finding: Finding, to: FindingState, *fields: str) -> str:
    """Save `finding` in state `to` with the other changed `fields`; returns the state it was in. Raises Conflict."""
    before = finding.state
    FINDING.require(before, to)
    finding.state = to
    finding.save(update_fields=["state", *fields])
    return before


def record(
    *,
    finding: Finding,
    actor: Actor,
    action: str,
    from_state: str | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one step to the history and the ledger; if it moved the finding, move its cycles; tell who must know.

    `from_state` is given where the state changed. `note` stays in the encrypted history and never enters the ledger.
    """
    moved = {} if from_state is None else {"from": from_state, "to": finding.state}
    FindingEvent.objects.create(
        finding=finding,
        at=timezone.now(),
        actor=actor.actor_ref,
        person=actor if isinstance(actor, User) else None,
        action=action,
        from_state=moved.get("from", ""),
        to_state=moved.get("to", ""),
        note=note,
    )
    cycles = cycles_locked(finding=finding) if moved else []
    ledger.append(
        action=action,
        actor=actor,
        obj=finding,
        team_id=finding.owning_team_id,
        data={**moved, **(data or {})},
    )
    for cycle in cycles:
        cycle_apply(cycle)
    if action in NOTIFIED:
        notify(finding=finding, action=action, actor=actor)
