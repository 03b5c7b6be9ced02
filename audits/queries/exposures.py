"""Which personal data was said by whom: conversations by type and day, and values that belong to other customers.

Only keyed hashes are compared; no value is read. Only scanned conversations of the window count.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from assistants.models import Assistant
from audits.engine.conversation import SHORTEST_WHOLE
from audits.queries.windows import Window
from consent.queries.facts import merged_records

_SAID = """
    FROM audits_detection d JOIN assistants_conversation c ON c.id = d.conversation_id
    WHERE c.assistant_id = %(assistant)s AND c.day >= %(since)s AND c.day < %(until)s AND c.state = 'scanned'
      AND (%(release)s::bigint IS NULL OR c.release_id = %(release)s)
      AND d.role = %(role)s AND d.origin = %(origin)s AND d.type = ANY(%(types)s) AND d.score >= %(min_score)s
"""
_WHOLE = """
      AND d."end" - d.start >= COALESCE((%(shortest)s::jsonb ->> d.type)::int, 1)
"""
_BY_TYPE = f"""
    SELECT d.type, count(DISTINCT c.id), count(DISTINCT d.value_hash), count(DISTINCT c.subject_id) {_SAID} {_WHOLE}
    GROUP BY d.type ORDER BY count(DISTINCT c.id) DESC, d.type
"""
_CONVERSATIONS = f"""
    SELECT c.id, min(d.type), count(*) OVER () {_SAID} {_WHOLE}
    GROUP BY c.id ORDER BY c.public_id LIMIT %(most)s
"""
_BY_DAY = f"""
    WITH said AS (
        SELECT d.value_hash, c.id, c.release_id, c.day, c.subject_id {_SAID} {_WHOLE}
    ), reach AS (
        SELECT value_hash, count(DISTINCT subject_id) AS customers FROM said GROUP BY value_hash
    )
    SELECT said.release_id, said.day, count(DISTINCT said.id)
    FROM said JOIN reach ON reach.value_hash = said.value_hash
    WHERE %(published_from)s::int IS NULL OR reach.customers < %(published_from)s::int
    GROUP BY said.release_id, said.day ORDER BY said.day, said.release_id
"""  # noqa: S608  (made of constants above)
# A customer "gave" a value who typed it before anybody else had said it in that conversation. Somebody other than the
# customer of a conversation gave it if the least or the greatest of its givers is another. Records that are one person
# by a confirmed merge count as one customer.
_GIVEN_AWAY = f"""
    WITH person AS (
        SELECT * FROM unnest(%(records)s::bigint[], %(people)s::bigint[]) AS merged (record_id, id)
    ), said AS (
        SELECT found.*, COALESCE(person.id, found.subject_id) AS person_id
        FROM (SELECT d.value_hash, d.type, c.id, c.public_id, c.subject_id {_SAID}) found
        LEFT JOIN person ON person.record_id = found.subject_id
    ), reach AS (
        SELECT value_hash, count(DISTINCT person_id) AS customers FROM said GROUP BY value_hash
    ), given AS (
        SELECT d.value_hash, r.customers, min(COALESCE(person.id, c.subject_id)) AS least,
               max(COALESCE(person.id, c.subject_id)) AS greatest
        FROM reach r
        JOIN audits_detection d ON d.value_hash = r.value_hash AND d.role = 'customer'
        JOIN assistants_conversation c ON c.id = d.conversation_id
        JOIN assistants_assistant a ON a.id = c.assistant_id AND a.team_id = %(team)s
        LEFT JOIN person ON person.record_id = c.subject_id
        WHERE NOT EXISTS (
            SELECT FROM audits_detection e
            WHERE e.conversation_id = d.conversation_id AND e.value_hash = d.value_hash
              AND e.turn < d.turn AND e.role <> 'customer'
        )
        GROUP BY d.value_hash, r.customers
    )
    SELECT said.id, said.public_id,
           COALESCE(
               array_agg(DISTINCT said.type ORDER BY said.type) FILTER (WHERE given.customers < %(published_from)s),
               array_agg(DISTINCT said.type ORDER BY said.type)
           ),
           bool_and(given.customers >= %(published_from)s)
    FROM said JOIN given ON given.value_hash = said.value_hash
    WHERE said.person_id <> given.least OR said.person_id <> given.greatest
    GROUP BY said.id, said.public_id ORDER BY said.public_id
"""  # noqa: S608  (made of constants above)


_ROLES = {"originated": "assistant", "echoed": "assistant", "volunteered": "customer"}


@dataclass(frozen=True, slots=True)
class SaidType:
    """Values of one type: in how many conversations, how many different ones, of how many customers."""

    type: str
    conversations: int
    values: int
    customers: int


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of some types: by type, the commonest first; conversations with any; examples with a type."""

    by_type: Sequence[SaidType]
    conversations: int
    examples: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class SaidOn:
    """Conversations of one day and release with any value of some types."""

    release_id: int | None
    day: date
    conversations: int


@dataclass(frozen=True, slots=True)
class GivenAway:
    """A conversation in which the assistant brought up a value that another customer had given.

    `types`: of those values, sorted. `published`: every such value was brought up with so many customers that it is the
    company's own; where only some were, `types` are those of the others.
    """

    conversation_id: int
    public_id: uuid.UUID
    types: Sequence[str]
    published: bool


def types_said(
    *,
    assistant: Assistant,
    window: Window,
    origin: str,
    types: Collection[str],
    min_score: float,
    most: int,
) -> Said:
    """Conversations with whole values of these types that the assistant originated or echoed, or customers typed."""
    place = {**_place(assistant, window, origin, types, min_score), "most": most}
    examples = _rows(_CONVERSATIONS, place)
    return Said(
        by_type=[SaidType(*row) for row in _rows(_BY_TYPE, place)],
        conversations=examples[0][2] if examples else 0,
        examples=[(pk, type_) for pk, type_, _ in examples],
    )


def said_by_day(
    *,
    assistant: Assistant,
    window: Window,
    origin: str,
    types: Collection[str],
    min_score: float,
    published_from: int | None,
) -> list[SaidOn]:
    """What `types_said` counts, by release and day.

    With `published_from`, without values that were said with so many customers that they are the company's own.
    """
    place = {**_place(assistant, window, origin, types, min_score), "published_from": published_from}
    return [SaidOn(*row) for row in _rows(_BY_DAY, place)]


def values_given_away(
    *,
    assistant: Assistant,
    window: Window,
    types: Collection[str],
    min_score: float,
    published_from: int,
) -> list[GivenAway]:
    """Conversations in which the assistant brought up what a customer other than this one had typed.

    Looked for in all conversations of the team, of whatever time.
    """
    merged = merged_records(assistant.team_id)
    place = {
        **_place(assistant, window, "originated", types, min_score),
        "team": assistant.team_id,
        "records": list(merged),
        "people": list(merged.values()),
        "published_from": published_from,
    }
    return [GivenAway(*row) for row in _rows(_GIVEN_AWAY, place)]


def _place(
    assistant: Assistant, window: Window, origin: str, types: Collection[str], min_score: float
) -> dict[str, Any]:
    return {
        "assistant": assistant.pk,
        "since": window.since,
        "until": window.until,
        "release": None if window.release is None else window.release.pk,
        "origin": origin,
        "role": _ROLES[origin],
        "types": sorted(types),
        "min_score": min_score,
        "shortest": json.dumps(SHORTEST_WHOLE),
    }


def _rows(query: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
