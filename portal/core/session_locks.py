"""Advisory locks that belong to a database session: a process that dies gives up its own with its connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def session_lock(space: int, key: int = 0, *, shared: bool = False) -> Iterator[bool]:
    """Hold a lock on this database session while the block runs; yields whether it was free, and never waits.

    A shared lock is free unless somebody holds it alone or waits to. `space` and `key` are 32 bits wide.
    """
    kind, lock = "_shared" if shared else "", [space, key % 2**31]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock{kind}(%s, %s)", lock)
        acquired = bool(cursor.fetchone()[0])
    try:
        yield acquired
    finally:
        if acquired and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock{kind}(%s, %s)", lock)
