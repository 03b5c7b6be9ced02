"""What the person at the terminal is told once the portal answers."""

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from portal.embedded.patience import wait_until
from portal.run.preflight import Address

READY_SECONDS = 120
ANSWER_SECONDS = 10
ASK_EVERY_SECONDS = 0.5


class Announcement(threading.Thread):
    """Waits in the background for the portal and for the demo audit, and says so."""

    def __init__(self, *, address: Address, logins: Path, project: Path, environment: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._logins = logins
        self._project = project
        self._environment = environment
        self._stopped = threading.Event()
        self._waiting: subprocess.Popen[str] | None = None

    def run(self) -> None:
        finished = wait_until(
            lambda: self._stopped.is_set() or self._answers(),
            seconds=READY_SECONDS,
            interval=ASK_EVERY_SECONDS,
        )
        if not finished:
            say(f"The portal does not answer on {self._address.url}readyz: see the messages above.")
            return
        if self._stopped.is_set():
            return
        lines = [f"Probity is ready: {self._address.url}"]
        if self._logins.exists():
            lines += self._logins.read_text(encoding="utf-8").splitlines()
        say(*lines, "Stop it with Ctrl-C.")
        if self._logins.exists():
            self._await_demo()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._stopped.set()
        if self._waiting is not None:
            self._waiting.terminate()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address.url}readyz", timeout=ANSWER_SECONDS) as reply:  # noqa: S310
                return bool(reply.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _await_demo(self) -> None:
        self._waiting = subprocess.Popen(
            [sys.executable, "manage.py", "demo_ready", "--wait"],
            cwd=self._project,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        told, trouble = self._waiting.communicate()
        if not self._stopped.is_set():
            say(*(told if self._waiting.returncode == 0 else trouble).splitlines())


def say(*lines: str) -> None:
    """Print a block that stands out between log lines; nobody listening is no error."""
    try:
        print("", *lines, "", sep="\n", flush=True)  # noqa: T201  (this is the terminal program)
    except OSError:
        return
