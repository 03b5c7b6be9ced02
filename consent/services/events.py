"""Writing the consent ledger: append-only, each statement of a source once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from consent import models
from consent.models import DataSubject
from consent.services.entries import ConsentEntry, Register, entry_check, entry_hash
from consent.services.restricting import announce_for
from consent.services.storage import EventRow, event_ids, event_row, events_store
from consent.services.subjects import subjects_resolve
from consent.states import RESTRICTIONS, ConsentState
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.blind_index import blind_index
from portal.core.errors import Invalid

# One array, where the ORM would bind thousands of parameters.
_KNOWN = """
    SELECT source_event_id, id, content_hash, subject_id, purpose_id FROM consent_consentevent
    WHERE team_id = %s AND source = %s AND source_event_id = ANY(%s)
"""
Key = tuple[str, str]
OnFault = Callable[[int, Invalid], None]


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """A source sent other content under an id that is taken: the entry's place in the list, the event that stands."""

    index: int
    event_id: int
    content_hash: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What became of a list of entries. Conflicting ones are not stored."""

    recorded: tuple[int, ...] = ()
    unchanged: int = 0
    clamped: int = 0
    conflicts: tuple[SourceConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """An event that is there, or about to be."""

    event_id: int
    content_hash: bytes
    subject_id: int
    purpose_id: int


def consent_event_record(*, team: Team, entry: ConsentEntry, actor: Actor) -> RecordReport:
    """Record one event; see `consent_events_record`. The field of an Invalid has no place in a list."""

    def refuse(index: int, fault: Invalid) -> None:
        raise fault

    return _record(team=team, entries=[entry], actor=actor, on_fault=refuse)


def consent_events_record(*, team: Team, entries: Sequence[ConsentEntry], actor: Actor) -> RecordReport:
    """Append consent events, all or none of them; unknown references become new data subjects.

    The same statement under a known (source, source_event_id) changes nothing; another statement is a conflict: it
    is reported and not stored. A time in the future is set to now and marked.

    Raises Denied, and Invalid with `[index].field`. Writes `consent.recorded` with counts, event ids and a digest
    over the events' content, and `consent.source_conflict`; tells the listeners of what may forbid uses.
    """

    def refuse(index: int, fault: Invalid) -> None:
        raise Invalid(fault.message, field=f"[{index}].{fault.field}", code=fault.code) from fault

    return _record(team=team, entries=entries, actor=actor, on_fault=refuse)


def consent_events_take(
    *, team: Team, entries: Sequence[ConsentEntry], actor: Actor, on_fault: OnFault
) -> RecordReport:
    """As `consent_events_record`, but entries at fault are left out, each told to `on_fault` with its index.

    SYSTEM, the command line of an operator, needs no permission.
    """
    return _record(team=team, entries=entries, actor=actor, on_fault=on_fault)


@transaction.atomic
def _record(*, team: Team, entries: Sequence[ConsentEntry], actor: Actor, on_fault: OnFault) -> RecordReport:
    if actor is not SYSTEM:
        require(actor, "consent.record", team)
    # One writer a team at a time, so that "known already" stays true until the end; foreign keys do not wait for it.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    now = timezone.now()
    register = Register.of(team)
    subjects = _subjects(team, _in_form(entries, register, on_fault), on_fault)
    known = _known(team, [entries[index] for index in subjects])
    fresh_ids = iter(event_ids(sum(entries[index].key not in known for index in subjects)))
    rows: list[EventRow] = []
    conflicts: list[SourceConflict] = []
    unchanged = 0
    for index, subject_id in sorted(subjects.items()):
        entry = entries[index]
        digest = entry_hash(entry, subject_id=subject_id)
        standing = known.get(entry.key)
        if standing is not None:
            if standing.content_hash == digest:
                unchanged += 1
            else:
                conflicts.append(SourceConflict(index, standing.event_id, digest))
            continue
        purpose_id = register.purposes[entry.purpose].pk
        try:
            target = None if entry.invalidates is None else _target(entry, subject_id, purpose_id, known)
        except Invalid as fault:
            on_fault(index, fault)
            continue
        pk = next(fresh_ids)
        row = event_row(
            entry,
            pk=pk,
            team_id=team.pk,
            subject_id=subject_id,
            register=register,
            digest=digest,
            invalidates=target,
            now=now,
        )
        known[entry.key] = _Standing(pk, digest, subject_id, purpose_id)
        rows.append(row)
    events_store(rows)
    _note_conflicts(team, entries, conflicts, now)
    report = RecordReport(
        recorded=tuple(row.id for row in rows),
        unchanged=unchanged,
        clamped=sum(row.clamped for row in rows),
        conflicts=tuple(conflicts),
    )
    _write_down(team, report, rows, actor)
    stricter = [row for row in rows if row.state in RESTRICTIONS or row.state == ConsentState.INVALIDATED]
    announce_for(
        subject_ids={row.subject_id for row in stricter},
        purpose_ids={row.purpose_id for row in stricter},
        team_id=team.pk,
    )
    return report


def _in_form(entries: Sequence[ConsentEntry], register: Register, on_fault: OnFault) -> list[tuple[int, ConsentEntry]]:
    """The entries that a source can rightly say, with their places."""
    kept: list[tuple[int, ConsentEntry]] = []
    for index, entry in enumerate(entries):
        try:
            entry_check(entry, register)
        except Invalid as fault:
            on_fault(index, fault)
        else:
            kept.append((index, entry))
    return kept


def _subjects(team: Team, placed: Sequence[tuple[int, ConsentEntry]], on_fault: OnFault) -> dict[int, int]:
    """The data subject's id by place; without the entries whose subject is unknown or has been erased."""
    named = [entry.subject for _, entry in placed if entry.subject is not None]
    by_pseudonym = {
        public_id: (subject_id, destroyed_at is not None)
        for public_id, subject_id, destroyed_at in DataSubject.objects.filter(
            team=team, public_id__in=named
        ).values_list("public_id", "pk", "data_key__destroyed_at")
    }
    references = [entry.customer_ref for _, entry in placed if entry.subject is None]
    times = [entry.occurred_at for _, entry in placed if entry.subject is None]
    by_reference = iter(subjects_resolve(team=team, references=references, times=times))
    found: dict[int, int] = {}
    for index, entry in placed:
        field = "customer_ref" if entry.subject is None else "subject"
        if entry.subject is None:
            resolved = next(by_reference)
            subject_id, erased = resolved.subject_id, resolved.key is None
        elif entry.subject in by_pseudonym:
            subject_id, erased = by_pseudonym[entry.subject]
        else:
            on_fault(index, Invalid("There is no such data subject.", field=field))
            continue
        if erased:
            on_fault(index, Invalid("This data subject has been erased.", field=field, code="subject_erased"))
        else:
            found[index] = subject_id
    return found


