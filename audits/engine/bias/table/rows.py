"""Rows of audit tables: JSON lines or CSV, streamed so that files may exceed memory.

A row is `{"group": {…}, "stratum": {…}, "outcome": {…}, "count": n}`. In CSV the same names are columns
called `group.NAME`, `stratum.NAME`, `outcome.NAME` and `count`. In both, a name may also stand plainly
beside them (`{"gender": "female", "resolved": true}`), a group may be found among the strata and the other way
round, and a row without a count counts once. CSV may be separated by commas, semicolons, tabs or bars; its rows of
nothing but blanks, and blanks after the last column, are what spreadsheets leave behind, and are passed over.
"""

from __future__ import annotations

import csv
import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Protocol

from audits.engine.bias.groups import Level
from audits.engine.bias.table.files import BadTable, listed, open_table

SECTIONS = ("group", "stratum", "outcome")
COUNT = "count"
_LIKE_A_COUNT = frozenset({"count", "counts", "freq", "frequency", "n", "weight", "weights"})
_OTHER_SECTION = {"group": "stratum", "stratum": "group"}
# Counts stay exact as floats in the statistics up to here.
_LARGEST_COUNT = 2**52
_MOST_NAMES = 1_000
_LONGEST_SHOWN = 40
_EXCEL_HINT = re.compile("sep=.", re.IGNORECASE)  # a first line that tells Excel the separator, and is no header
_COUNT = re.compile(r"(?:(?P<whole>[0-9]+)|-0+)(?:\.0*)?")  # 3, 3.0, 3.00, -0
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the attributes to read from each row; `truth` is what the outcome is held against, if anything.

    `count` is the column that says how many rows of the original data a row stands for; but for `count` it must occur.
    """

    groups: tuple[str, ...]
    strata: tuple[str, ...]
    outcome: str
    truth: str | None = None
    count: str = COUNT

    def __post_init__(self) -> None:
        for option, names in (("group", self.groups), ("stratum", self.strata)):
            if len(set(names)) < len(names):
                raise ValueError(f"a {option} is named twice: {', '.join(names)}")
        if not self.groups:
            raise ValueError("at least one group is needed")
        both = sorted(set(self.groups) & set(self.strata))
        if both:
            raise ValueError(f"{both[0]} is both a group and a stratum: held equal, it could show no gap")
        if self.truth == self.outcome:
            raise ValueError(f"the truth must be another value than the outcome, {self.outcome}")
        if self.count in SECTIONS:
            raise ValueError(f"{self.count} is a section of a row, not its count")

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """(section, name) of each value of a row, in order: groups, strata, outcome, truth."""
        return (
            *(("group", name) for name in self.groups),
            *(("stratum", name) for name in self.strata),
            ("outcome", self.outcome),
            *([("outcome", self.truth)] if self.truth is not None else []),
        )


class Fields(Protocol):
    """What to read of each row: Columns, or what another engine wants to know of the same files."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]: ...

    @property
    def count(self) -> str: ...


class Row(NamedTuple):
    """One row: values in the order of `Columns.fields`, None where the row has none; lines count from 1.

    `members` is how many rows of the original data it stands for.
    """

    line: int
    values: tuple[Level, ...]
    members: int


def read_rows(file: Path, columns: Fields, *, encoding: str | None = None) -> Iterator[Row]:
    """All rows of a file (`-`: standard input), one by one as they are read.

    Raises BadTable at the first broken row, and where a column occurs nowhere: at once for CSV, after the
    last row for JSON lines.
    """
    with open_table(file, encoding=encoding) as table:
        stream = table.text()
        blank_lines, first_line = first_content(file, stream)
        lines = chain([first_line], stream)
        if first_line.lstrip()[:1] == "{":
            json_rows = JsonRows(file, columns)
            yield from json_rows.read(lines, blank_lines)
            json_rows.finish()
        else:
            yield from CsvRows(file, columns, lines, blank_lines).read()


def first_content(file: Path, lines: Iterable[str]) -> tuple[int, str]:
    """How many lines come first that say nothing, and the first that does. Raises BadTable where that is no table."""
    for before, line in enumerate(lines):
        content = line.lstrip("\ufeff \t\r\n")
        if content.startswith("["):
            raise BadTable(file, "is a JSON array; one JSON object a line, or CSV, is expected")
        if "\0" in content:
            raise BadTable(file, "is not UTF-8 text: it holds NUL characters")
        if content and not _EXCEL_HINT.fullmatch(content.strip()):
            return before, line.removeprefix("\ufeff")
    raise BadTable(file, "has no rows")


