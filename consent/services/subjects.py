"""From the references that integrations give to data subjects and their open keys."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from consent.models import DataSubject
from consent.queries.subjects import reference_index, reference_normalised
from consent.states import SubjectKind
from portal.accounts.models import Team
from portal.core import envelope, keys
from portal.core.envelope import OpenKey
from portal.core.errors import NotFound

# The row lock holds an erasure back until the caller's transaction has ended, so that it sees all that was stored. In
# the order in which an erasure of several locks them.
_FIND = """
    SELECT s.reference_index, s.id, s.public_id, k.id, k.wrapped
    FROM consent_datasubject s
    JOIN core_datakey k ON k.id = s.data_key_id
    WHERE s.team_id = %s AND s.reference_index = ANY(%s)
    ORDER BY s.id
    FOR KEY SHARE OF s
"""
# An erased customer may come back, and is a new data subject then; what is from before the erasure stays out.
_ERASED = """
    SELECT e.reference_index, e.erased_at, s.id, s.public_id
    FROM consent_erasedreference e JOIN consent_datasubject s ON s.id = e.subject_id
    WHERE e.team_id = %s AND e.reference_index = ANY(%s)
"""
_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS fresh_subject
        (public_id uuid, key_id uuid, wrapped bytea, sealed bytea, index bytea)
        ON COMMIT DELETE ROWS
"""
# In the order of the index: two callers with the same new references wait for each other, never in a circle. Only
# the winner of a reference brings its key, so no key is left without a subject (the foreign key is deferred).
_ADD = """
    WITH fresh AS (
        DELETE FROM pg_temp.fresh_subject RETURNING *
    ), subjects AS (
        INSERT INTO consent_datasubject
            (public_id, team_id, kind, data_key_id, reference_sealed, reference_index, created_at)
        SELECT public_id, %(team)s, CASE WHEN index IS NULL THEN %(anonymous)s ELSE %(identified)s END, key_id,
            sealed, index, %(now)s
        FROM fresh ORDER BY index
        ON CONFLICT (team_id, reference_index) WHERE reference_index IS NOT NULL DO NOTHING
        RETURNING id, public_id, data_key_id
    ), data_keys AS (
        INSERT INTO core_datakey (id, wrapped, master_key_id, created_at)
        SELECT fresh.key_id, fresh.wrapped, %(master)s, %(now)s
        FROM fresh JOIN subjects ON subjects.data_key_id = fresh.key_id
    )
    SELECT id, public_id FROM subjects
"""


@dataclass(frozen=True, slots=True)
class ResolvedSubject:
    """A data subject and the open key under which their data is sealed; None where they have been erased."""

    subject_id: int
    public_id: uuid.UUID
    key: OpenKey | None


@dataclass(frozen=True, slots=True)
class _Fresh:
    public_id: uuid.UUID
    key: OpenKey
    wrapped: bytes
    sealed: bytes | None
    index: bytes | None


