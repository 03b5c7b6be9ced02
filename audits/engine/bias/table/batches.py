"""Rows of audit tables in batches of equal rows with their number: what an audit of counts needs, at full speed.

Each batch is parsed, and equal rows counted, by code that runs in C throughout; only what is left, the different
rows of a batch, is looked at one by one. Whatever is unusual about a batch (a broken row, a name that stands somewhere
else, a type not seen before) sends that batch through `rows`, which decides what is right and names the line where it
is not. Both ways give the same counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import msgspec

from audits.engine.bias.groups import Level
from audits.engine.bias.table.files import BadTable, OpenTable, open_table
from audits.engine.bias.table.rows import (
    COUNT,
    DELIMITERS,
    CsvRows,
    Fields,
    JsonRows,
    Row,
    first_content,
    is_blank,
    level,
    members,
    places,
)

# Small enough to stay in the processor's cache, and to be gone before the collector looks for cycles in it.
_CSV_ROWS = 1_024
_JSON_BYTES = 1 << 18
_LONGEST_LINE = 1 << 26
_FIRST_ROWS = 32
_FLAG = str | bool | None
_NUMBER = str | int | float | None


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is read: "CSV separated by commas", and the column that looks like a count and is not read, if any."""

    name: str
    like_a_count: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a file has been read: `rows` of it, `taken` of its `size` bytes (None where that is not known)."""

    rows: int
    taken: int
    size: int | None


Counts = Collection[tuple[tuple[Level, ...], int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Different rows in order of their first appearance: (values, members).

    `lines` reads the same rows once more, one by one, for whoever has to name the line of one of them.
    """

    counts: Counts
    lines: Callable[[], Iterator[Row]]


def read_batches(
    file: Path,
    columns: Fields,
    *,
    encoding: str | None = None,
    progress: Callable[[Reading], None] | None = None,
    described: Callable[[Form], None] | None = None,
) -> Iterator[Batch]:
    """All rows of a file (`-`: standard input) as counts of equal rows; memory does not grow with the file.

    Values are in the order of `columns.fields`. `progress` is called after every batch, `described` once, at the end,
    with how the file was read. Raises BadTable as `rows.read_rows` does.
    """
    rows = 0
    with open_table(file, encoding=encoding) as table:
        start = table.binary.peek(1024)[:1024].decode(table.encoding, errors="ignore").lstrip("\ufeff \t\r\n")
        if start.startswith("{"):
            json_batches = _JsonBatches(file, columns)
            reader: JsonRows | CsvRows = json_batches.rows
            batches, name = json_batches.read(_json_chunks(file, table)), "JSON lines"
        else:
            stream = table.text()
            blank_lines, first_line = first_content(file, stream)
            reader = CsvRows(file, columns, chain([first_line], stream), blank_lines)
            batches, name = _csv_batches(reader), f"CSV separated by {DELIMITERS[reader.delimiter]}"
        for size, batch in batches:
            yield batch
            rows += size
            if progress is not None:
                progress(Reading(rows, table.taken, table.size))
        if described is not None:
            described(Form(name, reader.like_a_count))


def _csv_batches(rows: CsvRows) -> Iterator[tuple[int, Batch]]:
    width = len(rows.header)
    positions = list(rows.positions)
    if rows.count_position is not None:
        positions.append(rows.count_position)
    values_of = itemgetter(*positions) if len(positions) > 1 else lambda cells: (cells[positions[0]],)
    while True:
        lines_before = rows.line
        with rows.csv_errors():
            batch = list(islice(rows.reader, _CSV_ROWS))
        if not batch:
            return
        full = batch if all(batch) else [cells for cells in batch if cells]

        def lines(batch: list[list[str]] = batch, before: int = lines_before) -> Iterator[Row]:
            for line, cells in _numbered(batch, before):
                if not is_blank(cells):
                    yield rows.row(line, cells)

        if set(map(len, full)) - {width}:
            yield len(full), Batch(_added(lines()), lines)
            continue
        counted = Counter(map(values_of, full))
        if any(map(is_blank, counted)):
            counted = Counter([values_of(cells) for cells in full if not is_blank(cells)])
        try:
            counts: Counts = (_with_members(rows, counted) if rows.count_position is not None else counted).items()
        except BadTable:
            counts = _added(lines())
        yield len(full), Batch(counts, lines)


