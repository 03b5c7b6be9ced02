"""State directories of their own, users of them in their own processes, a look at what is left running."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded.patience import wait_until
from portal.embedded.places import Places

USER = """
import sys
from pathlib import Path
from portal import embedded
with embedded.servers(Path(sys.argv[1]), durable=False):
    print("up", flush=True)
    sys.stdin.readline()
print("down", flush=True)
"""
PATIENCE = 60  # seconds


def belongs_to(process: Path, var: Path) -> bool:
    """Whether a /proc entry works for a state directory: by its command line, environment or directory."""
    name = os.fsencode(var)
    try:
        mentioned = name in (process / "cmdline").read_bytes() or name in (process / "environ").read_bytes()
        return mentioned or (process / "cwd").readlink().is_relative_to(var)
    except OSError:
        return False


def processes_of(var: Path) -> set[int]:
    """The living processes that work for a state directory."""
    found = {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and belongs_to(entry, var)}
    return found - {os.getpid()}


def nothing_left(var: Path) -> bool:
    return wait_until(lambda: not processes_of(var), seconds=PATIENCE)


def keeper_of(server: str, var: Path) -> int:
    """The process id of the keeper of a server."""
    sought = [b"-c", server.encode(), os.fsencode(var)]
    for pid in processes_of(var):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[2:3] == sought[:1] and words[5:7] == sought[1:]:
            return pid
    raise AssertionError(f"no keeper of {server} on {var}")


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A state directory that does not exist yet; whatever a test leaves running in it fails the test."""
    directory = tmp_path / "var"
    yield directory
    left = set() if nothing_left(directory) else processes_of(directory)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(Places.of(directory).sockets, ignore_errors=True)
    assert left == set()


@pytest.fixture
def start_user() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Start a process that uses the servers until it reads a line; returns when they are up."""
    users = []

    def start(var: Path) -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USER, str(var)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        users.append(user)
        assert user.stdout is not None
        assert user.stdout.readline() == "up\n"
        return user

    yield start
    for user in users:
        user.kill()
        user.communicate()


def let_go(user: subprocess.Popen[str]) -> str:
    """Let a user end in order; what it says at its end."""
    return user.communicate("\n", timeout=PATIENCE)[0]