def subjects_resolve(
    *, team: Team, references: Sequence[str | None], times: Sequence[datetime] | None = None
) -> list[ResolvedSubject]:
    """Find or create the data subject of each reference, in order; None or blank is a new anonymous one each.

    `times` says, reference by reference, when the data is from: of a customer who was erased and is not back yet, what
    is from before the erasure gets the erased subject, and no new one is made for it. Without `times` it is all new.

    Runs inside the caller's transaction and locks the subjects until its end. Safe under concurrent callers that
    call it once a transaction; a second call in it could close a circle of waiting. An erased subject comes back
    without a key, and nothing more may be stored about them. Writes nothing to the ledger: the caller's entry covers
    the batch. Raises SealBroken where a master key is missing.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("subjects are resolved in the transaction that stores their data")
    normalised = [reference_normalised(reference) for reference in references]
    index_of = {
        reference: reference_index(team_id=team.pk, reference=reference)
        for reference in dict.fromkeys(normalised)
        if reference is not None
    }
    found = _find(team, index_of.values())
    late = _late(team, normalised, index_of, found, times)
    wanted = {reference for place, reference in enumerate(normalised) if place not in late}
    named = [
        _fresh(reference, index) for reference, index in index_of.items() if index not in found and reference in wanted
    ]
    nameless = [_fresh(None, None) for reference in normalised if reference is None]
    created = _add(team, named + nameless)
    found |= {one.index: created[one.public_id] for one in named if one.index and one.public_id in created}
    # Somebody else created the rest between the two statements, and has committed by now.
    found |= _find(team, [index for reference, index in index_of.items() if index not in found and reference in wanted])
    anonymous = iter(nameless)
    return [
        late[place]
        if place in late
        else created[next(anonymous).public_id]
        if reference is None
        else found[index_of[reference]]
        for place, reference in enumerate(normalised)
    ]


def reference_open(subject: DataSubject) -> str:
    """The reference in clear. Raises KeyDestroyed after erasure, NotFound for an anonymous subject.

    The caller has checked that the actor may see it, and writes down that it was shown.
    """
    if subject.reference_sealed is None:
        raise NotFound("This data subject has no reference.")
    opened = subject.data_key.unwrap()
    return opened.open(bytes(subject.reference_sealed), place=sealed_place(subject.public_id)).decode(
        "utf-8", "surrogatepass"
    )


def sealed_place(public_id: uuid.UUID) -> str:
    """What a sealed reference is bound to; see portal.core.envelope."""
    return f"data-subject/{public_id}"


def _find(team: Team, indexes: Iterable[bytes]) -> dict[bytes, ResolvedSubject]:
    wanted = list(indexes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [team.pk, wanted])
        return {
            bytes(index): ResolvedSubject(
                subject_id, public_id, None if wrapped is None else envelope.unwrap(key_id, wrapped)
            )
            for index, subject_id, public_id, key_id, wrapped in cursor
        }


def _late(
    team: Team,
    references: Sequence[str | None],
    index_of: Mapping[str, bytes],
    found: Mapping[bytes, ResolvedSubject],
    times: Sequence[datetime] | None,
) -> dict[int, ResolvedSubject]:
    """By place in the list, the erased subject whose data arrives after the erasure.

    Read after the look for the subject itself, whose lock waits for an erasure under way.
    """
    missing = [index for index in index_of.values() if index not in found]
    if times is None or not missing:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ERASED, [team.pk, missing])
        erased = {
            bytes(index): (erased_at, ResolvedSubject(subject_id, public_id, None))
            for index, erased_at, subject_id, public_id in cursor
        }
    if not erased:
        return {}
    late = {}
    for place, (reference, time) in enumerate(zip(references, times, strict=True)):
        erased_at, subject = erased.get(index_of[reference], (None, None)) if reference else (None, None)
        if erased_at is not None and subject is not None and time <= erased_at:
            late[place] = subject
    return late


def _fresh(reference: str | None, index: bytes | None) -> _Fresh:
    key, wrapped = envelope.new_key()
    public_id = uuid.uuid4()
    sealed = (
        None
        if reference is None
        else key.seal(reference.encode("utf-8", "surrogatepass"), place=sealed_place(public_id))
    )
    return _Fresh(public_id, key, wrapped, sealed, index)


def _add(team: Team, fresh: Sequence[_Fresh]) -> dict[uuid.UUID, ResolvedSubject]:
    """Insert subjects with their keys, except those whose reference is there by now; returns those inserted."""
    if not fresh:
        return {}
    master_key_id, _ = keys.current_master_key()
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY pg_temp.fresh_subject FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "uuid", "bytea", "bytea", "bytea"])
            for one in fresh:
                copy.write_row((one.public_id, one.key.key_id, one.wrapped, one.sealed, one.index))
        cursor.execute(
            _ADD,
            {
                "team": team.pk,
                "anonymous": SubjectKind.ANONYMOUS,
                "identified": SubjectKind.IDENTIFIED,
                "now": timezone.now(),
                "master": master_key_id,
            },
        )
        ids = {public_id: subject_id for subject_id, public_id in cursor}
    return {
        one.public_id: ResolvedSubject(ids[one.public_id], one.public_id, one.key)
        for one in fresh
        if one.public_id in ids
    }
