"""Lines of conversation records: each either a record or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from assistants.records.conversation import ConversationRecord
from portal.core.errors import Invalid
from portal.core.jsonlines.lines import LineSource, Rejection, numbered_lines

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class LineParser(Protocol[R_co]):
    """What makes a record of a line, or raises Invalid."""

    def parse(self, line: bytes) -> R_co: ...


@dataclass(frozen=True, slots=True)
class NumberedRecord(Generic[R]):
    """A valid record, the line it stood on, counted from one, and how many bytes that line had."""

    line: int
    record: R
    size: int = 0


Numbered = NumberedRecord[ConversationRecord] | Rejection


class _Identified(msgspec.Struct):
    external_id: str | None = None


def numbered_records(
    source: LineSource, parser: LineParser[R], *, max_line_bytes: int
) -> Iterator[NumberedRecord[R] | Rejection]:
    """Every line of `source` that is not blank. Memory is bounded by the longest line that is allowed."""
    for number, line in numbered_lines(source, max_line_bytes):
        if line is None:
            yield Rejection.too_long(number, limit=max_line_bytes)
            continue
        try:
            yield NumberedRecord(number, parser.parse(line), len(line))
        except Invalid as fault:
            yield Rejection.of(number, fault, _external_id(line))


def _external_id(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Identified).external_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
