"""Files of lines for commands: a path or standard input, gzip understood."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from django.core.management.base import CommandError

#: 128 + SIGPIPE, as other programs end then.
_CLOSED_PIPE = 141
_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def opened_lines(path: str) -> Iterator[Iterable[bytes]]:
    """The lines of `path` ("-" for standard input) as bytes, unpacked if they are gzip.

    Raises CommandError with exit code 2 if the file cannot be opened or ends in the middle of its packing.
    """
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as raw:
            buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
            is_packed = buffered.peek(2)[:2] == _GZIP_MAGIC
            yield gzip.GzipFile(fileobj=buffered) if is_packed else buffered
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, BrokenPipeError):
            _stop_writing()
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{shown(path)}: {reason}", returncode=2) from error


def _stop_writing() -> NoReturn:
    """Whoever read our output has seen enough (`| head`). The interpreter must not try to flush the rest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(_CLOSED_PIPE)


def shown(path: str) -> str:
    """What to call `path` in a message."""
    return "standard input" if path == "-" else path
