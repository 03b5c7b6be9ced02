"""What stands behind an adjusted gap: each stratum's own gap, group beside reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audits.engine.bias.groups import GroupCount, group_label, level_text
from audits.engine.bias.json_numbers import Range
from audits.engine.statistics import intervals


@dataclass(frozen=True, slots=True)
class StratumGap:
    """k of n in a group and in the reference, in one stratum, and the difference of their rates with its interval.

    The difference is None where either has no members there: such a stratum says nothing about the gap.
    """

    stratum: str
    favourable: int
    n: int
    reference_favourable: int
    reference_n: int
    difference: float | None
    difference_interval: Range | None

    @property
    def rate(self) -> float | None:
        return self.favourable / self.n if self.n else None

    @property
    def reference_rate(self) -> float | None:
        return self.reference_favourable / self.reference_n if self.reference_n else None


def stratum_gaps(counts: Iterable[GroupCount], *, reference: str, confidence: float) -> dict[str, list[StratumGap]]:
    """Group's label → its gap in each stratum, in the order of their names.

    Intervals by Newcombe (1998), method 10.
    """
    cells: dict[str, dict[str, tuple[int, int]]] = {}
    for count in counts:
        strata = cells.setdefault(count.label, {})
        name = _stratum_label(count.stratum)
        favourable, n = strata.get(name, (0, 0))
        strata[name] = (favourable + count.favourable, n + count.n)
    against = cells.get(reference, {})
    names = sorted({name for strata in cells.values() for name in strata})
    return {
        label: [_gap(name, strata.get(name, (0, 0)), against.get(name, (0, 0)), confidence) for name in names]
        for label, strata in cells.items()
        if label != reference
    }


def _stratum_label(stratum: object) -> str:
    return group_label(stratum) if isinstance(stratum, tuple) else level_text(str(stratum))


def _gap(name: str, cell: tuple[int, int], against: tuple[int, int], confidence: float) -> StratumGap:
    (k, n), (k0, n0) = cell, against
    if not (n and n0):
        return StratumGap(name, k, n, k0, n0, None, None)
    lower, upper = intervals.newcombe_difference(k, n, k0, n0, confidence=confidence)
    return StratumGap(name, k, n, k0, n0, k / n - k0 / n0, (float(lower), float(upper)))
