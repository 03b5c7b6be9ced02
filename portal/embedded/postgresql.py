"""The embedded PostgreSQL: its cluster, its command line, its end."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from . import programs
from .errors import EmbeddedError
from .patience import wait_until
from .places import DATABASE, POSTGRESQL_PORT, Places

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For tests alone: a power cut may lose the cluster, which is thrown away anyway.
# Nor is it vacuumed behind a test's back: a vacuum that finds in a table only rows that tests rolled back and rows not
# committed yet writes down that it is empty, and the joins of the test that is writing become loops that take hours.
VOLATILE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
STATUS_LINE = 7  # of postmaster.pid
STOP_SECONDS = 60


class PostgreSQL:
    """One cluster in the state directory, reachable on a socket that only its owner can open.

    With `durable=False` it trades safety after a power cut for speed.
    """

    name = "postgresql"
    stop_signal = signal.SIGINT  # "fast": roll back what is open, write everything down, end

    def __init__(self, places: Places, *, durable: bool) -> None:
        self.places = places
        self.durable = durable
        self.data = places.postgresql
        self.pid_file = self.data / "postmaster.pid"

    def prepare(self) -> None:
        """Create the cluster on first use; clear away what a killed server left. Raises EmbeddedError."""
        if not self.data.exists():
            self._create()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {version}, this release brings 18: "
                f"dump and restore it, or {programs.POSTGRESQL_HINT}."
            )
        self._end_leftover()

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.places.sockets)}
        if not self.durable:
            settings |= VOLATILE_SETTINGS
        options = [f"--{name}={value}" for name, value in settings.items()]
        postgres = [programs.postgresql("postgres"), "-D", str(self.data), "-p", str(POSTGRESQL_PORT)]
        return programs.tied([*postgres, *options], signal_number=self.stop_signal, prefix=programs.unprivileged())

    def is_ready(self, pid: int) -> bool:
        """Whether process `pid` takes connections (a killed one may have left a file that says so)."""
        lines = self._pid_lines()
        return len(lines) > STATUS_LINE and (lines[0], lines[STATUS_LINE].strip()) == (str(pid), "ready")

    def _create(self) -> None:
        """Create the cluster and its database aside and move them into place: never a half-made cluster."""
        unfinished = self.data.with_name("postgresql.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        initdb = [programs.postgresql("initdb"), "-D", str(unfinished), "-U", DATABASE, "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb += ["--no-instructions", *([] if self.durable else ["--no-sync"])]
        self._run(initdb)
        # Reached through its own socket only; the default also lets in every local user by TCP.
        (unfinished / "pg_hba.conf").write_text("local all all trust\n")
        single = [programs.postgresql("postgres"), "--single", "-D", str(unfinished), "postgres"]
        self._run(single, statement=f"CREATE DATABASE {DATABASE};\n")
        unfinished.rename(self.data)

    def _run(self, command: list[str], *, statement: str = "") -> None:
        done = subprocess.run(
            [*programs.unprivileged(), *command],
            input=statement,
            env=programs.server_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            reason = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise EmbeddedError(f"PostgreSQL could not be set up ({reason}): {programs.POSTGRESQL_HINT}.")

    def _end_leftover(self) -> None:
        """Stop a server whose keeper died, and drop a pid file whose number now belongs to another program.

        PostgreSQL itself tells a dead number from a living one, but a number that was given away since (usual
        after a restart in a container) would block every start.
        """
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])
        if not _is_alive(pid):
            return
        if str(self.data) not in _command_line(pid):
            self.pid_file.unlink()
            return
        os.kill(pid, self.stop_signal)
        if not wait_until(lambda: not _is_alive(pid), seconds=STOP_SECONDS):
            raise EmbeddedError(f"A PostgreSQL of an earlier run (process {pid}) does not end: stop it first.")

    def _pid_lines(self) -> list[str]:
        try:
            return self.pid_file.read_text().splitlines()
        except FileNotFoundError:
            return []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_line(pid: int) -> str:
    """The command line of a process, empty if it is gone."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(proc.read_bytes().replace(b"\0", b" "))
        except OSError:
            return ""
    ps = ["ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout
