"""Merging data subjects that are one person, and taking it back. Each subject keeps its own events."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubject, SubjectLinkEvent
from consent.services.restricting import announce_for
from consent.states import LINK_STATES, LinkReason, LinkState
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid, NotFound


@transaction.atomic
def subjects_merge(
    *,
    subject_id: int,
    other_id: int,
    reason: str,
    actor: Actor,
    source: str = "portal",
    occurred_at: datetime | None = None,
) -> SubjectLinkEvent:
    """Propose that two data subjects of a team are one person. Until it is confirmed the stricter of them decides.

    More than two are merged pair by pair; pairs may form chains and circles. `occurred_at` is when the source did it,
    now unless given. Raises NotFound, Denied (`consent.record`), Invalid, and Conflict where the same two have an
    open or confirmed merge. Writes `subjects.merge_proposed`; tells the listeners.
    """
    low_id, high_id = sorted((subject_id, other_id))
    subjects = {one.pk: one for one in DataSubject.objects.filter(pk__in=[low_id, high_id])}
    if subject_id not in subjects:
        raise NotFound("There is no such item.")
    subject = subjects[subject_id]
    require(actor, "consent.record", subject)
    other = subjects.get(other_id)
    if other is None or other.team_id != subject.team_id:
        raise Invalid("The team has no such data subject.", field="other")
    if subject_id == other_id:
        raise Invalid("A data subject is not merged with itself.", field="other")
    _check_reason(reason)
    now = timezone.now()
    if occurred_at is not None and occurred_at > now:
        raise Invalid("The time lies in the future.", field="occurred_at")
    _one_at_a_time(subject.team_id)
    if _standing(low_id, high_id):
        raise Conflict("These two are merged, or it is proposed, already.", code="merge_exists")
    step = SubjectLinkEvent.objects.create(
        merge=uuid.uuid4(),
        state=LinkState.PROPOSED,
        low=subjects[low_id],
        high=subjects[high_id],
        occurred_at=occurred_at or now,
        recorded_at=now,
        source=source,
        actor=actor.actor_ref,
        reason=reason,
    )
    _write_down("subjects.merge_proposed", step, subject.team_id, actor)
    return step


@transaction.atomic
def merge_confirm(*, merge: uuid.UUID, reason: str, actor: Actor) -> SubjectLinkEvent:
    """Confirm a proposed merge: from now on the two have one history, for all times of use.

    Raises NotFound, Denied without `consent.confirm` (privacy officer), Invalid, and Conflict unless it is proposed.
    Writes `subjects.merge_confirmed`; tells the listeners.
    """
    return _next_step(merge, LinkState.CONFIRMED, "consent.confirm", "subjects.merge_confirmed", reason, actor)


@transaction.atomic
def subjects_unmerge(*, merge: uuid.UUID, reason: str, actor: Actor) -> SubjectLinkEvent:
    """Take a merge back, proposed or confirmed: from now on each subject is decided by its own events again.

    What was decided before stays explained by what was known then. Taking a confirmed merge back needs
    `consent.confirm`, a proposed one `consent.record`. Raises NotFound, Denied, Invalid, and Conflict where it was
    taken back already. Writes `subjects.unmerged`; tells the listeners.
    """
    confirmed = SubjectLinkEvent.objects.filter(merge=merge, state=LinkState.CONFIRMED).exists()
    permission = "consent.confirm" if confirmed else "consent.record"
    return _next_step(merge, LinkState.UNDONE, permission, "subjects.unmerged", reason, actor)


def _next_step(
    merge: uuid.UUID, state: LinkState, permission: str, action: str, reason: str, actor: Actor
) -> SubjectLinkEvent:
    first = SubjectLinkEvent.objects.select_related("low").filter(merge=merge).order_by("pk").first()
    if first is None:
        raise NotFound("There is no such item.")
    require(actor, permission, first.low)
    _check_reason(reason)
    _one_at_a_time(first.low.team_id)
    last = SubjectLinkEvent.objects.filter(merge=merge).latest("pk")
    LINK_STATES.require(last.state, state)
    now = timezone.now()
    step = SubjectLinkEvent.objects.create(
        merge=merge,
        state=state,
        low_id=first.low_id,
        high_id=first.high_id,
        occurred_at=now,
        recorded_at=now,
        source="portal",
        actor=actor.actor_ref,
        reason=reason,
    )
    _write_down(action, step, first.low.team_id, actor)
    return step


def _standing(low_id: int, high_id: int) -> bool:
    last: dict[uuid.UUID, str] = {}
    steps = SubjectLinkEvent.objects.filter(low=low_id, high=high_id).order_by("pk")
    for merge, state in steps.values_list("merge", "state"):
        last[merge] = state
    return any(state != LinkState.UNDONE for state in last.values())


def _check_reason(reason: str) -> None:
    if reason not in LinkReason.values:
        raise Invalid(f"One of: {', '.join(LinkReason.values)}.", field="reason")


def _one_at_a_time(team_id: int) -> None:
    """One writer a team at a time, as for consent events: what was read stays true, and times follow ids."""
    Team.objects.select_for_update(no_key=True).get(pk=team_id)


def _write_down(action: str, step: SubjectLinkEvent, team_id: int, actor: Actor) -> None:
    data = {"merge": str(step.merge), "subjects": [step.low_id, step.high_id], "reason": step.reason}
    ledger.append(action=action, actor=actor, obj=step, team_id=team_id, data=data)
    announce_for(subject_ids=[step.low_id, step.high_id], team_id=team_id)
