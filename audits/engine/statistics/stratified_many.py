"""The methods of `stratified`, for many comparisons at once: one answer a comparison, in the order of their numbers.

What a comparison's strata do not determine is nan, its interval the whole range, and the p-value of its test 1.
Contracts and sources stand at the functions of the same name in `stratified`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.engine.statistics.estimates import Estimates, FloatArray, Tests
from audits.engine.statistics.intervals import critical_value, wilson
from audits.engine.statistics.strata import Strata

_SMALLEST = 1e-300
# A variance that would be 0 but for rounding: nobody in any stratum differed from the others of their side.
_CERTAIN = 1e-12
_ROUNDING = 1e-15


def cochran_mantel_haenszel(strata: Strata, *, correction: bool = True, inflation: FloatArray | None = None) -> Tests:
    """`inflation`, one a comparison, is what the variance of independent members has to be multiplied by."""
    total, column = strata.total, strata.column
    # In this form counts below 10⁷ deviate without rounding: a deviation of a half is one.
    deviation = np.abs(strata.sum((strata.k1 * strata.n2 - strata.k2 * strata.n1) / total))
    spread = np.maximum(total * total * (total - 1), 1.0)
    variance = strata.sum(strata.n1 * strata.n2 * column * (total - column) / spread)
    half = deviation >= 0.5 - _ROUNDING * strata.sum(total)
    shift = np.where(half, np.minimum(deviation, 0.5), 0.0) if correction else 0.0
    statistic = np.divide((deviation - shift) ** 2, variance, out=np.zeros(variance.shape), where=variance > 0)
    if inflation is not None:
        statistic = statistic / inflation
    tests = Tests.of(statistic, np.ones(variance.shape))
    return Tests(statistic, tests.degrees_of_freedom, np.where(variance > 0, tests.p_value, 1.0))


def clustered_inflation(strata: Strata, effect1: FloatArray, effect2: FloatArray) -> FloatArray:
    """What design effects of the two sides, one pair a comparison, multiply the variance of a common effect by.

    Under no difference a stratum's term n₁n₂/N · (p₁ − p₂) has the variance n₁n₂/N · pq · (d₁n₂ + d₂n₁)/N: the mean of
    the last factor, weighted by what the strata contribute. 1 exactly where both effects are 1. The effects given are
    those of whole groups; within strata less variance is binomial, so that what exceeds 1 weighs more by as much.
    Source: Donald & Donner (1987), Stat. Med. 6:491-499 (Mantel–Haenszel methods for clustered data).
    """
    one, other = _within(effect1, strata.k1, strata.n1, strata), _within(effect2, strata.k2, strata.n2, strata)
    pooled = strata.column / strata.total
    weight = strata.n1 * strata.n2 / strata.total * pooled * (1 - pooled)
    factor = (strata.spread(one) * strata.n2 + strata.spread(other) * strata.n1) / strata.total
    known, worst = strata.sum(weight), np.maximum(one, other)
    mean = np.divide(strata.sum(weight * factor), known, out=worst.copy(), where=known > 0)
    return np.where(worst == 1, 1.0, np.clip(mean, 1.0, worst))


def _within(effect: FloatArray, k: FloatArray, n: FloatArray, strata: Strata) -> FloatArray:
    """1 + (effect − 1) · binomial variance of the whole side / that left within its strata."""
    favourable, members = strata.sum(k), strata.sum(n)
    whole = favourable * (members - favourable) / np.maximum(members, 1.0)
    left = strata.sum(k * (n - k) / n)
    return 1 + (effect - 1) * np.divide(whole, left, out=np.ones(whole.shape), where=left > 0)


def mantel_haenszel_odds_ratio(strata: Strata, *, confidence: float = 0.95) -> Estimates:
    a, c, total = strata.k1, strata.k2, strata.total
    b, d = strata.n1 - a, strata.n2 - c
    r, s, p, q = a * d / total, b * c / total, (a + d) / total, (b + c) / total
    sum_r, sum_s = strata.sum(r), strata.sum(s)
    known = (sum_r > 0) & (sum_s > 0)
    safe_r, safe_s = np.where(known, sum_r, 1.0), np.where(known, sum_s, 1.0)
    variance = (
        strata.sum(p * r) / (2 * safe_r**2)
        + strata.sum(p * s + q * r) / (2 * safe_r * safe_s)
        + strata.sum(q * s) / (2 * safe_s**2)
    )
    return _log_scale(safe_r / safe_s, np.where(known, variance, 0.0), known, sum_r, sum_s, confidence=confidence)


def _log_scale(
    ratio: FloatArray,
    variance: FloatArray,
    known: NDArray[np.bool_],
    above: FloatArray,
    below: FloatArray,
    *,
    confidence: float,
) -> Estimates:
    """A ratio with its interval by the variance of its logarithm; where it is not `known`, its open end."""
    open_end = np.where(above > 0, np.inf, np.where(below > 0, 0.0, np.nan))
    with np.errstate(over="ignore"):  # beyond what a float holds the interval is open, which infinity says
        factor = np.exp(critical_value(confidence) * np.sqrt(variance))
        upper = np.where(known, ratio * factor, np.inf)
    return Estimates(np.where(known, ratio, open_end), np.where(known, ratio / factor, 0.0), upper)


def mantel_haenszel_risk_difference(strata: Strata, *, confidence: float = 0.95) -> Estimates:
    a, n1, c, n2, total = strata.k1, strata.n1, strata.k2, strata.n2, strata.total
    weights = strata.sum(n1 * n2 / total)
    known = weights > 0
    safe = np.where(known, weights, 1.0)
    difference = strata.sum((a * n2 - c * n1) / total) / safe
    p = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / total**2
    q = (a * (n2 - c) + c * (n1 - a)) / (2 * total)
    variance = np.maximum(difference * strata.sum(p) + strata.sum(q), 0.0) / safe**2
    half_width = critical_value(confidence) * np.sqrt(variance)
    certain = variance * safe < _CERTAIN
    below, above = _recovered(strata, strata.spread(1 / safe) * n1 * n2 / total, confidence=confidence)
    below, above = np.where(certain, below, half_width), np.where(certain, above, half_width)
    return Estimates(
        np.where(known, difference, np.nan),
        np.where(known, np.maximum(difference - below, -1.0), -1.0),
        np.where(known, np.minimum(difference + above, 1.0), 1.0),
    )


def _recovered(strata: Strata, shares: FloatArray, *, confidence: float) -> tuple[FloatArray, FloatArray]:
    """How far a weighted difference reaches down and up, from the Wilson interval of every rate in it."""
    p1, p2 = strata.k1 / strata.n1, strata.k2 / strata.n2
    lower1, upper1 = wilson(strata.k1, strata.n1, confidence=confidence)
    lower2, upper2 = wilson(strata.k2, strata.n2, confidence=confidence)
    below = strata.sum(shares**2 * ((p1 - lower1) ** 2 + (upper2 - p2) ** 2))
    above = strata.sum(shares**2 * ((upper1 - p1) ** 2 + (p2 - lower2) ** 2))
    return np.sqrt(below), np.sqrt(above)


def mantel_haenszel_rates(strata: Strata) -> tuple[FloatArray, FloatArray]:
    total = strata.total
    weights = strata.sum(strata.n1 * strata.n2 / total)
    known = weights > 0
    safe = np.where(known, weights, 1.0)
    rates = (strata.sum(strata.k1 * strata.n2 / total) / safe, strata.sum(strata.k2 * strata.n1 / total) / safe)
    return np.where(known, rates[0], np.nan), np.where(known, rates[1], np.nan)


def mantel_haenszel_risk_ratio(strata: Strata, *, confidence: float = 0.95) -> Estimates:
    a, n1, c, n2, total = strata.k1, strata.n1, strata.k2, strata.n2, strata.total
    sum_r, sum_s = strata.sum(a * n2 / total), strata.sum(c * n1 / total)
    known = (sum_r > 0) & (sum_s > 0)
    safe_r, safe_s = np.where(known, sum_r, 1.0), np.where(known, sum_s, 1.0)
    variance = strata.sum((strata.column * n1 * n2 - a * c * total) / total**2) / (safe_r * safe_s)
    variance = np.where(known, np.maximum(variance, 0.0), 0.0)
    return _log_scale(safe_r / safe_s, variance, known, sum_r, sum_s, confidence=confidence)


def breslow_day(strata: Strata) -> Tests:
    strata = strata.informative()
    odds_ratio = mantel_haenszel_odds_ratio(strata).value
    determined = (odds_ratio > 0) & np.isfinite(odds_ratio)
    common = strata.spread(np.where(determined, odds_ratio, 1.0))
    expected = _fitted_cells(common, strata)
    smallest = expected.argmin(axis=0)[None]  # observed less expected is the same in each but for rounding
    seen = _four(strata.k1, strata)
    deviation = np.take_along_axis(seen, smallest, axis=0)[0] - np.take_along_axis(expected, smallest, axis=0)[0]
    statistic = strata.sum(deviation**2 / _variance(expected))
    return Tests.of(statistic, np.where(determined, _degrees(strata), 0.0))


def woolf(strata: Strata) -> Tests:
    strata = strata.informative()
    cells = np.stack([strata.k1, strata.n1 - strata.k1, strata.k2, strata.n2 - strata.k2]) + 0.5
    log_odds_ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    weight = 1 / (1 / cells).sum(axis=0)
    weights = np.maximum(strata.sum(weight), _SMALLEST)
    mean = strata.spread(strata.sum(weight * log_odds_ratio) / weights)
    return Tests.of(strata.sum(weight * (log_odds_ratio - mean) ** 2), _degrees(strata))


def fitted_under(odds_ratio: FloatArray, strata: Strata) -> FloatArray:
    """The favourable members of the group that give each stratum this odds ratio at its own margins.

    The root of a quadratic (Breslow & Day 1980, eq. 4.11) that lies inside the margins.
    """
    fitted = _fitted(odds_ratio, strata.n1, strata.n2, strata.column)
    return np.clip(fitted, np.maximum(strata.column - strata.n2, 0.0), np.minimum(strata.n1, strata.column))


def fitted_variance(fitted: FloatArray, strata: Strata) -> FloatArray:
    """Of a group's favourable count about its fit at fixed margins (Breslow & Day 1980, eq. 4.13)."""
    return _variance(_four(fitted, strata))


