"""The tamper-evident ledger: an append-only table whose entries are chained by SHA-256.

hash(n) = SHA-256(hash(n-1) || body(n)), hash(0) = SHA-256 of a fixed text. Bodies are canonical JSON (RFC 8785's key
order and separators over the types used here) and hold pseudonyms and figures, never personal data. Appending takes an
advisory lock until the transaction ends, which gives the chain one order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from portal.core.actors import Actor
from portal.core.models import LedgerEntry

GENESIS = hashlib.sha256(b"probity ledger genesis v1").digest()
_LOCK = 0x50524F42  # "PROB"
_actions: dict[str, str] = {}
_correlation: ContextVar[str] = ContextVar("ledger_correlation", default="")


class UnregisteredAction(LookupError):
    """The ledger refuses actions that no app has declared."""


def register_actions(actions: Mapping[str, str]) -> None:
    """Declare actions (`finding.confirmed`) with the words shown for them."""
    _actions.update(actions)


def action_label(action: str) -> str:
    return _actions.get(action, action)


def action_choices() -> list[tuple[str, str]]:
    """Every registered action with its words, by words."""
    return sorted(_actions.items(), key=lambda item: item[1])


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """Group the entries written inside under one id, such as that of a web request."""
    token = _correlation.set(correlation_id)
    try:
        yield
    finally:
        _correlation.reset(token)


def canonical(body: Mapping[str, Any]) -> str:
    """The text that is hashed. Raises TypeError or ValueError for anything but plain JSON types and finite numbers."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def append(
    *,
    action: str,
    actor: Actor,
    obj: models.Model,
    team_id: int | None,
    data: Mapping[str, Any] | None = None,
) -> LedgerEntry:
    """Append one entry inside the caller's transaction, so that it stands or falls with the change it records.

    `data` holds ids, states and figures only. Raises UnregisteredAction, and TransactionManagementError outside a
    transaction.
    """
    if action not in _actions:
        raise UnregisteredAction(action)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a ledger entry is written in the transaction of its change")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    head = LedgerEntry.objects.order_by("-seq").values_list("seq", "hash").first()
    seq, prev = (head[0] + 1, bytes(head[1])) if head else (1, GENESIS)
    at = timezone.now()
    object_type = obj._meta.label_lower
    body = canonical(
        {
            "seq": seq,
            "at": at.astimezone(UTC).isoformat(),
            "action": action,
            "actor": actor.actor_ref,
            "object": [object_type, str(obj.pk)],
            "team": team_id,
            "correlation": _correlation.get(),
            "data": dict(data or {}),
        }
    )
    return LedgerEntry.objects.create(
        seq=seq,
        prev=prev,
        hash=chain(prev, body),
        body=body,
        at=at,
        action=action,
        actor=actor.actor_ref,
        object_type=object_type,
        object_id=str(obj.pk),
        team_id=team_id,
        correlation_id=_correlation.get(),
    )


def chain(prev: bytes, body: str) -> bytes:
    """The hash of the entry with this body after `prev`."""
    return hashlib.sha256(prev + body.encode()).digest()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the whole chain found. `broken_at` is the first bad sequence number."""

    entries: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def verify(entries: Iterable[LedgerEntry] | None = None) -> Verification:
    """Walk the chain from the first entry, streaming, and stop at the first entry that does not fit."""
    rows = LedgerEntry.objects.order_by("seq").iterator(chunk_size=5000) if entries is None else entries
    prev, count = GENESIS, 0
    for row in rows:
        reason = _fault(row, expected_seq=count + 1, prev=prev)
        if reason:
            return Verification(entries=count, head=prev.hex(), broken_at=row.seq, reason=reason)
        prev, count = bytes(row.hash), count + 1
    return Verification(entries=count, head=prev.hex())


def _fault(row: LedgerEntry, *, expected_seq: int, prev: bytes) -> str:
    if row.seq != expected_seq:
        return f"entry {expected_seq} is missing"
    if bytes(row.prev) != prev:
        return "the link to the entry before it is broken"
    if bytes(row.hash) != chain(prev, row.body):
        return "its content does not match its hash"
    body = json.loads(row.body)
    columns = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(),
        "action": row.action,
        "actor": row.actor,
        "object": [row.object_type, row.object_id],
        "team": row.team_id,
        "correlation": row.correlation_id,
    }
    for name, value in columns.items():
        if body[name] != value:
            return f"its column {name} was changed"
    return ""


def exported(row: LedgerEntry) -> dict[str, Any]:
    """One entry as it is written to an export: enough to verify the chain without the database."""
    return {"seq": row.seq, "prev": bytes(row.prev).hex(), "hash": bytes(row.hash).hex(), "body": row.body}
