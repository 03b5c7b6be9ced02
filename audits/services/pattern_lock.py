"""Scans and changes of an assistant's patterns keep out of each other's way.

A scan holds the lock shared while its batch is read and stored; going live takes it alone. So no batch that was read
without a pattern is stored after the pattern has gone live, and what has to be scanned again is known at that moment.
"""

from __future__ import annotations

from django.db import connection

_SPACE = 0x50415454  # "PATT"


def patterns_hold(*, assistant_id: int) -> None:
    """Keep the assistant's live patterns as they are until the transaction ends; any number may hold them."""
    _take("pg_advisory_xact_lock_shared", assistant_id)


def patterns_take(*, assistant_id: int) -> None:
    """Wait for scans that are under way, and keep others waiting until the transaction ends."""
    _take("pg_advisory_xact_lock", assistant_id)


def _take(function: str, assistant_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_SPACE, assistant_id % 2**31])
