"""What stands behind an adjusted gap: each stratum's own gap, group beside reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audits.engine.bias.groups import GroupCount, Level, group_key, group_label, level_text
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


def stratum_gaps(
    counts: Iterable[GroupCount], *, reference: tuple[Level, ...], confidence: float
) -> dict[tuple[str, ...], list[StratumGap]]:
    """By `group_key`, each group's gap to the reference in each stratum, in the order of their names.

    Intervals by Newcombe (1998), method 10.
    """
    cells: dict[tuple[str, ...], dict[tuple[str, ...], tuple[int, int]]] = {}
    for count in counts:
        strata = cells.setdefault(group_key(count.levels), {})
        stratum = _stratum_key(count.stratum)
        favourable, n = strata.get(stratum, (0, 0))
        strata[stratum] = (favourable + count.favourable, n + count.n)
    against = cells.get(group_key(reference), {})
    names = {stratum: group_label(stratum) for own in cells.values() for stratum in own}
    ordered = sorted(names, key=lambda stratum: (names[stratum], stratum))
    return {
        group: [_gap(names[one], own.get(one, (0, 0)), against.get(one, (0, 0)), confidence) for one in ordered]
        for group, own in cells.items()
        if group != group_key(reference)
    }


def _stratum_key(stratum: object) -> tuple[str, ...]:
    return group_key(stratum) if isinstance(stratum, tuple) else (level_text(str(stratum)),)


def _gap(name: str, cell: tuple[int, int], against: tuple[int, int], confidence: float) -> StratumGap:
    (k, n), (k0, n0) = cell, against
    if not (n and n0):
        return StratumGap(name, k, n, k0, n0, None, None)
    lower, upper = intervals.newcombe_difference(k, n, k0, n0, confidence=confidence)
    return StratumGap(name, k, n, k0, n0, k / n - k0 / n0, (float(lower), float(upper)))
