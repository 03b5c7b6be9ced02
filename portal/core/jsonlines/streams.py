"""Streams of bytes that hold records: compressed or not, bounded, recognised by how they begin."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any, Protocol

BUFFER = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading raises where a compressed stream ends early or is corrupt."""
_GZIP_MAGIC = b"\x1f\x8b"
_LOOK_AHEAD = 1 << 16


class Readable(Protocol):
    """Anything that gives bytes, such as a request."""

    def read(self, size: int, /) -> bytes: ...


class TooMuch(Exception):
    """The stream holds more than it may."""


class Bounded(io.RawIOBase):
    """Reads `source` up to a limit and raises TooMuch beyond it."""

    def __init__(self, source: Readable, *, limit: int) -> None:
        self._source = source
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub knows only writable buffers
        chunk = self._source.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise TooMuch
        buffer[: len(chunk)] = chunk
        return len(chunk)


def is_gzip(stream: io.BufferedReader[Any]) -> bool:
    """Whether what comes next looks compressed with gzip. Consumes nothing."""
    return stream.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)


def decompressed(stream: io.BufferedReader[Any]) -> io.BufferedReader[Any]:
    """The stream inside a gzip stream; reading it may raise one of DAMAGED."""
    return io.BufferedReader(gzip.GzipFile(fileobj=stream), BUFFER)


def fault_at_start(stream: io.BufferedReader[Any]) -> str:
    """What is wrong with a stream that does not begin like JSON lines, or nothing. Consumes nothing.

    May raise one of DAMAGED.
    """
    start = stream.peek(_LOOK_AHEAD).removeprefix(BYTE_ORDER_MARK).lstrip()
    if not start or start.startswith(b"{"):
        return ""
    if start.startswith(b"["):
        return "is a JSON array, not JSON lines; each line must be one JSON object"
    return "does not hold JSON lines; each line must be one JSON object"
