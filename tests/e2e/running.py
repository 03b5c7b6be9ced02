"""The portal as a person gets it from `make run`, on a state directory and a port of its own."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from portal.embedded.patience import wait_until
from tests.embedded.conftest import nothing_left
from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 300.0  # seconds; the first start makes the demo company
AUDITED_WITHIN = 300.0
STOPS_WITHIN = 60.0
# What a person's shell would not have: the test run's own servers and settings.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PROBITY_VAR")


@dataclass(frozen=True)
class RunningPortal:
    """A portal that answers, with the demo company's first audits done."""

    var: Path
    url: str
    process: subprocess.Popen[bytes]

    @property
    def logins(self) -> str:
        """What the portal has printed for its user."""
        return (self.var / "demo-logins.txt").read_text(encoding="utf-8")

    @property
    def password(self) -> str:
        return _found(r"all with the password (\S+)", self.logins)

    @property
    def api_key(self) -> str:
        return _found(r"^API key of .*: (\S+)$", self.logins)

    @property
    def log(self) -> str:
        """All that the portal's processes have written to the terminal."""
        return _log(self.var).read_text(encoding="utf-8", errors="replace")

    def manage(self, *command: str, exit_code: int = 0) -> str:
        """Run `manage.py` beside the portal as an operator would; its output and error output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=environment(self.var),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=AUDITED_WITHIN,
            check=False,
        )
        assert done.returncode == exit_code, f"manage.py {command[0]}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False


@contextmanager
def running_portal(var: Path) -> Iterator[RunningPortal]:
    """Start `python -m portal.run`, wait for the demo audits; afterwards stop it and see that nothing is left."""
    var.mkdir(exist_ok=True)
    port = free_port()
    with _log(var).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.run"],
            cwd=PROJECT,
            env={**environment(var), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    portal = RunningPortal(var=var, url=f"http://127.0.0.1:{port}", process=process)
    try:
        started = wait_until(
            lambda: process.poll() is not None or portal.answers(), seconds=STARTS_WITHIN, interval=0.25
        )
        assert started, portal.log
        assert process.poll() is None, portal.log
        portal.manage("demo_ready", "--wait", "--timeout", str(AUDITED_WITHIN))
        yield portal
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPS_WITHIN) == 0
        assert nothing_left(var)
    finally:
        process.kill()
        process.wait()


def copy_of_first_portal(shared: Path, var: Path) -> None:
    """Give `var` the state of a portal whose demo audits are done and which was stopped again.

    Whoever comes first makes it in `shared`, the others wait: the demo company is made once for all processes.
    """
    shared.mkdir(exist_ok=True)
    first, made = shared / "var", shared / "made"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with running_portal(first):
                pass
            made.touch()
    # Sockets cannot be copied, and each portal finds a port for its demo assistant.
    shutil.copytree(first, var, ignore=shutil.ignore_patterns("run", "demo-assistant.port"))


def environment(var: Path) -> dict[str, str]:
    """The environment of a person who has set nothing but the state directory."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**own, "PROBITY_VAR": str(var)}


def _log(var: Path) -> Path:
    return var / "terminal.log"


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match is not None, f"{pattern} is not in:\n{text}"
    return match.group(1)
