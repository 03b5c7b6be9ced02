"""Where the state of one installation lies, and the addresses that follow from it. Path maths only."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError

# A UNIX socket's path has at most 104 bytes on macOS and 108 on Linux, its closing zero included.
SOCKET_PATH_LIMIT = 103
LONGEST_SOCKET_NAME = "postgresql.keeper"
# Anything else would have to be quoted differently for libpq, PostgreSQL's lists, redis-py and Celery.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.\-]+")
DATABASE = "probity"
POSTGRESQL_PORT = 5432  # only part of the socket's name: nothing listens on TCP


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to reach the embedded servers: libpq/Django, redis-py, and Celery's broker."""

    database_url: str
    redis_url: str
    celery_url: str


@dataclass(frozen=True, slots=True)
class Places:
    """The files and directories of one state directory."""

    var: Path

    @classmethod
    def of(cls, var: Path) -> "Places":
        return cls(var=Path(var).resolve())

    @property
    def postgresql(self) -> Path:
        return self.var / "postgresql"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def locks(self) -> Path:
        return self.var / "lock"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets.env"

    @property
    def sockets(self) -> Path:
        """The socket directory: in the state directory, or in /tmp where that path is too long or unusual.

        A fixed temporary directory on purpose: TMPDIR and XDG_RUNTIME_DIR differ between a terminal, cron and
        sudo, and all of them must find the same servers.
        """
        inside = self.var / "run"
        longest = len(os.fsencode(inside / LONGEST_SOCKET_NAME))
        if longest <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:16]
        return Path("/tmp") / f"probity-{os.getuid()}-{digest}"  # noqa: S108  (0700 and owner are checked)

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def keeper_socket(self, server: str) -> Path:
        return self.sockets / f"{server}.keeper"

    def keeper_lock(self, server: str) -> Path:
        return self.locks / f"{server}.lock"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Create the directories that are missing, readable for their owner alone.

        Raises EmbeddedError with a sentence for the operator where that is not possible.
        """
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            for directory in (self.logs, self.locks, self.sockets):
                directory.mkdir(mode=0o700, exist_ok=True)
            probe = self.locks / f"writable.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise EmbeddedError(
                f"Cannot write to the state directory {self.var} ({error.strerror}): make it writable, "
                "or set PROBITY_VAR to another directory."
            ) from error
        self._check_sockets()

    def _check_sockets(self) -> None:
        """A socket directory that others can enter would let them in without a password."""
        status = self.sockets.lstat()
        if self.sockets.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise EmbeddedError(
                f"The socket directory {self.sockets} must belong to you alone (mode 0700): remove it and start again."
            )


def state_directory() -> Path:
    """The state directory of this installation: PROBITY_VAR, or `var/` beside `manage.py`."""
    configured = os.environ.get("PROBITY_VAR")
    return Path(configured).resolve() if configured else Path(__file__).resolve().parents[2] / "var"


def addresses(var: Path) -> Addresses:
    """The addresses of the servers of a state directory, whether or not they run. No I/O."""
    places = Places.of(var)
    return Addresses(
        database_url=f"postgresql://{DATABASE}@/{DATABASE}?host={places.sockets}&port={POSTGRESQL_PORT}",
        redis_url=f"unix://{places.valkey_socket}?db=0",
        celery_url=f"redis+socket://{places.valkey_socket}?virtual_host=0",
    )