def _with_members(rows: CsvRows, counted: Counter[tuple[str, ...]]) -> dict[tuple[Level, ...], int]:
    counts: dict[tuple[Level, ...], int] = {}
    for cells, number in counted.items():
        key = cells[:-1]
        counts[key] = counts.get(key, 0) + number * members(rows.file, 0, cells[-1], rows.count)
    return counts


def _numbered(batch: Sequence[list[str]], lines_before: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with its last line: a row is as many lines as line ends stand in its quoted cells, and one."""
    line = lines_before
    for cells in batch:
        breaks = sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in cells)
        line += 1 + breaks
        yield line, cells


def _added(rows: Iterable[Row]) -> Counts:
    """Equal rows added, 1 and True kept apart."""
    counts: dict[tuple[object, ...], tuple[tuple[Level, ...], int]] = {}
    for row in rows:
        key = (*row.values, *map(type, row.values))
        _, members_before = counts.get(key, (row.values, 0))
        counts[key] = (row.values, members_before + row.members)
    return list(counts.values())


def _json_chunks(file: Path, table: OpenTable) -> Iterator[bytes]:
    """The content in UTF-8, cut at line ends; raises BadTable where a line never ends."""
    if table.encoding.startswith("utf-8"):
        pieces: Iterator[bytes] = iter(lambda: table.binary.read(_JSON_BYTES), b"")
    else:
        text = table.text()
        pieces = iter(lambda: text.read(_JSON_BYTES).encode(), b"")
    rest = b""
    first = True
    for read in pieces:
        piece = read.removeprefix(b"\xef\xbb\xbf") if first else read
        first = False
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        else:
            rest += piece
            if len(rest) > _LONGEST_LINE:
                raise BadTable(file, f"has a line of more than {_LONGEST_LINE >> 20} MB")
    if rest:
        yield rest


class _JsonBatches:
    """Learns where each value stands and of which kind it is, and decodes only that.

    Python holds 1, 1.0 and True for equal, an audit does not: a value is decoded either as text or truth value, or as
    text or number; where both have occurred, rows are read one by one.
    """

    def __init__(self, file: Path, columns: Fields) -> None:
        self.rows = JsonRows(file, columns)
        self.file, self.fields = file, columns.fields
        names = [name for _, name in self.fields]
        self._shared = {name for name in names if names.count(name) > 1}
        self._places = [places(*field, columns.count) for field in self.fields]
        self._depths = [1] * len(self.fields)
        self._numbers: set[int] = set()
        self._flags: set[int] = set()
        self._decodable = all(name.isprintable() and not set(name) & set('\\"') for name in (*names, columns.count))
        self._build()

    def read(self, chunks: Iterator[bytes]) -> Iterator[tuple[int, Batch]]:
        """(rows, batch) of each chunk. Raises BadTable at the end where a column occurred nowhere."""
        lines_before = 0
        for chunk in chunks:

            def lines(chunk: bytes = chunk, before: int = lines_before) -> Iterator[Row]:
                return self.rows.read(_text_lines(self.file, chunk, before), before)

            if not lines_before:
                self._learn(islice(lines(), _FIRST_ROWS))
            decoded = self._decoded(chunk)
            if decoded is None:
                found = list(lines())
                self._learn(found)
                decoded = len(found), _added(found)
            lines_before += chunk.count(b"\n")
            yield decoded[0], Batch(decoded[1], lines)
        self.rows.finish()

    def _decoded(self, chunk: bytes) -> tuple[int, Counts] | None:
        """The number of rows, and the rows counted; None where only the reader of rows can judge."""
        if not self._decodable or self._flags & self._numbers:
            return None
        while True:
            try:
                records = self._decoder.decode_lines(chunk)
                return len(records), self._resolved(Counter(map(self._values_of, records))).items()
            except _Elsewhere as elsewhere:
                self._depths[elsewhere.position] = len(self._places[elsewhere.position])
                self._build()
            except (msgspec.DecodeError, AttributeError, UnicodeDecodeError, BadTable):
                return None

    def _resolved(self, counted: Counter[tuple[Any, ...]]) -> dict[tuple[Level, ...], int]:
        """What was found in each place → one value a field, and members."""
        counts: dict[tuple[Level, ...], int] = {}
        for found, number in counted.items():
            values: list[Level] = []
            for position, first in enumerate(self._firsts):
                place = next((i for i in range(self._depths[position]) if found[first + i] is not msgspec.UNSET), None)
                if place is None:
                    if self._depths[position] < len(self._places[position]):
                        raise _Elsewhere(position)
                    values.append(None)
                    continue
                if self._places[position][place] is None and self.fields[position][1] in self._shared:
                    raise BadTable(self.file, "may be asked for twice")
                self.rows.missing.discard(position)
                values.append(level(self.file, 0, "", found[first + place]))
            key = tuple(values)
            if found[-1] is not msgspec.UNSET:
                self.rows.count_missing = False
                number *= members(self.file, 0, found[-1])
            counts[key] = counts.get(key, 0) + number
        return counts

    def _learn(self, rows: Iterable[Row]) -> None:
        for row in rows:
            for position, value in enumerate(row.values):
                if isinstance(value, bool):
                    self._flags.add(position)
                elif isinstance(value, int | float):
                    self._numbers.add(position)
        self._build()

    def _build(self) -> None:
        """A decoder of what is wanted alone, and a function that takes the values out of what it decodes.

        Not for names that JSON has to escape, which msgspec does not take.
        """
        if not self._decodable:
            return
        wanted: dict[str | None, dict[str, tuple[str, Any]]] = {None: {}}
        paths: list[str] = []
        self._firsts: list[int] = []
        for position, (_, name) in enumerate(self.fields):
            self._firsts.append(len(paths))
            kind = _NUMBER if position in self._numbers else _FLAG
            for place in self._places[position][: self._depths[position]]:
                attribute, _ = wanted.setdefault(place, {}).setdefault(name, (f"value_{position}", kind))
                paths.append(attribute if place is None else f"{place}.{attribute}")
        plain = wanted.pop(None)
        sections = {place: values for place, values in wanted.items() if place is not None}
        fields: list[Any] = [(attribute, kind, msgspec.UNSET) for attribute, kind in plain.values()]
        for section, values in sections.items():
            struct = msgspec.defstruct(
                section,
                [(attribute, kind, msgspec.UNSET) for attribute, kind in values.values()],
                rename={attribute: name for name, (attribute, _) in values.items()},
                gc=False,
            )
            fields.append((section, struct, msgspec.field(default_factory=struct)))
        fields.append((COUNT, _NUMBER, msgspec.UNSET))
        names = {attribute: name for name, (attribute, _) in plain.items()} | {COUNT: self.rows.count}
        record = msgspec.defstruct("record", fields, rename=names, gc=False)
        self._decoder = msgspec.json.Decoder(record)
        self._values_of: Callable[[Any], tuple[Any, ...]] = attrgetter(*paths, COUNT)


class _Elsewhere(Exception):
    """A value is not where it has always been."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _text_lines(file: Path, chunk: bytes, lines_before: int) -> Iterator[str]:
    for line, text in enumerate(chunk.split(b"\n"), lines_before + 1):
        try:
            yield text.decode()
        except UnicodeDecodeError as error:
            raise BadTable(file, f"is not UTF-8 text: byte 0x{text[error.start]:02X}", line=line) from error
