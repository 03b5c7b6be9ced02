"""Counts at every combination of levels, one after the other in memory: sums over dimensions without any search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from math import prod

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Table = NDArray[np.unsignedinteger]
Rows = Mapping[str, Mapping[str, int]]
"""Which row of a table holds the counts of a measure's value."""
_FEW = 1_000


class CubeTable:
    """What a cube counts, as arrays of shape (rows, *levels), of whole numbers none of whose sums overflows.

    `counted` makes the table by some axes, given in their order. It is asked once for all axes but the `seldom` ones;
    by these only where a question needs them.
    """

    def __init__(
        self, rows: Rows, axes: int, counted: Callable[[tuple[int, ...]], Table], *, seldom: Collection[int] = ()
    ) -> None:
        self.rows = rows
        self._axes, self._counted, self._seldom = range(axes), counted, seldom
        self._by: dict[tuple[int, ...], Table] = {}

    def by(self, axes: Sequence[int]) -> Table:
        """Shape (rows, *levels of these axes, in this order).

        Summed over one more axis at a time, from the smallest table there is, and kept: what an audit asks differs by
        few dimensions. The first axes go first, since whole rows are added then.
        """
        asked = tuple(sorted(axes))
        if asked not in self._by:
            held = min(
                (one for one in self._by if {*asked} <= {*one}), key=lambda one: self._by[one].size, default=None
            )
            if held is None:
                held = tuple(axis for axis in self._axes if axis in asked or axis not in self._seldom)
                self._by[held] = self._counted(held)
            table = self._by[held]
            for axis in [one for one in held if one not in asked]:
                table = table.sum(axis=1 + held.index(axis), dtype=table.dtype)
                held = tuple(one for one in held if one != axis)
                self._by[held] = table
        return self._by[asked].transpose(0, *(1 + asked.index(axis) for axis in axes))

    def only(self, axes: Sequence[int]) -> CubeTable:
        """The table by these axes, in this order."""
        return CubeTable(self.rows, len(axes), lambda some: self.by([axes[axis] for axis in some]))

    def summed(self, axes: Sequence[int], measure: str, value: str | None = None) -> IntArray:
        """Shape (*levels of these axes): how many had this value of the measure, or with None the measure at all."""
        rows = [row for one, row in self.rows.get(measure, {}).items() if value is None or one == value]
        summed: IntArray = self.by(axes)[rows].sum(axis=0, dtype=np.int64)
        return summed

    def cells(self, axes: Sequence[int]) -> tuple[NDArray[np.integer], Mapping[str, Mapping[str, IntArray]]]:
        """The combinations of these axes that hold anything: their codes, and their counts by measure and value."""
        table = self.by(axes)
        flat = table.reshape(len(table), -1)
        places = np.flatnonzero(np.bitwise_or.reduce(flat, axis=0))
        codes = _codes(table.shape[1:]).take(places, axis=1)
        if places.size > _FEW:
            return codes, {measure: _Picked(flat, places, rows) for measure, rows in self.rows.items()}
        picked = list(flat[:, places].astype(np.int64))
        return codes, {
            measure: {value: picked[row] for value, row in rows.items()} for measure, rows in self.rows.items()
        }


def row_numbers(values: Mapping[str, Iterable[str]]) -> Rows:
    """A row for each value of each measure, one after the other."""
    rows = count()
    return {measure: {value: next(rows) for value in of_measure} for measure, of_measure in values.items()}


@lru_cache(maxsize=8)
def _codes(shape: tuple[int, ...]) -> NDArray[np.unsignedinteger]:
    """The codes of every combination, in the order of memory; asked for by each set of measures of a window."""
    codes = np.empty((len(shape), prod(shape)), dtype=np.min_scalar_type(max(shape, default=0)))
    for axis, size in enumerate(shape):
        every = np.arange(size, dtype=codes.dtype).reshape(-1, *[1] * (len(shape) - 1 - axis))
        codes[axis] = np.broadcast_to(every, shape).reshape(-1)
    return codes


class _Picked(Mapping[str, IntArray]):
    """The counts of some places by value, picked when they are asked for: of many values few ever are."""

    def __init__(self, flat: Table, places: NDArray[np.intp], rows: Mapping[str, int]) -> None:
        self._flat, self._places, self._rows = flat, places, rows
        self._found: dict[str, IntArray] = {}

    def __getitem__(self, value: str) -> IntArray:
        if value not in self._found:
            self._found[value] = self._flat[self._rows[value]].take(self._places).astype(np.int64)
        return self._found[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
