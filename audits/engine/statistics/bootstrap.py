"""The bootstrap of count tables: any statistic of counts, with an interval and a seed.

Drawing n rows with replacement from n rows *is* a multinomial draw of the table that the rows were folded into, so
a thousand bootstrap samples of a million rows cost no more than of a thousand. Nothing here is a test: intervals of
quantities that have no formula (the worst ratio of many groups, a standardised gap under another weighting).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from audits.engine.statistics.intervals import critical_value

FloatArray = NDArray[np.float64]

Statistic = Callable[[FloatArray], FloatArray]
"""Maps tables of shape (tables, …) to values of shape (tables, …out); nan where a table does not determine it."""

Method = Literal["bca", "percentile"]

_CHUNK_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The statistic of the table itself, its interval and standard error, each of the statistic's own shape.

    `undetermined` is the share of resampled tables that did not determine it (0 to 1); interval and error come from
    the others, and are nan where there were none.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    standard_error: FloatArray
    undetermined: FloatArray
    replicates: int
    seed: int


def bootstrap(
    counts: ArrayLike,
    statistic: Statistic,
    *,
    seed: int,
    replicates: int = 2_000,
    confidence: float = 0.95,
    method: Method = "bca",
    fixed_axes: int = 0,
) -> Bootstrap:
    """Resample the table `counts` (whole numbers, any shape) and take the statistic of each sample.

    `fixed_axes`: so many leading axes keep their margins (groups of given sizes); 0 resamples all rows. The same seed
    gives the same answer on every machine. `percentile` takes the quantiles of the samples; `bca` corrects them for
    bias and for a spread that changes with the value, to second order, at the price of one more table a cell.
    Sources: percentile and BCa, Efron (1987), JASA 82:171-185, §2 and §6; fixed margins, Davison & Hinkley (1997),
    Bootstrap Methods and their Application, §3.2 and §5.3.
    """
    table = _checked(counts, fixed_axes)
    samples = _samples(table, statistic, replicates, seed, fixed_axes)
    value = np.asarray(statistic(table[np.newaxis]), dtype=np.float64)[0]
    z = critical_value(confidence)
    levels = ndtr(np.array([-z, z])).reshape(2, *[1] * value.ndim) * np.ones(value.shape)
    if method == "bca":
        levels = _bca_levels(levels, value, samples, _acceleration(table, statistic, value, fixed_axes))
    known = ~np.isnan(samples)
    lower, upper = _quantiles(samples, levels)
    return Bootstrap(
        value=value,
        lower=lower,
        upper=upper,
        standard_error=_spread(samples),
        undetermined=1.0 - known.mean(axis=0),
        replicates=replicates,
        seed=seed,
    )


def resampled(counts: ArrayLike, *, replicates: int, seed: int, fixed_axes: int = 0) -> FloatArray:
    """`replicates` bootstrap samples of the table, one after the other on a new first axis."""
    table = _checked(counts, fixed_axes)
    return _draw(np.random.default_rng(seed), table, replicates, fixed_axes)


def _checked(counts: ArrayLike, fixed_axes: int) -> FloatArray:
    table = np.asarray(counts, dtype=np.float64)
    if not np.all(np.isfinite(table) & (table >= 0) & (table == np.floor(table))):
        raise ValueError("counts must be whole numbers ≥ 0")
    if not 0 <= fixed_axes < max(table.ndim, 1):
        raise ValueError(f"{fixed_axes} fixed axes leave nothing to resample in a table of {table.ndim}")
    return table


def _draw(random: np.random.Generator, table: FloatArray, replicates: int, fixed_axes: int) -> FloatArray:
    rows = table.reshape(*table.shape[:fixed_axes], -1)
    sizes = rows.sum(axis=-1)
    even = np.full(rows.shape, 1 / max(rows.shape[-1], 1))
    shares = np.divide(rows, sizes[..., np.newaxis], out=even, where=sizes[..., np.newaxis] > 0)
    drawn = random.multinomial(sizes.astype(np.int64), shares, size=(replicates, *sizes.shape))
    return drawn.reshape(replicates, *table.shape).astype(np.float64)


def _samples(table: FloatArray, statistic: Statistic, replicates: int, seed: int, fixed_axes: int) -> FloatArray:
    random = np.random.default_rng(seed)
    chunk = max(1, _CHUNK_CELLS // max(table.size, 1))
    sizes = [min(chunk, replicates - start) for start in range(0, replicates, chunk)]
    return np.concatenate(
        [np.asarray(statistic(_draw(random, table, size, fixed_axes)), dtype=np.float64) for size in sizes]
    )


def _quantiles(samples: FloatArray, levels: FloatArray) -> FloatArray:
    """Order statistics, one level a place: without interpolation, so that infinite values stay what they are."""
    known = np.sum(~np.isnan(samples), axis=0)
    ordered = np.sort(samples, axis=0)  # nan last
    places = np.clip(np.ceil(levels * (known + 1)) - 1, 0, np.maximum(known - 1, 0)).astype(np.intp)
    return np.take_along_axis(ordered, places, axis=0)


def _spread(samples: FloatArray) -> FloatArray:
    finite = np.isfinite(samples)
    n = finite.sum(axis=0)
    total = np.where(finite, samples, 0.0).sum(axis=0)
    mean = np.divide(total, n, out=np.zeros(total.shape), where=n > 0)
    squares = np.where(finite, (np.where(finite, samples, 0.0) - mean) ** 2, 0.0).sum(axis=0)
    return np.sqrt(np.divide(squares, n - 1, out=np.full(total.shape, np.nan), where=n > 1))


def _bca_levels(levels: FloatArray, value: FloatArray, samples: FloatArray, acceleration: FloatArray) -> FloatArray:
    known = np.maximum(np.sum(~np.isnan(samples), axis=0), 1)
    below = np.sum(samples < value, axis=0) + np.sum(samples == value, axis=0) / 2
    bias = ndtri(np.clip(below / known, 1 / (known + 1), known / (known + 1)))
    shifted = bias + ndtri(levels)
    # Past a denominator of 0 the correction has no meaning: the level then goes all the way.
    corrected: FloatArray = ndtr(bias + shifted / np.maximum(1 - acceleration * shifted, 1e-6))
    return corrected


def _acceleration(table: FloatArray, statistic: Statistic, value: FloatArray, fixed_axes: int) -> FloatArray:
    """A sixth of the skewness of the jackknife's influence values, one a row, hence weighted by the cells' counts."""
    rows = table.reshape(*table.shape[:fixed_axes], -1)
    sizes = np.broadcast_to(rows.sum(axis=-1, keepdims=True), rows.shape).ravel()
    occupied = np.flatnonzero(table.ravel() > 0)
    influence = np.zeros((occupied.size, *value.shape))
    chunk = max(1, _CHUNK_CELLS // max(table.size, 1))
    for start in range(0, occupied.size, chunk):
        cells = occupied[start : start + chunk]
        without = np.tile(table.ravel(), (cells.size, 1))
        without[np.arange(cells.size), cells] -= 1
        influence[start : start + chunk] = value - statistic(without.reshape(-1, *table.shape))
    influence = np.where(np.isfinite(influence), influence, 0.0)
    weights, margins = table.ravel()[occupied], sizes[occupied]
    # Row i moves the statistic by (n−1)·d of its own margin's n, and counts 1/n of it: the n cancel but for (n−1)/n.
    scale = ((margins - 1) / margins).reshape(-1, *[1] * value.ndim)
    weights = weights.reshape(-1, *[1] * value.ndim)
    influence = (influence - _margin_means(influence, weights, margins, occupied, rows.shape[-1])) * scale
    squares = np.sum(weights * influence**2, axis=0)
    cubes = np.sum(weights * influence**3, axis=0)
    acceleration: FloatArray = np.divide(
        cubes, 6 * np.maximum(squares, 1e-300) ** 1.5, out=np.zeros(value.shape), where=squares > 0
    )
    return acceleration


def _margin_means(
    influence: FloatArray, weights: FloatArray, margins: FloatArray, occupied: NDArray[np.intp], width: int
) -> FloatArray:
    """The mean influence of the rows of each fixed margin, in step with `influence`."""
    _, margin = np.unique(occupied // width, return_inverse=True)
    totals = np.zeros((margin.max(initial=-1) + 1, *influence.shape[1:]))
    np.add.at(totals, margin, weights * influence)
    means: FloatArray = totals[margin] / margins.reshape(weights.shape)
    return means
