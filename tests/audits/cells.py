"""Counts of an assistant as if conversations had been folded, without any conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assistants.models import Assistant, Release
from audits.models import CountCell
from audits.services.packing import day_pack
from tests.audits.conversations import DAY


@dataclass(frozen=True)
class Cell:
    """`n` conversations of one place in the cube; of each outcome so many had it true, the rest of `n` false."""

    n: int
    yes: Mapping[str, int]
    attributes: Mapping[str, str] = field(default_factory=dict)
    intent: str = ""
    channel: str = "chat"
    language: str = "en"
    day: date = DAY
    release: Release | None = None


def cells_make(assistant: Assistant, cells: Iterable[Cell]) -> None:
    """Write these cells, in addition to what there is, and their packs."""
    cells = list(cells)
    rows = []
    for cell in cells:
        counts = [("total", "", cell.n), ("scan.state", "scanned", cell.n)]
        for outcome, yes in cell.yes.items():
            counts += [(f"outcome.{outcome}", "true", yes), (f"outcome.{outcome}", "false", cell.n - yes)]
        rows += [
            CountCell(
                assistant=assistant, day=cell.day, release=cell.release, intent=cell.intent, channel=cell.channel,
                language=cell.language, attributes=dict(cell.attributes), measure=measure, value=value, n=n,
            )
            for measure, value, n in counts
            if n
        ]  # fmt: skip
    CountCell.objects.bulk_create(rows)
    for day in sorted({cell.day for cell in cells}):
        day_pack(assistant_id=assistant.pk, day=day)
