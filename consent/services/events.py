"""Writing the consent ledger: append-only, each statement of a source once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import connection, transaction
from django.utils import timezone

from consent.ages import age_band
from consent.models import ConsentEvent, DataSubject
from consent.services.entries import ConsentEntry, Register, entry_check, entry_hash
from consent.services.restricting import announce_for
from consent.services.subjects import subjects_resolve
from consent.states import RESTRICTIONS, ConsentState
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Invalid

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """A source sent other content under an id that is taken: the entry's place in the list, the event that stands."""

    index: int
    event_id: int


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
    return _record(team=team, entries=[entry], actor=actor, place="")


def consent_events_record(*, team: Team, entries: Sequence[ConsentEntry], actor: Actor) -> RecordReport:
    """Append consent events, all or none of them; unknown references become new data subjects.

    The same statement under a known (source, source_event_id) changes nothing; another statement is a conflict: it
    is reported and not stored. A time in the future is set to now and marked.

    Raises Denied, and Invalid with `index.field`. Writes `consent.recorded` with counts, event ids and a digest
    over the events' content, and `consent.source_conflict`; tells the listeners of what may forbid uses.
    """
    return _record(team=team, entries=entries, actor=actor, place="{index}.")


@transaction.atomic
def _record(*, team: Team, entries: Sequence[ConsentEntry], actor: Actor, place: str) -> RecordReport:
    require(actor, "consent.record", team)
    # One writer a team at a time, so that "known already" stays true until the end; foreign keys do not wait for it.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    now = timezone.now()
    register = Register.of(team)
    for index, entry in enumerate(entries):
        _naming(place.format(index=index), entry, register)
    subjects = _subjects(team, entries, place=place)
    known = _known(team, entries)
    fresh_ids = iter(_next_ids(sum(entry.key not in known for entry in entries)))
    events: list[ConsentEvent] = []
    conflicts: list[SourceConflict] = []
    unchanged = 0
    for index, (entry, subject_id) in enumerate(zip(entries, subjects, strict=True)):
        digest = entry_hash(entry, subject_id=subject_id)
        standing = known.get(entry.key)
        if standing is not None:
            if standing.content_hash == digest:
                unchanged += 1
            else:
                conflicts.append(SourceConflict(index, standing.event_id))
            continue
        event = _event(entry, register=register, team=team, subject_id=subject_id, digest=digest, now=now)
        event.pk = next(fresh_ids)
        if entry.invalidates is not None:
            event.invalidates_id = _target(entry, event, known, field=f"{place.format(index=index)}invalidates")
        known[entry.key] = _Standing(event.pk, digest, subject_id, event.purpose_id)
        events.append(event)
    _store(events)
    report = RecordReport(
        recorded=tuple(event.pk for event in events),
        unchanged=unchanged,
        clamped=sum(event.clamped for event in events),
        conflicts=tuple(conflicts),
    )
    _write_down(team, report, events, actor)
    stricter = [event for event in events if event.state in RESTRICTIONS or event.state == ConsentState.INVALIDATED]
    announce_for(
        subject_ids={event.subject_id for event in stricter},
        purpose_ids={event.purpose_id for event in stricter},
        team_id=team.pk,
    )
    return report


def _naming(place: str, entry: ConsentEntry, register: Register) -> None:
    try:
        entry_check(entry, register)
    except Invalid as error:
        raise Invalid(error.message, field=f"{place}{error.field}", code=error.code) from error


def _subjects(team: Team, entries: Sequence[ConsentEntry], *, place: str) -> list[int]:
    """The data subject's id of each entry. Raises Invalid where there is none, or they have been erased."""
    named = [entry.subject for entry in entries if entry.subject is not None]
    by_pseudonym = {
        public_id: (subject_id, destroyed_at is not None)
        for public_id, subject_id, destroyed_at in DataSubject.objects.filter(
            team=team, public_id__in=named
        ).values_list("public_id", "pk", "data_key__destroyed_at")
    }
    references = [entry.customer_ref for entry in entries if entry.subject is None]
    by_reference = iter(subjects_resolve(team=team, references=references))
    found: list[int] = []
    for index, entry in enumerate(entries):
        field = f"{place.format(index=index)}{'customer_ref' if entry.subject is None else 'subject'}"
        if entry.subject is None:
            resolved = next(by_reference)
            subject_id, erased = resolved.subject_id, resolved.key is None
        elif entry.subject in by_pseudonym:
            subject_id, erased = by_pseudonym[entry.subject]
        else:
            raise Invalid("There is no such data subject.", field=field)
        if erased:
            raise Invalid("This data subject has been erased.", field=field, code="subject_erased")
        found.append(subject_id)
    return found


