"""Files of records, plain or compressed with gzip, recognised by their first bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.core.errors import Invalid
from portal.core.jsonlines.streams import BUFFER, DAMAGED, decompressed, fault_at_start, is_gzip


class RecordFile:
    """An open file of records: a source of lines that knows how much of the file has been read."""

    def __init__(self, raw: io.BufferedReader[Any], source: io.BufferedReader[Any], size: int) -> None:
        self._raw = raw
        self.source = source
        self.size = size

    @property
    def position(self) -> int:
        """Bytes of the file on disk read so far."""
        return self._raw.tell()


@contextmanager
def record_file(path: Path, *, table: bool = False) -> Iterator[RecordFile]:
    """Open a file of records: JSON lines, or a CSV table whose form its reader checks.

    Raises Invalid, in one sentence, where it is missing or is not what it says.
    """
    try:
        raw = io.BufferedReader(io.FileIO(path), BUFFER)
    except OSError as error:
        raise Invalid(f"{path}: cannot be read ({error.strerror or error}).", field="file") from error
    with raw:
        if not raw.seekable():  # what looks at it first would take its beginning from what imports it
            raise Invalid(f"{path}: is a pipe. Write it to a file first.", field="file")
        compressed = is_gzip(raw)
        if path.suffix == ".gz" and not compressed and raw.peek(1):
            raise Invalid(f"{path}: is named .gz but is not compressed with gzip.", field="file")
        stream: io.BufferedReader[Any] = decompressed(raw) if compressed else raw
        try:
            fault = fault_at_start(stream)
            if table:
                fault = ""
        except DAMAGED as error:
            raise Invalid(f"{path}: is not a whole gzip file.", field="file") from error
        if fault:
            raise Invalid(f"{path}: {fault}.", field="file")
        yield RecordFile(raw, stream, path.stat().st_size)
