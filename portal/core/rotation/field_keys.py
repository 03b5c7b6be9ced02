"""Field keys: every encrypted field of every model, and every sealed member of JSON, goes under the current key.

A token does not say which key made it: its signature is tried under the current key alone first, which tells in
15 µs. A row is locked while its tokens are replaced, so that nothing that somebody saves meanwhile is lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from portal.core import fields
from portal.core.models import KeyRotation
from portal.core.models.rotations import RotationKind
from portal.core.rotation.progress import Watch, rotation_finish, rotation_moved, rotation_resume
from portal.core.sealed_members import is_sealed, member_seal, sealed_members

BATCH = 500
CLEAR = "in clear"  # stands where the name of a key would, for secrets stored before they were encrypted
# Append-only tables let one token take the place of another where the transaction says that it rotates keys.
_RESEALING = "SET LOCAL probity.resealing = 'on'"
_RESEALED = "SET LOCAL probity.resealing = 'off'"


@dataclass(frozen=True, slots=True)
class EncryptedTable:
    """A table with encrypted columns, or with a JSON column that has one encrypted member."""

    label: str
    table: str
    key: str
    columns: tuple[str, ...]
    member: str = ""
    place: str = ""  # what the tokens of the member name


def encrypted_tables() -> list[EncryptedTable]:
    """Every table with encrypted fields, by introspection of all installed models, and every sealed member."""
    found = []
    for model in apps.get_models():
        meta = model._meta
        if meta.proxy or not meta.managed:
            continue
        encrypted = [
            _column_of(field)
            for field in meta.local_fields
            if isinstance(field, fields.EncryptedTextField | fields.EncryptedCharField)
        ]
        if encrypted:
            found.append(EncryptedTable(meta.label, meta.db_table, _column_of(meta.pk), tuple(encrypted)))
    for sealed in sealed_members():
        meta = apps.get_model(sealed.model)._meta
        label, key = f"{sealed.model} {sealed.member}", _column_of(meta.pk)
        found.append(EncryptedTable(label, meta.db_table, key, (sealed.column,), sealed.member, sealed.place))
    return sorted(found, key=lambda one: one.label)


def key_names() -> dict[str, str]:
    """The configured field keys by their names, the current one first. A name tells nothing of its key."""
    configured = settings.FIELD_ENCRYPTION_KEY
    listed = (configured,) if isinstance(configured, str) else tuple(configured)
    return {hashlib.sha256(b"probity field key " + key.encode()).hexdigest()[:12]: key for key in listed}


def field_keys_in_use() -> dict[str, int]:
    """How many stored values each field key opens, by its name; `""` for those that none opens, CLEAR for those that
    are not encrypted. Reads them all."""
    crypters = {name: Fernet(key) for name, key in key_names().items()}
    found: Counter[str] = Counter(dict.fromkeys(crypters, 0))
    for place in encrypted_tables():
        for _, tokens in _rows(place, after=None):
            for token in tokens:
                if token is not None:
                    found[CLEAR if _in_clear(place, token) else _opened_by(token, crypters)] += 1
    return dict(found)


def field_keys_rotate(*, batch: int = BATCH, watch: Watch | None = None) -> KeyRotation:
    """Encrypt every value under the current field key; returns the finished rotation.

    Safe to kill, to repeat and to run twice at once. Values that no configured key opens are left as they are and
    counted. Passes follow until one changes nothing: what was locked or written meanwhile is found as well.
    """
    names = list(key_names())
    rotation = rotation_resume(kind=RotationKind.FIELDS, key=names[0], total=_rows_there())
    again = True
    while again:
        again, unreadable = bool(rotation.position), 0
        tables = encrypted_tables()
        labels = [place.label for place in tables]
        first, after = 0, None
        if rotation.position and rotation.position[0] in labels:
            first, after = labels.index(rotation.position[0]), rotation.position[1]
        for place in tables[first:]:
            while (step := _batch(rotation, place, after=after, size=batch)) is not None:
                after = step.last
                again = again or step.changed > 0
                unreadable += step.unreadable
                if watch is not None:
                    watch(rotation)
            after = None
        rotation.position = []
        rotation.unreadable = unreadable
    rotation.save(update_fields=["unreadable", "position"])
    rotation_finish(rotation)
    return rotation


@dataclass(frozen=True, slots=True)
class _Step:
    last: object
    changed: int
    unreadable: int


@transaction.atomic
def _batch(rotation: KeyRotation, place: EncryptedTable, *, after: object, size: int) -> _Step | None:
    """Replace the tokens of the next rows of a table; None where no row is left."""
    current, everyone = Fernet(next(iter(key_names().values()))), fields.crypter()
    with connection.cursor() as cursor:
        cursor.execute(_RESEALING)
        cursor.execute(*_select(place, after=after, size=size, locked=True))
        rows = cursor.fetchall()
        if not rows:
            return None
        changed = unreadable = 0
        for key, *tokens in rows:
            fresh: dict[str, str] = {}
            for column, token in zip(place.columns, tokens, strict=True):
                if token is None or _opens(current, token):
                    continue
                if _in_clear(place, token):
                    fresh[column] = member_seal(place=place.place, text=token)
                    continue
                try:
                    fresh[column] = everyone.rotate(token.encode()).decode("ascii")
                except InvalidToken:
                    unreadable += 1
            if fresh:
                changed += len(fresh)
                cursor.execute(_update(place, list(fresh)), [*fresh.values(), key])
        cursor.execute(_RESEALED)
    last = rows[-1][0]
    rotation_moved(
        rotation,
        position=[place.label, last if isinstance(last, int) else str(last)],
        done=len(rows),
        unreadable=unreadable,
    )
    return _Step(last, changed, unreadable)


def _rows(place: EncryptedTable, *, after: object) -> Iterator[tuple[object, list[str | None]]]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(*_select(place, after=after, size=2000, locked=False))
            rows = cursor.fetchall()
        if not rows:
            return
        for key, *tokens in rows:
            yield key, tokens
        after = rows[-1][0]


def _select(place: EncryptedTable, *, after: object, size: int, locked: bool) -> tuple[sql.Composed, list[Any]]:
    key = sql.Identifier(place.key)
    statement = sql.SQL("SELECT {key}, {columns} FROM {table} {where} ORDER BY {key} LIMIT %s{lock}").format(
        key=key,
        columns=sql.SQL(", ").join(_value(place, column) for column in place.columns),
        table=sql.Identifier(place.table),
        where=_where(place, after=after),
        lock=sql.SQL(" FOR NO KEY UPDATE SKIP LOCKED" if locked else ""),
    )
    return statement, [size] if after is None else [after, size]


def _update(place: EncryptedTable, columns: list[str]) -> sql.Composed:
    return sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
        sql.Identifier(place.table),
        sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(one), _new_value(place, one)) for one in columns),
        sql.Identifier(place.key),
    )


def _value(place: EncryptedTable, column: str) -> sql.Composable:
    named = sql.Identifier(column)
    return sql.SQL("{} ->> {}").format(named, sql.Literal(place.member)) if place.member else named


def _new_value(place: EncryptedTable, column: str) -> sql.Composable:
    if not place.member:
        return sql.SQL("%s")
    path = sql.Literal([place.member])
    return sql.SQL("jsonb_set({}, {}, to_jsonb(%s::text))").format(sql.Identifier(column), path)


def _where(place: EncryptedTable, *, after: object) -> sql.Composable:
    asked = []
    if place.member:
        asked.append(sql.SQL("{} IS NOT NULL").format(_value(place, place.columns[0])))
    if after is not None:
        asked.append(sql.SQL("{} > %s").format(sql.Identifier(place.key)))
    return sql.SQL("WHERE ") + sql.SQL(" AND ").join(asked) if asked else sql.SQL("")


def _in_clear(place: EncryptedTable, stored: str) -> bool:
    return bool(place.member) and not is_sealed(stored)


def _opened_by(token: str, crypters: dict[str, Fernet]) -> str:
    return next((name for name, crypter in crypters.items() if _opens(crypter, token)), "")


def _opens(crypter: Fernet, token: str) -> bool:
    try:
        crypter.decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _rows_there() -> int:
    total = 0
    with connection.cursor() as cursor:
        for place in encrypted_tables():
            where = _where(place, after=None)
            cursor.execute(sql.SQL("SELECT count(*) FROM {} {}").format(sql.Identifier(place.table), where))
            total += cursor.fetchone()[0]
    return total


def _column_of(field: models.Field | None) -> str:
    assert field is not None  # every model has a primary key
    return str(field.column)