def _known(team: Team, entries: Iterable[ConsentEntry]) -> dict[Key, _Standing]:
    """The events that are there under the entries' own ids and those that they take back."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.source] |= {entry.source_event_id, entry.invalidates or entry.source_event_id}
    return {
        (source, source_event_id): _Standing(pk, bytes(content_hash), subject_id, purpose_id)
        for source, ids in wanted.items()
        for pk, source_event_id, content_hash, subject_id, purpose_id in ConsentEvent.objects.filter(
            team=team, source=source, source_event_id__in=ids
        ).values_list("pk", "source_event_id", "content_hash", "subject_id", "purpose_id")
    }


def _next_ids(count: int) -> list[int]:
    """Ids in the order of the entries: an event always has a higher one than what it takes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('consent_consentevent', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def _event(
    entry: ConsentEntry, *, register: Register, team: Team, subject_id: int, digest: bytes, now: datetime
) -> ConsentEvent:
    purpose = register.purposes[entry.purpose]
    clamped = entry.occurred_at > now
    occurred_at = min(entry.occurred_at, now)
    valid_from = entry.valid_from or occurred_at
    if clamped and valid_from <= entry.occurred_at:
        valid_from = min(valid_from, now)
    return ConsentEvent(
        team=team,
        subject_id=subject_id,
        controller=entry.controller,
        purpose=purpose,
        purpose_version=purpose.version,
        notice=None if entry.notice is None else register.notices[entry.notice],
        state=entry.state,
        source=entry.source,
        source_event_id=entry.source_event_id,
        content_hash=digest,
        occurred_at=occurred_at,
        recorded_at=now,
        clock_uncertainty_s=entry.clock_uncertainty_s,
        clamped=clamped,
        valid_from=valid_from,
        valid_until=entry.valid_until,
        given_by=entry.given_by,
        verification=entry.verification,
        age_band=age_band(entry.age_band) if entry.age_band else "",
        lawful_basis=purpose.lawful_basis,
        jurisdiction=entry.jurisdiction,
        data_categories=list(entry.data_categories),
        recipients=list(entry.recipients),
        evidence_channel=entry.evidence_channel,
        evidence_method=entry.evidence_method,
        evidence_digest=entry.evidence_digest,
    )


def _store(events: Sequence[ConsentEvent]) -> None:
    """COPY the events in: an import brings millions."""
    if not events:
        return
    names = [field.attname for field in ConsentEvent._meta.concrete_fields]
    columns = ", ".join(f'"{field.column}"' for field in ConsentEvent._meta.concrete_fields)
    row = attrgetter(*names)
    with connection.cursor() as cursor, cursor.copy(f"COPY consent_consentevent ({columns}) FROM STDIN") as copy:
        for event in events:
            copy.write_row(row(event))


def _target(entry: ConsentEntry, event: ConsentEvent, known: dict[Key, _Standing], *, field: str) -> int:
    target = known.get((entry.source, entry.invalidates or ""))
    if target is None:
        raise Invalid("The source has recorded no such event.", field=field)
    if (target.subject_id, target.purpose_id) != (event.subject_id, event.purpose_id):
        raise Invalid("That event is about another data subject or purpose.", field=field)
    return target.event_id


def _write_down(team: Team, report: RecordReport, events: Sequence[ConsentEvent], actor: Actor) -> None:
    if events:
        digest = hashlib.sha256(b"".join(bytes(event.content_hash) for event in events)).hexdigest()
        data = {
            "recorded": len(events),
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
