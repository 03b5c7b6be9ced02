"""Direct standardisation: the rates two groups would have if both asked the same mix of questions.

Each group's stratum rates are averaged with one set of weights. Unlike Mantel–Haenszel weights, which are chosen for
precision, these have a meaning that can be named: everybody's mix, the reference's mix, last quarter's mix. Strata in
which a group has no members say nothing and are left out; `share` says how much of the weight the rest carries.

Intervals are built from the Wilson interval of every stratum (method of variance estimates recovery, MOVER), so
that a stratum with no or only successes widens them instead of counting as certain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.engine.statistics.intervals import counts, wilson
from audits.engine.statistics.stratified import Estimate

FloatArray = NDArray[np.float64]

UNKNOWN_RATE = Estimate(np.nan, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Standardised:
    """Rates at one mix of strata; nan with the widest interval where no stratum has members of both groups.

    `share` is the part of the weights (0 to 1) that the strata with members of both groups carry.
    """

    rate: Estimate
    reference_rate: Estimate
    difference: Estimate
    ratio: Estimate
    strata: int
    share: float


def standardise(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Standardised:
    """Group (k₁ of n₁) and reference (k₂ of n₂), one entry a stratum, at the mix given by `weights`.

    Without weights: the pooled mix n₁ + n₂. Weights are non-negative sizes or shares of any scale, in step with the
    strata; they count as known. Raises ValueError for weights that are negative, not finite or of another length.
    Sources: rates, Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 4; interval of a weighted sum
    and of a difference, Zou & Donner (2008), Stat. Med. 27:1693-1702, eq. 3; of a ratio, Donner & Zou (2012), Stat.
    Methods Med. Res. 21:347-359, eq. 9; Wilson limits in strata as in Yan & Su (2010), Stat. Biopharm. Res. 2:329-335.
    """
    k1, n1, k2, n2 = (np.atleast_1d(array).ravel() for array in counts(k1, n1, k2, n2))
    mix = n1 + n2 if weights is None else np.atleast_1d(np.asarray(weights, dtype=np.float64)).ravel()
    if mix.shape != k1.shape or not np.all((mix >= 0) & np.isfinite(mix)):
        raise ValueError("weights must be one finite number ≥ 0 for each stratum")
    both = (n1 > 0) & (n2 > 0) & (mix > 0)
    everything, used = float(mix.sum()), float(mix[both].sum())
    if used == 0:
        none = Estimate(np.nan, -1.0, 1.0), Estimate(np.nan, 0.0, np.inf)
        return Standardised(UNKNOWN_RATE, UNKNOWN_RATE, *none, strata=0, share=0.0)
    shares = mix[both] / used
    rate = _weighted_rate(k1[both], n1[both], shares, confidence=confidence)
    reference = _weighted_rate(k2[both], n2[both], shares, confidence=confidence)
    return Standardised(
        rate,
        reference,
        _difference(rate, reference),
        _ratio(rate, reference),
        strata=int(both.sum()),
        share=used / everything,
    )


def _weighted_rate(k: FloatArray, n: FloatArray, shares: FloatArray, *, confidence: float) -> Estimate:
    rates = k / n
    lower, upper = wilson(k, n, confidence=confidence)
    value = float(np.sum(shares * rates))
    below = float(np.sqrt(np.sum((shares * (rates - lower)) ** 2)))
    above = float(np.sqrt(np.sum((shares * (upper - rates)) ** 2)))
    return Estimate(value, max(value - below, 0.0), min(value + above, 1.0))


def _difference(one: Estimate, other: Estimate) -> Estimate:
    value = one.value - other.value
    below = np.hypot(one.value - one.lower, other.upper - other.value)
    above = np.hypot(one.upper - one.value, other.value - other.lower)
    return Estimate(value, float(max(value - below, -1.0)), float(min(value + above, 1.0)))


def _ratio(one: Estimate, other: Estimate) -> Estimate:
    """The two roots of the MOVER quadratic, each in the form in which nothing cancels."""
    if other.value == 0:
        return Estimate(np.inf if one.value > 0 else np.nan, 0.0, np.inf)
    product = one.value * other.value
    low = one.lower * (2 * one.value - one.lower), other.upper * (2 * other.value - other.upper)
    high = one.upper * (2 * one.value - one.upper), other.lower * (2 * other.value - other.lower)
    lower = low[0] / (product + np.sqrt(max(product**2 - low[0] * low[1], 0.0))) if low[0] > 0 else 0.0
    root = np.sqrt(max(product**2 - high[0] * high[1], 0.0))
    upper = (product + root) / high[1] if high[1] > 0 else np.inf
    return Estimate(one.value / other.value, float(lower), float(upper))
