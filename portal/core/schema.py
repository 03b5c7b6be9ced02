"""Workers and migrations keep out of each other's way.

While a task runs, its session shares a lock that `migrate` takes for itself: it waits for what is under way, and
nothing begins while it waits or works. Afterwards a worker does nothing if the database has other migrations than it
was started with: its jobs stay queued for a worker that fits, so that none is tried and given up in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import structlog
from celery import Task
from django.apps import apps
from django.db import connection, connections
from django.db.models.signals import post_migrate, pre_migrate

from portal.core.session_locks import session_lock

log = structlog.get_logger(__name__)

_LOCK_SPACE = 0x534348  # "SCH"
_OURS = frozenset({"assistants", "audits", "consent", "portal"})
_APPLIED = 'SELECT app, max(name COLLATE "C") FROM django_migrations WHERE app = ANY(%s) GROUP BY app'
_started_with: dict[str, str] = {}


class KeepingTask(Task):
    """A Celery task that runs only where no migration is under way and the schema is the one it was written for."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with _schema_kept(self.name) as kept:
            return super().__call__(*args, **kwargs) if kept else None


def remember() -> None:
    """Note the last migration of each app that this process was started with; an upgrade may change the files."""
    for app in apps.get_app_configs():
        names = [file.stem for file in Path(app.path, "migrations").glob("[0-9]*.py")]
        if app.name.partition(".")[0] in _OURS and names:
            _started_with[app.label] = max(names)


def connect() -> None:
    """Let `migrate` wait for tasks under way."""
    sender = apps.get_app_config("core")
    pre_migrate.connect(_take, sender=sender, dispatch_uid="portal.core.schema")
    post_migrate.connect(_give_back, sender=sender, dispatch_uid="portal.core.schema")


@contextmanager
def _schema_kept(task: str) -> Iterator[bool]:
    with session_lock(_LOCK_SPACE, shared=True) as free:
        yield free and _fits(task)


def _fits(task: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED, [list(_started_with)])
        applied = dict(cursor.fetchall())
    if applied == _started_with:
        return True
    differing = sorted(app for app, name in _started_with.items() if applied.get(app) != name)
    log.warning("schema_differs", task=task, apps=differing, hint="restart this process after the upgrade")
    return False


def _take(*, using: str, plan: list[Any], stdout: TextIO | None = None, **kwargs: Any) -> None:
    """Before migrations: wait for tasks under way. The lock is the session's, so a failed `migrate` leaves none."""
    if not plan:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [_LOCK_SPACE])
        if cursor.fetchone()[0]:
            return
        if stdout is not None:
            stdout.write("Waiting until workers have done what they have under way; they begin nothing new …")
            stdout.flush()
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [_LOCK_SPACE])


def _give_back(*, using: str, plan: list[Any] | None = None, **kwargs: Any) -> None:
    if plan:  # `flush` sends the signal, too, and has taken nothing
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_LOCK_SPACE])
