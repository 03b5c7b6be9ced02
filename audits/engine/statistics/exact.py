"""Fisher's exact test for many 2×2 tables at once.

Probabilities are anchored by Loader's saddle-point form, which keeps full relative accuracy where log-gamma
differences lose it (tables of millions), and tails are summed from the anchor by the exact ratio of
neighbouring terms, so tiny p-values keep their relative accuracy as well.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from audits.engine.statistics.intervals import counts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Two tables are "as extreme" when their probabilities agree to this relative distance: above the rounding of
# the anchors (about 1e-13 for p near 1e-300), far below any real difference between neighbouring tables.
_TIE = 1e-11
_NEGLIGIBLE = 1e-17
# Terms that one sum adds at once, a power of two, and all sums at once: few enough for the processor's cache.
_FEWEST, _MOST = 32, 2048
_AT_ONCE = 1 << 13
_CENTRAL = 2.0
_NEWTON_STEPS = 4
_STIRLING_TABLE = np.array(
    [0.0] + [math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi) for n in range(1, 16)]
)


def fisher_exact(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Two-sided exact p-value for k₁ of n₁ against k₂ of n₂: the sum over all tables no likelier than it.

    1 where a margin is empty. Relative accuracy better than 1e-9 down to the smallest normal floats, for tables of
    less than 2⁵³; time grows with the standard deviation of the table, not with its counts.
    Source: Fisher (1935), JRSS 98:39-82; "no likelier" after Irwin (1935), Metron 12:83-94.
    """
    broadcast = counts(k1, n1, k2, n2)
    shape = broadcast[0].shape
    a, row, c, other_row = (np.atleast_1d(array).ravel() for array in broadcast)
    total, column = row + other_row, a + c
    p_values = np.ones(a.size)
    open_tables = np.flatnonzero((row > 0) & (other_row > 0) & (column > 0) & (column < total))
    if open_tables.size:
        a, row, column, total = (array[open_tables] for array in (a, row, column, total))
        p_values[open_tables] = _two_sided(a, column, row, total)
    return p_values.reshape(shape)


def hypergeometric_log_pmf(x: ArrayLike, column: ArrayLike, row: ArrayLike, total: ArrayLike) -> FloatArray:
    """Log-probability of x successes in the first row, given the margins; x must lie inside the support.

    Source: Loader (2000), Fast and accurate computation of binomial probabilities, eq. 5; as in R's `dhyper`.
    """
    arrays = (np.asarray(array, dtype=np.float64) for array in (x, column, row, total))
    weight, scale = _log_weight_and_scale(*np.broadcast_arrays(*arrays))
    log_pmf: FloatArray = weight - scale
    return log_pmf


