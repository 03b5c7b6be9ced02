"""Two groups compared on an ordered scale, from counts alone: Mann–Whitney, Brunner–Munzel, probability of superiority.

Every function takes two arrays of counts whose last axis is the ordered scale (`x[..., i]` members of the first group
have the i-th value) and broadcasts over the axes before it. Cost follows the number of values, never that of members.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr, stdtrit

from audits.engine.statistics.intervals import critical_value

FloatArray = NDArray[np.float64]

SEED = 20_250_303
"""Of the shuffles of `mann_whitney_shuffled`: the same counts give the same p-value."""

_BISECTIONS = 60
_MOST_DRAWN_FROM = 10**9


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """`u` counts the pairs in which the member of the first group is the higher one, ties as halves."""

    u: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, slots=True)
class Superiority:
    """`probability` is P(X > Y) + ½ P(X = Y), with its interval and the p-value of ½ where spreads may differ."""

    probability: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray


def mann_whitney(x: ArrayLike, y: ArrayLike) -> MannWhitney:
    """The two-sided test that both groups have one distribution: normal approximation, corrected for ties.

    With continuity correction; p = 1 where a group is empty or all values are tied. For groups of ten or more, and of a
    hundred where most values are tied (`mann_whitney_shuffled`).
    Source: Mann & Whitney (1947), Ann. Math. Stat. 18:50-60; ties after Lehmann (1975), Nonparametrics, eq. 1.35.
    """
    x, y = _scales(x, y)
    n, m = x.sum(-1), y.sum(-1)
    total, tied = n + m, x + y
    u = (x * _ranks_below(y)).sum(-1)
    pairs = n * m
    safe_total = np.maximum(total, 2.0)
    ties = (tied * (tied * tied - 1)).sum(-1) / (safe_total * (safe_total - 1))
    variance = pairs / 12 * np.maximum(total + 1 - ties, 0.0)
    known = variance > 0
    z = (np.abs(u - pairs / 2) - 0.5) / np.sqrt(np.where(known, variance, 1.0))
    return MannWhitney(u, np.where(known, np.minimum(2 * ndtr(-z), 1.0), 1.0))


def mann_whitney_shuffled(x: ArrayLike, y: ArrayLike, *, draws: int = 100_000, seed: int = SEED) -> float:
    """The p-value of `mann_whitney` for two rows of counts, by shuffling who is in which group.

    For small groups on a scale on which nearly everybody has the same value: U is skewed there, and far out the normal
    approximation is too small by a factor of ten and more. At least 1 / (draws + 1), never too small by chance.
    Sources: Pitman (1937), Suppl. JRSS 4:119-130; Phipson & Smyth (2010), SAGMB 9:39 ((b + 1) / (m + 1)).
    """
    x, y = _scales(x, y)
    taken = x + y > 0
    x, y = x[taken], y[taken]
    tied = x + y
    n, m = int(x.sum()), int(y.sum())
    ranks = _ranks_below(tied)
    seen = float(np.abs((x * ranks).sum() - n * (n + m) / 2))
    rng = np.random.default_rng(seed)
    if n + m < _MOST_DRAWN_FROM:
        groups = rng.multivariate_hypergeometric(tied.astype(np.int64), n, size=draws, method="marginals")
    else:
        groups = rng.multinomial(n, tied / tied.sum(), size=draws)
    apart = np.abs(groups @ ranks - n * (n + m) / 2)
    return float(((apart >= seen - 1e-6).sum() + 1) / (draws + 1))


def superiority(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> Superiority:
    """How often a random member of the first group is above one of the second, ties as halves.

    The interval lets spreads differ and stays inside 0 … 1: the rank variance of Brunner & Munzel (2000), Biom. J.
    42:17-25, eq. 4.5-4.7, on the logit scale (Brunner, Bathke & Konietschke 2018, Rank and Pseudo-Rank Procedures,
    sect. 3.7.2). Where that variance is 0 (groups that do not overlap, or one value only) it is Newcombe's (2006),
    Stat. Med. 25:559-573, method 5. Without members (0, 1), with the probability nan. `p_value` is Brunner & Munzel's.
    """
    x, y = _scales(x, y)
    n, m = x.sum(-1), y.sum(-1)
    known = (n > 0) & (m > 0)
    safe_n, safe_m = np.where(known, n, 1.0), np.where(known, m, 1.0)
    # How much of the other group lies below each value: the placements whose variances the estimate rests on.
    of_x, of_y = _ranks_below(y) / safe_m[..., None], _ranks_below(x) / safe_n[..., None]
    p = (x * of_x).sum(-1) / safe_n
    spread_x = _variance(x, of_x, p, safe_n) / safe_n
    spread_y = _variance(y, of_y, 1 - p, safe_m) / safe_m
    variance = spread_x + spread_y
    usual = known & (variance > 0) & (p > 0) & (p < 1) & (n > 1) & (m > 1)

    safe = np.where(usual, variance, 1.0)
    parts = spread_x**2 / np.maximum(safe_n - 1, 1.0) + spread_y**2 / np.maximum(safe_m - 1, 1.0)
    df = np.where(usual, safe**2 / np.where(parts > 0, parts, 1.0), 1.0)
    error = np.sqrt(safe)
    p_value = np.where(usual, 2 * stdtr(df, -np.abs(p - 0.5) / error), np.where(known & (p != 0.5), 0.0, 1.0))

    inner = np.where(usual, p, 0.5)
    logit = np.log(inner / (1 - inner))
    half = stdtrit(df, 0.5 + confidence / 2) * error / (inner * (1 - inner))
    plain = (p, p) if usual.all() else _newcombe(p, safe_n, safe_m, confidence=confidence)
    lower = np.where(usual, _expit(logit - half), plain[0])
    upper = np.where(usual, _expit(logit + half), plain[1])
    return Superiority(np.where(known, p, np.nan), np.where(known, lower, 0.0), np.where(known, upper, 1.0), p_value)


def _scales(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not (first.ndim and second.ndim and np.all(first >= 0) and np.all(second >= 0)):
        raise ValueError("counts of an ordered scale must be rows of numbers that are not negative")
    broadcast = np.broadcast_arrays(first, second)
    return broadcast[0], broadcast[1]


def _ranks_below(counts: FloatArray) -> FloatArray:
    """Members below each value, plus half of those at it."""
    return np.asarray(np.cumsum(counts, axis=-1) - counts / 2)


def _variance(counts: FloatArray, placed: FloatArray, mean: FloatArray, n: FloatArray) -> FloatArray:
    squares = (counts * (placed - mean[..., None]) ** 2).sum(-1)
    return np.asarray(squares / np.maximum(n - 1, 1.0))


def _newcombe(p: FloatArray, n: FloatArray, m: FloatArray, *, confidence: float) -> tuple[FloatArray, FloatArray]:
    """The two places where the score equation of method 5 holds, by bisection towards 0 and towards 1."""
    z2, typical = critical_value(confidence) ** 2, (n + m) / 2 - 1

    def inside(theta: FloatArray) -> NDArray[np.bool_]:
        spread = 1 + typical * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return np.asarray((theta - p) ** 2 * n * m <= z2 * theta * (1 - theta) * spread)

    def edge(outer: FloatArray) -> FloatArray:
        near, far = p.copy(), outer
        for _ in range(_BISECTIONS):
            middle = (near + far) / 2
            held = inside(middle)
            near, far = np.where(held, middle, near), np.where(held, far, middle)
        return far

    return edge(np.zeros_like(p)), edge(np.ones_like(p))


def _expit(value: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1 + np.tanh(value / 2)))
