"""Workers and migrations keep out of each other's way."""

import io
import threading

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from portal.core import jobs, schema
from portal.core.models import Job
from tests.other_session import locks_waited_for, other_session
from tests.worker import wait_for

ALONE = "SELECT pg_try_advisory_lock(%s, 0)"
SHARED = "SELECT pg_try_advisory_lock_shared(%s, 0)"
PATIENCE = 20.0


@jobs.job_task("tests.nothing")
def nothing():
    """A job that does nothing."""


def run() -> str:
    """Announce a waiting job to this process; its state then."""
    with transaction.atomic():
        jobs.enqueue("tests.nothing", key="nothing")
    job = Job.objects.get(key="nothing", state="queued")
    current_app.tasks["tests.nothing"](job.pk)
    job.refresh_from_db()
    assert job.attempts == (job.state == "done")
    return job.state


def migrating(signal: pre_migrate, said: io.StringIO) -> None:
    plan = [(Migration("0099_next", "core"), False)]
    core = schema.apps.get_app_config("core")
    signal.send(core, app_config=core, using="default", plan=plan, stdout=said, apps=schema.apps)


def test_a_worker_leaves_jobs_to_those_that_fit_the_database(db, caplog):
    assert run() == "done"
    call_command("migrate", "core", "0003", fake=True, verbosity=0)
    assert run() == "queued"
    with other_session() as other:
        assert other.execute(ALONE, [schema._LOCK_SPACE]).fetchone() == (True,)


@pytest.mark.parametrize("last", ["0001_initial", "9999_of_the_next_version"])
def test_a_worker_of_another_version_does_nothing(db, monkeypatch, last):
    monkeypatch.setitem(schema._started_with, "audits", last)
    assert run() == "queued"


@pytest.mark.django_db(transaction=True)
def test_migrate_waits_for_what_is_under_way_and_nothing_new_begins():
    said = io.StringIO()

    def migrate() -> None:
        migrating(pre_migrate, said)
        migrating(post_migrate, said)
        connection.close()

    with other_session() as worker:
        worker.execute(SHARED, [schema._LOCK_SPACE])
        assert run() == "done"
        thread = threading.Thread(target=migrate)
        thread.start()
        try:
            wait_for(lambda: locks_waited_for(worker, schema._LOCK_SPACE) > 0, seconds=PATIENCE, what="migrate to wait")
            assert "Waiting until workers have done" in said.getvalue()
            assert run() == "queued"
        finally:
            worker.execute("SELECT pg_advisory_unlock_all()")
            thread.join(PATIENCE)
    assert not thread.is_alive()
    assert run() == "done"


@pytest.mark.django_db(transaction=True)
def test_nothing_begins_while_a_migration_is_at_work():
    with other_session() as migration:
        migration.execute(ALONE, [schema._LOCK_SPACE])
        assert run() == "queued"
    assert run() == "done"