def _fitted(odds_ratio: FloatArray, n1: FloatArray, n2: FloatArray, column: FloatArray) -> FloatArray:
    """In the one of its two forms in which nothing cancels, the discriminant as a sum of what is never negative."""
    linear = n2 - column + odds_ratio * (n1 + column)
    mixed = n1 * n2 + column * (n1 + n2 - column)
    root = np.sqrt((n2 - column) ** 2 + (odds_ratio * (n1 - column)) ** 2 + 2 * odds_ratio * mixed)
    falling = linear < 0
    sum_form = 2 * odds_ratio * n1 * column / np.where(falling, 1.0, np.maximum(linear + root, _SMALLEST))
    difference_form = (root - linear) / np.where(falling, 2 * (1 - odds_ratio), 1.0)
    return np.where(falling, difference_form, sum_form)


def _fitted_cells(odds_ratio: FloatArray, strata: Strata) -> FloatArray:
    """All four cells of each stratum under this odds ratio, each by itself: a small one is no rest of a large one."""
    n1, n2, column = strata.n1, strata.n2, strata.column
    other = strata.total - column
    return np.stack(
        [
            _fitted(odds_ratio, n1, n2, column),
            _fitted(1 / odds_ratio, n1, n2, other),
            _fitted(1 / odds_ratio, n2, n1, column),
            _fitted(odds_ratio, n2, n1, other),
        ]
    )


def _four(favourable: FloatArray, strata: Strata) -> FloatArray:
    """Favourable and unfavourable of the group, then of the reference, at the margins of each stratum."""
    rest = strata.column - favourable
    return np.stack([favourable, strata.n1 - favourable, rest, strata.n2 - rest])


def _variance(cells: FloatArray) -> FloatArray:
    variance: FloatArray = 1 / (1 / np.maximum(cells, _SMALLEST)).sum(axis=0)
    return variance


def _degrees(strata: Strata) -> FloatArray:
    return np.maximum(strata.sum(np.ones(strata.k1.shape)) - 1, 0.0)
