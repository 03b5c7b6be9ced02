"""Days whose counts no longer match their conversations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

# The update, which changes nothing, takes the row's lock: a fold that is about to take the mark away waits for this
# transaction and counts what it changed. ON CONFLICT DO NOTHING would let the fold pass and lose the change.
_MARK = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT %s, day FROM unnest(%s::date[]) AS day ORDER BY day
    ON CONFLICT (assistant_id, day) DO UPDATE SET day = EXCLUDED.day
"""
_MARK_RECEIVED = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT DISTINCT assistant_id, day FROM assistants_conversation
    WHERE assistant_id = %s AND state = 'received' ORDER BY day
    ON CONFLICT (assistant_id, day) DO UPDATE SET day = EXCLUDED.day
"""


def days_mark_stale(*, assistant_id: int, days: Iterable[date]) -> None:
    """Have these days folded again. Call it at the end of the transaction that changes their conversations."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [assistant_id, sorted(set(days))])


def received_days_mark_stale(*, assistant_id: int) -> None:
    """Have every day folded that holds conversations not yet scanned, so that they count as unscanned meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_RECEIVED, [assistant_id])
