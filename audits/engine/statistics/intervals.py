"""Confidence intervals of one proportion, and of the difference and the ratio of two.

All functions broadcast their counts, take a two-sided `confidence` and return `(lower, upper)` as float
arrays. Without any trial the interval is the whole range of the quantity: nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]


def critical_value(confidence: float) -> float:
    """Two-sided standard normal quantile, 1.96 for a confidence of 0.95."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    return float(ndtri(0.5 + confidence / 2.0))


def counts(*arrays: ArrayLike) -> tuple[FloatArray, ...]:
    """Broadcast pairs `k₁, n₁, k₂, n₂ …` to float arrays. Raises ValueError unless 0 ≤ k ≤ n everywhere."""
    same: Sequence[FloatArray] = [np.asarray(array, dtype=np.float64) for array in arrays]
    if any(array.shape != same[0].shape for array in same):  # costs more than the sums that are made of small tables
        same = np.broadcast_arrays(*same)
    for k, n in zip(same[::2], same[1::2], strict=True):
        if not ((k >= 0) & (k <= n)).all():
            raise ValueError("successes must lie between 0 and the number of trials")
    return tuple(same)


def proportion(k: ArrayLike, n: ArrayLike) -> FloatArray:
    """k / n; nan without trials."""
    k, n = counts(k, n)
    rate: FloatArray = np.divide(k, n, out=np.full(k.shape, np.nan), where=n > 0)
    return rate


def wilson(k: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Score interval of a proportion; (0, 1) where n = 0.

    Source: Wilson (1927), JASA 22:209-212; in the form of Newcombe (1998), Stat. Med. 17:857-872, method 3.
    """
    k, n = counts(k, n)
    z2 = critical_value(confidence) ** 2
    known = n > 0
    n = np.where(known, n, 1.0)
    centre = k + z2 / 2.0
    half_width = np.sqrt(z2 * (k * (n - k) / n + z2 / 4.0))
    lower = np.where(k == 0, 0.0, (centre - half_width) / (n + z2))
    upper = np.where(k == n, 1.0, (centre + half_width) / (n + z2))
    return np.where(known, lower, 0.0), np.where(known, upper, 1.0)


def newcombe_difference(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Interval of p₁ − p₂ from the two Wilson intervals; (−1, 1) where n₁ or n₂ = 0.

    Source: Newcombe (1998), Stat. Med. 17:873-890, method 10 (hybrid score, without continuity correction).
    """
    k1, n1, k2, n2 = counts(k1, n1, k2, n2)
    known = (n1 > 0) & (n2 > 0)
    p1, p2 = np.where(known, proportion(k1, n1), 0.0), np.where(known, proportion(k2, n2), 0.0)
    lower1, upper1 = wilson(k1, n1, confidence=confidence)
    lower2, upper2 = wilson(k2, n2, confidence=confidence)
    difference = p1 - p2
    lower = difference - np.hypot(p1 - lower1, upper2 - p2)
    upper = difference + np.hypot(upper1 - p1, p2 - lower2)
    return np.where(known, lower, -1.0), np.where(known, upper, 1.0)


def agresti_caffo_difference(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Wald interval of p₁ − p₂ after one success and one failure is added to each group; (−1, 1) where n = 0.

    Clipped to [−1, 1]. Source: Agresti & Caffo (2000), Am. Stat. 54:280-288.
    """
    k1, n1, k2, n2 = counts(k1, n1, k2, n2)
    known = (n1 > 0) & (n2 > 0)
    p1, p2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    half_width = critical_value(confidence) * np.sqrt(p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2))
    lower = np.clip(p1 - p2 - half_width, -1.0, 1.0)
    upper = np.clip(p1 - p2 + half_width, -1.0, 1.0)
    return np.where(known, lower, -1.0), np.where(known, upper, 1.0)


def ratio(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """(k₁/n₁) / (k₂/n₂); infinite where only k₂ = 0; nan where both are 0 or a group has no trials."""
    k1, n1, k2, n2 = counts(k1, n1, k2, n2)
    p1, p2 = proportion(k1, n1), proportion(k2, n2)
    known = np.isfinite(p1) & np.isfinite(p2)
    result = np.divide(p1, p2, out=np.full(k1.shape, np.nan), where=known & (p2 > 0))
    return np.where(known & (p2 == 0) & (p1 > 0), np.inf, result)


def log_ratio(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Interval of p₁ / p₂, symmetric on the log scale.

    Source: Katz, Baptista, Azen & Pike (1978), Biometrics 34:469-474, method C. Where a success count is 0,
    or both groups succeed always (the variance would be 0), half a success and half a failure are added to
    each group (Haldane 1956, Ann. Hum. Genet. 20:309-311). Then k₁ = 0 has the lower bound 0 and k₂ = 0 an
    infinite upper bound; with both 0, or without trials, the interval is (0, ∞).
    """
    k1, n1, k2, n2 = counts(k1, n1, k2, n2)
    known = (n1 > 0) & (n2 > 0) & ((k1 > 0) | (k2 > 0))
    degenerate = (k1 == 0) | (k2 == 0) | ((k1 == n1) & (k2 == n2))
    half = np.where(degenerate | ~known, 0.5, 0.0)
    a, m, b, n = k1 + half, n1 + 2 * half, k2 + half, n2 + 2 * half
    centre = np.log(a) - np.log(m) - np.log(b) + np.log(n)
    variance = np.maximum(1 / a - 1 / m + 1 / b - 1 / n, 0.0)
    half_width = critical_value(confidence) * np.sqrt(variance)
    lower = np.where(known & (k1 > 0), np.exp(centre - half_width), 0.0)
    upper = np.where(known & (k2 > 0), np.exp(centre + half_width), np.inf)
    return lower, upper
