"""Writing rows of a data set: new ones by COPY, changed ones by UPDATE, with their declared attributes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from assistants.models import DatasetRow, DatasetRowAttributes
from assistants.models.datasets import row_place
from assistants.records.training import RowParts
from portal.core.binary_copy import rows_copy
from portal.core.envelope import OpenKey

_COLUMNS = {
    "id": "int8",
    "public_id": "uuid",
    "dataset_id": "int8",
    "subject_id": "int8",
    "external_id": "text",
    "language": "text",
    "collected_at": "timestamptz",
    "received_at": "timestamptz",
    "record_hash": "bytea",
    "text_hash": "bytea",
    "near_hash": "bytea",
    "conversation_id": "int8",
    "conversation_revision": "int4",
    "turn_from": "int4",
    "turn_until": "int4",
    "sealed": "bytea",
}
_REVISED = ("language", "collected_at", "received_at", "record_hash", "text_hash", "near_hash", "sealed")
_IDS = """
    WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)
    SELECT nextval(name) FROM sequence, generate_series(1, %s)
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The turns of a conversation that a row was copied from: `turn_from` ≤ i < `turn_until`, counted from 0."""

    conversation_id: int
    revision: int
    turn_from: int
    turn_until: int


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row to be written, with the open key to seal it under. `pk` is None for a new one."""

    external_id: str
    parts: RowParts
    subject_id: int
    key: OpenKey
    language: str
    collected_at: datetime
    public_id: uuid.UUID
    pk: int | None = None
    origin: Origin | None = None


def rows_insert(placed: Sequence[PlacedRow], *, dataset_id: int, received_at: datetime) -> None:
    """Store new rows and their declared attributes."""
    if not placed:
        return
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [DatasetRow._meta.db_table, len(placed)])
        ids = [row[0] for row in cursor]
    rows = (_values(one, pk, dataset_id, received_at) for one, pk in zip(placed, ids, strict=True))
    rows_copy(DatasetRow._meta.db_table, _COLUMNS, rows)
    _attach(zip(ids, placed, strict=True))


def rows_revise(placed: Sequence[PlacedRow], *, dataset_id: int, received_at: datetime) -> None:
    """Replace what changed rows hold. The caller holds the lock on the data set."""
    if not placed:
        return
    DatasetRowAttributes.objects.filter(row__in=[one.pk for one in placed]).delete()
    statement = sql.SQL("UPDATE {table} SET {values} WHERE id = %(id)s").format(
        table=sql.Identifier(DatasetRow._meta.db_table),
        values=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in _REVISED
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [dict(zip(_COLUMNS, _values(one, one.pk, dataset_id, received_at), strict=True)) for one in placed],
        )
    _attach((one.pk, one) for one in placed)


def _attach(rows: Iterable[tuple[int | None, PlacedRow]]) -> None:
    attributes = [(pk, Jsonb(one.parts.declared, dumps=msgspec.json.encode)) for pk, one in rows if one.parts.declared]
    if attributes:
        rows_copy(DatasetRowAttributes._meta.db_table, {"row_id": "int8", "values": "jsonb"}, attributes)


def _values(one: PlacedRow, pk: int | None, dataset_id: int, received_at: datetime) -> tuple[Any, ...]:
    """One tuple in the order of `_COLUMNS`."""
    origin = one.origin
    return (
        pk,
        one.public_id,
        dataset_id,
        one.subject_id,
        one.external_id,
        one.language,
        one.collected_at,
        received_at,
        one.parts.record_hash,
        one.parts.text_hash,
        one.parts.near_hash,
        None if origin is None else origin.conversation_id,
        None if origin is None else origin.revision,
        None if origin is None else origin.turn_from,
        None if origin is None else origin.turn_until,
        one.key.seal(one.parts.packed, place=row_place(one.public_id)),
    )