def _log_weight_and_scale(
    x: FloatArray, column: FloatArray, row: FloatArray, total: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The log-probability is the difference of both; the scale is the same wherever the margins are."""
    counted, of = np.stack([x, row - x, row]), np.stack([column, total - column, total])
    favourable, others, scale = _binomial_log_pmf(counted, of, row / total, (total - row) / total)
    return favourable + others, scale


def _log_weight(x: FloatArray, column: FloatArray, row: FloatArray, total: FloatArray) -> FloatArray:
    counted, of = np.stack([x, row - x]), np.stack([column, total - column])
    favourable, others = _binomial_log_pmf(counted, of, row / total, (total - row) / total)
    return np.asarray(favourable + others)


def _two_sided(x: FloatArray, column: FloatArray, row: FloatArray, total: FloatArray) -> FloatArray:
    # Every table is turned so that the observed count lies at or above the mode: one tail to write, not two.
    mode = np.floor((row + 1) * (column + 1) / (total + 2))
    mirrored = x < mode
    x = np.where(mirrored, row - x, x)
    column = np.where(mirrored, total - column, column)
    mode = np.floor((row + 1) * (column + 1) / (total + 2))

    (weight, scale), lowest = _log_weight_and_scale(x, column, row, total), np.maximum(0.0, row + column - total)
    y, other_weight = _last_as_extreme(x, weight, lowest, np.minimum(mode, x - 1), column, row, total)
    p_values = np.exp(weight - scale)
    two_sided, inner = y >= lowest, x - y - 1
    spread = row * (total - row) / total * (column / total) * (total - column) / (total - 1)
    # Where a third and more of all tables is as extreme, those between the tails are far fewer to add.
    central = two_sided & (inner * inner <= _CENTRAL**2 * spread)
    places, tails, two = np.flatnonzero(central), np.flatnonzero(~central), np.flatnonzero(two_sided & ~central)
    # Downward is upward in the mirror image, so that all sums are of one kind.
    sums = _upward_sum(
        np.concatenate([row[places] - x[places], x[tails], row[two] - y[two]]),
        np.concatenate([total[places] - column[places], column[tails], total[two] - column[two]]),
        np.concatenate([row[places], row[tails], row[two]]),
        np.concatenate([total[places], total[tails], total[two]]),
        spread=np.concatenate([spread[places], spread[tails], spread[two]]),
        most=np.concatenate([inner[places] + 1, np.full(tails.size + two.size, np.inf)]),
    )
    between, own, others = np.split(sums, [places.size, places.size + tails.size])
    p_values[places] = 1 - p_values[places] * (between - 1)
    p_values[tails] *= own
    p_values[two] += np.exp(other_weight[two] - scale[two]) * others
    return np.minimum(p_values, 1.0)


def _upward_sum(
    x: FloatArray, column: FloatArray, row: FloatArray, total: FloatArray, *, spread: FloatArray, most: FloatArray
) -> FloatArray:
    """Σ over y ≥ x of pmf(y) / pmf(x): of the first `most` terms, or until they no longer count, on the falling side.

    What a sum is does not depend on which others are asked for: how many terms are added at once follows from the table
    alone, whose variance is `spread`.
    """
    beyond = np.maximum(x - row * column / total, 0.0)
    needed = np.sqrt(beyond * beyond - 2 * math.log(_NEGLIGIBLE) * spread) - beyond
    widths = np.exp2(np.ceil(np.log2(np.clip(np.minimum(needed, most), _FEWEST, _MOST)))).astype(np.intp)
    sums, parts = np.empty(x.size), (x, column, row, total - column - row, most)
    for width in np.unique(widths).tolist():
        places = np.flatnonzero(widths == width)
        for start in range(0, places.size, _AT_ONCE // width):
            block = places[start : start + _AT_ONCE // width]
            sums[block] = _block_sum(*(part[block] for part in parts), width=width)
    return sums


def _block_sum(
    x: FloatArray, column: FloatArray, row: FloatArray, free: FloatArray, most: FloatArray, *, width: int
) -> FloatArray:
    steps, done = np.arange(width, dtype=np.float64), 1
    sums, last_terms = np.ones(x.size), np.ones(x.size)
    active = np.flatnonzero(most > 1)
    while active.size:
        y = x[active] + (done - 1)
        # Past the end of the support, or of the terms asked for, a factor of the running product is 0, so it stays 0.
        terms = np.subtract.outer(column[active] - y, steps)
        terms *= np.subtract.outer(row[active] - y, steps)
        below = np.add.outer(y + 1, steps)
        below *= np.add.outer(free[active] + y + 1, steps)
        terms /= below
        ending = np.flatnonzero(most[active] < done + width)
        terms[ending, (most[active[ending]] - done).astype(np.intp)] = 0.0
        np.cumprod(terms, axis=1, out=terms)
        terms *= last_terms[active, None]
        sums[active] += terms.sum(axis=1)
        last_terms[active] = terms[:, -1]
        done += width
        active = active[last_terms[active] > _NEGLIGIBLE * sums[active]]
    return sums


def _last_as_extreme(
    x: FloatArray,
    weight: FloatArray,
    lowest: FloatArray,
    highest: FloatArray,
    column: FloatArray,
    row: FloatArray,
    total: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """The largest y in [lowest, highest] that is no likelier than x, whose log-weight is given, and its own weight.

    lowest − 1 where there is none. The probabilities rise over that range, so the place is bracketed by probes about
    where log-gamma functions put it, and by bisection where these are not exact enough.
    """
    as_likely, free, top = weight + _TIE, total - column - row, np.maximum(lowest, highest)
    guess = np.clip(np.floor(_equally_likely(x, lowest, top, column, row, total)), lowest, top)
    # Neighbours of the guess follow from it by their exact ratios.
    y = np.clip(guess + np.array([[-1.0], [0.0], [1.0]]), lowest, top)
    before, after, beyond = np.log((column - y) * (row - y) / ((y + 1) * (free + y + 1)))
    weights = _log_weight(guess, column, row, total) + np.stack([-before, np.zeros(x.size), after, after + beyond])
    probes = guess + np.array([[-1.0], [0.0], [1.0], [2.0]])
    inside = (lowest <= probes) & (probes <= highest)
    as_extreme = inside & (weights <= as_likely)
    low = np.where(as_extreme, probes, lowest - 1).max(axis=0)
    low_weight = np.where(as_extreme, weights, -np.inf).max(axis=0)
    high = np.where(inside & ~as_extreme, probes - 1, highest).min(axis=0)
    while (undecided := np.flatnonzero(low < high)).size:
        middle = np.ceil((low[undecided] + high[undecided]) / 2)
        found = _log_weight(middle, column[undecided], row[undecided], total[undecided])
        under = found <= as_likely[undecided]
        low[undecided] = np.where(under, middle, low[undecided])
        low_weight[undecided] = np.where(under, found, low_weight[undecided])
        high[undecided] = np.where(under, high[undecided], middle - 1)
    return low, low_weight


def _equally_likely(
    x: FloatArray,
    lowest: FloatArray,
    highest: FloatArray,
    column: FloatArray,
    row: FloatArray,
    total: FloatArray,
) -> FloatArray:
    """About where on the rising side a table is as likely as x: Newton's steps from the mirror image in the mean."""
    free = total - column - row

    def log_likely(y: FloatArray) -> FloatArray:
        logs: FloatArray = gammaln(y + 1) + gammaln(column - y + 1) + gammaln(row - y + 1) + gammaln(free + y + 1)
        return -logs

    target = log_likely(x)
    y = np.clip(2 * row * column / total - x, lowest, highest)
    for _ in range(_NEWTON_STEPS):
        slope = np.log((column - y + 0.5) * (row - y + 0.5) / ((y + 0.5) * (free + y + 0.5)))
        y = np.clip(y + (target - log_likely(y)) / np.maximum(slope, 1e-6), lowest, highest)
    return y


def _binomial_log_pmf(x: FloatArray, n: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Of x and n of shape (parts, *shape of p)."""
    inner = (x > 0) & (x < n)
    safe_x, safe_n = np.where(inner, x, 1.0), np.where(inner, n, 2.0)
    rest = safe_n - safe_x
    # All of a kind in one call: for a few hundred tables the calls cost more than the numbers.
    sides = np.stack([safe_x, rest])
    of_n, of_x, of_rest = _stirling_error(np.stack([safe_n, safe_x, rest]))
    from_x, from_rest = _deviance(sides, safe_n * np.stack([p, q])[:, None])
    log_x, log_rest = np.log(np.stack([safe_x, rest / safe_n]))
    log_pmf = of_n - of_x - of_rest - from_x - from_rest - 0.5 * (math.log(2 * math.pi) + log_x + log_rest)
    if inner.all():
        return log_pmf
    return np.where(inner, log_pmf, n * np.where(x == 0, _log_share(q, p), _log_share(p, q)))


def _log_share(share: FloatArray, rest: FloatArray) -> FloatArray:
    """log(share), by whichever of both is less rounded: n times it must be right, however many n are."""
    return np.where(rest < 0.5, np.log1p(-rest), np.log(share))


def _stirling_error(n: FloatArray) -> FloatArray:
    """log n! minus Stirling's formula (Loader 2000, table 1 and eq. 3), for whole n ≥ 1."""
    inverse_square = 1.0 / (n * n)
    series = 1 / 12 - inverse_square * (
        1 / 360 - inverse_square * (1 / 1260 - inverse_square * (1 / 1680 - inverse_square / 1188))
    )
    series /= n
    few = n <= 15
    if few.any():
        series[few] = _STIRLING_TABLE[n[few].astype(np.intp)]
    return series


def _deviance(x: FloatArray, mean: FloatArray) -> FloatArray:
    """x log(x / mean) + mean − x, without cancellation near x = mean (Loader 2000, eq. 5.2)."""
    apart = x - mean
    v = apart / (x + mean)
    v2 = v * v
    series = np.full(v.shape, 1 / 19)
    for odd in range(17, 1, -2):
        series *= v2
        series += 1 / odd
    series *= 2 * x * v2
    series += apart
    series *= v
    far = np.abs(v) >= 0.1
    if far.any():
        away, to = x[far], mean[far]
        series[far] = away * np.log(away / to) + to - away
    return series
