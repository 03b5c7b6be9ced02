"""The processes of the portal under honcho: one ends, all end; this process dies, all die."""

import math
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import Queue
from typing import Any

from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Process

from portal.embedded.launch import tie
from portal.embedded.programs import tied

RETRY_SECONDS = 0.1
#: A program that was told to end is killed after so long, as `docker stop` does.
KILLED_AFTER_SECONDS = 10


class Terminal:
    """Standard output that may go away: a closed terminal or pipe must not break the orderly end."""

    def write(self, text: str) -> int:
        try:
            return sys.stdout.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            sys.stdout.flush()
        except OSError:
            return

    def isatty(self) -> bool:
        return sys.stdout.isatty()


class TiedProcess(Process):
    """A honcho process that ends with its supervisor, also when that is killed with -9 (Linux).

    honcho puts a process of its own between the two: that one is tied to the supervisor, the program to it.
    """

    cmd: str

    def run(self, events: "Queue[Any] | None" = None, ignore_signals: bool = False) -> None:
        tie(signal.SIGKILL, os.getppid())
        self.cmd = "exec " + shlex.join(tied(shlex.split(self.cmd), signal_number=signal.SIGTERM))
        super().run(events, ignore_signals)


class Supervisor(Manager):
    """honcho's manager for a fixed set of programs."""

    def __init__(self, *, on_started: Callable[[], None]) -> None:
        super().__init__(Printer(Terminal()))
        self._process_ctor = TiedProcess
        self._on_started = on_started
        self._asked_to_stop = False
        self._killing_at = math.inf

    def add(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.add_process(name, shlex.join(command), env=dict(environment))

    def supervise(self) -> bool:
        """Run until a signal or the end of one program ends all; whether it was a signal."""
        try:
            self.loop()
        finally:
            self._end_relays()
        return self._asked_to_stop

    def terminate(self) -> None:
        """End all programs; a request that comes before they all run is kept until they do."""
        self._asked_to_stop = self._asked_to_stop or not self._any_stopped()
        if self._all_started():
            self._killing_at = min(self._killing_at, time.monotonic() + KILLED_AFTER_SECONDS)
            super().terminate()
        else:
            threading.Timer(RETRY_SECONDS, self.terminate).start()

    def kill(self) -> None:
        """Kill what has not ended in its time; honcho asks for it again and again, from five seconds on."""
        if time.monotonic() >= self._killing_at:
            super().kill()

    def _start(self) -> None:
        super()._start()
        self._on_started()

    def _end_relays(self) -> None:
        """Leave nothing over when an error broke the loop; after an orderly end this does nothing."""
        for process in self._processes.values():
            relay = process.get("process")
            if relay is not None and relay.is_alive():
                relay.kill()
