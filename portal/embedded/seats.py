"""Using the embedded servers: taking a seat at their keepers, starting a keeper where there is none."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from . import programs
from .errors import EmbeddedError
from .keeper import AGAIN, open_log
from .places import Addresses, Places, addresses

SEAT_SECONDS = 90  # a first start on a slow disk, or the orderly end of the keeper before
LEAVE_SECONDS = 90
# Loaded as a package of its own: importing `portal` would import Celery, which no keeper needs.
KEEPER = "import sys; sys.path.append(sys.argv.pop(1)); from embedded.keeper import main; main()"


class Seat:
    """One process's use of one server."""

    def __init__(self, places: Places, server: str, *, durable: bool) -> None:
        self.places = places
        self.server = server
        self.durable = durable
        self._connection: socket.socket | None = None
        self._starting: int | None = None  # the pipe from the keeper that this process started
        if not self._connect():
            self._start_keeper()

    def take(self) -> None:
        """Return when the server answers. Raises EmbeddedError: the keeper's reason, or the deadline."""
        deadline = time.monotonic() + SEAT_SECONDS
        while time.monotonic() < deadline:
            if self._connection is None and not self._connect():
                self._await_keeper()
                continue
            verdict = self._read_verdict(deadline - time.monotonic())
            if verdict == "ready":
                return
            if verdict.startswith("failed "):
                raise EmbeddedError(verdict.removeprefix("failed "))
            self._disconnect()  # it was just stopping: the next one will do
        log = self.places.log(self.server)
        raise EmbeddedError(f"The embedded {self.server} does not answer: see {log}.")

    def leave(self) -> None:
        """Give the seat up; return when the server has stopped, or at once if others use it."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
                self._connection.settimeout(LEAVE_SECONDS)
                while self._connection.recv(4096):
                    pass
        self._disconnect()
        self._close_pipe()

    def _connect(self) -> bool:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self.places.keeper_socket(self.server)))
        except OSError:
            connection.close()
            return False
        self._connection = connection
        return True

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read_verdict(self, seconds: float) -> str:
        """The keeper's line, empty if it has closed the connection or the time is over."""
        assert self._connection is not None
        self._connection.settimeout(max(seconds, 0.01))
        line = b""
        with contextlib.suppress(OSError):
            while not line.endswith(b"\n") and (part := self._connection.recv(4096)):
                line += part
        return line.decode().strip()

    def _start_keeper(self) -> None:
        self._close_pipe()
        self._starting, keepers_end = os.pipe()
        portal = str(Path(__file__).resolve().parents[1])
        durability = "durable" if self.durable else "volatile"
        keeper = [sys.executable, "-I", "-c", KEEPER, portal, self.server, str(self.places.var), durability]
        try:
            with open_log(self.places.log(self.server)) as log:
                subprocess.run(
                    programs.detached(keeper),
                    stdin=subprocess.DEVNULL,
                    stdout=keepers_end,
                    stderr=log,
                    cwd=self.places.var,
                    check=True,
                )
        finally:
            os.close(keepers_end)

    def _await_keeper(self) -> None:
        """Give a keeper a moment to open its socket; start one if there is none."""
        if self._starting is None:
            self._start_keeper()
        assert self._starting is not None
        readable, _, _ = select.select([self._starting], [], [], 0.02)
        if not readable:
            return
        if os.read(self._starting, 16) != AGAIN:
            raise EmbeddedError(f"The keeper of {self.server} failed: see {self.places.log(self.server)}.")
        self._close_pipe()  # another keeper holds the lock and is about to answer, or to end

    def _close_pipe(self) -> None:
        if self._starting is not None:
            os.close(self._starting)
            self._starting = None


@contextlib.contextmanager
def servers(var: Path, *, database: bool = True, cache: bool = True, durable: bool = True) -> Iterator[Addresses]:
    """The embedded servers of a state directory, running for as long as the context lasts.

    Starts what does not run yet, at the same time; whichever process leaves a server last stops it.
    `durable=False` (for tests) gives up safety after a power cut. Raises EmbeddedError with a sentence for
    the operator.
    """
    places = Places.of(var)
    wanted = [name for name, asked in (("postgresql", database), ("valkey", cache)) if asked]
    if wanted:
        places.make()
    with contextlib.ExitStack() as leaving:
        seats = []
        for name in wanted:
            seat = Seat(places, name, durable=durable)
            leaving.callback(seat.leave)
            seats.append(seat)
        for seat in seats:
            seat.take()
        yield addresses(places.var)
