"""Writing a batch: new conversations by COPY, revised ones by UPDATE, both with attributes and consent snapshots."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from assistants.models import AuditAttributes, ConsentSnapshot, Conversation, ConversationRevision
from assistants.models.conversations import sealed_place
from assistants.services.intake.examination import Incoming
from assistants.states import ConversationState
from assistants.transcripts import packer
from consent.models import Purpose
from consent.queries import Use, evaluate_many
from portal.core.binary_copy import rows_copy
from portal.core.envelope import OpenKey

_CONVERSATION = {
    "id": "int8",
    "public_id": "uuid",
    "assistant_id": "int8",
    "release_id": "int8",
    "subject_id": "int8",
    "external_id": "text",
    "revision": "int4",
    "content_hash": "bytea",
    "state": "text",
    "unscannable_reason": "text",
    "channel": "text",
    "language": "text",
    "intent": "text",
    "started_at": "timestamptz",
    "started_at_is_intake": "bool",
    "ended_at": "timestamptz",
    "received_at": "timestamptz",
    "day": "date",
    "outcome": "jsonb",
    "turn_count": "int4",
    "sealed": "bytea",
}
# The sequence is looked up once, not for every row.
_IDS = """
    WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)
    SELECT nextval(name) FROM sequence, generate_series(1, %s)
"""
# What a revision replaces; the rest stays, above all whose conversation it is.
_REVISED = [
    name for name in _CONVERSATION if name not in {"id", "public_id", "assistant_id", "subject_id", "external_id"}
]
_ATTRIBUTES = {"conversation_id": "int8", "values": "jsonb"}
_SNAPSHOT = {
    "conversation_id": "int8",
    "purpose_id": "int8",
    "status": "text",
    "reason": "text",
    "event_ids": "jsonb",
    "known_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An incoming conversation with its row, its data subject and the open key to seal it under.

    `left_day` is the day that a revision moves it away from.
    """

    incoming: Incoming
    pk: int
    public_id: uuid.UUID
    revision: int
    subject_id: int
    key: OpenKey
    started_at: datetime
    started_at_is_intake: bool
    left_day: date | None = None

    @property
    def identified(self) -> bool:
        return self.incoming.record.customer_ref is not None


def conversation_ids(count: int) -> list[int]:
    """Draw primary keys for new conversations, so that rows that refer to them can be copied along."""
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [Conversation._meta.db_table, count])
        return [row[0] for row in cursor]


def insert(placed: Sequence[Placed], *, assistant_id: int, received_at: datetime) -> None:
    """Store new conversations."""
    rows_copy(Conversation._meta.db_table, _CONVERSATION, _rows(placed, assistant_id, received_at))


def revise(placed: Sequence[Placed], *, assistant_id: int, received_at: datetime) -> None:
    """Keep what these conversations said so far as revisions, and replace it. The caller holds their row locks."""
    ids = [one.pk for one in placed]
    ConversationRevision.objects.bulk_create(
        ConversationRevision(
            conversation_id=pk,
            revision=revision,
            content_hash=content_hash,
            outcome=outcome,
            sealed=sealed,
            received_at=earlier,
            superseded_at=received_at,
        )
        for pk, revision, content_hash, outcome, sealed, earlier in Conversation.objects.filter(pk__in=ids).values_list(
            "pk", "revision", "content_hash", "outcome", "sealed", "received_at"
        )
    )
    AuditAttributes.objects.filter(conversation__in=ids).delete()
    ConsentSnapshot.objects.filter(conversation__in=ids).delete()
    statement = sql.SQL("UPDATE {table} SET {values} WHERE id = %(id)s").format(
        table=sql.Identifier(Conversation._meta.db_table),
        values=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in _REVISED
        ),
    )
    with connection.cursor() as cursor:
        rows = (dict(zip(_CONVERSATION, row, strict=True)) for row in _rows(placed, assistant_id, received_at))
        cursor.executemany(statement, list(rows))


def attach(placed: Sequence[Placed], *, purposes: Collection[Purpose], known_at: datetime) -> None:
    """Store the audited attributes of these conversations and the consent for each purpose as of their start."""
    attributes = [(one.pk, _json(one.incoming.content.counted)) for one in placed if one.incoming.content.counted]
    if attributes:
        rows_copy(AuditAttributes._meta.db_table, _ATTRIBUTES, attributes)
    if not purposes:
        return
    asked = [(one, purpose) for one in placed for purpose in purposes]
    decisions = evaluate_many(
        uses=[Use(one.subject_id if one.identified else None, purpose, one.started_at) for one, purpose in asked],
        known_at=known_at,
    )
    rows_copy(
        ConsentSnapshot._meta.db_table,
        _SNAPSHOT,
        (
            (one.pk, purpose.pk, decision.status, decision.reason, _json(decision.event_ids), known_at)
            for (one, purpose), decision in zip(asked, decisions, strict=True)
        ),
    )


def _rows(placed: Iterable[Placed], assistant_id: int, received_at: datetime) -> Iterable[tuple[Any, ...]]:
    """One tuple for each conversation, in the order of `_CONVERSATION`."""
    pack = packer()
    for one in placed:
        incoming, record = one.incoming, one.incoming.record
        packed = pack(incoming.content.transcript)
        yield (
            one.pk,
            one.public_id,
            assistant_id,
            incoming.release_id,
            one.subject_id,
            record.external_id,
            one.revision,
            incoming.content.hash,
            ConversationState.RECEIVED.value,
            "",
            record.channel,
            record.language,
            record.intent or "",
            one.started_at,
            one.started_at_is_intake,
            record.ended_at,
            received_at,
            one.started_at.date(),
            _json(record.outcome),
            len(record.turns),
            one.key.seal(packed, place=sealed_place(one.public_id, one.revision)),
        )


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=msgspec.json.encode)
