"""A second session on the test database, as another worker would hold it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def other_session() -> Iterator[psycopg.Connection[Any]]:
    """A plain psycopg connection beside Django's own; what it leaves open is rolled back."""
    parameters = connection.get_connection_params()
    keep = {name: value for name, value in parameters.items() if name in {"dbname", "user", "password", "host", "port"}}
    with psycopg.connect(**keep, autocommit=True) as session:
        yield session


def locks_waited_for(session: psycopg.Connection[Any], space: int) -> int:
    """How many sessions on this database wait for an advisory lock of a space (its first key)."""
    waiting = """
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    [(number,)] = session.execute(waiting, [space])
    return int(number)
