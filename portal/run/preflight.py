"""What can stop a start, found out before anything is started; each has one sentence for the operator."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.places import Places

LOCK_NAME = "portal"


class StartError(Exception):
    """The portal cannot be started; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Address":
        """HOST and PORT, by default 127.0.0.1 and 8000. Raises StartError for a PORT that is none."""
        port = environment.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise StartError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        return cls(host=environment.get("HOST") or "127.0.0.1", port=int(port))

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it, also when it listens on all addresses."""
        own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  (compared, not bound)
        return f"http://{Address(host=own, port=self.port).bind}/"


def check_address(address: Address) -> None:
    """Raise StartError if the web server could not listen there."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise StartError(f"HOST {address.host!r} is no address of this machine.") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
            probe.listen(1)
        except OSError as error:
            raise StartError(_refusal(address, error)) from error


def _refusal(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = address.port + 1 if address.port < 65535 else 8000
        return f"Port {address.port} is taken by another program: choose another, as in `make run PORT={other}`."
    if error.errno == errno.EACCES:
        return f"Port {address.port} is reserved for the system: choose one above 1023."
    return f"Cannot listen on {address.bind}: {error.strerror}."


@contextlib.contextmanager
def sole_instance(var: Path) -> Iterator[None]:
    """Hold the state directory for one portal. Raises StartError if another one runs on it.

    The kernel frees the lock when the portal ends in whatever way, so nothing stale can block a start.
    """
    places = Places.of(var)
    descriptor = os.open(places.keeper_lock(LOCK_NAME), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(
                f"Probity already runs on {places.var} (process {lock.read().strip() or 'unknown'}): "
                "stop it first, or set PROBITY_VAR to another directory."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
