"""Reading audit tables: JSON lines or CSV, plain or gzipped, streamed so that files may exceed memory.

A row is `{"group": {…}, "stratum": {…}, "outcome": {…}, "count": n}`. In CSV the same names are columns
called `group.NAME`, `stratum.NAME`, `outcome.NAME` and `count`. In both, a name may also stand plainly
beside them (`{"gender": "female", "resolved": true}`), and a row without a count counts once.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol

from audits.engine.bias.groups import Level

_SECTIONS = ("group", "stratum", "outcome")
_RESERVED = frozenset((*_SECTIONS, "count"))
# Counts stay exact as floats in the statistics up to here.
_LARGEST_COUNT = 2**52
_MOST_LISTED = 12
STANDARD_INPUT = Path("-")


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


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the attributes to read from each row."""

    groups: tuple[str, ...]
    strata: tuple[str, ...]
    outcome: str

    def __post_init__(self) -> None:
        for option, names in (("group", self.groups), ("stratum", self.strata)):
            if len(set(names)) < len(names):
                raise ValueError(f"a {option} is named twice: {', '.join(names)}")
        if not self.groups:
            raise ValueError("at least one group is needed")

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """(section, name) of each value of a row, in order: groups, strata, outcome."""
        return (
            *(("group", name) for name in self.groups),
            *(("stratum", name) for name in self.strata),
            ("outcome", self.outcome),
        )


class Fields(Protocol):
    """What to read of each row: Columns, or what another engine wants to know of the same files."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]: ...


class Row(NamedTuple):
    """One row: values in the order of `Columns.fields`, None where the row has none; lines count from 1.

    `members` is how many rows of the original data it stands for.
    """

    line: int
    values: tuple[Level, ...]
    members: int


def read_rows(file: Path, columns: Fields) -> Iterator[Row]:
    """All rows of a file (`-`: standard input), one by one as they are read.

    Raises BadTable at the first broken row, and where a column occurs nowhere: at once for CSV, after the
    last row for JSON lines.
    """
    try:
        with _open_text(file) as stream:
            blank_lines, first_line = _first_line(stream)
            lines = chain([first_line], stream)
            start = first_line.lstrip()[:1]
            if start == "":
                raise BadTable(file, "has no rows")
            if start == "[":
                raise BadTable(file, "is a JSON array; one JSON object a line, or CSV, is expected")
            read = _read_json_lines if start == "{" else _read_csv
            yield from read(file, lines, blank_lines, columns)
    except UnicodeDecodeError as error:
        raise BadTable(file, "is not UTF-8 text") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadTable(file, "is a damaged gzip file") from error
    except OSError as error:
        raise BadTable(file, f"cannot be read: {error.strerror or error}") from error


@contextmanager
def _open_text(file: Path) -> Iterator[io.TextIOWrapper]:
    with nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else file.open("rb") as source:
        raw: Any = source if hasattr(source, "peek") else io.BufferedReader(source)
        zipped = raw.peek(2)[:2] == b"\x1f\x8b"
        with gzip.GzipFile(fileobj=raw) if zipped else nullcontext(raw) as binary:
            yield io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")


def _first_line(lines: Iterable[str]) -> tuple[int, str]:
    """How many blank lines come first, and the first that is not blank; an empty text if there is none."""
    blank = 0
    for line in lines:
        if line.strip():
            return blank, line
        blank += 1
    return blank, ""


def _read_json_lines(file: Path, lines: Iterable[str], blank_lines: int, columns: Fields) -> Iterator[Row]:
    fields = columns.fields
    missing = set(range(len(fields)))
    names: set[str] = set()
    for line, text in enumerate(lines, blank_lines + 1):
        if not text.strip():
            continue
        record = _json_record(file, line, text)
        sections = {section: _section(file, line, record, section) for section in _SECTIONS}
        values: list[Level] = []
        for position, (section, name) in enumerate(fields):
            holder = sections[section] if name in sections[section] else record
            if name in holder and name not in _RESERVED:
                missing.discard(position)
            values.append(_level(file, line, f"{section}.{name}", holder.get(name)))
        yield Row(line, tuple(values), _count(file, line, record.get("count", 1)))
        if missing and len(names) < _MOST_LISTED:
            names.update(f"{section}.{name}" for section in _SECTIONS for name in sections[section])
            names.update(name for name in record if name not in _RESERVED)
    for position in sorted(missing):
        _refuse_missing(file, ".".join(fields[position]), names)


def _json_record(file: Path, line: int, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadTable(file, f"is not JSON: {error}", line=line) from error
    if not isinstance(record, dict):
        raise BadTable(file, "must be a JSON object", line=line)
    return record


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _section(file: Path, line: int, record: dict[str, Any], section: str) -> dict[str, Any]:
    values = record.get(section)
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise BadTable(file, "must be an object of names and values", line=line, field=section)
    return values


def _read_csv(file: Path, lines: Iterable[str], blank_lines: int, columns: Fields) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        positions = [_csv_position(file, header, section, name) for section, name in columns.fields]
        count_position = header.index("count") if "count" in header else None
        labels = [f"{section}.{name}" for section, name in columns.fields]
        for cells in reader:
            line = reader.line_num + blank_lines
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadTable(file, f"has {len(cells)} values, the header {len(header)} names", line=line)
            values = tuple(
                _level(file, line, label, cells[position]) for label, position in zip(labels, positions, strict=True)
            )
            count = 1 if count_position is None else _count(file, line, cells[count_position].strip())
            yield Row(line, values, count)
    except csv.Error as error:
        raise BadTable(file, f"is not CSV: {error}", line=reader.line_num + blank_lines) from error


def _csv_position(file: Path, header: list[str], section: str, name: str) -> int:
    for column in (f"{section}.{name}", name):
        if header.count(column) > 1:
            raise BadTable(file, "stands twice in the header", field=column)
        if column in header:
            return header.index(column)
    sectioned = any(column.startswith(f"{section}.") for column in header)
    return _refuse_missing(file, f"{section}.{name}" if sectioned else name, header)


def _refuse_missing(file: Path, field: str, names: Iterable[str]) -> NoReturn:
    listed = sorted(set(names) - {"count"})
    there = ", ".join(listed[:_MOST_LISTED]) + (" …" if len(listed) > _MOST_LISTED else "")
    raise BadTable(file, f"no row has it; there are: {there or 'no named values'}", field=field)


def _level(file: Path, line: int, field: str, value: object) -> Level:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise BadTable(file, "must be text, a number, true or false", line=line, field=field)


def _count(file: Path, line: int, value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT:
        return value
    raise BadTable(file, f"must be a whole number of 0 or more, got {value!r}", line=line, field="count")
