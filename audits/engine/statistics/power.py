"""Sample sizes and detectable differences of the two-sided comparison of two proportions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

_MOST_STEPS = 60
_CLOSE = 1e-13
_TINY = 1e-300


def sample_size_per_group(p1: ArrayLike, p2: ArrayLike, *, alpha: float = 0.05, power: float = 0.8) -> FloatArray:
    """Members each of two equal groups needs so that p₁ against p₂ is found with the given power.

    Whole numbers; infinite where p₁ = p₂.
    Source: Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, eq. 4.14
    (uncorrected).
    """
    p1, p2 = np.broadcast_arrays(np.asarray(p1, dtype=np.float64), np.asarray(p2, dtype=np.float64))
    z_alpha, z_power = _quantiles(alpha, power)
    mean = (p1 + p2) / 2
    spread = z_alpha * np.sqrt(2 * mean * (1 - mean)) + z_power * np.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    gap = np.abs(p1 - p2)
    needed: FloatArray = np.divide(spread**2, gap**2, out=np.full(p1.shape, np.inf), where=gap > 0)
    return np.asarray(np.ceil(needed))


def detectable_difference(
    reference_rate: ArrayLike,
    reference_n: ArrayLike,
    n: ArrayLike,
    *,
    alpha: ArrayLike = 0.05,
    power: float = 0.8,
) -> FloatArray:
    """The smallest gap from `reference_rate` that groups of these sizes would have shown.

    A gap below the reference; where even a rate of 0 would have been missed, a gap above it; nan where
    neither could have been seen. In the unit of a rate (0.05 is five percentage points).
    Absolute accuracy better than 1e-11. `alpha` broadcasts with the counts.
    Source: Fleiss, Levin & Paik (2003), eq. 4.19 (unequal sizes, uncorrected), solved for the difference.
    """
    z_alpha, z_power = _quantiles(alpha, power)
    rate, n0, n1, z_alpha = np.broadcast_arrays(
        *(np.asarray(array, dtype=np.float64) for array in (reference_rate, reference_n, n, z_alpha))
    )
    below = _smallest_gap(rate, n0, n1, z_alpha, z_power, direction=-1.0)
    if not np.isnan(below).any():
        return below
    above = _smallest_gap(rate, n0, n1, z_alpha, z_power, direction=1.0)
    return np.where(np.isnan(below), above, below)


def _smallest_gap(
    rate: FloatArray, n0: FloatArray, n1: FloatArray, z_alpha: FloatArray, z_power: FloatArray, *, direction: float
) -> FloatArray:
    valid = (n0 > 0) & (n1 > 0) & (rate >= 0) & (rate <= 1)
    rate, n0, n1 = np.where(valid, rate, 0.5), np.where(valid, n0, 1.0), np.where(valid, n1, 1.0)

    either, own, share = 1 / n0 + 1 / n1, rate * (1 - rate) / n0, n1 / (n0 + n1)

    def excess(gap: FloatArray) -> tuple[FloatArray, FloatArray]:
        """By how much the gap is more than could have been missed, and the slope of that."""
        other = np.clip(rate + direction * gap, 0.0, 1.0)
        mean = rate + share * (other - rate)
        null_error = np.sqrt(np.maximum(mean * (1 - mean), 0.0) * either)
        true_error = np.sqrt(own + other * (1 - other) / n1)
        null_slope = share * (1 - 2 * mean) * either / (2 * np.maximum(null_error, _TINY))
        true_slope = (1 - 2 * other) / (2 * n1 * np.maximum(true_error, _TINY))
        slope = 1 - direction * (z_alpha * null_slope + z_power * true_slope)
        return gap - z_alpha * null_error - z_power * true_error, slope

    # Newton's steps inside a bracket. What could have been missed is concave in the gap, so that there is one root.
    largest = rate if direction < 0 else 1.0 - rate
    reachable = valid & (largest > 0) & (excess(largest)[0] >= 0)
    # The first guess takes the reference's spread for both sides, unless it has none.
    low, high, searched = np.zeros_like(largest), largest.copy(), reachable
    near = (z_alpha + z_power) * np.sqrt(rate * (1 - rate) * either)
    gap = np.where((near > 0) & (near < high), near, high / 2)
    for _ in range(_MOST_STEPS):
        beyond, slope = excess(gap)
        found = beyond >= 0
        low, high = np.where(found, low, gap), np.where(found, gap, high)
        step = gap - beyond / np.where(slope > _TINY, slope, _TINY)
        after = np.where((low <= step) & (step <= high), step, (low + high) / 2)
        moved, gap = np.abs(after - gap), np.where(searched, after, gap)
        searched = searched & (moved > _CLOSE)
        if not searched.any():
            break
    return np.where(reachable, gap, np.nan)


def _quantiles(alpha: ArrayLike, power: ArrayLike) -> tuple[FloatArray, FloatArray]:
    alpha, power = np.asarray(alpha, dtype=np.float64), np.asarray(power, dtype=np.float64)
    if not (np.all((alpha > 0.0) & (alpha < 1.0)) and np.all((power > 0.0) & (power < 1.0))):
        raise ValueError("alpha and power must lie between 0 and 1")
    return np.asarray(ndtri(1 - alpha / 2)), np.asarray(ndtri(power))
