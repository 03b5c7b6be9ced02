"""Days whose counts no longer match their conversations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, timedelta

from django.db import connection
from django.utils import timezone

from audits.services.fold_statement import REPEAT_DAYS, ripe_until


def _marking(days: str) -> str:
    """The statement that marks the (assistant, day) rows that `days` selects, in one order.

    The update, which changes nothing, takes the row's lock: a fold that is about to take the mark away waits for this
    transaction and counts what it changed. ON CONFLICT DO NOTHING would let the fold pass and lose the change.
    """
    return f"""
        INSERT INTO audits_staleday (assistant_id, day) {days} ORDER BY assistant_id, day
        ON CONFLICT (assistant_id, day) DO UPDATE SET day = EXCLUDED.day
    """


_MARK = _marking("SELECT %s AS assistant_id, day FROM unnest(%s::date[]) AS day")
_MARK_CHANGED = _marking("""
    SELECT %(assistant)s AS assistant_id, day FROM (
        SELECT unnest(%(days)s::date[]) AS day
        UNION
        SELECT before.day FROM unnest(%(before)s::date[]) AS before(day) WHERE EXISTS (
            SELECT 1 FROM assistants_conversation c WHERE c.assistant_id = %(assistant)s AND c.day = before.day
        )
    ) AS marked
""")
_MARK_RIPE = _marking("""
    SELECT DISTINCT assistant_id, day FROM audits_countcell
    WHERE measure = 'quality.repeat_contact' AND value = 'pending' AND NOT kept
        AND day <= %s AND (%s::bigint IS NULL OR assistant_id = %s)
""")
_MARK_COUNTED = _marking("""
    SELECT DISTINCT assistant_id, day FROM audits_countcell
    WHERE assistant_id = %s AND measure = ANY(%s) AND NOT kept
""")
_MARK_RECEIVED = _marking("""
    SELECT DISTINCT assistant_id, day FROM assistants_conversation
    WHERE assistant_id = %s AND state = 'received'
""")


def days_mark_stale(*, assistant_id: int, days: Iterable[date]) -> None:
    """Have these days folded again. Call it at the end of the transaction that changes their conversations."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [assistant_id, sorted(set(days))])


def changed_days_mark_stale(*, assistant_id: int, days: Collection[date]) -> None:
    """Have these days folded again, whose conversations are new, moved or another customer's.

    So are the days of the week before that were already told who had come back: a conversation that comes late may be
    the return of somebody who was counted as gone. Days that still wait for their week are left to wait.
    """
    known = ripe_until(_today())
    week = [timedelta(days=number) for number in range(1, REPEAT_DAYS + 1)]
    before = {day - back for day in days for back in week if day - back <= known} - set(days)
    with connection.cursor() as cursor:
        cursor.execute(_MARK_CHANGED, {"assistant": assistant_id, "days": sorted(set(days)), "before": sorted(before)})


def ripe_days_mark_stale(*, assistant_id: int | None = None) -> None:
    """Have the days folded again of which it can be known by now who came back; of every assistant if none is named."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_RIPE, [ripe_until(_today()), assistant_id, assistant_id])


def counted_days_mark_stale(*, assistant_id: int, measures: Collection[str]) -> None:
    """Have every day folded again that counts any of these measures."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_COUNTED, [assistant_id, list(measures)])


def received_days_mark_stale(*, assistant_id: int) -> None:
    """Have every day folded that holds conversations not yet scanned, so that they count as unscanned meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_RECEIVED, [assistant_id])


def _today() -> date:
    return timezone.now().astimezone(UTC).date()
