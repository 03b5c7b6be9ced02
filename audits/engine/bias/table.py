"""The bias audit of a table kept elsewhere: rows are folded into counts, counts into tables of gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from audits.engine.bias.comparisons import TableCounts
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import GroupCount, Level, level_text
from audits.engine.bias.outcome_gap import audit_gaps
from audits.engine.bias.sentence import Wording, audit_sentence, outcome_wording, table_sentence
from audits.engine.bias.table_rows import BadTable, Columns, read_rows
from audits.engine.bias.verdict import Policy, Verdict, overall

MOST_LEVELS = 10_000
"""Values that one attribute may have: more is an identifier, not a group."""

ROWS_PER_PROGRESS = 100_000
_MOST_LISTED = 12


@dataclass(slots=True)
class Cube:
    """Counts of a file: (values in the order of the columns) → [favourable, n].

    `rows` counts the members with a known outcome, `without_outcome` the others, which no rate includes.
    """

    columns: Columns
    favourable: str
    rows: int = 0
    without_outcome: int = 0
    cells: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    levels: list[dict[str, Level]] = field(default_factory=list)

    def table(self, positions: tuple[int, ...], reference: str | None) -> TableCounts:
        """The counts of one attribute, or of an intersection, named by their positions among the groups."""
        groups = len(self.columns.groups)
        counts: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
        for key, (favourable, n) in self.cells.items():
            group = tuple(key[position] for position in positions)
            total = counts.setdefault((group, key[groups:]), [0, 0])
            total[0] += favourable
            total[1] += n
        return TableCounts(
            attributes=tuple(self.columns.groups[position] for position in positions),
            counts=tuple(
                GroupCount(self._originals(positions, group), favourable, n, stratum or None)
                for (group, stratum), (favourable, n) in counts.items()
            ),
            reference=reference,
        )

    def _originals(self, positions: tuple[int, ...], group: tuple[str, ...]) -> tuple[Level, ...]:
        return tuple(self.levels[position][text] for position, text in zip(positions, group, strict=True))


def count_table(
    file: Path,
    columns: Columns,
    *,
    favourable: str = "true",
    progress: Callable[[int], None] | None = None,
) -> Cube:
    """Read a file into counts. `favourable` is compared with the outcome's text, whatever its case.

    `progress` is called with the number of lines read every `ROWS_PER_PROGRESS` lines. Memory grows with the
    combinations of values, not with the rows. Raises BadTable, also where an attribute has more than
    `MOST_LEVELS` values, no row has an outcome, or the favourable value occurs nowhere although the outcome
    is not yes or no.
    """
    wanted = favourable.strip().casefold()
    cube = Cube(columns, wanted, levels=[{} for _ in (*columns.groups, *columns.strata)])
    outcomes: set[str] = set()
    for number, row in enumerate(read_rows(file, columns), 1):
        if progress is not None and number % ROWS_PER_PROGRESS == 0:
            progress(number)
        outcome = level_text(row.values[-1]).casefold()
        if not outcome:
            cube.without_outcome += row.members
            continue
        if len(outcomes) <= _MOST_LISTED or outcome == wanted:
            outcomes.add(outcome)
        key = tuple(map(level_text, row.values[:-1]))
        cell = cube.cells.get(key)
        if cell is None:
            _note_levels(cube, file, row.line, key, row.values)
            cell = cube.cells[key] = [0, 0]
        cell[0] += row.members * (outcome == wanted)
        cell[1] += row.members
        cube.rows += row.members
    outcome_field = f"outcome.{columns.outcome}"
    if not outcomes:
        raise BadTable(file, "no row has a value", field=outcome_field)
    if wanted not in outcomes and not outcomes <= {"true", "false"}:
        seen = ", ".join(sorted(outcomes)[:_MOST_LISTED])
        raise BadTable(file, f"is never {wanted!r}, the favourable value; it is: {seen}", field=outcome_field)
    return cube


def _note_levels(cube: Cube, file: Path, line: int, key: tuple[str, ...], values: tuple[Level, ...]) -> None:
    for (section, name), levels, text, value in zip(cube.columns.fields, cube.levels, key, values, strict=False):
        levels.setdefault(text, value)
        if len(levels) > MOST_LEVELS:
            problem = f"has more than {MOST_LEVELS:,} different values: an identifier cannot be audited as a group"
            raise BadTable(file, problem, line=line, field=f"{section}.{name}")


@dataclass(frozen=True, slots=True)
class TableAudit:
    """The audit of one file: a table for each attribute, then one for each pair of them."""

    cube: Cube
    tables: tuple[GapTable, ...]
    policy: Policy
    wording: Wording

    @property
    def verdict(self) -> Verdict:
        """`overall` of the tables of single attributes and pairs."""
        return overall(table.verdict for table in self.tables)

    @property
    def sentence(self) -> str:
        return audit_sentence(self.tables, self.verdict, wording=self.wording)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; null where the data does not determine a number."""
        return {
            "rows": self.cube.rows,
            "without_outcome": self.cube.without_outcome,
            "outcome": self.cube.columns.outcome,
            "favourable": self.cube.favourable,
            "alpha": self.policy.alpha,
            "delta": self.policy.delta,
            "tables": [
                {**table.to_json(), "sentence": table_sentence(table, wording=self.wording)} for table in self.tables
            ],
            "verdict": self.verdict.value,
            "sentence": self.sentence,
        }


def audit_cube(cube: Cube, *, policy: Policy, reference: str | None = None) -> TableAudit:
    """Audit each attribute and each pair of attributes, all as one family of tests.

    `reference` applies to every table that has a group of that name ("White", or "White × Male" in a pair).
    Raises LookupError if none has.
    """
    positions: list[tuple[int, ...]] = [(i,) for i in range(len(cube.columns.groups))]
    positions += combinations(range(len(cube.columns.groups)), 2)
    tables = [cube.table(position, None) for position in positions]
    if reference is not None:
        tables = _with_reference(tables, reference)
    return TableAudit(
        cube=cube,
        tables=tuple(audit_gaps(tables, policy=policy)),
        policy=policy,
        wording=outcome_wording(cube.columns.outcome, cube.favourable),
    )


def _with_reference(tables: Sequence[TableCounts], reference: str) -> list[TableCounts]:
    wanted = reference.strip().casefold()
    found = []
    labels: set[str] = set()
    for table in tables:
        table_labels = {count.label for count in table.counts if all(map(level_text, count.levels))}
        labels |= table_labels
        here = any(label.casefold() == wanted for label in table_labels)
        found.append(TableCounts(table.attributes, table.counts, reference if here else None))
    if not any(table.reference for table in found):
        listed = sorted(labels)
        more = " …" if len(listed) > _MOST_LISTED else ""
        raise LookupError(f"{reference!r} is none of the groups: {', '.join(listed[:_MOST_LISTED])}{more}")
    return found
