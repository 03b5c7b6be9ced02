"""Opening tables: files or standard input, plain or gzipped, in UTF-8 or an encoding that is named."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

STANDARD_INPUT = Path("-")

_BUFFER = 1 << 20
# Marks at the start of a file that leave no doubt; UTF-32 comes first, its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


MOST_LISTED = 12
"""Names that a message lists."""


def listed(names: Sequence[str]) -> str:
    """The first dozen of the names, with "…" where there are more."""
    return ", ".join(names[:MOST_LISTED]) + (" …" if len(names) > MOST_LISTED else "")


class BadTable(ValueError):
    """A table that cannot be audited. The message names the file and, where there is one, line and field."""

    def __init__(self, file: Path, problem: str, *, line: int | None = None, field: str | None = None) -> None:
        self.file, self.line, self.field, self.problem = file, line, field, problem
        place = ["standard input" if file == STANDARD_INPUT else str(file)]
        if line is not None:
            place.append(f"line {line}")
        if field is not None:
            place.append(field)
        super().__init__(f"{', '.join(place)}: {problem}")


class _Counted(io.RawIOBase):
    """A stream that knows how many bytes were taken from it."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size: int = self._source.readinto(buffer) or 0
        self.taken += size
        return size


class OpenTable:
    """An open table: `binary` is its content unpacked, `taken` the bytes read of the file so far, `size` its length.

    `size` is None where it is not known (standard input). `text` may be asked for once.
    """

    def __init__(self, counted: _Counted, binary: Any, *, size: int | None, encoding: str) -> None:
        self.binary, self.size, self.encoding = binary, size, encoding
        self._counted = counted

    @property
    def taken(self) -> int:
        return self._counted.taken

    def text(self) -> io.TextIOWrapper:
        """Its lines as text, line ends as they are."""
        return io.TextIOWrapper(self.binary, encoding=self.encoding, newline="")


@contextmanager
def open_table(file: Path, *, encoding: str | None = None) -> Iterator[OpenTable]:
    """Open a file (`-`: standard input). A mark at its start decides the encoding, else `encoding`, else UTF-8.

    Raises BadTable for whatever cannot be read, also while the table is open.
    """
    used = encoding or "utf-8"
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=used)  # refuses what is no encoding of text, such as hex, as well
    except LookupError as error:
        raise BadTable(file, f"there is no encoding {used!r}") from error
    try:
        with nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else file.open("rb", buffering=0) as source:
            counted = _Counted(source)
            raw = io.BufferedReader(counted, _BUFFER)
            zipped = raw.peek(2)[:2] == b"\x1f\x8b"
            size = None if file == STANDARD_INPUT else file.stat().st_size
            with gzip.GzipFile(fileobj=raw) if zipped else nullcontext(raw) as binary:
                start = binary.peek(4)[:4]
                used = next((name for mark, name in _MARKS if start.startswith(mark)), used)
                yield OpenTable(counted, binary, size=size, encoding=used)
    except UnicodeError as error:
        raise BadTable(file, _undecodable(used, error), line=_undecodable_line(file, used)) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadTable(file, "is a damaged gzip file") from error
    except OSError as error:
        raise BadTable(file, f"cannot be read: {error.strerror or error}") from error


def _undecodable(encoding: str, error: UnicodeError) -> str:
    name = encoding.removesuffix("-sig").upper()
    if name != "UTF-8" or not isinstance(error, UnicodeDecodeError):
        return f"is not {name} text"
    byte = error.object[error.start]
    if byte < 0x80 or b"\0" in error.object[:64]:
        return "is not UTF-8 text"
    return f"is not UTF-8 text: byte 0x{byte:02X}"


def _undecodable_line(file: Path, encoding: str) -> int | None:
    """The first line that cannot be decoded, found by reading once more; None where that is not possible."""
    if file == STANDARD_INPUT or not encoding.startswith("utf-8"):
        return None
    with file.open("rb") as source:
        zipped = source.peek(2)[:2] == b"\x1f\x8b"
        with gzip.GzipFile(fileobj=source) if zipped else nullcontext(source) as binary:
            for number, line in enumerate(binary, 1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return number
    return None
