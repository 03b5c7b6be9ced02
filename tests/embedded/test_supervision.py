"""The processes under honcho end together, whatever ends them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded.patience import wait_until
from tests.embedded.conftest import PATIENCE, nothing_left, processes_of

SUPERVISOR = """
import os, sys
import honcho.manager
from portal.run.supervision import Supervisor

honcho.manager.KILL_WAIT = 0  # honcho alone would kill at once
supervisor = Supervisor(on_started=lambda: None)
for name in ("web", "worker"):
    supervisor.add(name, [sys.executable, "-c", sys.argv[1]], os.environ)
print("asked to stop" if supervisor.supervise() else "a program ended", flush=True)
"""
WATCHER = """
import os, signal, sys
from portal.run.__main__ import end_with_terminal

def hang_up(number, frame):
    os.write(1, b"hung up\\n")  # print() may be at work already
    sys.exit()

signal.signal(signal.SIGHUP, hang_up)
end_with_terminal()
print("watching", flush=True)
signal.pause()
"""
# Stays with a child of its own until it is told to end, as gunicorn and Celery do.
LASTING = "import subprocess; print('child', flush=True); subprocess.run(['sleep', '1000'])"
# Has something to finish when it is told to end.
FINISHING = """
import signal, subprocess, time
def finish(number, frame):
    time.sleep(1)
    print('finished', flush=True)
    raise SystemExit
signal.signal(signal.SIGTERM, finish)
subprocess.run(['sleep', '1000'])
"""
ENDING = "import sys; sys.exit(3)"
WORKING_PROCESSES = 1 + 2 * 3  # the supervisor; twice honcho's relay, the program and its child


@pytest.fixture
def supervise(var: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start a supervisor of two such programs."""
    started = []

    def start(program: str) -> subprocess.Popen[str]:
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, program],
            env={**os.environ, "PROBITY_VAR": str(var)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        with supervisor:  # closes its pipe and waits for it
            supervisor.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_every_process_in_order(var, supervise, number):
    supervisor = supervise(LASTING)
    assert wait_until(lambda: len(processes_of(var)) == WORKING_PROCESSES, seconds=PATIENCE)
    supervisor.send_signal(number)
    said = supervisor.communicate(timeout=PATIENCE)[0]
    assert said.splitlines()[-1] == "asked to stop"
    assert nothing_left(var)


def test_what_is_under_way_is_finished(var, supervise):
    supervisor = supervise(FINISHING)
    assert wait_until(lambda: len(processes_of(var)) == WORKING_PROCESSES, seconds=PATIENCE)
    supervisor.send_signal(signal.SIGTERM)
    said = supervisor.communicate(timeout=PATIENCE)[0]
    assert said.count("finished") == 2
    assert nothing_left(var)


def test_killed_supervisor_takes_its_programs_along(var, supervise):
    supervisor = supervise("import signal; signal.pause()")
    assert wait_until(lambda: len(processes_of(var)) == WORKING_PROCESSES - 2, seconds=PATIENCE)
    supervisor.kill()
    assert nothing_left(var)


def test_program_that_ends_ends_the_others(var, supervise):
    supervisor = supervise(ENDING)
    said = supervisor.communicate(timeout=PATIENCE)[0]
    assert said.splitlines()[-1] == "a program ended"
    assert nothing_left(var)


def test_signal_before_the_programs_run_is_not_lost(var, supervise):
    supervisor = supervise(LASTING)
    assert wait_until(lambda: len(processes_of(var)) > 1, seconds=PATIENCE)
    supervisor.send_signal(signal.SIGTERM)
    supervisor.communicate(timeout=PATIENCE)
    assert nothing_left(var)


def test_lost_terminal_does_not_break_the_end(var, supervise):
    supervisor = supervise(LASTING)
    assert wait_until(lambda: len(processes_of(var)) == WORKING_PROCESSES, seconds=PATIENCE)
    assert supervisor.stdout is not None
    supervisor.stdout.close()
    supervisor.send_signal(signal.SIGTERM)
    assert wait_until(lambda: supervisor.poll() is not None, seconds=PATIENCE)
    assert nothing_left(var)


def test_closed_terminal_hangs_up():
    master, terminal = os.openpty()
    watcher = subprocess.Popen([sys.executable, "-c", WATCHER], stdin=terminal, stdout=subprocess.PIPE, text=True)
    os.close(terminal)
    with watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "watching\n"
        os.close(master)
        assert watcher.communicate(timeout=PATIENCE)[0] == "hung up\n"
