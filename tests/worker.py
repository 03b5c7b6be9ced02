"""A real Celery worker on the real broker, working on the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery import current_app
from django.conf import settings
from django.db import connection

from portal import embedded

STARTS_WITHIN = 120.0
ENDS_WITHIN = 15.0


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask until the condition holds; an AssertionError that says what was waited for after the deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        pause.wait(0.02)


@dataclass(frozen=True)
class Worker:
    process: subprocess.Popen[bytes]

    @property
    def children(self) -> list[int]:
        """The pool's processes."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def kill_child(self) -> int:
        """Kill one of the pool's processes the hard way; returns its pid."""
        pid = self.children[0]
        os.kill(pid, signal.SIGKILL)
        return pid


@contextmanager
def celery_worker(*, processes: int = 2, module: str | None = None) -> Iterator[Worker]:
    """A worker of this many processes, ready to work. Needs a transactional test: it sees committed rows only.

    `module` is imported by it, too: what a test plants in the worker.
    """
    current_app.control.purge()
    command = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "--app", "portal"]
    command += ["worker", "--pool", "prefork", "--concurrency", str(processes), "--loglevel", "WARNING"]
    command += ["--include", module] if module else []
    log = Path(settings.PROBITY_VAR) / f"worker-{os.getpid()}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment(), stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for(lambda: _answers(process, log), seconds=STARTS_WITHIN, what="the worker to start")
        yield Worker(process)
    finally:
        _end(process)


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DATABASE_URL": _test_database_url(),
    }


def _test_database_url() -> str:
    """The address of the database server, with the name that the test run has given its database."""
    url = os.environ.get("DATABASE_URL") or embedded.addresses(Path(settings.PROBITY_VAR)).database_url
    return urlunsplit(urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}"))


def _answers(process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, f"the worker ended at once:\n{log.read_text(errors='replace')[-2000:]}"
    return bool(current_app.control.ping(timeout=0.3, limit=1))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(ENDS_WITHIN)