def places(section: str, name: str, count: str) -> list[str | None]:
    """Where in a row a value may stand, in the order of precedence: sections, None for plainly beside them.

    What is called as a section, or as the count, cannot stand plainly.
    """
    plain = [] if name in (*SECTIONS, count) else [None]
    other = [_OTHER_SECTION[section]] if section in _OTHER_SECTION else []
    return [section, *plain, *other]


class JsonRows:
    """Rows from JSON lines. Remembers which columns have not occurred yet, and the names that there are."""

    def __init__(self, file: Path, columns: Fields) -> None:
        self.file = file
        self.fields = columns.fields
        self.count = columns.count
        self.missing = set(range(len(self.fields)))
        self.count_missing = columns.count != COUNT
        self.like_a_count: str | None = None
        self._places = [places(*field, columns.count) for field in self.fields]
        self._names: dict[str, None] = {}

    def read(self, lines: Iterable[str], lines_before: int) -> Iterator[Row]:
        """The rows of these lines, the first of which follows `lines_before` others."""
        for line, text in enumerate(lines, lines_before + 1):
            if text.strip():
                yield self._row(line, text)

    def finish(self) -> None:
        """Raises BadTable where a column has occurred nowhere."""
        for position in sorted(self.missing):
            refuse_missing(self.file, ".".join(self.fields[position]), self._names)
        if self.count_missing:
            raise BadTable(self.file, "no row has it", field=self.count)

    def _row(self, line: int, text: str) -> Row:
        record = _json_record(self.file, line, text)
        sections = {section: self._section(line, record, section) for section in SECTIONS}
        values: list[Level] = []
        plainly: set[str] = set()
        for position, (section, name) in enumerate(self.fields):
            place = next((p for p in self._places[position] if name in (sections[p] if p else record)), "")
            if place == "":
                values.append(None)
                continue
            if place is None and name in plainly:
                raise BadTable(self.file, "is asked for twice, as group, stratum or outcome", field=name)
            plainly |= {name} if place is None else set()
            self.missing.discard(position)
            holder = sections[place] if place else record
            values.append(level(self.file, line, f"{section}.{name}", holder[name]))
        if self.missing and len(self._names) < _MOST_NAMES:
            self._names |= dict.fromkeys(f"{section}.{name}" for section in SECTIONS for name in sections[section])
            self._names |= dict.fromkeys(name for name in record if name not in (*SECTIONS, self.count))
        if self.count in record:
            self.count_missing = False
        elif self.like_a_count is None:
            self.like_a_count = like_a_count(record.keys() - {name for _, name in self.fields})
        return Row(line, tuple(values), members(self.file, line, record.get(self.count, 1), self.count))

    def _section(self, line: int, record: dict[str, Any], section: str) -> dict[str, Any]:
        values = record.get(section)
        if values is None:
            return {}
        if not isinstance(values, dict):
            raise BadTable(self.file, "must be an object of names and values", line=line, field=section)
        return values


class CsvRows:
    """Rows from CSV whose first line is the header; raises BadTable at once where a column is missing.

    `reader` gives the cells, `positions` says where among them the values stand, `count_position` the count;
    `like_a_count` names a column that looks like one and is not read.
    """

    def __init__(self, file: Path, columns: Fields, lines: Iterator[str], blank_lines: int) -> None:
        self.file = file
        first = next(lines)
        self.delimiter = _delimiter(first, columns)
        self.reader = csv.reader(chain([first], lines), strict=True, delimiter=self.delimiter)
        self.blank_lines = blank_lines
        with self.csv_errors():
            self.header = [name.strip() for name in next(self.reader)]
        self.count = columns.count
        self.labels = [f"{section}.{name}" for section, name in columns.fields]
        self.positions = [self._position(section, name) for section, name in columns.fields]
        self._refuse_same_column()
        self.count_position = self._count_position()
        unread = {name for i, name in enumerate(self.header) if i not in self.positions}
        self.like_a_count = like_a_count(unread) if self.count_position is None else None

    @property
    def line(self) -> int:
        """The line that was read last."""
        return self.reader.line_num + self.blank_lines

    def csv_errors(self) -> _CsvErrors:
        """A block in which an error of the reader becomes a BadTable with its line."""
        return _CsvErrors(self)

    def read(self) -> Iterator[Row]:
        with self.csv_errors():
            for cells in self.reader:
                if not is_blank(cells):
                    yield self.row(self.line, cells)

    def row(self, line: int, cells: Sequence[str]) -> Row:
        if len(cells) < len(self.header) or not is_blank(cells[len(self.header) :]):
            problem = f"has {len(cells)} values, the header {len(self.header)} names"
            raise BadTable(self.file, problem, line=line)
        values = tuple(
            level(self.file, line, label, cells[position])
            for label, position in zip(self.labels, self.positions, strict=True)
        )
        if self.count_position is None:
            return Row(line, values, 1)
        return Row(line, values, members(self.file, line, cells[self.count_position], self.count))

    def _position(self, section: str, name: str) -> int:
        for place in places(section, name, self.count):
            found = self._index(name if place is None else f"{place}.{name}")
            if found is not None:
                return found
        sectioned = any(column.startswith(f"{section}.") for column in self.header)
        names = [name for name in self.header if name and name != self.count]
        return refuse_missing(self.file, f"{section}.{name}" if sectioned else name, names)

    def _index(self, column: str) -> int | None:
        if self.header.count(column) > 1:
            raise BadTable(self.file, "stands twice in the header", field=column)
        return self.header.index(column) if column in self.header else None

    def _count_position(self) -> int | None:
        found = self._index(self.count)
        if found is None and self.count != COUNT:
            return refuse_missing(self.file, self.count, filter(None, self.header))
        return found

    def _refuse_same_column(self) -> None:
        twice = next((p for i, p in enumerate(self.positions) if p in self.positions[:i]), None)
        if twice is not None:
            raise BadTable(self.file, "is asked for twice, as group, stratum or outcome", field=self.header[twice])


