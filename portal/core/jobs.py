"""Background work that survives everything: job rows in PostgreSQL, announced over Celery.

A job is written in the transaction of the change that asks for it and announced to the broker after commit. If the
broker is away, or a worker dies, `recover` announces it again: a running job holds a session advisory lock, so a job
whose lock is free has lost its worker. Every job function must therefore be safe to repeat.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app, shared_task
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnavailable

from portal.core.errors import ProbityError
from portal.core.models import Job, JobState
from portal.core.session_locks import session_lock

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 6
ANNOUNCE_AGAIN_AFTER = timedelta(seconds=60)
_LOCK_SPACE = 0x4A4F42  # "JOB"; the second half of the lock is the job's id
_queues: dict[str, str] = {}
_INSERT = """
    INSERT INTO core_job (task, key, payload, queue, state, attempts, not_before, progress_done, progress_total,
                          error, created_at)
    VALUES (%s, %s, %s, %s, 'queued', 0, %s, 0, 0, '', now())
    ON CONFLICT (key) WHERE state = 'queued' AND NOT (key = '') DO UPDATE SET key = EXCLUDED.key
    RETURNING id, xmax = 0
"""


def job_task(name: str, *, queue: str = "default") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a job function under `name`; it gets the payload as keyword arguments.

    The Celery task of that name takes the job's id only, claims the job, runs the function and records the outcome.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _queues[name] = queue

        @shared_task(name=name)
        def run(job_id: int) -> None:
            _run(job_id, function)

        @functools.wraps(function)
        def direct(**payload: Any) -> None:
            function(**payload)

        return direct

    return register


def enqueue(task: str, *, key: str = "", delay: timedelta | None = None, **payload: Any) -> int | None:
    """Write a job and announce it after commit; returns its id. The payload holds ids, never personal data.

    With a `key` that is already waiting, returns None and holds that job back until the current transaction ends, so
    that it sees this change too.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "work is enqueued in the transaction of the change that asks for it"
        )
    queue = _queues.get(task, "default")
    due = timezone.now() + delay if delay else None
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [task, key, json.dumps(payload), queue, due])
        job_id, inserted = cursor.fetchone()
    if not inserted:
        return None
    if delay is None:
        transaction.on_commit(functools.partial(announce, job_id, task, queue))
    return int(job_id)


def announce(job_id: int, task: str, queue: str) -> bool:
    """Tell the broker. False where it cannot be reached: `recover` will try again."""
    try:
        current_app.send_task(task, args=[job_id], queue=queue, ignore_result=True)
    except (BrokerUnavailable, OSError) as error:
        log.warning("broker_unreachable", job=job_id, error=type(error).__name__)
        return False
    Job.objects.filter(pk=job_id).update(announced_at=timezone.now())
    return True


def recover() -> int:
    """Announce waiting jobs that nobody was told of, and take back jobs whose worker is gone. Returns how many."""
    now = timezone.now()
    lost = [pk for pk in _running_ids() if _orphaned(pk)]
    Job.objects.filter(pk__in=lost, state=JobState.RUNNING).update(state=JobState.QUEUED, announced_at=None)
    due = Job.objects.filter(state=JobState.QUEUED).filter(
        Q(announced_at__isnull=True) | Q(announced_at__lt=now - ANNOUNCE_AGAIN_AFTER),
        Q(not_before__isnull=True) | Q(not_before__lte=now),
    )
    count = 0
    for pk, task, queue in due.order_by("pk").values_list("pk", "task", "queue")[:500]:
        if not announce(pk, task, queue):
            break
        count += 1
    return count


def progress(job_key: str, *, done: int, total: int) -> None:
    """Record how far the running job with this key is."""
    Job.objects.filter(key=job_key, state=JobState.RUNNING).update(progress_done=done, progress_total=total)


def times_started(job_key: str) -> int:
    """How often the running job with this key has been started, this time included; 0 where none is running."""
    running = Job.objects.filter(key=job_key, state=JobState.RUNNING)
    return running.order_by("-pk").values_list("attempts", flat=True).first() or 0


def _running_ids() -> list[int]:
    return list(Job.objects.filter(state=JobState.RUNNING).values_list("pk", flat=True))


def _orphaned(job_id: int) -> bool:
    with _alive(job_id) as acquired:
        return acquired


def _alive(job_id: int) -> AbstractContextManager[bool]:
    """Hold the job's lock; the context says whether it was free."""
    return session_lock(_LOCK_SPACE, job_id)


def _run(job_id: int, function: Callable[..., None]) -> None:
    with _alive(job_id) as mine:
        if not mine:
            return  # another worker has it; the announcement was a repetition
        claimed = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.RUNNING]).update(
            state=JobState.RUNNING, started_at=timezone.now(), attempts=F("attempts") + 1, error=""
        )
        if not claimed:
            return
        job = Job.objects.get(pk=job_id)
        if job.attempts > MAX_ATTEMPTS:
            _finish(job, JobState.FAILED, error=f"given up after {MAX_ATTEMPTS} attempts")
            return
        try:
            function(**job.payload)
        except (OperationalError, InterfaceError):
            raise  # the database went away: the job stays running without a lock, and recover() takes it back
        except ProbityError as error:
            _finish(job, JobState.FAILED, error=error.message)
        except Exception as error:
            _retry(job, error)
        else:
            _finish(job, JobState.DONE)


def _finish(job: Job, state: JobState, *, error: str = "") -> None:
    Job.objects.filter(pk=job.pk).update(state=state, error=error[:300], finished_at=timezone.now())


def _retry(job: Job, error: Exception) -> None:
    """Queue again with a growing delay; only the class of the error is kept, its text may hold personal data."""
    name = type(error).__name__
    log.error("job_failed", job=job.pk, task=job.task, attempt=job.attempts, error=name, where=_where(error))
    if job.attempts >= MAX_ATTEMPTS:
        _finish(job, JobState.FAILED, error=name)
        return
    try:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(
                state=JobState.QUEUED,
                announced_at=None,
                error=name,
                not_before=timezone.now() + timedelta(seconds=2**job.attempts),
            )
    except IntegrityError:
        _finish(job, JobState.FAILED, error=f"{name}; the same work is queued again")


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
