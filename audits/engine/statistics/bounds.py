"""Worst-case bounds where a group's members are not all known: what no assumption about the unknown can move.

Everybody whose attribute is unknown could belong to any group. The bounds are the smallest and the largest value
that any assignment of them gives. They are sharp (some assignment attains each) and assume nothing, not even that
attributes are missing at random; where they are wide, the data cannot know. Sampling error is separate: the
`*_bounds_interval` functions add it.

`unknown` counts members without the attribute; `unknown_favourable` those of them with the favourable outcome.
Where the outcomes of the unknown are not recorded either, leave it out: they may then be anything as well.
Source: Manski (1990), American Economic Review 80:319-323; (2003), Partial Identification of Probability
Distributions, ch. 1 and 4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from audits.engine.statistics.intervals import FloatArray, Interval, counts, newcombe_difference, ratio, wilson

Group = tuple[FloatArray, FloatArray]
Pair = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
Unknown = tuple[FloatArray, FloatArray | None]


def rate_bounds(
    k: ArrayLike, n: ArrayLike, unknown: ArrayLike, unknown_favourable: ArrayLike | None = None
) -> Interval:
    """The lowest and the highest rate that a group with k favourable of n *known* members can have.

    (0, 1) where it may have no members at all. NYC LL144 audits with 573,856 known and 397,979 unknown members and a
    selection rate of 47.3 % give (.27930, .68881). Raises ValueError unless 0 ≤ k ≤ n and 0 ≤ favourable ≤ unknown.
    """
    lowest, highest = _extreme_rates(k, n, unknown, unknown_favourable)
    return _rate(*lowest, empty=0.0), _rate(*highest, empty=1.0)


def rate_bounds_interval(
    k: ArrayLike,
    n: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Interval:
    """The bounds with sampling error: from Wilson's lower limit of the lowest to the upper limit of the highest rate.

    Covers the whole identified range at least as often as `confidence` says for each end.
    Source: Horowitz & Manski (2000), JASA 95:77-84.
    """
    lowest, highest = _extreme_rates(k, n, unknown, unknown_favourable)
    return wilson(*lowest, confidence=confidence)[0], wilson(*highest, confidence=confidence)[1]


def difference_bounds(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None = None,
) -> Interval:
    """The lowest and the highest p₁ − p₂; nobody is counted in both groups, and anybody may be in neither.

    −1 or 1 where an extreme assignment leaves a group without members. Sharper than the difference of the two rates'
    bounds where the outcomes of the unknown are not recorded.
    """
    lowest, highest = _extreme_differences(k1, n1, k2, n2, unknown, unknown_favourable)
    return _difference(*lowest, empty=-1.0), _difference(*highest, empty=1.0)


def difference_bounds_interval(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Interval:
    """The bounds of p₁ − p₂ with sampling error: the outer limits of Newcombe's intervals at both extremes.

    Source: Horowitz & Manski (2000), JASA 95:77-84.
    """
    lowest, highest = _extreme_differences(k1, n1, k2, n2, unknown, unknown_favourable)
    lower, upper = (
        newcombe_difference(*lowest, confidence=confidence),
        newcombe_difference(*highest, confidence=confidence),
    )
    return lower[0], upper[1]


def ratio_bounds(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None = None,
) -> Interval:
    """The lowest and the highest p₁ / p₂ (impact ratio against a fixed reference); (0, ∞) where undetermined."""
    group, reference, others = _checked(k1, n1, k2, n2, unknown, unknown_favourable)
    upper = ratio(*_raised(group, reference, others, share=_ratio_share))
    inverse = ratio(*_raised(reference, group, others, share=_ratio_share))
    lower = np.divide(1.0, inverse, out=np.where(inverse == 0, np.inf, 0.0), where=inverse > 0)
    return lower, np.where(np.isnan(upper), np.inf, upper)


def _checked(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None,
) -> tuple[Group, Group, Unknown]:
    favourable = 0.0 if unknown_favourable is None else unknown_favourable
    k1, n1, k2, n2, favourable, unknown = counts(k1, n1, k2, n2, favourable, unknown)
    return (k1, n1), (k2, n2), (unknown, None if unknown_favourable is None else favourable)


def _extreme_rates(
    k: ArrayLike, n: ArrayLike, unknown: ArrayLike, unknown_favourable: ArrayLike | None
) -> tuple[Group, Group]:
    (k, n), _, (unknown, favourable) = _checked(k, n, 0.0, 0.0, unknown, unknown_favourable)
    if favourable is None:
        return (k, n + unknown), (k + unknown, n + unknown)
    return (k, n + unknown - favourable), (k + favourable, n + favourable)


def _extreme_differences(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    unknown: ArrayLike,
    unknown_favourable: ArrayLike | None,
) -> tuple[Pair, Pair]:
    group, reference, others = _checked(k1, n1, k2, n2, unknown, unknown_favourable)
    highest = _raised(group, reference, others, share=_difference_share)
    k2, n2, k1, n1 = _raised(reference, group, others, share=_difference_share)
    return (k1, n1, k2, n2), highest


def _raised(first: Group, second: Group, others: Unknown, *, share: Callable[..., FloatArray]) -> Pair:
    """Both groups once the first has got favourable unknown members and the second the rest of them.

    Where outcomes are not recorded an unknown member can only be used once, so `share` says how many join the
    first: the objective has one peak there, taken at its real-valued place (less than one member beyond the best
    whole number).
    """
    (k1, n1), (k2, n2), (unknown, favourable) = first, second, others
    if favourable is not None:
        return k1 + favourable, n1 + favourable, k2, n2 + unknown - favourable
    joining = np.clip(share(k1, n1, k2, n2 + unknown), 0.0, unknown)
    return k1 + joining, n1 + joining, k2, n2 + unknown - joining


def _difference_share(k1: FloatArray, n1: FloatArray, k2: FloatArray, most: FloatArray) -> FloatArray:
    """m that maximises (k₁+m)/(n₁+m) − k₂/(most−m): where (n₁−k₁)/(n₁+m)² = k₂/(most−m)²."""
    one, other = np.sqrt(n1 - k1), np.sqrt(k2)
    total = one + other
    peak: FloatArray = np.divide(one * most - other * n1, total, out=np.zeros(total.shape), where=total > 0)
    return peak


def _ratio_share(k1: FloatArray, n1: FloatArray, k2: FloatArray, most: FloatArray) -> FloatArray:
    """m that maximises (k₁+m)/(n₁+m) · (most−m)/k₂: the positive root of m² + 2n₁m + k₁n₁ = (n₁−k₁) most."""
    root: FloatArray = np.sqrt((n1 - k1) * (n1 + most)) - n1
    return root


def _rate(k: FloatArray, n: FloatArray, *, empty: float) -> FloatArray:
    rate: FloatArray = np.divide(k, n, out=np.full(n.shape, empty), where=n > 0)
    return rate


def _difference(k1: FloatArray, n1: FloatArray, k2: FloatArray, n2: FloatArray, *, empty: float) -> FloatArray:
    known = (n1 > 0) & (n2 > 0)
    return np.where(known, _rate(k1, n1, empty=0.0) - _rate(k2, n2, empty=0.0), empty)
