"""Two groups compared within strata: tests, common effects with intervals, and whether strata agree.

Counts are four arrays of equal length, one entry a stratum: k₁ of n₁ in the group, k₂ of n₂ in the reference.
Strata in which a group has no members say nothing about the gap and are ignored throughout. A quantity that
the remaining strata do not determine is nan, its interval the whole range, and the p-value of its test 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from audits.engine.statistics.intervals import counts, critical_value

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Test:
    """A chi-squared statistic, its degrees of freedom and upper-tail p-value."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A point estimate (nan if undetermined) and its confidence bounds (infinite where unbounded)."""

    value: float
    lower: float
    upper: float


def cochran_mantel_haenszel(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, correction: bool = True
) -> Test:
    """Whether group and outcome are associated within strata.

    The continuity correction of a half is dropped where the deviation itself is smaller, as in R's
    `mantelhaen.test`. Source: Mantel & Haenszel (1959), JNCI 22:719-748, eq. 4; Cochran (1954) without
    correction.
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    total, column = row1 + row2, a + c
    deviation = abs(float(np.sum(a - row1 * column / total)))
    spread = np.maximum(total * total * (total - 1), 1.0)
    variance = float(np.sum(row1 * row2 * column * (total - column) / spread))
    if variance == 0:
        return Test(0.0, 1, 1.0)
    shift = 0.5 if correction and deviation >= 0.5 else 0.0
    return _test((deviation - shift) ** 2 / variance, 1)


def mantel_haenszel_odds_ratio(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """The common odds ratio, with its interval on the log scale.

    Infinite where no stratum has a failure in the group with a success in the reference.
    Source: Mantel & Haenszel (1959); variance of Robins, Breslow & Greenland (1986), Biometrics 42:311-323,
    eq. 7.
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    b, d, total = row1 - a, row2 - c, row1 + row2
    r, s = a * d / total, b * c / total
    p, q = (a + d) / total, (b + c) / total
    sum_r, sum_s = float(r.sum()), float(s.sum())
    if sum_r == 0 or sum_s == 0:
        value = np.inf if sum_r > 0 else 0.0 if sum_s > 0 else np.nan
        return Estimate(float(value), 0.0, np.inf)
    variance = (
        (p * r).sum() / (2 * sum_r**2) + (p * s + q * r).sum() / (2 * sum_r * sum_s) + (q * s).sum() / (2 * sum_s**2)
    )
    factor = float(np.exp(critical_value(confidence) * np.sqrt(variance)))
    odds_ratio = sum_r / sum_s
    return Estimate(odds_ratio, odds_ratio / factor, odds_ratio * factor)


def mantel_haenszel_risk_difference(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """The common difference of rates, group minus reference; its interval is clipped to [−1, 1].

    Source: Greenland & Robins (1985), Biometrics 41:55-68; variance of Sato (1989), Biometrics 45:1323-1324,
    consistent for few large and for many small strata.
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    total = row1 + row2
    weight = row1 * row2 / total
    weights = float(weight.sum())
    if weights == 0:
        return Estimate(np.nan, -1.0, 1.0)
    difference = float(np.sum((a * row2 - c * row1) / total)) / weights
    p = (row1**2 * c - row2**2 * a + row1 * row2 * (row2 - row1) / 2) / total**2
    q = (a * (row2 - c) + c * (row1 - a)) / (2 * total)
    variance = max(float(difference * p.sum() + q.sum()) / weights**2, 0.0)
    half_width = critical_value(confidence) * np.sqrt(variance)
    return Estimate(difference, float(max(difference - half_width, -1.0)), float(min(difference + half_width, 1.0)))


def mantel_haenszel_rates(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> tuple[float, float]:
    """Rates of group and reference at the same mix of strata (weights n₁n₂ / n); (nan, nan) if undetermined.

    Their difference is the Mantel–Haenszel risk difference, their ratio the Mantel–Haenszel risk ratio.
    Source: Greenland & Robins (1985), eq. 4 and 9.
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    total = row1 + row2
    weights = float(np.sum(row1 * row2 / total))
    if weights == 0:
        return np.nan, np.nan
    return float(np.sum(a * row2 / total)) / weights, float(np.sum(c * row1 / total)) / weights


def breslow_day(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Test:
    """Whether the odds ratio is the same in all strata, about the Mantel–Haenszel estimate.

    Strata with an empty margin have no odds ratio and are left out.
    Source: Breslow & Day (1980), Statistical Methods in Cancer Research I, eq. 4.30 (without Tarone's
    correction).
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    column = a + c
    informative = (column > 0) & (column < row1 + row2)
    a, row1, c, row2, column = (array[informative] for array in (a, row1, c, row2, column))
    odds_ratio = mantel_haenszel_odds_ratio(a, row1, c, row2).value
    if a.size < 2 or not 0 < odds_ratio < np.inf:
        return Test(0.0, 0, 1.0)
    expected = _expected_under(odds_ratio, row1, row2, column)
    variance = 1 / (1 / expected + 1 / (row1 - expected) + 1 / (column - expected) + 1 / (row2 - column + expected))
    return _test(float(np.sum((a - expected) ** 2 / variance)), a.size - 1)


def woolf(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Test:
    """Whether the log odds ratio is the same in all strata, about its inverse-variance mean.

    A half is added to every cell, which takes the bias out of small strata and allows empty cells (Haldane
    1956, Ann. Hum. Genet. 20:309-311). Strata with an empty margin are left out.
    Source: Woolf (1955), Ann. Hum. Genet. 19:251-253; as in the examples of R's `mantelhaen.test`.
    """
    a, row1, c, row2 = _comparable(k1, n1, k2, n2)
    column = a + c
    informative = (column > 0) & (column < row1 + row2)
    a, row1, c, row2 = (array[informative] for array in (a, row1, c, row2))
    if a.size < 2:
        return Test(0.0, 0, 1.0)
    cells = np.stack([a, row1 - a, c, row2 - c]) + 0.5
    log_odds_ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    weight = 1 / (1 / cells).sum(axis=0)
    mean = np.sum(weight * log_odds_ratio) / weight.sum()
    return _test(float(np.sum(weight * (log_odds_ratio - mean) ** 2)), a.size - 1)


def _comparable(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> tuple[FloatArray, ...]:
    arrays = tuple(np.atleast_1d(array).ravel() for array in counts(k1, n1, k2, n2))
    both = (arrays[1] > 0) & (arrays[3] > 0)
    return tuple(array[both] for array in arrays)


def _expected_under(odds_ratio: float, row1: FloatArray, row2: FloatArray, column: FloatArray) -> FloatArray:
    """The first cell that gives this odds ratio at these margins: a root of a quadratic."""
    if abs(odds_ratio - 1) < 1e-12:
        return row1 * column / (row1 + row2)
    quadratic = odds_ratio - 1
    linear = row2 - column + odds_ratio * (row1 + column)
    constant = odds_ratio * row1 * column
    # The root written so that nothing cancels when the odds ratio comes near 1.
    return 2 * constant / (linear + np.sqrt(linear**2 - 4 * quadratic * constant))


def _test(statistic: float, degrees_of_freedom: int) -> Test:
    return Test(float(statistic), degrees_of_freedom, float(chdtrc(degrees_of_freedom, statistic)))
