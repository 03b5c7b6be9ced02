"""Count once: fold a day of an assistant's conversations into cells of the count cube.

A day is always counted anew from its conversations and replaces its cells, so that folding twice, after a revision or
after an erasure gives the right counts. Erased conversations are in no cell. Only what retention disposes of is counted
once for good, in cells marked `kept`: what it was counted from is gone afterwards.

What becomes a measure: booleans and texts of the outcome (numbers are measured elsewhere, not counted), the scan's
true/false results of scanned conversations, the personal data they expose by type and origin, the state of the scan
of every conversation, consent by purpose and why it did not permit. A measure keeps its most frequent text values of
the day; the rest are counted as `other`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Conversation
from assistants.states import ConversationState
from audits.models import StaleDay
from audits.services.packing import day_pack

VALUE_LENGTH = 60
DISTINCT_VALUES = 50
_LOCK_SPACE = 0x464F4C44  # "FOLD"
_LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_DELETE = "DELETE FROM audits_countcell WHERE assistant_id = %(assistant)s AND day = %(day)s AND NOT kept"
# Conversations that are alike in everything that is counted are grouped first: a day of many conversations has few
# profiles, and only profiles are taken apart into measures. Consent is looked up conversation by conversation: joined
# as a whole it takes minutes on tables that a large import has just filled, while they have no statistics yet.
_INSERT = """
    WITH profile AS (
        SELECT c.release_id, c.intent, c.channel, c.language, COALESCE(a.values, '{}') AS attributes, c.state,
               c.outcome, s.measures, s.exposure, consent.statuses, consent.reasons, count(*) AS n
        FROM assistants_conversation c
        LEFT JOIN assistants_auditattributes a ON a.conversation_id = c.id
        LEFT JOIN audits_conversationscan s
            ON s.conversation_id = c.id AND s.revision = c.revision AND c.state = 'scanned'
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(p.code, k.status) AS statuses,
                   jsonb_object_agg(p.code, k.reason) FILTER (WHERE k.status <> 'permitted') AS reasons
            FROM assistants_consentsnapshot k JOIN consent_purpose p ON p.id = k.purpose_id
            WHERE k.conversation_id = c.id
        ) consent
        WHERE c.assistant_id = %(assistant)s AND c.day = %(day)s AND c.state <> 'erased'
            AND c.counts_kept_at IS NULL AND (%(only)s::bigint[] IS NULL OR c.id = ANY(%(only)s))
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ), fact AS (
        SELECT p.release_id, p.intent, p.channel, p.language, p.attributes, f.measure, f.value, sum(p.n) AS n
        FROM profile p CROSS JOIN LATERAL (
            SELECT 'total' AS measure, '' AS value
            UNION ALL SELECT 'scan.state', p.state
            UNION ALL
            SELECT left('outcome.' || key, 90), left(value #>> '{}', %(value_length)s)
            FROM jsonb_each(p.outcome) WHERE jsonb_typeof(value) IN ('boolean', 'string')
            UNION ALL SELECT left('scan.' || key, 90), value FROM jsonb_each_text(p.measures)
            UNION ALL SELECT left('exposure.' || seen, 90), 'true' FROM jsonb_array_elements_text(p.exposure) seen
            UNION ALL SELECT left('consent.' || key, 90), value FROM jsonb_each_text(p.statuses)
            UNION ALL SELECT left('consent_reason.' || key, 90), value FROM jsonb_each_text(p.reasons)
        ) f GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), kept AS (
        SELECT measure, value FROM (
            SELECT measure, value, row_number() OVER (PARTITION BY measure ORDER BY sum(n) DESC, value) AS rank
            FROM fact GROUP BY measure, value
        ) ranked WHERE rank <= %(distinct_values)s
    )
    INSERT INTO audits_countcell
        (kept, assistant_id, day, release_id, intent, channel, language, attributes, measure, value, n)
    SELECT %(only)s::bigint[] IS NOT NULL, %(assistant)s, %(day)s, f.release_id, f.intent, f.channel, f.language,
           f.attributes, f.measure, CASE WHEN k.measure IS NULL THEN 'other' ELSE f.value END AS cell_value, sum(f.n)
    FROM fact f LEFT JOIN kept k ON k.measure = f.measure AND k.value = f.value
    GROUP BY f.release_id, f.intent, f.channel, f.language, f.attributes, f.measure, cell_value
"""


# What was kept of these subjects' conversations, where nobody else's are counted along.
_FORGET = """
    WITH mine AS (
        SELECT c.assistant_id, c.day, c.release_id, c.intent, c.channel, c.language,
               COALESCE(a.values, '{}') AS attributes, count(*) AS n
        FROM assistants_conversation c LEFT JOIN assistants_auditattributes a ON a.conversation_id = c.id
        WHERE c.subject_id = ANY(%s) AND c.counts_kept_at IS NOT NULL AND c.state <> 'erased'
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), kept AS (
        SELECT k.id, mine.n AS own, sum(k.n) FILTER (WHERE k.measure = 'total') OVER (
            PARTITION BY k.assistant_id, k.day, k.release_id, k.intent, k.channel, k.language, k.attributes
        ) AS everybody
        FROM mine JOIN audits_countcell k
            ON k.kept AND k.assistant_id = mine.assistant_id AND k.day = mine.day
            AND k.release_id IS NOT DISTINCT FROM mine.release_id AND k.intent = mine.intent
            AND k.channel = mine.channel AND k.language = mine.language AND k.attributes = mine.attributes
    )
    DELETE FROM audits_countcell USING kept WHERE kept.id = audits_countcell.id AND kept.everybody <= kept.own
"""


def day_fold(*, assistant_id: int, day: date) -> None:
    """Replace the day's cells by a fresh count, and their packs, and take the day off the stale ones: one transaction.

    The lock is on the month, whose packs are made of its days. The mark goes first: its row lock waits for changes that
    are under way, and whatever is marked after this transaction has taken it leaves a mark of its own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [_LOCK_SPACE, f"{assistant_id} {day:%Y-%m}"])
        StaleDay.objects.filter(assistant_id=assistant_id, day=day).delete()
        cursor.execute(_DELETE, _place(assistant_id, day))
        cursor.execute(_INSERT, _place(assistant_id, day))
        day_pack(assistant_id=assistant_id, day=day)


