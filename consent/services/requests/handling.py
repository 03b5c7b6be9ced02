"""The way of a request until it is answered: received, identity verified, started, held, resumed, extended, refused."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.deadlines import due_on, stops_clock
from consent.models import DataSubject, SubjectRequest
from consent.queries.subjects import subject_by_reference
from consent.request_states import (
    ExtensionReason,
    HoldReason,
    IdentityMethod,
    Jurisdiction,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)
from consent.services.requests.records import (
    holidays,
    move,
    record,
    request_locked,
    require_state,
    sealed,
    today,
    written,
)
from portal.accounts.models import Team, User
from portal.core import envelope
from portal.core.access import can, require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid
from portal.core.models import DataKey

_DIGEST = re.compile(r"[0-9a-f]{64}")
OLDEST = timedelta(days=366)


@transaction.atomic
def request_receive(
    *,
    team: Team,
    kind: str,
    channel: str,
    actor: Actor,
    customer_ref: str = "",
    subject: DataSubject | None = None,
    jurisdiction: str = Jurisdiction.GDPR,
    details: str = "",
    received_at: datetime | None = None,
) -> SubjectRequest:
    """File a request; the clock runs from `received_at` (now, unless given).

    The customer is named by reference or as `subject`. A reference that nobody is known under is no reason to turn a
    request away: it is filed without a subject, the reference sealed with its details. Raises Denied, and Invalid
    naming the field. Writes `request.received`.
    """
    require(actor, "requests.receive", team)
    now = timezone.now()
    received_at = received_at or now
    _require_sensible(kind=kind, channel=channel, jurisdiction=jurisdiction, received_at=received_at, now=now)
    text = written(details, required=False, field="details")
    if subject is None:
        if not customer_ref.strip():
            raise Invalid("Name the customer.", field="customer_ref")
        subject = subject_by_reference(team=team, reference=customer_ref)
        if subject is None:
            text = f"Reference: {customer_ref.strip()}\n\n{text}".strip()
    elif subject.team_id != team.pk:
        raise Invalid("There is no such data subject.", field="subject")
    if subject is not None and subject.erased_at is not None:
        raise Invalid("This data subject has been erased.", field="customer_ref", code="subject_erased")
    request = SubjectRequest(
        team=team,
        subject=subject,
        data_key=_own_key() if subject is None else subject.data_key,
        kind=kind,
        jurisdiction=jurisdiction,
        channel=channel,
        received_at=received_at,
        received_by=actor.actor_ref,
        due_on=due_on(jurisdiction=jurisdiction, received_on=timezone.localdate(received_at), holidays=holidays()),
    )
    request.details_sealed = sealed(request, text, place=request.place)
    request.save()
    facts = {"jurisdiction": jurisdiction, "channel": channel, "due_on": request.due_on.isoformat()}
    record(request=request, actor=actor, action="request.received", facts=facts)
    return request


@transaction.atomic
def request_verify_identity(
    *, public_id: uuid.UUID, method: str, actor: User, evidence_digest: str = "", note: str = ""
) -> SubjectRequest:
    """Say that and how the person was identified. `evidence_digest` is the SHA-256 of what proved it, kept elsewhere.

    Raises NotFound, Denied, Conflict, Invalid. Writes `request.identity_verified`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    if method not in IdentityMethod.values:
        raise Invalid("Choose how the person was identified.", field="method")
    if evidence_digest and not _DIGEST.fullmatch(evidence_digest):
        raise Invalid("A SHA-256 digest is 64 hexadecimal digits in lower case.", field="evidence_digest")
    require_state(request, RequestState.RECEIVED)
    text = written(note, required=False)
    request.identity_method = IdentityMethod(method)
    request.identity_digest = evidence_digest
    request.identity_checked_by = actor
    request.identity_checked_at = timezone.now()
    fields = ["identity_method", "identity_digest", "identity_checked_by", "identity_checked_at"]
    before = move(request, RequestState.IDENTITY_VERIFIED, *fields)
    record(
        request=request,
        actor=actor,
        action="request.identity_verified",
        from_state=before,
        note=text,
        facts={"method": method},
    )
    return request


@transaction.atomic
def request_start(*, public_id: uuid.UUID, actor: User) -> SubjectRequest:
    """Begin the work; it becomes the actor's unless it is somebody's already.

    Raises NotFound, Denied, and Conflict before the identity is verified. Writes `request.started`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.IDENTITY_VERIFIED)
    request.assigned_to = request.assigned_to or actor
    before = move(request, RequestState.IN_PROGRESS, "assigned_to")
    record(request=request, actor=actor, action="request.started", from_state=before)
    return request


@transaction.atomic
def request_assign(*, public_id: uuid.UUID, to: User, actor: User) -> SubjectRequest:
    """Give an open request to somebody who may act on it. Raises NotFound, Denied, Conflict, Invalid."""
    request = request_locked(public_id=public_id, actor=actor)
    _require_open(request)
    if not can(to, "requests.act", request):
        raise Invalid("This person may not act on requests of this team.", field="to")
    request.assigned_to = to
    request.save(update_fields=["assigned_to"])
    record(request=request, actor=actor, action="request.assigned", facts={"to": to.actor_ref})
    return request


@transaction.atomic
def request_hold(*, public_id: uuid.UUID, reason: str, note: str, actor: Actor) -> SubjectRequest:
    """Put a request on hold. Only waiting for proof of identity stops the clock, and only under the GDPR.

    Raises NotFound, Denied, Conflict, Invalid. Writes `request.held`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    if reason not in HoldReason.values:
        raise Invalid("Choose why it is on hold.", field="reason")
    return hold(request, reason=reason, note=written(note), actor=actor)


