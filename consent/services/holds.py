"""Legal holds: placed while a matter is open, released when it ends."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from consent import holds
from consent.models import DataSubject, LegalHold
from consent.states import HoldScope
from portal.accounts.models import Team, User
from portal.core import ledger
from portal.core.access import require
from portal.core.errors import Conflict, Invalid, NotFound

_LOCK_SPACE = 0x484F4C44  # "HOLD"; the second half of the lock is the team's id


def holds_freeze(*, team_id: int) -> None:
    """Let no hold of this team be placed until the caller's transaction ends.

    Whoever disposes of data calls this first and asks what is held next: a hold is then either seen, or placed after
    the disposal was committed. Disposals do not wait for each other.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("holds are frozen for the transaction of a disposal")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_LOCK_SPACE, _lock_id(team_id)])


@transaction.atomic
def hold_place(
    *,
    team: Team,
    matter: str,
    reason: str,
    actor: User,
    subject: DataSubject | None = None,
    assistant_id: int | None = None,
) -> LegalHold:
    """Forbid disposal of a subject's or an assistant's data, or, with neither, of all of the team's.

    Waits for disposals of the team that are under way; from the commit on, none touches what is held. The matter and
    the reason are kept encrypted. Raises Denied, Invalid, NotFound. Writes `hold.placed`.
    """
    require(actor, "holds.change", team)
    for field, value in (("matter", matter), ("reason", reason)):
        if not value.strip():
            raise Invalid("Must not be blank.", field=field)
    scope = _scope(team, subject, assistant_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, _lock_id(team.pk)])
    hold = LegalHold.objects.create(
        team=team,
        scope=scope,
        subject=subject,
        assistant_id=assistant_id,
        matter=matter.strip(),
        reason=reason.strip(),
        placed_by=actor,
        placed_at=timezone.now(),
    )
    data = {"scope": scope, "subject": subject and str(subject.public_id), "assistant": assistant_id}
    ledger.append(action="hold.placed", actor=actor, obj=hold, team_id=team.pk, data=data)
    return hold


@transaction.atomic
def hold_release(*, hold_id: int, reason: str, actor: User) -> LegalHold:
    """End a hold. What is overdue by then is disposed of by the next nightly run.

    Raises Denied, Invalid, NotFound, and Conflict where it was released before. Writes `hold.released`.
    """
    hold = LegalHold.objects.select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise NotFound("There is no such item.")
    require(actor, "holds.change", hold)
    if not hold.in_force:
        raise Conflict("This hold was released before.", code="hold_released")
    if not reason.strip():
        raise Invalid("Say why the hold ends.", field="reason")
    hold.released_by, hold.released_at, hold.release_reason = actor, timezone.now(), reason.strip()
    hold.save(update_fields=["released_by", "released_at", "release_reason"])
    data = {"scope": hold.scope, "days": (hold.released_at - hold.placed_at).days}
    ledger.append(action="hold.released", actor=actor, obj=hold, team_id=hold.team_id, data=data)
    return hold


def _lock_id(team_id: int) -> int:
    return team_id % 2**31


def _scope(team: Team, subject: DataSubject | None, assistant_id: int | None) -> HoldScope:
    if subject is not None and assistant_id is not None:
        raise Invalid("A hold is on one customer or on one assistant.", field="scope")
    if subject is not None:
        if subject.team_id != team.pk:
            raise NotFound("There is no such item.")
        return HoldScope.SUBJECT
    if assistant_id is not None:
        if holds.assistants().team_of(assistant_id) != team.pk:
            raise NotFound("There is no such item.")
        return HoldScope.ASSISTANT
    return HoldScope.TEAM
