"""The worst intersections: every slice of up to three dimensions against all other conversations.

Looking at thousands of slices finds extremes by luck, so a slice that is found here is only *nominated*. It is
confirmed by a test of that slice alone on data that nobody had seen when it was nominated (`confirm`).

A slice is a level of each of its dimensions. It is redundant where a part of it (the same slice without one of its
dimensions) explains it: an intersection is news only if it is worse than what else each of its parts holds. Rates of
many small slices are drawn towards their mean before they are ranked (audits.engine.statistics.shrinkage).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.engine.bias.cube import Cube
from audits.engine.bias.json_numbers import finite
from audits.engine.bias.slice_tables import Levels, Look, Part, Slices, SliceTables
from audits.engine.bias.verdict import Evidence, Judgement, Policy, Verdict, judge, material_breaches
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference, wilson
from audits.engine.statistics.multiplicity import benjamini_hochberg, holm
from audits.engine.statistics.shrinkage import fit_prior

__all__ = ["Confirmation", "Found", "Levels", "Look", "Slice", "confirm", "looks_at_slices", "worst_slices"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_DIMENSIONS = 3
_LEAST_EXPECTED = 5


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice against the rest: `favourable` of `n`, `rest_favourable` of `rest_n`.

    `shrunk` is its rate drawn towards the mean of all slices. `p_value`: the largest of the tests against the rest and
    against what else each of its parts holds; `q_value` the same by Benjamini and Hochberg over all slices.
    """

    levels: Levels
    favourable: int
    n: int
    rest_favourable: int
    rest_n: int
    shrunk: float
    p_value: float
    q_value: float

    @property
    def rate(self) -> float:
        return self.favourable / self.n

    @property
    def rest_rate(self) -> float:
        return self.rest_favourable / self.rest_n

    @property
    def difference(self) -> float:
        return self.rate - self.rest_rate


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at all slices found: how many there were, and the nominated ones, the worst first.

    `too_small` slices had fewer than the least number of members and were not tested; `explained` ones would have been
    nominated but for a part of theirs.
    """

    looked_at: int
    too_small: int
    explained: int
    nominated: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A nominated slice on later data. `p_adjusted` by Holm over all slices nominated with it."""

    levels: Levels
    favourable: int
    n: int
    rest_favourable: int
    rest_n: int
    rate_interval: tuple[float, float]
    difference_interval: tuple[float, float]
    p_value: float
    p_adjusted: float | None
    judgement: Judgement

    @property
    def rate(self) -> float | None:
        return self.favourable / self.n if self.n else None

    @property
    def rest_rate(self) -> float | None:
        return self.rest_favourable / self.rest_n if self.rest_n else None

    @property
    def difference(self) -> float | None:
        return None if self.rate is None or self.rest_rate is None else self.rate - self.rest_rate

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; numbers that are not finite become null."""
        return {
            "slice": dict(self.levels),
            "n": self.n,
            "favourable": self.favourable,
            "rate": finite(self.rate),
            "rest": {"n": self.rest_n, "favourable": self.rest_favourable, "rate": finite(self.rest_rate)},
            "difference": finite(self.difference),
            "difference_interval": list(self.difference_interval),
            "p_value": finite(self.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "verdict": self.verdict.value,
            "reasons": list(self.judgement.reasons),
        }


def worst_slices(
    cube: Cube,
    *,
    measure: str,
    favourable: str,
    dimensions: Sequence[str],
    about: Collection[str],
    policy: Policy,
    fdr: float = 0.05,
    most: int = 5,
) -> Found:
    """Look at all slices of two and three of these dimensions; see `looks_at_slices`."""
    look = Look(measure, favourable, policy, fdr, most)
    return looks_at_slices(cube, [look], dimensions=dimensions, about=about)[0]


def looks_at_slices(
    cube: Cube, looks: Sequence[Look], *, dimensions: Sequence[str], about: Collection[str]
) -> list[Found]:
    """For each look, nominate the worst of those slices of two and three of these dimensions that stand out.

    Only slices with at least one dimension of `about` are looked at (what customers are, rather than what they ask).
    A slice is nominated where its q-value passes `fdr`, its favourable rate is lower than the rest's by what the
    policy calls material, both have `policy.minimum_n` members, and it is lower by δ/2 than what else each of its parts
    holds, which are ten or more. At most `most`, ranked by their shrunk rates. Levels that are not known make no slice.
    Sources: of the search, Pastor, de Alfaro & Baralis (2021), SIGMOD, 1400-1412 (divergence of all frequent slices,
    redundancy pruning); of the largest p-value as that of "worse than each", Berger (1982), Technometrics 24:295-300.
    """
    tables = SliceTables(cube, looks, dimensions)
    least = np.array([look.policy.delta / 2 for look in looks])
    found = [
        slices
        for size in (2, MOST_DIMENSIONS)
        if (slices := Slices.of(tables, size, about=about, least=least)) is not None
    ]
    if not found:
        return [Found(0, 0, 0, ())] * len(looks)
    k, n, apart, p_parts = (
        np.concatenate([getattr(slices, name) for slices in found], axis=1) for name in ("k", "n", "apart", "p_value")
    )
    parts = [part for slices in found for part in slices.parts]
    return [
        _found(look, parts, cube.totals(look.measure), *of_look)
        for look, *of_look in zip(looks, k, n, apart, p_parts, strict=True)
    ]


def _found(
    look: Look,
    parts: Sequence[Part],
    whole: Mapping[str, int],
    k: FloatArray,
    n: FloatArray,
    apart: BoolArray,
    p_parts: FloatArray,
) -> Found:
    """What stands out among all slices, one entry each: `parts` laid end to end. `whole` is everybody by value."""
    policy = look.policy
    whole_k, whole_n = float(whole.get(look.favourable, 0)), float(sum(whole.values()))
    large = (n >= policy.minimum_n) & (whole_n - n >= policy.minimum_n)
    too_small = int(((n > 0) & ~large).sum())
    places = np.flatnonzero(large)
    if not places.size:
        return Found(0, too_small, 0, ())
    k, n, apart = k[places], n[places], apart[places]
    against_rest = _two_sided(k, n, whole_k - k, whole_n - n)
    p_values = np.maximum(against_rest, p_parts[places])
    q_values = benjamini_hochberg(p_values)
    successes, failures = fit_prior(k, n, method="moments").shapes
    shrunk = (k + successes) / (n + successes + failures)
    material = _material(k / n, (whole_k - k) / (whole_n - n), policy)
    alone = material & apart & (q_values <= look.fdr)
    explained = material & ~alone & (benjamini_hochberg(against_rest) <= look.fdr)
    chosen = np.flatnonzero(alone)
    chosen = chosen[np.argsort(shrunk[chosen], kind="stable")][: look.most]
    starts = np.cumsum([0, *(part.size for part in parts)])
    nominated = []
    for i in chosen.tolist():
        part = int(np.searchsorted(starts, places[i], side="right")) - 1
        nominated.append(
            Slice(
                levels=parts[part].levels(int(places[i] - starts[part])),
                favourable=int(k[i]),
                n=int(n[i]),
                rest_favourable=int(whole_k - k[i]),
                rest_n=int(whole_n - n[i]),
                shrunk=float(shrunk[i]),
                p_value=float(p_values[i]),
                q_value=float(q_values[i]),
            )
        )
    return Found(int(places.size), too_small, int(explained.sum()), tuple(nominated))


def confirm(
    cube: Cube, slices: Iterable[Levels], *, measure: str, favourable: str, policy: Policy
) -> list[Confirmation]:
    """Test exactly these slices, Holm-corrected as one family, and judge each by the policy.

    A slice is confirmed where it is worse than the rest and than what else each of its parts holds: its p-value is the
    largest of these exact tests (Berger 1982). The cube must hold none of the data that the slices were nominated
    on. Where any of these has fewer than `policy.small_cell` members the slice is not tested, but counts in the family.
    """
    wanted = list(slices)
    k, n = cube.values(measure, favourable), cube.n(measure)
    cells = [_comparisons(cube, levels, k, n) for levels in wanted]
    flat = np.array([cell for own in cells for cell in own], dtype=np.float64).reshape(-1, 4).T
    exact = iter(fisher_exact(*flat).tolist())
    p_values = [[p if _worse(cell) else 1.0 for cell, p in zip(own, exact, strict=False)] for own in cells]
    tested = [i for i, own in enumerate(cells) if min(min(cell[1], cell[3]) for cell in own) >= policy.small_cell]
    adjusted = holm([max(p_values[i]) for i in tested], family_size=max(len(wanted), 1))
    p_adjusted = dict(zip(tested, map(float, adjusted), strict=True))
    return [
        _confirmation(levels, own, max(p), p_adjusted.get(i), policy)
        for i, (levels, own, p) in enumerate(zip(wanted, cells, p_values, strict=True))
    ]


Cell = tuple[int, int, int, int]


def _comparisons(cube: Cube, levels: Levels, k: NDArray[np.int64], n: NDArray[np.int64]) -> list[Cell]:
    """k₁, n₁, k₂, n₂ of the slice against the rest, then against what else each of its parts holds."""
    inside = _inside(cube, levels)
    own = int(k[inside].sum()), int(n[inside].sum())
    cells = []
    for part in ((), *(tuple(pair for pair in levels if pair != without) for without in levels)):
        others = _inside(cube, part) & ~inside
        cells.append((*own, int(k[others].sum()), int(n[others].sum())))
    return cells


def _worse(cell: Cell) -> bool:
    return cell[0] * cell[3] < cell[2] * cell[1]


def _confirmation(
    levels: Levels, cells: list[Cell], p_value: float, p_adjusted: float | None, policy: Policy
) -> Confirmation:
    against_rest = cells[0]
    low, high = (float(bound) for bound in wilson(*against_rest[:2], confidence=policy.confidence))
    interval = newcombe_difference(*against_rest, confidence=policy.confidence)
    difference = float(interval[0]), float(interval[1])
    evidence = Evidence(
        p_adjusted=p_adjusted,
        breaches=material_breaches(*against_rest, policy=policy) if all(map(_worse, cells)) else (),
        difference_interval=difference,
        smaller_n=min(min(cell[1], cell[3]) for cell in cells),
    )
    return Confirmation(
        levels, *against_rest, (low, high), difference, p_value, p_adjusted, judge(evidence, policy=policy)
    )


def _inside(cube: Cube, levels: Levels) -> BoolArray:
    inside = np.ones(cube.cells, dtype=bool)
    for dimension, level in levels:
        known = cube.levels_of(dimension) if dimension in cube.dimensions else ()
        inside &= cube.codes[cube.axis(dimension)] == known.index(level) if level in known else False
    return inside


def _two_sided(k: FloatArray, n: FloatArray, rest_k: FloatArray, rest_n: FloatArray) -> FloatArray:
    """Pearson's chi-squared test where every expected count is at least five, Fisher's exact test elsewhere.

    Of a million members the exact test of thousands of slices takes a quarter of a second, and says the same.
    Source: Cochran (1954), Biometrics 10:417-451, on the expected counts.
    """
    whole_k, whole_n = k + rest_k, n + rest_n
    expected = np.minimum(whole_k, whole_n - whole_k) * np.minimum(n, rest_n) / whole_n
    spread = whole_k * (whole_n - whole_k) * n * rest_n
    squared = (k * rest_n - rest_k * n) ** 2
    statistic = np.divide(squared * whole_n, spread, out=np.zeros(k.shape), where=spread > 0)
    p: FloatArray = 2 * ndtr(-np.sqrt(statistic))
    rare = expected < _LEAST_EXPECTED
    p[rare] = fisher_exact(k[rare], n[rare], rest_k[rare], rest_n[rare])
    return p


def _material(rate: FloatArray, rest: FloatArray, policy: Policy) -> BoolArray:
    lower = rest - rate >= policy.delta
    ratio = rate < policy.impact_ratio * rest
    adverse = (1 - rate > policy.adverse_ratio * (1 - rest)) & (rate < rest)
    return lower | ratio | adverse
