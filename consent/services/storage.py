"""Rows of the consent ledger, copied in: an import brings millions, and the ORM would take most of the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from django.db import connection

from consent.ages import age_band
from consent.models import ConsentEvent
from consent.services.entries import ConsentEntry, Register


@dataclass(slots=True, kw_only=True)
class EventRow:
    """One row of the table, by the names of its columns."""

    id: int
    team_id: int
    subject_id: int
    controller: str
    purpose_id: int
    purpose_version: int
    notice_id: int | None
    state: str
    source: str
    source_event_id: str
    content_hash: bytes
    occurred_at: datetime
    recorded_at: datetime
    clock_uncertainty_s: int
    clamped: bool
    valid_from: datetime
    valid_until: datetime | None
    given_by: str
    verification: str
    age_band: str
    lawful_basis: str
    jurisdiction: str
    data_categories: list[str]
    recipients: list[str]
    evidence_channel: str
    evidence_method: str
    evidence_digest: str
    invalidates_id: int | None


_NAMES = tuple(field.name for field in fields(EventRow))
_values = attrgetter(*_NAMES)
_COPY = f"COPY {ConsentEvent._meta.db_table} ({', '.join(_NAMES)}) FROM STDIN"


def event_row(
    entry: ConsentEntry,
    *,
    pk: int,
    team_id: int,
    subject_id: int,
    register: Register,
    digest: bytes,
    invalidates: int | None,
    now: datetime,
) -> EventRow:
    """The row of an entry. A time in the future is set to `now` and marked."""
    purpose = register.purposes[entry.purpose]
    clamped = entry.occurred_at > now
    occurred_at = min(entry.occurred_at, now)
    valid_from = entry.valid_from or occurred_at
    if clamped and valid_from <= entry.occurred_at:
        valid_from = min(valid_from, now)
    return EventRow(
        id=pk,
        team_id=team_id,
        subject_id=subject_id,
        controller=entry.controller,
        purpose_id=purpose.pk,
        purpose_version=purpose.version,
        notice_id=None if entry.notice is None else register.notices[entry.notice].pk,
        state=str(entry.state),
        source=entry.source,
        source_event_id=entry.source_event_id,
        content_hash=digest,
        occurred_at=occurred_at,
        recorded_at=now,
        clock_uncertainty_s=entry.clock_uncertainty_s,
        clamped=clamped,
        valid_from=valid_from,
        valid_until=entry.valid_until,
        given_by=str(entry.given_by),
        verification=entry.verification,
        age_band=age_band(entry.age_band) if entry.age_band else "",
        lawful_basis=str(purpose.lawful_basis),
        jurisdiction=entry.jurisdiction,
        data_categories=list(entry.data_categories),
        recipients=list(entry.recipients),
        evidence_channel=entry.evidence_channel,
        evidence_method=entry.evidence_method,
        evidence_digest=entry.evidence_digest,
        invalidates_id=invalidates,
    )


def events_store(rows: Sequence[EventRow]) -> None:
    """Append the rows."""
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(_values(row))


def event_ids(count: int) -> list[int]:
    """Ids in the order of the entries: an event always has a higher one than what it takes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('consent_consentevent', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]
