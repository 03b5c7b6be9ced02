"""Files of lines for commands: a path or standard input, gzip understood."""

import codecs
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NoReturn

from django.core.management.base import CommandError, OutputWrapper

#: 128 + SIGPIPE, as other programs end then.
_CLOSED_PIPE = 141
_MOST_READ = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def opened_batches(path: str) -> Iterator[Iterable[list[bytes]]]:
    """The lines of `path` ("-" for standard input) as bytes, unpacked if they are gzip, in batches.

    A batch is what one read gives: much of a file, and of a pipe what has arrived, so that nothing waits there for
    lines that come later. Raises CommandError with exit code 2 if the file cannot be opened or ends in the middle of
    its packing.
    """
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as raw:
            buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
            is_packed = buffered.peek(2)[:2] == _GZIP_MAGIC
            yield _batches(gzip.GzipFile(fileobj=buffered) if is_packed else buffered)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, BrokenPipeError):
            _stop_writing()
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{shown(path)}: {reason}", returncode=2) from error


def _batches(file: io.BufferedIOBase) -> Iterator[list[bytes]]:
    """Without the mark that some programs put before UTF-8 text."""
    unfinished: list[bytes] = []
    start = file.read1(_MOST_READ)
    while 0 < len(start) < len(codecs.BOM_UTF8) and (more := file.read1(_MOST_READ)):
        start += more
    pieces = chain([start.removeprefix(codecs.BOM_UTF8)], iter(lambda: file.read1(_MOST_READ), b""))
    for piece in pieces:
        lines, end, rest = piece.rpartition(b"\n")
        if not end:
            unfinished.append(rest)
            continue
        yield b"".join((*unfinished, lines)).split(b"\n")
        unfinished = [rest]
    if any(unfinished):
        yield [b"".join(unfinished)]


def write_lines(out: OutputWrapper, lines: Sequence[str]) -> None:
    """Write lines and let them go: whoever reads them may be waiting for them before sending more."""
    if lines:
        out.write("\n".join(lines))
        out.flush()


def _stop_writing() -> NoReturn:
    """Whoever read our output has seen enough (`| head`). The interpreter must not try to flush the rest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(_CLOSED_PIPE)


def shown(path: str) -> str:
    """What to call `path` in a message."""
    return "standard input" if path == "-" else path