def counts_keep(conversation_ids: Sequence[int]) -> None:
    """Count these conversations for good, before something that they are counted from is disposed of.

    Their share of each day becomes cells that no later fold replaces, and they are not counted again: every sum over
    the cube stays what it was. The rest of each day is folded anew at once. Runs inside the caller's transaction.
    """
    days: dict[tuple[int, date], list[int]] = defaultdict(list)
    rows = Conversation.objects.filter(pk__in=conversation_ids, counts_kept_at__isnull=True)
    for pk, assistant_id, day in rows.exclude(state=ConversationState.ERASED).values_list("pk", "assistant_id", "day"):
        days[assistant_id, day].append(pk)
    for (assistant_id, day), ids in sorted(days.items()):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [_LOCK_SPACE, f"{assistant_id} {day:%Y-%m}"])
            cursor.execute(_INSERT, _place(assistant_id, day, only=ids))
        Conversation.objects.filter(pk__in=ids).update(counts_kept_at=timezone.now())
        day_fold(assistant_id=assistant_id, day=day)


def counts_forget(subject_ids: Sequence[int]) -> int:
    """Take out of the cells counted for good what counts nobody but these subjects; returns how many cells.

    Runs inside the caller's erasure, while their conversations and attributes still say what was counted. Cells that
    count others along stay: an aggregate of several. So do those whose attributes were disposed of meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [list(subject_ids)])
        return cursor.rowcount


def _place(assistant_id: int, day: date, *, only: list[int] | None = None) -> dict[str, Any]:
    return {
        "assistant": assistant_id,
        "day": day,
        "only": only,
        "value_length": VALUE_LENGTH,
        "distinct_values": DISTINCT_VALUES,
    }


def stale_days_fold(*, assistant_id: int, since: date | None = None, until: date | None = None) -> int:
    """Fold the assistant's stale days (`since` ≤ day < `until`), a transaction each; returns how many."""
    stale = StaleDay.objects.filter(assistant_id=assistant_id)
    if since is not None:
        stale = stale.filter(day__gte=since)
    if until is not None:
        stale = stale.filter(day__lt=until)
    days = list(stale.order_by("day").values_list("day", flat=True))
    for day in days:
        day_fold(assistant_id=assistant_id, day=day)
    return len(days)
