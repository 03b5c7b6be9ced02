"""Consent events as files and bodies bring them, JSON or CSV: each line an entry or the reason why it is none."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from consent.services.entries import ConsentEntry, NoticeRef
from portal.core.errors import Invalid
from portal.core.jsonlines.faults import as_invalid
from portal.core.jsonlines.lines import LineSource, Rejection, numbered_lines
from portal.core.jsonlines.mapping import FieldMap

_LISTS = frozenset({"data_categories", "recipients"})
_NUMBERS = frozenset({"clock_uncertainty_s", "notice.version"})
_LONGEST_INT = 18


class _Notice(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    code: str
    version: int
    language: str


class _Line(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What a line may say; `consent.services.entries.ConsentEntry` says what it means."""

    source_event_id: str
    purpose: str
    state: str
    occurred_at: datetime
    source: str | None = None
    customer_ref: str | None = None
    subject: uuid.UUID | None = None
    notice: _Notice | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    clock_uncertainty_s: int = 0
    given_by: str = "subject"
    verification: str = ""
    age_band: str = ""
    jurisdiction: str = ""
    controller: str = ""
    data_categories: list[str] = []
    recipients: list[str] = []
    evidence_channel: str = ""
    evidence_method: str = ""
    evidence_digest: str = ""
    invalidates: str | None = None


NEEDED = [field.encode_name for field in msgspec.structs.fields(_Line) if field.required]
OPTIONAL = [field.encode_name for field in msgspec.structs.fields(_Line) if not field.required]


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """An entry, the line it stood on, counted from one, and about how many bytes it had."""

    line: int
    entry: ConsentEntry
    size: int = 0


Numbered = NumberedEntry | Rejection


class EntryParser:
    """Turns lines into entries. `source` is that of lines that name none; `field_map` renames foreign keys first."""

    def __init__(self, *, source: str | None = None, field_map: FieldMap | None = None) -> None:
        self.source = source
        self.field_map = field_map
        self._decode = msgspec.json.Decoder(_Line).decode

    def of_json(self, line: bytes) -> ConsentEntry:
        """The entry on a line of JSON. Raises Invalid, whose field is a path and whose message repeats no content."""
        try:
            if self.field_map is None:
                return self._entry(self._decode(line))
            given = msgspec.json.decode(line)
            if not isinstance(given, dict):
                raise msgspec.ValidationError("Expected `object`")
            return self._entry(msgspec.convert(self.field_map.apply(given), _Line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise as_invalid(error, record=_Line) from error

    def of_cells(self, cells: dict[str, str]) -> ConsentEntry:
        """The entry in a row of a table; empty cells say nothing, lists are separated by semicolons."""
        given: dict[str, Any] = {}
        for name, text in cells.items():
            if text:
                _put(given, name, text)
        if self.field_map is not None:
            self.field_map.apply(given)
        for name, value in _leaves(given):
            if name in _LISTS and isinstance(value, str):
                given[name] = [item.strip() for item in value.split(";") if item.strip()]
            elif name in _NUMBERS:
                _put(given, name, _number(name, value))
        try:
            return self._entry(msgspec.convert(given, _Line))
        except msgspec.ValidationError as error:
            raise as_invalid(error, record=_Line) from error

    def _entry(self, line: _Line) -> ConsentEntry:
        given = {name: getattr(line, name) for name in _FIELDS}
        given["source"] = line.source if line.source is not None else self.source
        if given["source"] is None:
            raise Invalid("It is missing.", field="source")
        if line.notice is not None:
            given["notice"] = NoticeRef(line.notice.code, line.notice.version, line.notice.language)
        for name in _TIMES:
            if given[name] is not None and given[name].tzinfo is None:
                given[name] = given[name].replace(tzinfo=UTC)
        return ConsentEntry(**given)


_FIELDS = _Line.__struct_fields__
_TIMES = ("occurred_at", "valid_from", "valid_until")


def entries_of_lines(source: LineSource, parser: EntryParser, *, max_line_bytes: int) -> Iterator[Numbered]:
    """Every line of JSON that is not blank."""
    for number, line in numbered_lines(source, max_line_bytes):
        if line is None:
            yield Rejection.too_long(number, limit=max_line_bytes)
            continue
        try:
            yield NumberedEntry(number, parser.of_json(line), len(line))
        except Invalid as fault:
            yield Rejection.of(number, fault, _event_id(line))


class _RowTooLong(Exception):
    pass


class _BoundedLines:
    """Lines for a csv.reader that raise _RowTooLong where those of one row hold over `longest` characters together."""

    def __init__(self, text: io.TextIOWrapper, *, longest: int) -> None:
        self._text = text
        self._longest = self._left = longest
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._left -= len(line)
        if self._left < 0:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(self._longest)
            raise _RowTooLong
        return line

    def row_begins(self) -> None:
        self._left = self._longest


def entries_of_table(source: io.BufferedReader[Any], parser: EntryParser, *, max_line_bytes: int) -> Iterator[Numbered]:
    """Every row of a CSV table whose first row names the columns. Raises Invalid for a table without such a row."""
    csv.field_size_limit(max_line_bytes)
    # A broken byte becomes a character that no entry may hold, so that its row alone is rejected.
    text = io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="")
    lines = _BoundedLines(text, longest=max_line_bytes)
    rows = csv.reader(lines)
    try:
        names = next(rows, [])
    except (csv.Error, _RowTooLong) as error:
        raise Invalid("The first row is no list of column names.", field="file") from error
    if len(names) < 2 or len(set(names)) != len(names):
        raise Invalid("The first row must name the columns, each once, separated by commas.", field="file")
    while True:
        line = lines.number + 1
        lines.row_begins()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield Rejection(line=line, reason="The row is not valid CSV, or a cell is too long.")
            continue
        except _RowTooLong:
            rows = csv.reader(lines)  # one without the half of a row
            yield Rejection.too_long(line, limit=max_line_bytes)
            continue
        if not row:
            continue
        if len(row) != len(names):
            yield Rejection(line=line, reason=f"The row has {len(row)} cells, the table {len(names)} columns.")
            continue
        cells = dict(zip(names, row, strict=True))
        try:
            yield NumberedEntry(line, parser.of_cells(cells), sum(map(len, row)))
        except Invalid as fault:
            yield Rejection.of(line, fault, cells.get("source_event_id"))


def _event_id(line: bytes) -> str | None:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    name = found.get("source_event_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise Invalid("Two columns contradict each other.", field=path[:60])
    tree[last] = value


def _leaves(tree: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in list(tree.items()):
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in value.items())
        else:
            yield name, value


def _number(name: str, text: Any) -> int:
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= _LONGEST_INT:
        return int(text)
    raise Invalid("Expected a whole number.", field=name)
