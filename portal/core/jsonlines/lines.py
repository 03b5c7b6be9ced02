"""Streams of lines: numbered, bounded, and the reason why one was not taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from portal.core.errors import Invalid
from portal.core.jsonlines.streams import BYTE_ORDER_MARK

# Anything else in a source's own id might be personal, such as an e-mail address.
_SHOWABLE = re.compile(r"[\w.:/-]{1,200}", re.ASCII)


class LineSource(Protocol):
    """What lines are read from: a binary file, a decompressing one, a request's body."""

    def readline(self, size: int = -1, /) -> bytes: ...


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

    @classmethod
    def too_long(cls, line: int, *, limit: int) -> Rejection:
        return cls(line=line, reason=f"The line is longer than the limit of {limit} bytes.")

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "external_id": self.external_id, "field": self.field, "reason": self.reason}


def numbered_lines(source: LineSource, longest: int) -> Iterator[tuple[int, bytes | None]]:
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
