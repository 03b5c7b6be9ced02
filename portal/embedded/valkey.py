"""The embedded Valkey (Redis protocol): its command line, its end."""

import signal
import socket

from . import programs
from .errors import EmbeddedError
from .patience import wait_until
from .places import Places

REPLY_SECONDS = 2
STOP_SECONDS = 30


class Valkey:
    """One Valkey in the state directory, on a socket that only its owner can open.

    With `durable=False` it keeps nothing on disk.
    """

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, places: Places, *, durable: bool) -> None:
        self.places = places
        self.durable = durable

    def prepare(self) -> None:
        """Create the data directory; stop a server whose keeper died. Raises EmbeddedError."""
        self.places.valkey.mkdir(mode=0o700, exist_ok=True)
        if not self._ask("PING"):
            return
        self._ask("SHUTDOWN")
        if not wait_until(lambda: not self._ask("PING"), seconds=STOP_SECONDS):
            raise EmbeddedError(
                f"A Valkey of an earlier run still answers on {self.places.valkey_socket}: stop it first."
            )

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.places.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.places.valkey),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            # A queue must never be emptied to make room.
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return programs.tied([programs.valkey(), *options], signal_number=self.stop_signal)

    def is_ready(self, pid: int) -> bool:
        """Whether it answers; `pid` is not needed, for the socket of a killed server takes no connection."""
        return self._ask("PING").startswith(b"+PONG")

    def _ask(self, command: str) -> bytes:
        """The server's reply, empty if none answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(REPLY_SECONDS)
            try:
                connection.connect(str(self.places.valkey_socket))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(128)
            except OSError:
                return b""
