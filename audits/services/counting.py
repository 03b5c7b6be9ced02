"""Count once: fold a day of an assistant's conversations into cells of the count cube.

A day is always counted anew from its conversations and replaces its cells, so that folding twice, after a revision or
after an erasure gives the right counts. Erased conversations are in no cell. Only what retention disposes of is counted
once for good, in cells marked `kept`: what it was counted from is gone afterwards.

What becomes a measure: booleans and texts of the outcome; its numbers, on a scale of few bins
(audits.engine.bias.scales); decisions beside the truth where the programme names such pairs; turns, duration and the
wait for the first answer, on scales as well; whether the customer came back within a week; the scan's true/false
results of scanned conversations, the personal data they expose by type and origin, the state of the scan of every
conversation, consent by purpose and why it did not permit. A measure keeps its most frequent text values of the day;
the rest are counted as `other`.

Who comes back is known when the week after a day is over. Until then its conversations are counted as `pending`, and
`ripe_days_mark_stale` has the day folded again afterwards. The last week is never told as if nobody had come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Conversation
from assistants.states import ConversationState
from audits.models import StaleDay
from audits.queries.truths import truth_pairs
from audits.services.fold_statement import DISTINCT_VALUES, FOLD, fold_arguments
from audits.services.packing import day_pack

__all__ = ["DISTINCT_VALUES", "counts_forget", "counts_keep", "day_fold", "stale_days_fold"]

_LOCK_SPACE = 0x464F4C44  # "FOLD"
_LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_DELETE = "DELETE FROM audits_countcell WHERE assistant_id = %(assistant)s AND day = %(day)s AND NOT kept"
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
        cursor.execute(_DELETE, {"assistant": assistant_id, "day": day})
        cursor.execute(FOLD, _arguments(assistant_id, day))
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
            cursor.execute(FOLD, _arguments(assistant_id, day, only=ids))
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


def _arguments(assistant_id: int, day: date, *, only: list[int] | None = None) -> dict[str, Any]:
    today = timezone.now().astimezone(UTC).date()
    pairs = truth_pairs(assistant_id)
    return fold_arguments(assistant_id=assistant_id, day=day, only=only, pairs=pairs, today=today)


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
