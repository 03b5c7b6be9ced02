"""What every service on requests does the same way: lock the row, move the state, write history and ledger."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from consent.models import SubjectRequest, SubjectRequestEvent
from consent.request_states import REQUEST, RequestState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid, KeyDestroyed, NotFound

NOTE_LIMIT = 5000  # code points


def request_locked(*, public_id: uuid.UUID, actor: Actor, permission: str = "requests.act") -> SubjectRequest:
    """The request, locked until the transaction ends. Raises NotFound for another team's, Denied without the role."""
    request = (
        SubjectRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("team", "subject", "data_key")
        .filter(public_id=public_id)
        .first()
    )
    if request is None:
        raise NotFound("There is no such item.")
    require(actor, permission, request)
    return request


def require_state(request: SubjectRequest, *states: RequestState) -> None:
    """Raise Conflict, in words, unless the request is in one of `states`."""
    if request.state not in states:
        wanted = " or ".join(state.label.lower() for state in states)
        raise Conflict(
            f"This request is {request.get_state_display().lower()}; this is only possible while it is {wanted}.",
            code="transition_not_allowed",
        )


def move(request: SubjectRequest, to: str, *fields: str) -> str:
    """Save the request in state `to` with the other changed `fields`; returns the state it was in. Raises Conflict."""
    before = request.state
    REQUEST.require(before, to)
    request.state = RequestState(to)
    request.save(update_fields=["state", *fields])
    return before


def record(
    *,
    request: SubjectRequest,
    actor: Actor,
    action: str,
    from_state: str = "",
    note: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write one step to the history and the ledger. The note is sealed, and after an erasure not kept at all."""
    event = SubjectRequestEvent(
        request=request,
        at=timezone.now(),
        actor=actor.actor_ref,
        person=actor if isinstance(actor, User) else None,
        action=action,
        from_state=from_state,
        to_state=request.state if from_state else "",
        facts=dict(facts or {}),
    )
    event.note_sealed = sealed(request, note, place=event.place)
    event.save(force_insert=True)
    moved = {"from": from_state, "to": request.state} if from_state else {}
    ledger.append(
        action=action,
        actor=actor,
        obj=request,
        team_id=request.team_id,
        data={"request": str(request.public_id), "kind": request.kind, **moved, **(facts or {})},
    )


def sealed(request: SubjectRequest, text: str, *, place: str) -> bytes | None:
    """The text under the request's key; None for no text, and once that key is destroyed."""
    if not text:
        return None
    try:
        key = request.data_key.unwrap()
    except KeyDestroyed:
        return None
    return key.seal(text.encode("utf-8", "surrogatepass"), place=place)


def written(note: str, *, required: bool = True, field: str = "note") -> str:
    """The note without surrounding blanks. Raises Invalid where a required one is missing, or it is too long."""
    text = note.strip()
    if required and not text:
        raise Invalid("Write down why.", field=field, code="note_missing")
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"At most {NOTE_LIMIT} characters.", field=field, code="note_too_long")
    return text


def today() -> date:
    """The day in the portal's time zone, in which deadlines are counted."""
    return timezone.localdate()


def holidays() -> frozenset[date]:
    """The public holidays that the operator has named, besides those that hold everywhere."""
    return frozenset(map(date.fromisoformat, settings.PROBITY_HOLIDAYS))
