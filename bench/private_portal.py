"""An empty portal for one measurement, on servers of its own, with the durability of a real installation."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal import embedded


@contextlib.contextmanager
def private_portal() -> Iterator[None]:
    """Start servers in a temporary directory, load Django and migrate; a process can do this once."""
    with tempfile.TemporaryDirectory(prefix="probity-bench-") as var:
        os.environ.update(PROBITY_VAR=var, DJANGO_SETTINGS_MODULE="portal.settings.test", LOG_LEVEL="ERROR")
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        with embedded.servers(Path(var), database=True, cache=True):
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            yield


def databases_make(*names: str) -> None:
    """Copies of the migrated, empty first database."""
    from django.db import connection

    first = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{first}"')


@contextlib.contextmanager
def database(name: str) -> Iterator[None]:
    """Work in another database of the same server for a while."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def drained() -> int:
    """Work off all queued jobs in this process, as one worker would; returns how many."""
    from tests.jobs import drain

    return drain()


def analyze() -> None:
    """What autovacuum does within minutes of a large import."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
