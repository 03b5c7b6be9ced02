"""The secrets of an installation that was given none: made on first use, kept in the state directory."""

import base64
import fcntl
import os
import secrets as random
from pathlib import Path

from .errors import EmbeddedError
from .places import Places


def _key() -> str:
    return base64.b64encode(random.token_bytes(32)).decode()


GENERATORS = {
    "SECRET_KEY": lambda: random.token_urlsafe(50),
    "PROBITY_MASTER_KEYS": lambda: f"k1:{_key()}",
    "FIELD_ENCRYPTION_KEY": lambda: base64.urlsafe_b64encode(random.token_bytes(32)).decode(),  # a Fernet key
    "PROBITY_INDEX_KEY": _key,
    "PROBITY_LEDGER_KEY": _key,  # the seed of an Ed25519 key
}


def secrets(var: Path) -> dict[str, str]:
    """The secrets of a state directory, by the name of the setting; missing ones are made (file mode 0600).

    Processes that race for the first use end with the same values. Raises EmbeddedError if they can neither
    be read nor written.
    """
    places = Places.of(var)
    found = _read(places.secrets)
    if GENERATORS.keys() <= found.keys():
        return found
    places.make()
    with (places.locks / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _read(places.secrets)
        missing = [name for name in GENERATORS if name not in found]
        if missing:
            found |= {name: GENERATORS[name]() for name in missing}
            _write(places.secrets, found)
    return found


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EmbeddedError(f"Cannot read the secrets in {path}: {error.strerror}.") from error
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _write(path: Path, values: dict[str, str]) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# The keys of this installation. Without them its encrypted data is lost: keep a copy.\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
