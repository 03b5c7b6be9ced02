"""A gap within strata as tables: crude beside adjusted, stratum by stratum, and by other methods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audits.checks.tables import table
from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import Member
from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.suppression import suppressed
from audits.engine.statistics.estimates import Estimate
from audits.engine.statistics.intervals import newcombe_difference, proportion, wilson

MOST_STRATA = 12
"""Strata listed one by one, the largest first; every stratum counts in the adjusted gap."""
_ADJUSTED = (
    ("Group", "text"),
    ("Conversations", "count"),
    ("Rate", "share"),
    ("Plausible range", "interval"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
    ("At equal questions", "points"),
    ("Range at equal questions", "points_interval"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)
_STRATUM = (
    ("Kind of conversation", "text"),
    ("Group", "text"),
    ("Conversations", "count"),
    ("Rate", "share"),
    ("Plausible range", "interval"),
    ("Rate of the reference", "share"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
)
_METHODS = (
    ("Group", "text"),
    ("Common odds ratio", "ratio"),
    ("Range of the odds ratio", "ratio_interval"),
    ("By logistic regression", "ratio"),
    ("Range by logistic regression", "ratio_interval"),
    ("Standardised difference", "points"),
    ("Range of the standardised difference", "points_interval"),
    ("Breslow–Day p", "p"),
    ("Woolf p", "p"),
    ("Hidden cause needed", "ratio"),
    ("Turns round", "text"),
)

Name = Callable[[Hashable], str]


def adjusted_table(title: str, gap: GapTable) -> dict[str, Any]:
    """One row a group: its rate, the crude difference, and what is left of it within strata."""
    return table(title, _ADJUSTED, map(_adjusted_row, gap.groups))


@dataclass(frozen=True, slots=True)
class StrataAsked:
    """What a table of strata is made of: the audited gap, and the groups with their counts by stratum.

    `name` is how a stratum is called; `private` says that the groups are those of a customer attribute.
    """

    title: str
    gap: GapTable
    members: Sequence[Member]
    name: Name
    private: bool


def strata_tables(asked: Iterable[StrataAsked]) -> list[tuple[dict[str, Any], int]]:
    """For each, one row for each compared group in each of the largest strata, and how many cells were hidden.

    In a private table cells of fewer than ten conversations are left open, and as many others as it takes that nothing
    can be worked out.
    """
    grids = [_Grid.of(one) for one in asked]
    cells = [cell for grid in grids for cell in grid.cells]
    k, n, k0, n0 = np.array(cells, dtype=np.float64).reshape(-1, 4).T
    rates, reference_rates = proportion(k, n), proportion(k0, n0)
    columns = (
        rates.tolist(),
        np.stack(wilson(k, n), axis=1).tolist(),
        reference_rates.tolist(),
        (rates - reference_rates).tolist(),
        np.stack(newcombe_difference(k, n, k0, n0), axis=1).tolist(),
    )
    figures = zip(cells, *columns, strict=True)
    return [grid.table([next(figures) for _ in grid.cells]) for grid in grids]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of one table, and which of them are covered: by stratum, then by group."""

    asked: StrataAsked
    strata: Sequence[Hashable]
    places: Sequence[tuple[Hashable, str]]
    cells: Sequence[tuple[int, int, int, int]]
    hidden: Mapping[Hashable, Mapping[str, bool]]

    @classmethod
    def of(cls, asked: StrataAsked) -> _Grid:
        found = {member.label: member for member in asked.members if member.known}
        strata = _largest([member for member in asked.members if member.strata])
        reference = asked.gap.reference
        base = found[reference.label].strata if reference else {}
        compared = [(row.label, found[row.label].strata) for row in asked.gap.compared]
        inside = [
            (stratum, label, (*own[stratum], *base.get(stratum, (0, 0))))
            for stratum in (strata[:MOST_STRATA] if reference else [])
            for label, own in compared
            if stratum in own
        ]
        places, cells = [(stratum, label) for stratum, label, _ in inside], [cell for _, _, cell in inside]
        return cls(asked, strata, places, cells, _hidden(asked.members, strata) if asked.private else {})

    def table(self, figures: Sequence[tuple[Any, ...]]) -> tuple[dict[str, Any], int]:
        """`figures` of each cell: its counts, rate and interval, the reference's rate, difference and interval."""
        reference, names = _label(self.asked.gap.reference), {}
        rows = []
        for (stratum, label), ((_, n, _, n0), rate, interval, base_rate, difference, range_) in zip(
            self.places, figures, strict=True
        ):
            if stratum not in names:
                names[stratum] = self.asked.name(stratum)
            covered = self.hidden.get(stratum, {})
            row: list[Any] = [names[stratum], label, *[None] * 6]
            if n and not covered.get(label):
                row[2:5] = [n, rate, interval]
                if n0 and not covered.get(reference):
                    row[5:] = [base_rate, difference, range_]
            rows.append(row)
        open_cells = sum(mask for cells in self.hidden.values() for mask in cells.values())
        title, more = self.asked.title, len(self.strata) - MOST_STRATA
        shown = f"{title}, the {MOST_STRATA} largest of {len(self.strata)}" if more > 0 else title
        shown += " (small cells are left open)" if open_cells else ""
        return table(shown, _STRATUM, rows), open_cells


