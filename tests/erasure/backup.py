"""A real backup of the test database, and a place to restore it to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from portal.embedded.programs import postgresql, server_environment

RESTORED = "probity_restored"


def backup(path: Path) -> None:
    """`pg_dump` of the database, in the custom format that operators use."""
    _run("pg_dump", "--format=custom", f"--file={path}", database=str(connection.settings_dict["NAME"]))


@contextmanager
def restored(path: Path) -> Iterator[None]:
    """`pg_restore` into a fresh database, which Django's connection leads to meanwhile."""
    original = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        cursor.execute(f"CREATE DATABASE {RESTORED} TEMPLATE template0")
    try:
        _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={RESTORED}", str(path), database="")
        connection.close()
        connection.settings_dict["NAME"] = RESTORED
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")


def _run(program: str, *arguments: str, database: str) -> None:
    connection.ensure_connection()
    place = connection.connection.info
    found = {"PGHOST": place.host, "PGPORT": place.port, "PGUSER": place.user, "PGPASSWORD": place.password}
    environment = server_environment() | {name: str(value) for name, value in found.items() if value}
    if database:
        environment["PGDATABASE"] = database
    subprocess.run([postgresql(program), *arguments], env=environment, check=True)
