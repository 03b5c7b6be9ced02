"""What is on record of data subjects and of all that they are merged with, at a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg.types.datetime import TimestamptzLoader

from consent.evaluation import Event, NoticeVersion
from consent.people import AgeNote, LinkStep, Person, Restriction, SubjectFacts, parts_of

# OFFSET 0 and the array keep the planner from scanning all links: it takes a recursion for much larger than it is.
_LINKS = """
    WITH RECURSIVE reached (subject_id) AS (
        SELECT unnest(%(subjects)s::bigint[])
        UNION
        SELECT next.subject_id FROM reached CROSS JOIN LATERAL (
            SELECT high_id AS subject_id FROM consent_subjectlinkevent
            WHERE low_id = reached.subject_id AND recorded_at <= %(known_at)s
            UNION ALL
            SELECT low_id FROM consent_subjectlinkevent
            WHERE high_id = reached.subject_id AND recorded_at <= %(known_at)s
            OFFSET 0
        ) next
    )
    SELECT e.id, e.merge, e.state, e.low_id, e.high_id, e.recorded_at
    FROM consent_subjectlinkevent e
    WHERE e.low_id = ANY(ARRAY(SELECT subject_id FROM reached)) AND e.recorded_at <= %(known_at)s
"""
_TEAM_LINKS = """
    SELECT e.id, e.merge, e.state, e.low_id, e.high_id, e.recorded_at
    FROM consent_subjectlinkevent e JOIN consent_datasubject s ON s.id = e.low_id
    WHERE s.team_id = %(team)s AND e.recorded_at <= %(known_at)s
"""
# A day of coming of age begins at midnight UTC, as all days here do.
_FACTS = """
    SELECT 'erased', id, 0, false, erased_at, NULL::timestamptz, NULL::timestamptz,
           NULL::timestamptz
    FROM consent_datasubject WHERE id = ANY(%(subjects)s) AND erased_at IS NOT NULL
    UNION ALL
    SELECT 'age', subject_id, id, minor_below_age IS NOT NULL, of_age_on::timestamp AT TIME ZONE 'UTC', recorded_at,
           NULL, NULL
    FROM consent_subjectagenote WHERE subject_id = ANY(%(subjects)s)
    UNION ALL
    SELECT 'restricted', subject_id, id, false, imposed_at, recorded_at, lifted_at, lift_recorded_at
    FROM consent_processingrestriction WHERE subject_id = ANY(%(subjects)s)
"""
_EVENTS = """
    SELECT e.subject_id, e.id, e.purpose_id, e.state, e.occurred_at, e.recorded_at, e.valid_from, e.valid_until,
           e.clock_uncertainty_s, e.notice_id, e.given_by, e.age_band, e.jurisdiction, e.invalidates_id
    FROM consent_consentevent e
    WHERE e.subject_id = ANY(%s) AND e.purpose_id = ANY(%s) AND e.recorded_at <= %s
"""
_NOTICES = """
    SELECT n.id, n.code, n.version, n.material, n.published_at, n.recorded_at, array_agg(p.purpose_id)
    FROM consent_notice n JOIN consent_notice_purposes p ON p.notice_id = n.id
    WHERE p.purpose_id = ANY(%s) GROUP BY n.id
"""


def clock_skew() -> timedelta:
    """How far any source's clock may be off beyond what it says itself."""
    return timedelta(seconds=settings.PROBITY_CONSENT_SKEW_SECONDS)


def people_of(subject_ids: Collection[int], purpose_ids: Collection[int], *, known_at: datetime) -> dict[int, Person]:
    """Each subject's person as known then, with the events of these purposes. Three queries."""
    parts = parts_of(subject_ids, links_of(subject_ids, known_at=known_at), known_at=known_at)
    everyone = list({one for found in parts.values() for part in found for one in part})
    facts = _facts(everyone, purpose_ids, known_at=known_at)
    people = {}
    for subject_id, found in parts.items():
        filled = tuple(tuple(facts[one] for one in part) for part in found)
        people[subject_id] = Person(own=facts[subject_id], parts=filled)
    return people


def links_of(subject_ids: Iterable[int], *, known_at: datetime) -> list[LinkStep]:
    """Every step recorded by then of the merges that reach these subjects, over any number of others. One query."""
    rows = _rows(_LINKS, {"subjects": list(subject_ids), "known_at": known_at})
    return [LinkStep(*row) for row in rows]


def merged_records(team_id: int) -> dict[int, int]:
    """Of a team's data subjects that are by confirmed merges one person with others now, the least id of that person.

    One query.
    """
    now = timezone.now()
    steps = [LinkStep(*row) for row in _rows(_TEAM_LINKS, {"team": team_id, "known_at": now})]
    joined = {subject for step in steps for subject in (step.low, step.high)}
    parts = {subject: found[0] for subject, found in parts_of(joined, steps, known_at=now).items()}
    return {subject: part[0] for subject, part in sorted(parts.items()) if len(part) > 1}


def notice_versions(purpose_ids: Collection[int]) -> dict[int, NoticeVersion]:
    """Every notice that names one of these purposes, by id. One query."""
    return {
        pk: NoticeVersion(code, version, frozenset(named), material, published_at, recorded_at)
        for pk, code, version, material, published_at, recorded_at, named in _rows(_NOTICES, [list(purpose_ids)])
    }


def _facts(subject_ids: list[int], purpose_ids: Collection[int], *, known_at: datetime) -> dict[int, SubjectFacts]:
    events: dict[int, list[Event]] = defaultdict(list)
    notes: dict[int, list[AgeNote]] = defaultdict(list)
    restrictions: dict[int, list[Restriction]] = defaultdict(list)
    erased: dict[int, datetime] = {}
    for kind, subject_id, pk, minor, first, second, third, fourth in _rows(_FACTS, {"subjects": subject_ids}):
        if kind == "erased":
            erased[subject_id] = first
        elif kind == "age":
            notes[subject_id].append(AgeNote(pk, minor, first, second))
        else:
            restrictions[subject_id].append(Restriction(first, second, third, fourth))
    for subject_id, *columns in _rows(_EVENTS, [subject_ids, list(purpose_ids), known_at]):
        events[subject_id].append(_event(*columns))
    return {
        one: SubjectFacts(
            one,
            tuple(events.get(one, ())),
            tuple(notes.get(one, ())),
            tuple(restrictions.get(one, ())),
            erased.get(one),
        )
        for one in subject_ids
    }


def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # Django reads timestamps in Python, which would take most of the time here; psycopg's own loader does not.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(statement, values)
        return list(cursor.fetchall())


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
