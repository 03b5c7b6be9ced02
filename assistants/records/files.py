"""Files of conversation records: JSON lines, plain or compressed with gzip, recognised by their first bytes."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from assistants.records.lines import LineSource
from portal.core.errors import Invalid

_GZIP_MAGIC = b"\x1f\x8b"
_BUFFER = 1 << 20
_LOOK_AHEAD = 1 << 16
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading on raises where a compressed file ends early or is corrupt."""


class RecordFile:
    """An open file of records: a source of lines that knows how much of the file has been read."""

    def __init__(self, raw: BinaryIO, source: io.BufferedReader, size: int) -> None:
        self._raw = raw
        self.source: LineSource = source
        self.size = size

    @property
    def position(self) -> int:
        """Bytes of the file on disk read so far."""
        return self._raw.tell()


@contextmanager
def record_file(path: Path) -> Iterator[RecordFile]:
    """Open a file of records. Raises Invalid, in one sentence, where it is missing or is not what it says."""
    try:
        raw = path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise Invalid(f"{path}: cannot be read ({error.strerror or error}).", field="file") from error
    with raw:
        compressed = raw.peek(2).startswith(_GZIP_MAGIC)
        if path.suffix == ".gz" and not compressed and raw.peek(1):
            raise Invalid(f"{path}: is named .gz but is not compressed with gzip.", field="file")
        stream: io.BufferedReader = io.BufferedReader(gzip.GzipFile(fileobj=raw), _BUFFER) if compressed else raw
        try:
            start = stream.peek(_LOOK_AHEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
        except DAMAGED as error:
            raise Invalid(f"{path}: is not a whole gzip file.", field="file") from error
        if start and not start.startswith(b"{"):
            what = "is a JSON array, not JSON lines" if start.startswith(b"[") else "does not hold JSON lines"
            raise Invalid(f"{path}: {what}; each line must be one conversation object.", field="file")
        yield RecordFile(raw, stream, path.stat().st_size)
