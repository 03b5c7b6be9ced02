"""All slices of a cube for several looks at once, and what else each of their parts holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.engine.bias.cube import Cube
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.engine.bias.verdict import Policy

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_LARGEST_TABLE = 1 << 23

Levels = tuple[tuple[str, str], ...]
"""(dimension, level) of each of a slice's dimensions, in the order of the dimensions."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at all slices asks: which value of which measure is favourable, and what is nominated."""

    measure: str
    favourable: str
    policy: Policy
    fdr: float = 0.05
    most: int = 5


@dataclass(frozen=True, slots=True)
class Part:
    """All slices by the same dimensions."""

    names: tuple[str, ...]
    known: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> int:
        return prod(len(one) for one in self.known)

    def levels(self, place: int) -> Levels:
        codes = np.unravel_index(place, [len(one) for one in self.known])
        return tuple((name, one[int(code)]) for name, one, code in zip(self.names, self.known, codes, strict=True))


@dataclass(frozen=True, slots=True)
class Slices:
    """All slices of one number of dimensions, `parts` laid end to end; arrays of shape (looks, slices).

    `apart`: lower by the least step than what else each part of the slice holds; `p_value`: the largest of these
    comparisons.
    """

    parts: list[Part]
    k: FloatArray
    n: FloatArray
    apart: BoolArray
    p_value: FloatArray

    @classmethod
    def of(cls, tables: SliceTables, size: int, *, about: Collection[str], least: FloatArray) -> Slices | None:
        """None where there are no slices. `least` is the least step of each look."""
        parts, own, rest = [], [], []
        for axes in combinations(range(len(tables.names)), size):
            part = tables.part(axes)
            if part.size and set(part.names) & set(about):
                inside, others = tables.inside(axes)
                parts.append(part)
                own.append(inside)
                rest.append(others)
        if not parts:
            return None
        (k, n), (rest_k, rest_n) = np.concatenate(own, axis=-1), np.concatenate(rest, axis=-1)
        gap, p_value = _lower(k, n, rest_k, rest_n)
        # Where a part holds next to nobody else, it says who they are once the slice is shown beside it.
        apart = (gap >= least[:, None]) & (rest_n >= SMALLEST_SHOWN)
        return cls(parts, k, n, apart.all(axis=0), p_value.max(axis=0))


class SliceTables:
    """Favourable and all members of each look by every dimension; the unknown level last where there is one."""

    def __init__(self, cube: Cube, looks: Sequence[Look], dimensions: Sequence[str]) -> None:
        self._cube, self._looks = cube.marginal(dimensions), looks
        self.names, self.levels = tuple(dimensions), self._cube.levels
        self.shape = tuple(len(one) for one in self.levels)
        self.looks = len(looks)
        self._by: dict[tuple[int, ...], FloatArray] = {}
        every = tuple(range(len(self.names)))
        if prod(self.shape) * self.looks <= _LARGEST_TABLE:
            self._by[every] = self._counted(every)

    def part(self, axes: tuple[int, ...]) -> Part:
        known = tuple(tuple(level for level in self.levels[axis] if level is not None) for axis in axes)
        return Part(tuple(self.names[axis] for axis in axes), known)

    def inside(self, axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        """Shapes (2, looks, slices) and (2, parts, looks, slices): what slices hold, and what else each part does."""
        table = self.by(axes)
        known = (slice(None), slice(None), *(slice(len(one)) for one in self.part(axes).known))
        own = table[known]
        rest = [table.sum(axis=axis, keepdims=True)[known] - own for axis in range(2, table.ndim)]
        return own.reshape(2, self.looks, -1), np.stack(rest, axis=1).reshape(2, len(rest), self.looks, -1)

    def by(self, axes: tuple[int, ...]) -> FloatArray:
        """Shape (2, looks, *levels of these axes): favourable and all members.

        Summed over one more axis at a time, the largest first, and kept: most tables are a sum of a small one.
        """
        if axes not in self._by:
            every = range(len(self.names))
            if tuple(every) not in self._by:
                return self._counted(axes)
            smallest = min((axis for axis in every if axis not in axes), key=lambda axis: self.shape[axis])
            wider = tuple(sorted((*axes, smallest)))
            self._by[axes] = self.by(wider).sum(axis=2 + wider.index(smallest))
        return self._by[axes]

    def _counted(self, axes: tuple[int, ...]) -> FloatArray:
        names = [self.names[axis] for axis in axes]
        favourable = [self._cube.grid(names, look.measure, look.favourable) for look in self._looks]
        everybody = [self._cube.grid(names, look.measure) for look in self._looks]
        return np.array([favourable, everybody], dtype=np.float64)


def _lower(k: FloatArray, n: FloatArray, rest_k: FloatArray, rest_n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """By how much the rate is lower than the rest's, and the two-sided p-value; 1 where it is not lower at all."""
    both = (n > 0) & (rest_n > 0)
    size, rest_size = np.where(both, n, 1.0), np.where(both, rest_n, 1.0)
    gap = np.where(both, rest_k / rest_size - k / size, 0.0)
    pooled = (k + rest_k) / (size + rest_size)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 0.0) * (1 / size + 1 / rest_size))
    score = np.divide(gap, error, out=np.zeros(gap.shape), where=error > 0)
    return gap, np.where(score > 0, 2 * ndtr(-score), 1.0)
