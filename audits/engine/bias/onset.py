"""Did a gap begin with a release? The gap of each release against that of all releases before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtr

from audits.engine.statistics.multiplicity import holm


@dataclass(frozen=True, slots=True)
class Period:
    """What a release did: favourable of n in the group, and in the reference."""

    release: str
    favourable: int
    n: int
    reference_favourable: int
    reference_n: int

    def holds(self, fewest: int) -> bool:
        return min(self.n, self.reference_n) >= fewest

    @property
    def gap(self) -> float:
        """Rate of the group minus rate of the reference."""
        return self.favourable / self.n - self.reference_favourable / self.reference_n

    @property
    def variance(self) -> float:
        """Of the gap, after one success and one failure is added to each group (Agresti & Caffo 2000)."""
        return _variance(self.favourable, self.n) + _variance(self.reference_favourable, self.reference_n)

    def joined(self, other: Period) -> Period:
        return Period(
            other.release,
            self.favourable + other.favourable,
            self.n + other.n,
            self.reference_favourable + other.reference_favourable,
            self.reference_n + other.reference_n,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One release against all before it: gaps in rates, and the adjusted p-value of their difference."""

    release: str
    gap: float
    gap_before: float
    n: int
    p_adjusted: float
    began: bool

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types under the names of the fields."""
        return {
            "release": self.release,
            "gap": self.gap,
            "gap_before": self.gap_before,
            "n": self.n,
            "p_adjusted": self.p_adjusted,
            "began": self.began,
        }


def gap_steps(periods: Sequence[Period], *, delta: float, alpha: float, fewest: int = 10) -> list[Step]:
    """Each release of `periods`, in the order of release, against all before it.

    A gap *began* with a release where it was smaller than `delta` before, grew by at least `delta` in the same
    direction, and the change is significant at `alpha` after Holm's correction over the releases. The test is that of a
    difference of differences of independent proportions: Wald's, with the counts of Agresti & Caffo (2000), Am. Stat.
    54:280-288. Releases in which one of the two groups has less than `fewest` members are left out.
    """
    counted = [period for period in periods if period.holds(max(fewest, 1))]
    pairs = []
    for number in range(1, len(counted)):
        before = counted[0]
        for period in counted[1:number]:
            before = before.joined(period)
        pairs.append((before, counted[number]))
    p_values = [_p_value(before, now) for before, now in pairs]
    return [
        Step(
            release=now.release,
            gap=now.gap,
            gap_before=before.gap,
            n=now.n + now.reference_n,
            p_adjusted=float(p_adjusted),
            began=_began(before, now, delta=delta) and float(p_adjusted) <= alpha,
        )
        for (before, now), p_adjusted in zip(pairs, holm(p_values) if p_values else [], strict=True)
    ]


def _began(before: Period, now: Period, *, delta: float) -> bool:
    growth = now.gap - before.gap
    return abs(before.gap) < delta <= abs(growth) and growth * now.gap > 0


def _p_value(before: Period, now: Period) -> float:
    z = (now.gap - before.gap) / math.sqrt(before.variance + now.variance)
    return float(2 * ndtr(-abs(z)))


def _variance(k: int, n: int) -> float:
    rate = (k + 1) / (n + 2)
    return rate * (1 - rate) / (n + 2)