def _known(team: Team, entries: Iterable[ConsentEntry]) -> dict[Key, _Standing]:
    """The events that are there under the entries' own ids and those that they take back."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.source] |= {entry.source_event_id, entry.invalidates or entry.source_event_id}
    known: dict[Key, _Standing] = {}
    with connection.cursor() as cursor:
        for source, ids in wanted.items():
            cursor.execute(_KNOWN, [team.pk, source, list(ids)])
            for source_event_id, event_id, content_hash, subject_id, purpose_id in cursor:
                known[source, source_event_id] = _Standing(event_id, bytes(content_hash), subject_id, purpose_id)
    return known


def _target(entry: ConsentEntry, subject_id: int, purpose_id: int, known: dict[Key, _Standing]) -> int:
    target = known.get((entry.source, entry.invalidates or ""))
    if target is None:
        raise Invalid("The source has recorded no such event.", field="invalidates")
    if (target.subject_id, target.purpose_id) != (subject_id, purpose_id):
        raise Invalid("That event is about another data subject or purpose.", field="invalidates")
    return target.event_id


def _note_conflicts(
    team: Team, entries: Sequence[ConsentEntry], conflicts: Sequence[SourceConflict], now: datetime
) -> None:
    """Keep each contradiction for the audits; the same one again is no news."""
    models.SourceConflict.objects.bulk_create(
        [
            models.SourceConflict(
                team=team,
                event_id=conflict.event_id,
                source=entries[conflict.index].source,
                content_hash=blind_index("consent.source_conflict", conflict.content_hash.hex()),
                recorded_at=now,
            )
            for conflict in conflicts
        ],
        ignore_conflicts=True,
    )


def _write_down(team: Team, report: RecordReport, rows: Sequence[EventRow], actor: Actor) -> None:
    if rows:
        digest = hashlib.sha256(b"".join(row.content_hash for row in rows)).hexdigest()
        data = {
            "recorded": len(rows),
            "unchanged": report.unchanged,
            "clamped": report.clamped,
            "events": _ranges(report.recorded),
            "digest": digest,
        }
        ledger.append(action="consent.recorded", actor=actor, obj=team, team_id=team.pk, data=data)
    if report.conflicts:
        standing = sorted({conflict.event_id for conflict in report.conflicts})
        data = {"conflicts": len(report.conflicts), "events": _ranges(standing)}
        ledger.append(action="consent.source_conflict", actor=actor, obj=team, team_id=team.pk, data=data)


def _ranges(ids: Iterable[int]) -> list[list[int]]:
    """Ascending ids as [first, last] ranges: one pair for most batches."""
    ranges: list[list[int]] = []
    for number in ids:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
