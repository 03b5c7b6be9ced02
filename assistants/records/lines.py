"""Streams of lines: numbered, bounded, each either a record or the reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from assistants.records.conversation import ConversationRecord
from assistants.records.streams import BYTE_ORDER_MARK
from portal.core.errors import Invalid

# Anything else in an external id might be personal, such as an e-mail address.
_SHOWABLE = re.compile(r"[\w.:/-]{1,200}", re.ASCII)


R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class LineParser(Protocol[R_co]):
    """What makes a record of a line, or raises Invalid."""

    def parse(self, line: bytes) -> R_co: ...


class LineSource(Protocol):
    """What lines are read from: a binary file, a decompressing one, a request's body."""

    def readline(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NumberedRecord(Generic[R]):
    """A valid record, the line it stood on, counted from one, and how many bytes that line had."""

    line: int
    record: R
    size: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a line was not taken in. Holds none of its content but an external id that cannot be personal data."""

    line: int
    reason: str
    field: str | None = None
    external_id: str | None = None

    @classmethod
    def of(cls, line: int, fault: Invalid, external_id: str | None) -> Rejection:
        showable = external_id if external_id and _SHOWABLE.fullmatch(external_id) else None
        return cls(line=line, reason=fault.message, field=fault.field, external_id=showable)

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "external_id": self.external_id, "field": self.field, "reason": self.reason}


Numbered = NumberedRecord[ConversationRecord] | Rejection


class _Identified(msgspec.Struct):
    external_id: str | None = None


def numbered_records(
    source: LineSource, parser: LineParser[R], *, max_line_bytes: int
) -> Iterator[NumberedRecord[R] | Rejection]:
    """Every line of `source` that is not blank. Memory is bounded by the longest line that is allowed."""
    for number, line in _numbered_lines(source, max_line_bytes):
        if line is None:
            yield Rejection(line=number, reason=f"The line is longer than the limit of {max_line_bytes} bytes.")
            continue
        try:
            yield NumberedRecord(number, parser.parse(line), len(line))
        except Invalid as fault:
            yield Rejection.of(number, fault, _external_id(line))


def _numbered_lines(source: LineSource, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """(number, line) for lines that are not blank; None in place of a line that is too long."""
    number = 0
    while line := source.readline(longest + 1):
        number += 1
        if len(line) > longest and not line.endswith(b"\n"):
            _skip_to_end_of_line(source)
            yield number, None
            continue
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if not line.isspace() and line:
            yield number, line


def _skip_to_end_of_line(source: LineSource) -> None:
    while (rest := source.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _external_id(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Identified).external_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
