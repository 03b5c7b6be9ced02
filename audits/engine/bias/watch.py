"""A group watched day by day against a reference: its evidence curve, its gap, and whether a release changed it.

Counts come as cells by day and stratum. Only days and strata in which both groups have conversations can be compared,
and only those are counted here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from audits.engine.statistics.cusum import Change, change_since
from audits.engine.statistics.eprocess import START, evidence_after, log_likelihood_ratios
from audits.engine.statistics.stratified import (
    Estimate,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: (day, stratum) → (favourable, n)
Cells = Mapping[tuple[date, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class DayTables:
    """Counts of shape (days, strata) of a group and its reference, on the days on which anything can be compared."""

    days: tuple[date, ...]
    k: IntArray
    n: IntArray
    reference_k: IntArray
    reference_n: IntArray

    @classmethod
    def of(cls, group: Cells, reference: Cells) -> DayTables:
        places = sorted(place for place, (_, n) in group.items() if n and reference.get(place, (0, 0))[1])
        days = sorted({day for day, _ in places})
        strata = sorted({stratum for _, stratum in places})
        row, column = ({key: i for i, key in enumerate(keys)} for keys in (days, strata))
        counts = np.zeros((4, len(days), len(strata)), dtype=np.int64)
        for day, stratum in places:
            cell = (*group[day, stratum], *reference[day, stratum])
            counts[:, row[day], column[stratum]] = cell
        return cls(tuple(days), *counts)

    @property
    def arrays(self) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        return self.k, self.n, self.reference_k, self.reference_n

    def between(self, since: date, until: date) -> DayTables:
        """The days `since` ≤ day < `until`."""
        chosen = [index for index, day in enumerate(self.days) if since <= day < until]
        return DayTables(tuple(self.days[i] for i in chosen), *(array[chosen] for array in self.arrays))

    def risk_difference(self) -> Estimate:
        """Group less reference within days and strata (Mantel–Haenszel, every day's stratum one table)."""
        return mantel_haenszel_risk_difference(*(array.ravel() for array in self.arrays))

    def log_odds_ratio(self) -> float:
        """Mantel–Haenszel; 0 where the counts do not determine it."""
        value = mantel_haenszel_odds_ratio(*(array.ravel() for array in self.arrays)).value
        return math.log(value) if 0 < value < math.inf else 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Evidence after each day: `log_e` one value a day, `state` what the next day goes on from.

    `k`, `n`, `reference_k`, `reference_n` are counts of the day.
    """

    days: tuple[date, ...]
    log_e: FloatArray
    state: tuple[float, ...]
    k: IntArray
    n: IntArray
    reference_k: IntArray
    reference_n: IntArray


NO_EVIDENCE: tuple[float, ...] = tuple(START.tolist())


def curve(tables: DayTables, *, before: Sequence[float] = NO_EVIDENCE) -> Curve:
    """Carry the evidence on from `before`, the `state` after the days before these."""
    log_e, state = evidence_after(log_likelihood_ratios(*tables.arrays).sum(axis=-2), state=before)
    per_day = (array.sum(axis=-1) for array in tables.arrays)
    return Curve(tables.days, log_e, tuple(state.tolist()), *per_day)


def rise_began(days: Sequence[date], log_e: Sequence[float], *, until: date) -> date | None:
    """The first day after the curve's lowest point before its highest one, both by `until`; None without a day.

    The curve's beginning, 0 before any day, counts as a point. Gaps estimated from there on look larger than they are:
    the day was chosen by the data.
    """
    shown = [(day, value) for day, value in zip(days, log_e, strict=True) if day <= until]
    if not shown:
        return None
    highest = max(range(len(shown)), key=lambda index: shown[index][1])
    before = [0.0, *(value for _, value in shown[:highest])]
    lowest = min(range(len(before)), key=lambda index: (before[index], -index))
    return shown[lowest][0]


def release_change(tables: DayTables, released_on: date) -> tuple[Change, DayTables] | None:
    """Whether the gap changed from the day of a release on, by CUSUM against the odds ratio of the days before it.

    Returns the change with the tables that its indices count. None without days on both sides.
    """
    if not tables.days:
        return None
    earlier, later = tables.between(date.min, released_on), tables.between(released_on, date.max)
    if not earlier.days or not later.days:
        return None
    return change_since(*later.arrays, log_odds_before=earlier.log_odds_ratio()), later
