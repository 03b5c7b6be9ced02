"""Answering a request for erasure: ordered by a person, carried out and checked by jobs, certified when clean."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from consent.models import Certificate, DataSubject, Erasure, SubjectRequest
from consent.request_states import HoldReason, RequestKind, RequestState
from consent.services.erasures import Held, person_of, subjects_erase
from consent.services.requests.handling import close, hold
from consent.services.requests.records import record, request_locked, require_state
from consent.services.signing import public_key, sign
from consent.traces import traces
from portal.accounts.models import User
from portal.core import envelope
from portal.core.actors import SYSTEM
from portal.core.envelope import SealBroken
from portal.core.errors import Conflict, Denied, KeyDestroyed
from portal.core.jobs import enqueue
from portal.core.models import DataKey

log = structlog.get_logger(__name__)

KIND = "erasure-certificate"
# Counts are made anew by a job; the check waits for it, in steps.
SETTLE = timedelta(seconds=3)
PATIENCE = 40
KEPT = (
    "The consent ledger under the pseudonym: that consent was given, refused or withdrawn, for what, when and by which "
    "notice (GDPR Art. 7(1), 17(3)(e)).",
    "The ledger of what was done, under pseudonyms, without content (Art. 5(2)).",
    "Published audit results, which are aggregates.",
    "Keyed hashes of the reference and of external ids, by which data from before that arrives late is refused.",
)


@transaction.atomic
def request_erase(*, public_id: uuid.UUID, actor: User, reauthenticated: bool) -> SubjectRequest:
    """Order the erasure of a request in progress; a job carries it out. It cannot be taken back.

    Under a legal hold the request goes on hold instead. Raises NotFound, Denied (also without a step-up login),
    Conflict. Writes `request.erasure_ordered`.
    """
    request = request_locked(public_id=public_id, actor=actor)
    require_state(request, RequestState.IN_PROGRESS)
    if request.kind != RequestKind.ERASURE or request.subject_id is None:
        raise Conflict("Only a request for erasure of a known customer ends so.", code="kind")
    if not reauthenticated:
        raise Denied("Confirm that it is you first: this cannot be taken back.", code="reauthentication_required")
    record(request=request, actor=actor, action="request.erasure_ordered")
    enqueue("consent.erase", key=f"erase:{request.pk}", request_id=request.pk)
    return request


@transaction.atomic
def erasure_carry_out(*, request_id: int) -> None:
    """Erase the person of an ordered request and ask for the check; on a legal hold, put the request on hold.

    Safe to repeat: what is erased stays erased, and the check follows.
    """
    request = _erasable(request_id)
    if request is None or request.subject is None:
        return
    done = subjects_erase(subject_ids=person_of(request.subject), actor=SYSTEM, request=request)
    if isinstance(done, Held):
        hold(request, reason=HoldReason.LEGAL_HOLD, note="", actor=SYSTEM)
        enqueue("consent.remind", request_id=request.pk, occasion="held")
        return
    enqueue("consent.check_erasure", key=f"check_erasure:{request.pk}", request_id=request.pk)


@transaction.atomic
def erasure_check(*, request_id: int, attempt: int = 0) -> None:
    """Look whether anything of the person is left or opens. Clean: fulfil the request and certify it.

    While counts are still being made anew it looks again in a few seconds. Anything else left behind stays on record
    (`request.erasure_unclean`), tells the privacy officers, and leaves the request in progress, to be erased again.
    """
    request = _erasable(request_id)
    if request is None or request.subject is None:
        return
    ids = person_of(request.subject)
    checks = erasure_checks(ids)
    unclean = {check["check"]: check["found"] for check in checks if check["found"]}
    if not unclean:
        _certify(request, ids, checks)
    elif unclean.keys() <= _settling() and attempt < PATIENCE:
        for trace in traces():
            if trace.settle is not None:
                trace.settle(ids)
        enqueue("consent.check_erasure", delay=SETTLE, request_id=request.pk, attempt=attempt + 1)
    else:
        log.error("erasure_unclean", request=str(request.public_id), places=sorted(unclean))
        record(request=request, actor=SYSTEM, action="request.erasure_unclean", facts={"found": unclean})
        enqueue("consent.remind", request_id=request.pk, occasion="unclean")


def erasure_checks(subject_ids: Collection[int]) -> list[dict[str, Any]]:
    """Every check with what it looked at and what it `found`; an erasure is clean where nothing was found."""
    subjects = DataSubject.objects.filter(pk__in=subject_ids)
    keys = {key.pk: key for key in DataKey.objects.filter(subject__in=subjects)}
    opening = sum(_opens(key) for key in keys.values())
    sealed = [one for trace in traces() if trace.sealed is not None for one in trace.sealed(subject_ids)]
    readable = sum(_readable(keys.get(one.data_key), one.place, one.value) for one in sealed)
    checks: list[dict[str, Any]] = [
        {"check": "data_keys", "label": "Data keys that still open", "looked_at": len(keys), "found": opening},
        {
            "check": "sealed",
            "label": "Sealed values left behind that could be decrypted",
            "looked_at": len(sealed),
            "found": readable,
        },
    ]
    for trace in traces():
        checks.append({"check": trace.name, "label": trace.label, "found": trace.look(subject_ids)})
    return checks


def _opens(key: DataKey) -> bool:
    try:
        key.unwrap()
    except (KeyDestroyed, SealBroken):
        return key.wrapped is not None
    return True


def _readable(key: DataKey | None, place: str, value: bytes) -> bool:
    """Try to decrypt what is left, as whoever holds the database and the master keys would."""
    if key is None or key.wrapped is None:
        return False
    try:
        envelope.unwrap(key.pk, bytes(key.wrapped)).open(value, place=place)
    except SealBroken:
        return False
    return True


def _settling() -> set[str]:
    return {trace.name for trace in traces() if trace.settle is not None}


def _erasable(request_id: int) -> SubjectRequest | None:
    """The locked request, if it is an erasure that is still under way."""
    return (
        SubjectRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("team", "subject", "data_key")
        .filter(pk=request_id, kind=RequestKind.ERASURE, state=RequestState.IN_PROGRESS)
        .first()
    )


def _certify(request: SubjectRequest, ids: Collection[int], checks: list[dict[str, Any]]) -> Certificate:
    issued_at = timezone.now()
    erasures = Erasure.objects.select_related("subject").filter(subject__in=ids).order_by("pk")
    statement = {
        "certificate": "erasure",
        "request": str(request.public_id),
        "controller": request.team.controller or request.team.name,
        "received_at": request.received_at.isoformat(),
        "due_on": request.due_on.isoformat(),
        "issued_at": issued_at.isoformat(),
        "erased": [_erased(erasure) for erasure in erasures],
        "checks": checks,
        "kept": list(KEPT),
        "public_key": public_key(),
    }
    signed = sign(statement, kind=KIND)
    certificate = Certificate.objects.create(
        request=request,
        body=signed.body,
        sha256=signed.sha256,
        signature=signed.signature,
        issued_at=issued_at,
    )
    facts = {"certificate": signed.sha256}
    close(request, to=RequestState.FULFILLED, action="request.fulfilled", actor=SYSTEM, facts=facts)
    return certificate


def _erased(erasure: Erasure) -> dict[str, Any]:
    labels = {trace.name: trace.label for trace in traces()}
    return {
        "subject": str(erasure.subject.public_id),
        "data_key": str(erasure.data_key_id),
        "erased_at": erasure.erased_at.isoformat(),
        "again_after_a_restore": erasure.replayed,
        "removed": [
            {"what": name, "label": labels.get(name, name), "rows": rows}
            for name, rows in sorted(erasure.removed.items())
            if rows
        ],
        "ledger": {"entry": erasure.ledger_seq, "hash": erasure.ledger_hash},
    }
