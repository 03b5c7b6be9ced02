"""Consent decisions for uses of personal data, one or many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg.types.datetime import TimestamptzLoader

from consent.evaluation import NO_SUBJECT, Decision, Event, NoticeVersion, decide
from consent.models import DataSubject, Notice, Purpose

_EVENTS = """
    SELECT e.subject_id, s.minor_below_age, e.id, e.purpose_id, e.state, e.occurred_at, e.recorded_at, e.valid_from,
           e.valid_until, e.clock_uncertainty_s, e.notice_id, e.given_by, e.age_band, e.jurisdiction, e.invalidates_id
    FROM consent_consentevent e
    JOIN consent_datasubject s ON s.id = e.subject_id
    WHERE e.subject_id = ANY(%s) AND e.purpose_id = ANY(%s) AND e.recorded_at <= %s
"""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one data subject's data (None: nobody knows whose) for one purpose."""

    subject_id: int | None
    purpose: Purpose
    use_time: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What is on record of one data subject and one purpose."""

    events: tuple[Event, ...] = ()
    minor_below_age: int | None = None


def evaluate(
    *, subject: DataSubject | None, purpose: Purpose, use_time: datetime, known_at: datetime | None = None
) -> Decision:
    """Decide one use, from what was on record at `known_at` (now, unless given)."""
    use = Use(None if subject is None else subject.pk, purpose, use_time)
    return evaluate_many(uses=[use], known_at=known_at)[0]


def evaluate_many(*, uses: Sequence[Use], known_at: datetime | None = None) -> list[Decision]:
    """Decide many uses, in their order, with two queries whatever their number."""
    known_at = known_at or timezone.now()
    subjects = {use.subject_id for use in uses if use.subject_id is not None}
    purposes = {use.purpose.pk for use in uses}
    if not subjects:
        return [NO_SUBJECT] * len(uses)
    histories = histories_of(subjects, purposes, known_at=known_at)
    notices = notice_versions(purposes)
    skew, nothing = clock_skew(), History()
    decisions = []
    for use in uses:
        if use.subject_id is None:
            decisions.append(NO_SUBJECT)
            continue
        history = histories.get((use.subject_id, use.purpose.pk), nothing)
        decisions.append(
            decide(
                history.events,
                purpose=use.purpose.pk,
                basis=use.purpose.lawful_basis,
                use_time=use.use_time,
                known_at=known_at,
                notices=notices,
                minor_below_age=history.minor_below_age,
                skew=skew,
            )
        )
    return decisions


def clock_skew() -> timedelta:
    """How far any source's clock may be off beyond what it says itself."""
    return timedelta(seconds=settings.PROBITY_CONSENT_SKEW_SECONDS)


def histories_of(
    subject_ids: Iterable[int], purpose_ids: Iterable[int], *, known_at: datetime
) -> dict[tuple[int, int], History]:
    """What was on record at `known_at`, by (subject, purpose). One query."""
    events: dict[tuple[int, int], list[Event]] = defaultdict(list)
    minors: dict[tuple[int, int], int | None] = {}
    with connection.cursor() as cursor:
        # Django reads timestamps in Python, which would take most of the time here; psycopg's own loader does not.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(_EVENTS, [list(subject_ids), list(purpose_ids), known_at])
        rows = cursor.fetchall()
    for subject_id, minor_below_age, *columns in rows:
        event = _event(*columns)
        events[subject_id, event.purpose].append(event)
        minors[subject_id, event.purpose] = minor_below_age
    return {key: History(tuple(found), minors[key]) for key, found in events.items()}


def notice_versions(purpose_ids: Collection[int]) -> dict[int, NoticeVersion]:
    """Every notice that names one of these purposes, by id. One query."""
    rows = Notice.objects.filter(purposes__in=purpose_ids).values_list(
        "pk", "purposes", "code", "version", "material", "published_at", "recorded_at"
    )
    versions: dict[int, NoticeVersion] = {}
    for pk, purpose_id, code, version, material, published_at, recorded_at in rows:
        named = versions[pk].purposes if pk in versions else frozenset()
        versions[pk] = NoticeVersion(code, version, named | {purpose_id}, material, published_at, recorded_at)
    return versions


def _event(
    event_id: int,
    purpose_id: int,
    state: str,
    occurred_at: datetime,
    recorded_at: datetime,
    valid_from: datetime,
    valid_until: datetime | None,
    uncertainty_s: int,
    notice_id: int | None,
    given_by: str,
    age_band: str,
    jurisdiction: str,
    invalidates_id: int | None,
) -> Event:
    """An event from the columns of `_EVENTS`."""
    return Event(
        event_id,
        purpose_id,
        state,
        occurred_at,
        recorded_at,
        valid_from,
        valid_until,
        timedelta(seconds=uncertainty_s),
        notice_id,
        given_by,
        age_band,
        jurisdiction,
        invalidates_id,
    )
