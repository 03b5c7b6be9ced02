"""Counts at every combination of levels, one after the other in memory: sums over dimensions without any search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Named = tuple[tuple[str, str], ...]
"""Measure and value of each count."""
_FEW = 1_000


class CubeTable:
    """What a cube counts, as an array of shape (named, *levels), of whole numbers none of whose sums overflows."""

    def __init__(self, named: Named, counts: NDArray[np.unsignedinteger]) -> None:
        self.named = named
        self.counts = counts
        self._by = {tuple(range(counts.ndim - 1)): counts}

    def by(self, axes: Sequence[int]) -> NDArray[np.unsignedinteger]:
        """Shape (named, *levels of these axes, in this order).

        Summed over one more axis at a time, from the smallest table there is, and kept: what an audit asks differs by
        few dimensions. The first axes go first, since whole rows are added then.
        """
        asked = tuple(sorted(axes))
        if asked not in self._by:
            held = min((one for one in self._by if {*asked} <= {*one}), key=lambda one: self._by[one].size)
            table = self._by[held]
            for axis in [one for one in held if one not in asked]:
                table = table.sum(axis=1 + held.index(axis), dtype=table.dtype)
                held = tuple(one for one in held if one != axis)
                self._by[held] = table
        return self._by[asked].transpose(0, *(1 + asked.index(axis) for axis in axes))

    def cells(self, axes: Sequence[int]) -> tuple[NDArray[np.integer], Mapping[str, Mapping[str, IntArray]]]:
        """The combinations of these axes that hold anything: their codes, and their counts by measure and value."""
        table = self.by(axes)
        shape = table.shape[1:]
        flat = table.reshape(len(self.named), -1)
        places = np.flatnonzero(np.bitwise_or.reduce(flat, axis=0))
        codes = _codes(shape).take(places, axis=1)
        counts: dict[str, dict[str, int]] = {}
        for row, (measure, value) in enumerate(self.named):
            counts.setdefault(measure, {})[value] = row
        if places.size > _FEW:
            return codes, {measure: _Picked(flat, places, rows) for measure, rows in counts.items()}
        picked = flat[:, places].astype(np.int64)
        return codes, {measure: {value: picked[row] for value, row in rows.items()} for measure, rows in counts.items()}


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

    def __init__(self, flat: NDArray[np.unsignedinteger], places: NDArray[np.intp], rows: Mapping[str, int]) -> None:
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
