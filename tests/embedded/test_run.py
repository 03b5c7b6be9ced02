"""`make run` as a person meets it: the whole portal in one process tree, on its own servers."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.embedded.conftest import PATIENCE, nothing_left
from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
LOGINS = "Reviewer: rosa@example.org"


@pytest.fixture
def run_portal(var: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Start `python -m portal.run` on a port; its demo data counts as made."""
    var.mkdir()
    (var / "demo-logins.txt").write_text(f"{LOGINS}\n")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = []

    def start(port: int) -> subprocess.Popen[str]:
        portal = subprocess.Popen(
            [sys.executable, "-m", "portal.run"],
            cwd=PROJECT,
            env={**inherited, "PROBITY_VAR": str(var), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(portal)
        return portal

    yield start
    for portal in started:
        with portal:
            portal.kill()


def lines_until(portal: subprocess.Popen[str], wanted: str) -> list[str]:
    """What the portal says up to and with the wanted line; all it said, if that never comes."""
    assert portal.stdout is not None
    said = []
    for line in portal.stdout:
        said.append(line.rstrip("\n"))
        if said[-1] == wanted:
            break
    return said


@pytest.mark.portal
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGHUP, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_run_brings_the_portal_up_and_leaves_nothing_behind(var, run_portal, number, exit_code):
    port = free_port()
    portal = run_portal(port)
    said = lines_until(portal, LOGINS)
    assert said[-2:] == [f"Probity is ready: http://127.0.0.1:{port}/", LOGINS]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE) as reply:
        assert reply.status == 200
    assert run_portal(free_port()).communicate(timeout=PATIENCE)[0] == (
        f"Probity already runs on {var} (process {portal.pid}): stop it first, "
        "or set PROBITY_VAR to another directory.\n"
    )
    # Browsers that never go on must not hold up the end.
    with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as half_way:
        half_way.sendall(b"GET / HTT")
        portal.send_signal(number)
        parting, _ = portal.communicate(timeout=PATIENCE)
    assert portal.returncode == exit_code
    assert "sending SIGKILL to web" not in parting
    assert nothing_left(var)


def test_run_on_a_taken_port_starts_nothing(var, run_portal):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        portal = run_portal(port)
        assert portal.communicate(timeout=PATIENCE)[0].startswith(f"Port {port} is taken by another program:")
    assert portal.returncode == 2
    assert not (var / "postgresql").exists()