class _CsvErrors:
    def __init__(self, rows: CsvRows) -> None:
        self._rows = rows

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, csv.Error):
            raise BadTable(self._rows.file, f"is not CSV: {error}", line=self._rows.line) from error


def _delimiter(header: str, columns: Fields) -> str:
    """The delimiter with which the header holds most of the wanted names; the comma where several do as well."""

    def found(delimiter: str) -> int:
        try:
            names = {name.strip() for name in next(csv.reader([header], delimiter=delimiter))}
        except csv.Error:
            return 0
        wanted = [
            {name if place is None else f"{place}.{name}" for place in places(section, name, columns.count)}
            for section, name in columns.fields
        ]
        return sum(bool(names & candidates) for candidates in wanted)

    return max(DELIMITERS, key=found)


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


def refuse_missing(file: Path, field: str, names: Iterable[str]) -> NoReturn:
    """Raises BadTable that says which names there are, and which of them may have been meant."""
    there = sorted(set(names))
    if field in there:
        section, _, name = field.partition(".")
        how = f'"{section}": {{"{name}": …}}, or ask for {field} itself'
        raise BadTable(file, f"is one name with a dot in JSON, and in no section; write {how}", field=field)
    by_name = {name.rpartition(".")[2].casefold(): name for name in there}
    close = difflib.get_close_matches(field.rpartition(".")[2].casefold(), by_name, n=1, cutoff=0.75)
    meant = f" (did you mean {by_name[close[0]]}?)" if close else ""
    raise BadTable(file, f"no row has it; there are: {listed(there) or 'no named values'}{meant}", field=field)


def level(file: Path, line: int, field: str, value: object) -> Level:
    """The value, a whole number as int whichever way it was written. Raises BadTable for what is no single value."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadTable(file, "must be a finite number", line=line, field=field)
        return int(value) if value.is_integer() else value
    if isinstance(value, str) and not _is_text(value):
        raise BadTable(file, "holds half of a character (a lone surrogate), which is no text", line=line, field=field)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise BadTable(file, "must be text, a number, true or false", line=line, field=field)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_blank(cells: Iterable[str]) -> bool:
    """Whether nothing stands in any of these cells."""
    return not any(map(str.strip, cells))


def like_a_count(names: Iterable[str]) -> str | None:
    """The first of these names that reads like a count, if any does."""
    return next((name for name in sorted(names) if name.casefold() in _LIKE_A_COUNT), None)


def members(file: Path, line: int, value: object, field: str = COUNT) -> int:
    """The count of a row. Raises BadTable unless it is a whole number from 0 to 2⁵²."""
    number: object = value
    if isinstance(number, str):
        written = _COUNT.fullmatch(number.strip())
        # Beyond 4,300 digits int() refuses, far beyond the largest count.
        number = int((written["whole"] or "0")[:4_000]) if written else None
    elif isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
        if number <= _LARGEST_COUNT:
            return number
        raise BadTable(file, f"must be at most {_LARGEST_COUNT:,}, got {_shown(value)}", line=line, field=field)
    raise BadTable(file, f"must be a whole number of 0 or more, got {_shown(value)}", line=line, field=field)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
