"""Waiting for a cycle from the command line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from celery import current_app
from kombu.exceptions import OperationalError as BrokerUnavailable

from audits.queries.cycle_progress import CycleProgress, cycle_progress
from audits.services.clock import stalled_work_wake
from audits.states import CycleState
from portal.core import jobs

UNDER_WAY = frozenset({CycleState.SCHEDULED, CycleState.RUNNING})
_SHORTEST, _LONGEST = 0.05, 1.0
_RECOVER_EVERY = 3.0
_PATIENCE = 10.0
_PING_ANSWER = 1.0


def cycle_watch(cycle_id: int, *, seconds: float, warn: Callable[[str], None]) -> Iterator[CycleProgress]:
    """The cycle's progress again and again, until it is out of its jobs' hands or the time is over.

    Looks often while something moves and ever less while nothing does. Meanwhile takes back the jobs of workers that
    died and ends what their jobs gave up, so that a cycle ends where no beat runs. Where nothing moves and no worker
    answers, says so once.
    """
    pause = threading.Event()
    begun = moved_at = recovered_at = time.monotonic()
    interval, warned = _SHORTEST, False
    before: CycleProgress | None = None
    while True:
        progress = cycle_progress(cycle_id)
        now = time.monotonic()
        if progress != before:
            before, moved_at, interval = progress, now, _SHORTEST
        yield progress
        if progress.state not in UNDER_WAY or now - begun > seconds:
            return
        if now - recovered_at > _RECOVER_EVERY:
            jobs.recover()
            stalled_work_wake()
            recovered_at = now
        if not warned and now - moved_at > _PATIENCE:
            warned = True
            if not worker_answers():
                warn("No worker answers: start one with `celery -A portal worker`. Still waiting.")
        pause.wait(interval)
        interval = min(interval * 1.5, _LONGEST)


def worker_answers() -> bool:
    """Whether any Celery worker answers over the broker within a second."""
    try:
        return bool(current_app.control.ping(timeout=_PING_ANSWER, limit=1))
    except (BrokerUnavailable, OSError):
        return False
