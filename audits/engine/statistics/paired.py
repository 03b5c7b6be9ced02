"""Two paired proportions: the same case answered twice, under two conditions.

A pair gives yes/yes (`both`), yes/no (`first`: only the first condition), no/yes (`second`) or no/no (`neither`). Only
the discordant pairs, `first` and `second`, tell the conditions apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, gammaln, ndtri, stdtrit

from audits.engine.statistics.intervals import critical_value, wilson

FloatArray = NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]
_BISECTIONS = 60


def mcnemar_exact(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Two-sided exact conditional p-value of McNemar's test; 1 without discordant pairs.

    Source: McNemar (1947), Psychometrika 12:153-157; exact form of Fagerland, Lydersen & Laake (2013), BMC Med. Res.
    Methodol. 13:91, eq. 3.
    """
    smaller, n = _discordant(first, second)
    return np.minimum(1.0, 2 * bdtr(smaller, n.astype(np.int64), 0.5))


def mcnemar_mid_p(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Two-sided mid-p value of McNemar's test: the exact one less half the probability of what was seen.

    Less conservative, and hardly ever above its nominal level. 1 without discordant pairs.
    Source: Fagerland, Lydersen & Laake (2013), eq. 4.
    """
    smaller, n = _discordant(first, second)
    point = np.exp(gammaln(n + 1) - gammaln(smaller + 1) - gammaln(n - smaller + 1) - n * np.log(2))
    tied = 2 * smaller == n
    p_values = np.where(tied, 1 - point / 2, 2 * bdtr(smaller, n.astype(np.int64), 0.5) - point)
    return np.where(n == 0, 1.0, np.clip(p_values, 0.0, 1.0))


def conditional_odds_ratio(
    first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, Interval]:
    """The odds ratio of conditional logistic regression on pairs, `first / second`, with its interval.

    Infinite where only `second` is 0, nan where both are; the interval is then open on that side, (0, ∞) without
    discordant pairs. Source: Breslow & Day (1980), Statistical Methods in Cancer Research I, sec. 5.2; interval by
    transforming Wilson's: Fagerland, Lydersen & Laake (2014), Stat. Med. 33:2850-2875, sec. 6.3.
    """
    b, c = (np.asarray(array, dtype=np.float64) for array in np.broadcast_arrays(first, second))
    ratio = np.divide(b, c, out=np.where(b > 0, np.inf, np.nan), where=c > 0)
    lower, upper = wilson(b, b + c, confidence=confidence)
    low = np.divide(lower, 1 - lower, out=np.full_like(lower, np.inf), where=lower < 1)
    high = np.divide(upper, 1 - upper, out=np.full_like(upper, np.inf), where=upper < 1)
    return ratio, (low, high)


def newcombe_paired_difference(
    both: ArrayLike, first: ArrayLike, second: ArrayLike, neither: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Interval of the difference of paired proportions, first minus second condition; (−1, 1) without pairs.

    Source: Newcombe (1998), Stat. Med. 17:2635-2650, method 10: the two Wilson intervals squared and added with the
    estimated correlation, itself corrected for continuity.
    """
    a, b, c, d = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(both, first, second, neither))
    n = a + b + c + d
    known = n > 0
    safe = np.where(known, n, 1.0)
    p1, p2 = (a + b) / safe, (a + c) / safe
    lower1, upper1 = wilson(a + b, n, confidence=confidence)
    lower2, upper2 = wilson(a + c, n, confidence=confidence)
    margins = np.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    association = a * d - b * c
    corrected = np.where(association > 0, np.maximum(association - n / 2, 0.0), association)
    phi = np.divide(corrected, margins, out=np.zeros_like(corrected), where=margins > 0)
    down1, up1, down2, up2 = p1 - lower1, upper1 - p1, p2 - lower2, upper2 - p2
    below = np.sqrt(np.maximum(down1**2 - 2 * phi * down1 * up2 + up2**2, 0.0))
    above = np.sqrt(np.maximum(up1**2 - 2 * phi * up1 * down2 + down2**2, 0.0))
    difference = p1 - p2
    return np.where(known, difference - below, -1.0), np.where(known, difference + above, 1.0)


def bonett_price_difference(first: ArrayLike, second: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Adjusted Wald interval of the difference of paired proportions, clipped to [−1, 1]; (−1, 1) without pairs.

    Source: Bonett & Price (2012), J. Educ. Behav. Stat. 37:479-488, eq. 10.
    """
    b, c, n = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(first, second, n))
    p, q = (b + 1) / (n + 2), (c + 1) / (n + 2)
    half_width = critical_value(confidence) * np.sqrt((p + q - (p - q) ** 2) / (n + 2))
    known = n > 0
    return (
        np.where(known, np.clip(p - q - half_width, -1.0, 1.0), -1.0),
        np.where(known, np.clip(p - q + half_width, -1.0, 1.0), 1.0),
    )


def detectable_paired_difference(
    discordance: float, n: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """The smallest difference that `n` pairs, of which this share is discordant, show with this power.

    A difference cannot exceed the discordance; None where even that would have been missed.
    Source: Connor (1987), Biometrics 43:207-211, eq. 1, solved for the difference.
    """
    if n <= 0 or discordance <= 0:
        return None
    z_alpha, z_power = float(ndtri(1 - alpha / 2)), float(ndtri(power))

    def seen(gap: float) -> bool:
        spread = z_alpha * np.sqrt(discordance) + z_power * np.sqrt(max(discordance - gap**2, 0.0))
        return bool(n * gap**2 >= spread**2)

    low, high = 0.0, min(discordance, 1.0)
    if not seen(high):
        return None
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def student_interval(estimate: float, error: float, freedom: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """`estimate` ± the t quantile × its standard error; the widest possible, (−∞, ∞), without degrees of freedom."""
    if freedom <= 0 or not np.isfinite(error):
        return -np.inf, np.inf
    half_width = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    return estimate - half_width, estimate + half_width


def _discordant(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    b, c = (np.asarray(array, dtype=np.float64) for array in np.broadcast_arrays(first, second))
    if np.any(b < 0) or np.any(c < 0):
        raise ValueError("counts of pairs must not be negative")
    return np.minimum(b, c), b + c
