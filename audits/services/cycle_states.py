"""Where a cycle stands follows from its findings; closing it is a person's decision."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from audits.models import Cycle, Finding
from audits.services.notes import written
from audits.states import CYCLE, CycleState, FindingState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, NotFound

REVIEWED = frozenset({CycleState.IN_REVIEW, CycleState.REMEDIATION, CycleState.AWAITING_SIGN_OFF})
# Nothing is left to do about these but, for a verified one, to sign it.
DECIDED = frozenset(
    {
        FindingState.VERIFIED,
        FindingState.CLOSED,
        FindingState.DISMISSED,
        FindingState.DUPLICATE,
        FindingState.RISK_ACCEPTED,
    }
)


@transaction.atomic
def cycle_refresh(*, cycle_id: int) -> Cycle:
    """Move a reviewed cycle to where its findings say it stands; repeating it changes nothing.

    In review while a finding is new, in remediation while one is confirmed and not yet verified, awaiting sign-off
    once all are decided or there are none. A cycle that is not yet checked, or is over, stays as it is. Writes
    `cycle.moved`. Raises NotFound.
    """
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("assistant").filter(pk=cycle_id).first()
    if cycle is None:
        raise NotFound("There is no such item.")
    cycle_apply(cycle)
    return cycle


def cycles_locked(*, finding: Finding) -> list[Cycle]:
    """The reviewed cycles that saw this finding, locked in one order."""
    ids = finding.seen_in.filter(cycle__isnull=False).values("cycle_id")
    cycles = Cycle.objects.select_for_update(of=("self",)).select_related("assistant")
    return list(cycles.filter(pk__in=ids, state__in=REVIEWED).order_by("pk"))


def cycle_apply(cycle: Cycle) -> None:
    """Make the move that the findings of a locked cycle call for, if any."""
    if cycle.state not in REVIEWED:
        return
    states = set(Finding.objects.filter(seen_in__cycle=cycle).values_list("state", flat=True))
    target = state_for(cycle.state, states)
    if target == cycle.state:
        return
    CYCLE.require(cycle.state, target)
    before, cycle.state = cycle.state, target
    cycle.save(update_fields=["state"])
    _append("cycle.moved", cycle, before, SYSTEM)


def state_for(current: str, findings: Collection[str]) -> CycleState:
    """Where a reviewed cycle in state `current` stands, given the states of its findings.

    A cycle that has left review does not return to it: a finding that is new again there counts as remediation.
    """
    if all(state in DECIDED for state in findings):
        return CycleState.AWAITING_SIGN_OFF
    if current == CycleState.IN_REVIEW and FindingState.NEW in findings:
        return CycleState.IN_REVIEW
    return CycleState.REMEDIATION


@transaction.atomic
def cycle_close(*, cycle_id: int, actor: User, note: str = "") -> Cycle:
    """Close a cycle whose findings are all decided and signed.

    Raises NotFound, Denied, and Conflict from any other state or while a verified finding waits for its signature.
    Writes `cycle.closed`; the note is kept encrypted, outside the ledger.
    """
    found = Cycle.objects.select_related("assistant").filter(pk=cycle_id).first()
    if found is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.cycle_close", found)
    text = written(note, required=False)
    # Findings before the cycle, as everywhere: one that is being sent back is waited for and then seen.
    findings = list(
        Finding.objects.select_for_update()
        .filter(pk__in=Finding.objects.filter(seen_in__cycle=cycle_id).values("pk"))
        .order_by("pk")
        .values_list("state", flat=True)
    )
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=cycle_id)
    CYCLE.require(cycle.state, CycleState.CLOSED)
    unsigned = findings.count(FindingState.VERIFIED)
    if unsigned:
        raise Conflict(f"Still to be signed: {unsigned} of its findings.", code="findings_unsigned")
    before, cycle.state = cycle.state, CycleState.CLOSED
    cycle.closed_by, cycle.closed_at, cycle.closing_note = actor, timezone.now(), text
    cycle.save(update_fields=["state", "closed_by", "closed_at", "closing_note"])
    _append("cycle.closed", cycle, before, actor)
    return cycle


def _append(action: str, cycle: Cycle, before: str, actor: Actor) -> None:
    ledger.append(
        action=action,
        actor=actor,
        obj=cycle,
        team_id=cycle.owning_team_id,
        data={"from": before, "to": cycle.state},
    )
