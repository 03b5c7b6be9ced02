"""Every rate of every cell at once: encoded columns in, rates with intervals, tests and corrections out.

For data that is already encoded as small whole numbers (a data frame's categories, a training set). One pass folds
the rows into counts; all else comes from these, so that its cost does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import Interval, log_ratio, newcombe_difference, wilson
from audits.engine.statistics.multiplicity import benjamini_hochberg, holm

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Column = NDArray[np.integer] | NDArray[np.bool_]

_MOST_PATTERNS = 1 << 15
_BITS = 7
# Few enough for the whole numbers that they are counted as to stay in the processor's cache.
_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class CellCounts:
    """`favourable[i, c]` of the `n[c]` rows of cell c had outcome i. Cells are numbered as by `ravel_multi_index`."""

    favourable: IntArray
    n: IntArray


@dataclass(frozen=True, slots=True)
class CellRates:
    """Arrays of shape (outcomes, cells); nan, and the widest interval, in a cell without rows.

    Differences and ratios are against `reference`, one cell an outcome. `p_values` are Fisher's, `p_holm` and `p_bh`
    the same adjusted over all cells and outcomes.
    """

    rates: FloatArray
    rate_intervals: Interval
    reference: NDArray[np.intp]
    differences: FloatArray
    difference_intervals: Interval
    ratio_intervals: Interval
    p_values: FloatArray
    p_holm: FloatArray
    p_bh: FloatArray


def fold(
    codes: Sequence[NDArray[np.integer]],
    sizes: Sequence[int],
    outcomes: Sequence[Column],
) -> CellCounts:
    """Count rows by their codes. `codes[d]` lies in 0 … sizes[d] − 1; each outcome is a column of 0 and 1.

    The outcomes of a row are bits of one number, so that one count of numbers serves several outcomes.
    Raises ValueError for columns of unequal length, codes out of range, and outcomes other than 0 and 1.
    """
    cells, rows = prod(sizes), len(codes[0])
    if any(len(column) != rows for column in (*codes, *outcomes)):
        raise ValueError("all columns must have the same number of rows")
    for column, size in (*zip(codes, sizes, strict=True), *((column, 2) for column in outcomes)):
        if rows and _unsigned(column).max() >= size:
            raise ValueError(f"codes must be whole numbers from 0 to {size - 1}")
    at_once = max(1, (_MOST_PATTERNS // max(cells, 1)).bit_length() - 1)
    favourable = np.zeros((len(outcomes), cells), dtype=np.int64)
    n = np.zeros(cells, dtype=np.int64)
    for first in range(0, max(len(outcomes), 1), at_once):
        block = outcomes[first : first + at_once]
        patterns = _patterns(codes, sizes, block, cells)
        n = patterns.reshape(cells, -1).sum(axis=1)
        for i in range(len(block)):
            favourable[first + i] = np.take(patterns, 1, axis=1 + i).reshape(cells, -1).sum(axis=1)
    return CellCounts(favourable, n)


def cell_rates(counts: CellCounts, *, minimum_n: int = 30, confidence: float = 0.95) -> CellRates:
    """All rates against the highest one among cells of at least `minimum_n` rows (among all cells if there is none).

    Holm's family is all pairs of cells, since the reference is chosen from the data (see `outcome_gap`). Methods:
    Wilson (1927), Newcombe (1998) method 10, Katz et al. (1978), Fisher (1935), Holm (1979), Benjamini & Hochberg
    (1995); sources at the functions.
    """
    k, n = counts.favourable, np.broadcast_to(counts.n, counts.favourable.shape)
    rates = np.divide(k, n, out=np.full(k.shape, np.nan), where=n > 0)
    eligible = counts.n >= minimum_n if (counts.n >= minimum_n).any() else counts.n > 0
    reference = np.where(eligible & (n > 0), rates, -1.0).argmax(axis=1)
    reference_k, reference_n = np.take_along_axis(k, reference[:, None], axis=1), counts.n[reference][:, None]
    p_values = fisher_exact(k, n, reference_k, reference_n)
    cells = int(np.count_nonzero(counts.n))
    family = len(k) * max(cells * (cells - 1) // 2, k.shape[1])
    return CellRates(
        rates=rates,
        rate_intervals=wilson(k, n, confidence=confidence),
        reference=reference,
        differences=rates - np.take_along_axis(rates, reference[:, None], axis=1),
        difference_intervals=newcombe_difference(k, n, reference_k, reference_n, confidence=confidence),
        ratio_intervals=log_ratio(k, n, reference_k, reference_n, confidence=confidence),
        p_values=p_values,
        p_holm=holm(p_values.ravel(), family_size=family).reshape(k.shape),
        p_bh=benjamini_hochberg(p_values.ravel()).reshape(k.shape),
    )


def _patterns(
    codes: Sequence[NDArray[np.integer]],
    sizes: Sequence[int],
    outcomes: Sequence[Column],
    cells: int,
) -> IntArray:
    """Rows by cell and by each outcome's value, shape (cells, 2, 2, …)."""
    values = cells << len(outcomes)
    small: type[np.integer] = np.int16 if values <= 1 << 15 else np.int32 if values <= 1 << 31 else np.int64
    key = codes[0].astype(small)
    for column, size in zip(codes[1:], sizes[1:], strict=True):
        key *= small(size)
        key += column.astype(small, copy=False)
    for byte in range(0, len(outcomes), _BITS):
        block = outcomes[byte : byte + _BITS]
        bits = _unsigned(block[0]).astype(np.uint8)
        for outcome in block[1:]:
            bits += bits  # one bit up; numpy adds bytes several times as fast as it shifts them
            bits |= _unsigned(outcome).astype(np.uint8, copy=False)
        key *= small(1 << len(block))
        key |= bits
    counts = np.zeros(values, dtype=np.int64)
    for start in range(0, key.size, _ROWS_AT_ONCE):
        counts += np.bincount(key[start : start + _ROWS_AT_ONCE], minlength=values)
    return counts.reshape(cells, *[2] * len(outcomes))


def _unsigned(column: Column) -> NDArray[np.unsignedinteger]:
    """The same bytes, in which a negative number is a very large one."""
    return column.view(np.dtype(f"u{column.dtype.itemsize}"))