def hold(request: SubjectRequest, *, reason: str, note: str, actor: Actor) -> SubjectRequest:
    """Put a locked request on hold; see `request_hold`."""
    if reason == HoldReason.IDENTITY and request.identity_checked_at is not None:
        raise Conflict("The identity has been verified already.", code="identity_verified")
    request.held_from = request.state
    request.held_since = timezone.now()
    request.hold_reason = HoldReason(reason)
    before = move(request, RequestState.ON_HOLD, "held_from", "held_since", "hold_reason")
    stops = stops_clock(jurisdiction=request.jurisdiction, reason=reason)
    facts = {"reason": reason, "clock_stops": stops}
    record(request=request, actor=actor, action="request.held", from_state=before, note=note, facts=facts)
    return request


@transaction.atomic
def request_resume(*, public_id: uuid.UUID, actor: User, note: str = "") -> SubjectRequest:
    """Take a request off hold, back to where it was; days for which the clock stood still put the last day off.

    Raises NotFound, Denied, Conflict. Writes `request.resumed`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.ON_HOLD)
    text = written(note, required=False)
    held_from = request.held_from
    before = move(request, held_from, *_released(request))
    facts = {"due_on": request.due_on.isoformat(), "stopped_days": request.stopped_days}
    record(request=request, actor=actor, action="request.resumed", from_state=before, note=text, facts=facts)
    return request


@transaction.atomic
def request_extend(*, public_id: uuid.UUID, reason: str, note: str, actor: User) -> SubjectRequest:
    """Use the extension that the law grants once; the customer has to be told before the first deadline has passed.

    Raises NotFound, Denied, Conflict where it is used up or too late, Invalid. Writes `request.extended`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    _require_open(request)
    if reason not in ExtensionReason.values:
        raise Invalid("Choose why it takes longer.", field="reason")
    text = written(note)
    if request.extended_until is not None:
        raise Conflict("This request has been extended already.", code="extended_already")
    if request.due_on < today():
        raise Conflict("The deadline has passed; it can only be extended before.", code="too_late")
    request.extension_reason = ExtensionReason(reason)
    request.extended_until = _due_on(request, extended=True)
    request.due_on = request.extended_until
    request.reminded = []
    request.save(update_fields=["extension_reason", "extended_until", "due_on", "reminded"])
    facts = {"reason": reason, "due_on": request.due_on.isoformat()}
    record(request=request, actor=actor, action="request.extended", note=text, facts=facts)
    return request


@transaction.atomic
def request_refuse(*, public_id: uuid.UUID, reason: str, note: str, actor: User) -> SubjectRequest:
    """Refuse, on one of the law's grounds, in writing. Raises NotFound, Denied, Conflict, Invalid.

    Writes `request.refused`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    if reason not in RefusalReason.values:
        raise Invalid("Choose on what ground it is refused.", field="reason")
    text = written(note)
    request.refusal_reason = RefusalReason(reason)
    released = _released(request) if request.state == RequestState.ON_HOLD else []
    close(
        request,
        to=RequestState.REFUSED,
        action="request.refused",
        actor=actor,
        note=text,
        facts={"reason": reason},
        fields=["refusal_reason", *released],
    )
    return request


def close(
    request: SubjectRequest,
    *,
    to: RequestState,
    action: str,
    actor: Actor,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    fields: Iterable[str] = (),
) -> None:
    """End a locked request and write it down. Raises Conflict where it cannot end so from here."""
    request.closed_at = timezone.now()
    request.closed_by = actor.actor_ref
    before = move(request, to, "closed_at", "closed_by", *fields)
    facts = {**(facts or {}), "in_time": request.due_on >= today()}
    record(request=request, actor=actor, action=action, from_state=before, note=note, facts=facts)


def _released(request: SubjectRequest) -> list[str]:
    """End the hold in memory and put the deadline off by the days that do not count; returns the fields to save."""
    if request.held_since is not None and stops_clock(jurisdiction=request.jurisdiction, reason=request.hold_reason):
        request.stopped_days += (today() - timezone.localdate(request.held_since)).days
        request.due_on = _due_on(request, extended=request.extended_until is not None)
        request.extended_until = request.due_on if request.extended_until is not None else None
        request.reminded = []
    request.held_from, request.held_since, request.hold_reason = "", None, ""
    return ["held_from", "held_since", "hold_reason", "stopped_days", "due_on", "extended_until", "reminded"]


def _due_on(request: SubjectRequest, *, extended: bool) -> date:
    return due_on(
        jurisdiction=request.jurisdiction,
        received_on=timezone.localdate(request.received_at),
        extended=extended,
        stopped_days=request.stopped_days,
        holidays=holidays(),
    )


def _require_open(request: SubjectRequest) -> None:
    if not request.open:
        raise Conflict(f"This request is {request.get_state_display().lower()}.", code="transition_not_allowed")


def _require_sensible(*, kind: str, channel: str, jurisdiction: str, received_at: datetime, now: datetime) -> None:
    choices = {"kind": (kind, RequestKind), "channel": (channel, RequestChannel)}
    for field, (value, allowed) in {**choices, "jurisdiction": (jurisdiction, Jurisdiction)}.items():
        if value not in allowed.values:
            raise Invalid(f"One of: {', '.join(allowed.values)}.", field=field)
    if received_at.tzinfo is None:
        raise Invalid("The time needs a zone.", field="received_at")
    if not now - OLDEST <= received_at <= now + timedelta(minutes=5):
        raise Invalid("Give a time within the past year that does not lie in the future.", field="received_at")


def _own_key() -> DataKey:
    """A data key for the details of a request by somebody who is not known."""
    opened, wrapped = envelope.new_key()
    return DataKey.objects.create(id=opened.key_id, wrapped=wrapped, master_key_id=envelope.master_id_of(wrapped))