def methods_table(title: str, gap: GapTable) -> dict[str, Any]:
    """One row a compared group: odds ratios, direct standardisation, whether strata agree, hidden-cause strength.

    The hidden cause is what it takes to explain the stronger of the favourable and the adverse ratio away.
    """
    return table(
        title,
        _METHODS,
        [_methods_row(row, row.adjusted) for row in gap.compared if row.adjusted is not None and row.adjusted.strata],
    )


def _adjusted_row(row: GroupResult) -> list[Any]:
    left = row.adjusted if row.tested else None
    return [
        f"{row.label} (reference)" if row.is_reference else row.label,
        row.n,
        row.rate,
        list(row.rate_interval),
        row.difference if left else None,
        finite_range(row.difference_interval) if left else None,
        finite(left.risk_difference.value) if left else None,
        _interval(left.risk_difference) if left else None,
        left.p_adjusted if left else None,
        left.verdict.value if left else None,
    ]


def _methods_row(row: GroupResult, left: AdjustedGap) -> list[Any]:
    standard = left.standardised.difference
    causes = [finite(cause.estimate) for cause in (left.hidden_cause, left.hidden_cause_adverse)]
    return [
        row.label,
        finite(left.odds_ratio.value),
        _interval(left.odds_ratio),
        finite(left.logistic.value),
        _interval(left.logistic),
        finite(standard.value),
        _interval(standard),
        *(finite(test.p_value) if test.degrees_of_freedom else None for test in (left.breslow_day, left.woolf)),
        max((cause for cause in causes if cause is not None), default=None),
        "yes" if left.simpson else "no",
    ]


def _largest(found: Sequence[Member]) -> list[Hashable]:
    sizes: dict[Hashable, int] = defaultdict(int)
    for member in found:
        for stratum, (_, n) in member.strata.items():
            sizes[stratum] += n
    return sorted(sizes, key=lambda stratum: (-sizes[stratum], str(stratum)))


def _hidden(found: Sequence[Member], strata: Sequence[Hashable]) -> dict[Hashable, dict[str, bool]]:
    """By stratum and group which cells are covered; empty where none is."""
    n = np.array([[member.strata.get(stratum, (0, 0))[1] for stratum in strata] for member in found], dtype=np.int64)
    levels = [stratum if isinstance(stratum, tuple) else (stratum,) for stratum in strata]
    mask = suppressed(n.reshape(len(found), len(strata)).T, rows=levels)
    if not mask.any():
        return {}
    # A group may be called "unknown": the unknown, which no row of a table is about, are called nothing here.
    labels = [member.label if member.known else "" for member in found]
    return {
        stratum: dict(zip(labels, hidden, strict=True)) for stratum, hidden in zip(strata, mask.tolist(), strict=True)
    }


def _interval(estimate: Estimate) -> list[float | None] | None:
    """Both bounds; None where a side is open, since a range with one end says nothing on a page."""
    bounds = finite_range((estimate.lower, estimate.upper))
    return None if bounds is None or None in bounds else bounds


def _label(row: GroupResult | None) -> str:
    return "" if row is None else row.label
