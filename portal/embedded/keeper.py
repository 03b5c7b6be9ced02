"""The keeper: one small process per embedded server, living as long as somebody uses the server.

A user connects to the keeper's socket and reads one line: `ready`, or `failed` and a sentence. It uses the
server for as long as it holds the connection; the kernel closes that even for a process killed with -9. When
the last user has gone the keeper stops the server and ends. A user that leaves in order waits for the end of
the stream: it comes at once if others stay, and after the server has stopped if it was the last.

A server that dies is started again. A keeper that is killed takes its server along (Linux; see `launch`).
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO, Protocol

from . import programs
from .errors import EmbeddedError
from .places import Places
from .postgresql import PostgreSQL
from .valkey import Valkey

FIRST_USER_SECONDS = 20
START_SECONDS = 60
STOP_SECONDS = 60
# A server that lives no longer than this has failed to start. A killed PostgreSQL may need a moment to let go
# of its shared memory, hence more than one attempt.
SHORT_LIFE_SECONDS = 5
ATTEMPTS = 5
RETRY_SECONDS = 0.5
LOG_LIMIT = 10_000_000  # bytes
AGAIN = b"again\n"  # this keeper is not the one (any more): look for the next


class Server(Protocol):
    """What a keeper needs to know of the server it keeps."""

    name: str
    stop_signal: signal.Signals

    def prepare(self) -> None: ...
    def command(self) -> list[str]: ...
    def is_ready(self, pid: int) -> bool: ...


SERVERS: dict[str, type[PostgreSQL] | type[Valkey]] = {server.name: server for server in (PostgreSQL, Valkey)}


class Keeper:
    """Starts, restarts and stops one server, and counts its users."""

    def __init__(self, server: Server, places: Places) -> None:
        self.server = server
        self.places = places
        self.users = 0
        self.verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.unused = asyncio.Event()

    async def keep(self) -> None:
        """Serve until the last user has gone or a signal asks for the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.unused.set)
        address = self.places.keeper_socket(self.server.name)
        address.unlink(missing_ok=True)
        listener = await asyncio.start_unix_server(self.attend, address)
        loop.call_later(FIRST_USER_SECONDS, self.leave_if_unused)
        try:
            await asyncio.to_thread(self.server.prepare)
            await self.run_server(listener, address)
        except EmbeddedError as error:
            self.announce(f"failed {error}")
            await self.unused.wait()
        finally:
            self.close(listener, address)
            self.announce("")

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One user's connection, from its arrival to its leaving."""
        if self.unused.is_set():
            writer.close()
            return
        self.users += 1
        with contextlib.suppress(OSError):
            writer.write(f"{await asyncio.shield(self.verdict)}\n".encode())
            await writer.drain()
            await reader.read()
        self.users -= 1
        self.leave_if_unused()
        if not self.unused.is_set():
            writer.close()
        # The last user's connection closes with this process: then nothing is left running.

    async def run_server(self, listener: asyncio.Server, address: Path) -> None:
        """Run the server until nobody uses it any more. Raises EmbeddedError if it does not stay up."""
        loop = asyncio.get_running_loop()
        failures = 0
        while not self.unused.is_set():
            if self.verdict.done():
                self.verdict = loop.create_future()
            started = loop.time()
            process = await self.start()
            ended = asyncio.create_task(process.wait())
            if await self.becomes_ready(process, ended):
                self.announce("ready")
            unused = asyncio.create_task(self.unused.wait())
            await asyncio.wait({ended, unused}, return_when=asyncio.FIRST_COMPLETED)
            unused.cancel()
            if not ended.done():
                self.close(listener, address)
                await self.stop(process, ended)
                return
            failures = failures + 1 if loop.time() - started < SHORT_LIFE_SECONDS else 0
            if failures == ATTEMPTS:
                log = self.places.log(self.server.name)
                raise EmbeddedError(f"The embedded {self.server.name} does not start: see {log}.")
            await asyncio.wait({asyncio.create_task(self.unused.wait())}, timeout=RETRY_SECONDS)

    async def start(self) -> asyncio.subprocess.Process:
        with open_log(self.places.log(self.server.name)) as log:
            return await asyncio.create_subprocess_exec(
                *self.server.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=programs.server_environment(),
            )

    async def becomes_ready(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> bool:
        """Wait for the server to answer; whether it did before it ended or was no longer wanted."""
        for _ in range(int(START_SECONDS / 0.02)):
            if ended.done() or self.unused.is_set():
                return False
            if self.server.is_ready(process.pid):
                return True
            await asyncio.wait({ended}, timeout=0.02)
        return False

    async def stop(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.server.stop_signal)
        done, _ = await asyncio.wait({ended}, timeout=STOP_SECONDS)
        if not done:
            process.kill()
            await ended

    def announce(self, verdict: str) -> None:
        if not self.verdict.done():
            self.verdict.set_result(verdict)

    def leave_if_unused(self) -> None:
        if self.users == 0:
            self.unused.set()

    def close(self, listener: asyncio.Server, address: Path) -> None:
        """Take no more users: whoever comes now starts the next keeper."""
        if listener.is_serving():
            listener.close()
            address.unlink(missing_ok=True)


def open_log(path: Path) -> BinaryIO:
    """The log, opened to append; a large one is set aside first, one generation is kept."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


async def keep(server: Server, places: Places) -> None:
    await Keeper(server, places).keep()


def main() -> None:
    """`SERVER STATE-DIRECTORY durable|volatile`. Standard output is a pipe to the user that starts it."""
    name, var, durability = sys.argv[1:]
    places = Places.of(Path(var))
    server = SERVERS[name](places, durable=durability == "durable")
    with places.keeper_lock(name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            asyncio.run(keep(server, places))
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), AGAIN)
    # The last user's connection closes with the process: nothing, not even tidying up, may come after it.
    os._exit(0)
