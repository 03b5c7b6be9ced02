"""What an import of files says at its end: in words, or as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import reduce
from operator import add
from pathlib import Path
from typing import Generic, Self, TypeVar


@dataclass(slots=True)
class Report:
    """Counts of lines by what became of them: a field each in those that inherit, `read` of all.

    A field that reads badly after its number has better words in its metadata, as `words`.
    """

    read: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def __add__(self, other: Self) -> Self:
        mine, theirs = self.as_dict(), other.as_dict()
        return type(self)(**{name: count + theirs[name] for name, count in mine.items()})


R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True)
class Imported(Generic[R]):
    """What became of one file. `rejected_to` holds the lines that were not stored, with their reasons."""

    path: Path
    report: R
    rejected_to: Path | None


def summary(imported: Sequence[Imported[R]], nothing: R, *, seconds: float, unit: str, as_json: bool) -> str:
    """Every file's counts, their total from `nothing` on, and the rate in `unit` a second."""
    total = reduce(add, (one.report for one in imported), nothing)
    rate = round(total.read / seconds) if seconds else 0
    if as_json:
        files = [
            {
                "file": str(one.path),
                **one.report.as_dict(),
                "rejected_to": None if one.rejected_to is None else str(one.rejected_to),
            }
            for one in imported
        ]
        return json.dumps({**total.as_dict(), "seconds": round(seconds, 3), "per_second": rate, "files": files})
    lines = []
    for one in imported:
        lines.append(f"{one.path}: {_in_words(one.report)}")
        if one.rejected_to is not None:
            lines.append(f"  The lines that were not stored and their reasons are in {one.rejected_to}")
    if len(imported) > 1:
        lines.append(f"In all: {_in_words(total)}")
    lines.append(f"{rate} {unit}/s")
    return "\n".join(lines)


def _in_words(report: Report) -> str:
    counts = report.as_dict()
    return ", ".join(f"{counts[one.name]:,} {one.metadata.get('words', one.name)}" for one in fields(report))
