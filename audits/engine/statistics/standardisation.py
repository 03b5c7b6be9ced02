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

from audits.engine.statistics.estimates import Estimate, Estimates, FloatArray
from audits.engine.statistics.intervals import counts, wilson
from audits.engine.statistics.strata import Strata


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


@dataclass(frozen=True, slots=True)
class StandardisedMany:
    """One answer a comparison, in the order of their numbers."""

    rate: Estimates
    reference_rate: Estimates
    difference: Estimates
    ratio: Estimates


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
    and of a difference, Zou & Donner (2008), Stat. Med. 27:1693-1702; of a ratio, Donner & Zou (2012), Stat.
    Methods Med. Res. 21:347-359; Wilson limits in strata as in Yan & Su (2010), Stat. Biopharm. Res. 2:329-335.
    """
    k1, n1, k2, n2 = (np.atleast_1d(array).ravel() for array in counts(k1, n1, k2, n2))
    mix = n1 + n2 if weights is None else np.atleast_1d(np.asarray(weights, dtype=np.float64)).ravel()
    if mix.shape != k1.shape or not np.all((mix >= 0) & np.isfinite(mix)):
        raise ValueError("weights must be one finite number ≥ 0 for each stratum")
    used = (n1 > 0) & (n2 > 0) & (mix > 0)
    strata = Strata.of(k1[used], n1[used], k2[used], n2[used])
    found = standardise_many(strata, weights=mix[used], confidence=confidence)
    everything = float(mix.sum())
    return Standardised(
        rate=found.rate.each()[0],
        reference_rate=found.reference_rate.each()[0],
        difference=found.difference.each()[0],
        ratio=found.ratio.each()[0],
        strata=int(used.sum()),
        share=float(mix[used].sum()) / everything if everything else 0.0,
    )


def standardise_many(
    strata: Strata, *, weights: FloatArray | None = None, confidence: float = 0.95
) -> StandardisedMany:
    """`standardise` of many comparisons; `weights` (all above 0) in step with the strata, the pooled mix by default."""
    mix = strata.total if weights is None else weights
    totals = strata.sum(mix)
    known = totals > 0
    shares = mix / strata.spread(np.where(known, totals, 1.0))
    rate = _weighted_rates(strata, strata.k1, strata.n1, shares, known, confidence=confidence)
    reference = _weighted_rates(strata, strata.k2, strata.n2, shares, known, confidence=confidence)
    return StandardisedMany(rate, reference, _difference(rate, reference), _ratio(rate, reference))


def _weighted_rates(
    strata: Strata, k: FloatArray, n: FloatArray, shares: FloatArray, known: NDArray[np.bool_], *, confidence: float
) -> Estimates:
    rates = k / n
    lower, upper = wilson(k, n, confidence=confidence)
    value = strata.sum(shares * rates)
    below = np.sqrt(strata.sum((shares * (rates - lower)) ** 2))
    above = np.sqrt(strata.sum((shares * (upper - rates)) ** 2))
    return Estimates(
        np.where(known, value, np.nan),
        np.where(known, np.maximum(value - below, 0.0), 0.0),
        np.where(known, np.minimum(value + above, 1.0), 1.0),
    )


def _difference(one: Estimates, other: Estimates) -> Estimates:
    value = one.value - other.value
    below = np.hypot(one.value - one.lower, other.upper - other.value)
    above = np.hypot(one.upper - one.value, other.value - other.lower)
    known = ~np.isnan(value)
    return Estimates(
        value,
        np.where(known, np.maximum(value - below, -1.0), -1.0),
        np.where(known, np.minimum(value + above, 1.0), 1.0),
    )


def _ratio(one: Estimates, other: Estimates) -> Estimates:
    """The two roots of the MOVER quadratic, each in the form in which nothing cancels."""
    known = ~np.isnan(one.value)
    p1, p2 = np.where(known, one.value, 0.0), np.where(known, other.value, 0.0)
    product, divisible = p1 * p2, p2 > 0
    low, low_other = one.lower * (2 * p1 - one.lower), other.upper * (2 * p2 - other.upper)
    high, high_other = one.upper * (2 * p1 - one.upper), other.lower * (2 * p2 - other.lower)
    low_root = np.sqrt(np.maximum(product**2 - low * low_other, 0.0))
    high_root = np.sqrt(np.maximum(product**2 - high * high_other, 0.0))
    shape, bounded = product.shape, divisible & (high_other > 0)
    undivided = np.where(known & (p1 > 0), np.inf, np.nan)
    return Estimates(
        np.divide(p1, p2, out=undivided, where=divisible),
        np.divide(low, product + low_root, out=np.zeros(shape), where=divisible & (low > 0)),
        np.divide(product + high_root, high_other, out=np.full(shape, np.inf), where=bounded),
    )
