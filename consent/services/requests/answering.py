"""How requests other than erasure end: handed over, corrected, restricted, objected, and fulfilled."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.corrections import corrected
from consent.models import Correction, DataSubject, Purpose, SubjectRequest
from consent.queries.subjects import reference_index, reference_normalised
from consent.request_states import PACKAGED, RequestKind, RequestState
from consent.services.entries import ConsentEntry
from consent.services.events import consent_event_record
from consent.services.requests.handling import close
from consent.services.requests.records import record, request_locked, require_state, written
from consent.services.restrictions import restriction_impose
from consent.services.subjects import reference_open, sealed_place
from consent.states import OBJECTABLE, ConsentState
from portal.accounts.models import User
from portal.core.errors import Conflict, Invalid

SOURCE = "probity-requests"


@transaction.atomic
def request_fulfil(*, public_id: uuid.UUID, note: str, actor: User) -> SubjectRequest:
    """Say that the request has been answered. What it asked for must have been done first.

    An erasure is fulfilled by its check alone. Raises NotFound, Denied, Conflict, Invalid. Writes `request.fulfilled`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.IN_PROGRESS)
    missing = fulfilment_missing(request)
    if missing:
        raise Conflict(missing, code="not_done")
    text = written(note, required=False)
    close(request, to=RequestState.FULFILLED, action="request.fulfilled", actor=actor, note=text)
    return request


def fulfilment_missing(request: SubjectRequest) -> str:
    """What has to happen before the request can be called fulfilled, in words; empty where nothing has."""
    if request.kind == RequestKind.ERASURE:
        return "Erase the customer; a clean check fulfils the request."
    done = set(request.events.values_list("action", flat=True))
    if request.kind in PACKAGED:
        return "" if "request.package_downloaded" in done else "Build the package and download it for the customer."
    needed = {
        RequestKind.RECTIFICATION: ("request.rectified", "Correct the data first."),
        RequestKind.RESTRICTION: ("request.restricted", "Impose the restriction first."),
        RequestKind.OBJECTION: ("request.objected", "Record the objection first."),
    }
    action, words = needed[RequestKind(request.kind)]
    return "" if action in done else words


@transaction.atomic
def subject_rectify(
    *,
    public_id: uuid.UUID,
    actor: User,
    note: str,
    reference: str = "",
    attributes: Mapping[str, str] | None = None,
) -> list[Correction]:
    """Correct a customer's reference, or attributes that they are counted under, in all their conversations.

    What stood there before and stands there now is sealed with the customer's data; days are counted anew. A reference
    that is somebody's already is a Conflict: merge the two instead. Raises NotFound, Denied, Invalid. Writes
    `request.rectified` with the names of what changed, never with values.
    """
    request, subject = _in_progress(public_id, actor, RequestKind.RECTIFICATION)
    text = written(note)
    changes = {name: value.strip() for name, value in (attributes or {}).items()}
    if not reference.strip() and not changes:
        raise Invalid("Say what is to be corrected.", field="reference")
    made: list[Correction] = []
    if reference.strip():
        before, after = _reference_correct(subject, reference)
        made.append(_keep(request, subject, "reference", 1, before, after))
    for name, value in sorted(changes.items()):
        if not value:
            raise Invalid("Say what is right.", field="attribute_value")
        rows, stood = corrected(subject_id=subject.pk, name=name, value=value)
        made.append(_keep(request, subject, f"attribute {name}"[:80], rows, stood, value))
    facts = {"corrected": [one.field for one in made], "rows": sum(one.rows for one in made)}
    record(request=request, actor=actor, action="request.rectified", note=text, facts=facts)
    return made


@transaction.atomic
def subject_restrict(*, public_id: uuid.UUID, ground: str, note: str, actor: User) -> SubjectRequest:
    """Restrict every use of the customer's data (Art. 18) from now on. Writes `request.restricted`.

    Raises NotFound, Denied, Conflict, and Invalid.
    """
    request, subject = _in_progress(public_id, actor, RequestKind.RESTRICTION)
    text = written(note, required=False)
    restriction = restriction_impose(subject_id=subject.pk, ground=ground, actor=actor, source=SOURCE)
    facts = {"restriction": restriction.pk, "ground": ground}
    record(request=request, actor=actor, action="request.restricted", note=text, facts=facts)
    return request


@transaction.atomic
def subject_object(*, public_id: uuid.UUID, purposes: Collection[Purpose], note: str, actor: User) -> SubjectRequest:
    """Record the customer's objection (Art. 21) to these purposes in the consent ledger.

    It counts from the receipt of the request on. Only purposes on a legitimate interest or a public task can be
    objected to. Raises NotFound, Denied, Conflict, Invalid. Writes `request.objected` and `consent.recorded`.
    """
    request, subject = _in_progress(public_id, actor, RequestKind.OBJECTION)
    text = written(note, required=False)
    if not purposes:
        raise Invalid("Choose what the customer objects to.", field="purposes")
    for purpose in purposes:
        if purpose.team_id != request.team_id or purpose.lawful_basis not in OBJECTABLE:
            raise Invalid("This purpose rests on a basis that cannot be objected to.", field="purposes")
        entry = ConsentEntry(
            source=SOURCE,
            source_event_id=f"{request.public_id}/{purpose.code}",
            subject=subject.public_id,
            purpose=purpose.code,
            state=ConsentState.OBJECTED,
            occurred_at=request.received_at,
        )
        consent_event_record(team=request.team, entry=entry, actor=actor)
    facts = {"purposes": sorted(purpose.code for purpose in purposes)}
    record(request=request, actor=actor, action="request.objected", note=text, facts=facts)
    return request


def _in_progress(public_id: uuid.UUID, actor: User, kind: RequestKind) -> tuple[SubjectRequest, DataSubject]:
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.IN_PROGRESS)
    if request.kind != kind or request.subject_id is None:
        raise Conflict(f"Only a request of this kind ends so: {kind.label}.", code="kind")
    subject = DataSubject.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=request.subject_id)
    return request, subject


def _reference_correct(subject: DataSubject, reference: str) -> tuple[str, str]:
    if subject.reference_sealed is None:
        raise Invalid("An anonymous customer has no reference.", field="reference")
    after = reference_normalised(reference) or ""
    if len(after) > 1000:
        raise Invalid("At most 1000 characters.", field="reference")
    before = reference_open(subject)
    index = reference_index(team_id=subject.team_id, reference=after)
    key = subject.data_key.unwrap()
    subject.reference_sealed = key.seal(after.encode("utf-8", "surrogatepass"), place=sealed_place(subject.public_id))
    subject.reference_index = index
    try:
        with transaction.atomic():
            subject.save(update_fields=["reference_sealed", "reference_index"])
    except IntegrityError as error:
        raise Conflict("Another customer has this reference: merge the two instead.", code="reference_taken") from error
    return before, after


def _keep(
    request: SubjectRequest, subject: DataSubject, field: str, rows: int, before: object, after: object
) -> Correction:
    made = Correction(request=request, subject=subject, field=field, rows=rows, corrected_at=timezone.now())
    text = json.dumps({"before": before, "after": after}, ensure_ascii=False)
    made.sealed = subject.data_key.unwrap().seal(text.encode("utf-8", "surrogatepass"), place=made.place)
    made.save()
    return made
