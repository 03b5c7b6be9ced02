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
