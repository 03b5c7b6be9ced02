"""Counts of several measures by several dimensions at once: built once, sliced as often as there are questions.

A cell is one combination of levels that occurs. Every table of groups, of groups within strata, or of an intersection
is a sum over cells, so its cost depends on the number of cells and never on the number of conversations behind them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import repeat
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.cube_table import CubeTable, Table, row_numbers
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.suppression import small_levels

IntArray = NDArray[np.int64]
CodeArray = NDArray[np.intp]
Levels = tuple[str | None, ...]

UNKNOWN = "unknown"
ATTRIBUTE = "attribute:"
"""What the name of a customer attribute's dimension begins with."""
_DENSE = 1 << 22
_FULL = 1 << 20
_WORTH_IT = 1_000
_LARGEST_KEY = 1 << 62


def level_order(level: str | None) -> tuple[bool, str]:
    """Sorts levels: by name, the unknown last."""
    return level is None, level or ""


@dataclass(frozen=True)
class Cube:
    """Cells by dimension, and how many conversations of each cell had which value of which measure.

    `levels` holds the levels of each dimension, sorted, the unknown (None) last; `codes` has shape (dimensions, cells)
    and indexes into them. `counts` maps a measure to its values, each an array of as many counts as there are cells. A
    conversation without the measure is in none of them. Sums are exact below 2⁵³. `folded` says that no
    two cells are of the same place.
    """

    dimensions: tuple[str, ...]
    levels: tuple[Levels, ...]
    codes: NDArray[np.integer]
    counts: Mapping[str, Mapping[str, IntArray]]
    folded: bool = False

    @staticmethod
    def of_table(dimensions: Sequence[str], levels: Sequence[Levels], table: CubeTable) -> Cube:
        """The cube of these counts, whose table has an axis for each dimension. What holds nothing is no cell."""
        return _TableCube(tuple(dimensions), tuple(levels), table)

    @property
    def cells(self) -> int:
        return int(self.codes.shape[1])

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(sorted(self.counts))

    def axis(self, dimension: str) -> int:
        """Raises LookupError for a dimension that the cube does not have."""
        try:
            return self.dimensions.index(dimension)
        except ValueError:
            raise LookupError(f"there is no dimension {dimension!r}") from None

    def levels_of(self, dimension: str) -> Levels:
        return self.levels[self.axis(dimension)]

    def values(self, measure: str, value: str) -> IntArray:
        """How many of each cell had this value; zeros where nothing had."""
        return self.counts.get(measure, {}).get(value, np.zeros(self.cells, dtype=np.int64))

    def n(self, measure: str) -> IntArray:
        """How many of each cell had the measure at all."""
        return sum(self.counts.get(measure, {}).values(), start=np.zeros(self.cells, dtype=np.int64))

    def totals(self, measure: str) -> dict[str, int]:
        """How many had which value of the measure, in all cells together."""
        return {value: int(n.sum()) for value, n in self.marginal(()).counts.get(measure, {}).items()}

    def grid(self, dimensions: Sequence[str], measure: str, value: str | None = None) -> IntArray:
        """How many had this value of the measure, or the measure at all, at every combination of these levels.

        Raises LookupError for a dimension that the cube does not have.
        """
        axes = [self.axis(name) for name in dimensions]
        if self._full is not None:
            return self._full.summed(axes, measure, value)
        shape = [len(self.levels[axis]) for axis in axes]
        place = np.ravel_multi_index(tuple(self.codes[axes]), shape) if self.cells else np.empty(0, dtype=np.intp)
        n = self.n(measure) if value is None else self.values(measure, value)
        return _summed(place, n, prod(shape)).reshape(shape)

    def marginal(self, dimensions: Sequence[str]) -> Cube:
        """The same counts by these dimensions only, in this order.

        A customer attribute that no cell has is unknown of all of them. Raises LookupError for any other dimension.
        """
        missing = [name for name in dimensions if name.startswith(ATTRIBUTE) and name not in self.dimensions]
        if missing:
            known = [name for name in dimensions if name not in missing]
            return self.marginal(known)._with_unknown(missing).marginal(dimensions)
        if self.folded and tuple(dimensions) == self.dimensions:
            return self
        axes = [self.axis(name) for name in dimensions]
        levels = tuple(self.levels[axis] for axis in axes)
        if self._full is None and self.cells < _WORTH_IT:
            return self._added_up(dimensions, axes, levels)
        key = tuple(dimensions)
        if key not in self._asked:
            added = self._added_up if self._full is None else self._from_full
            self._asked[key] = added(key, axes, levels)
        return self._asked[key]

    def _added_up(self, dimensions: Sequence[str], axes: Sequence[int], levels: tuple[Levels, ...]) -> Cube:
        codes, place = distinct(self.codes[axes], [len(one) for one in levels], cells=self.cells)
        size = codes.shape[1]
        counts = {
            measure: {value: _summed(place, n, size) for value, n in values.items()}
            for measure, values in self.counts.items()
        }
        return Cube(tuple(dimensions), levels, codes, counts, folded=True)

    def only(self, measures: Iterable[str]) -> Cube:
        """Without the other measures, and without the cells that then hold nothing."""
        counts = {measure: self.counts[measure] for measure in measures if measure in self.counts}
        cube = self._but(counts=counts)
        return cube._kept(sum((cube.n(measure) for measure in counts), start=np.zeros(self.cells, np.int64)) > 0)

    def where(self, dimension: str, level: str | None) -> Cube:
        """The cells of one level; none where the level does not occur."""
        levels = self.levels_of(dimension)
        if level not in levels:
            return self._kept(np.zeros(self.cells, dtype=bool))
        return self._kept(self.codes[self.axis(dimension)] == levels.index(level))

    def small_levels(self, dimension: str, measure: str) -> set[str | None]:
        """Which levels have too few with this measure to be named (audits.engine.bias.suppression.small_levels)."""
        if dimension.startswith(ATTRIBUTE) and dimension not in self.dimensions:
            return set()
        n = self.grid([dimension], measure).tolist()
        return small_levels(dict(zip(self.levels_of(dimension), n, strict=True)))

    def small_hidden(self, dimension: str, measure: str) -> tuple[Cube, int]:
        """The `small_levels` by this measure counted with the unknown; and how many levels that were.

        Levels with none at all are dropped without being counted.
        """
        hidden = self.small_levels(dimension, measure)
        if not hidden:
            return self, 0
        axis, levels = self.axis(dimension), self.levels_of(dimension)
        kept = [code for code, level in enumerate(levels) if level is not None and level not in hidden]
        lookup = np.full(len(levels), len(kept), dtype=np.intp)
        lookup[kept] = np.arange(len(kept))
        codes = self.codes.copy()
        codes[axis] = lookup[codes[axis]]
        merged = (*(levels[code] for code in kept), None)
        around = (*self.levels[:axis], merged, *self.levels[axis + 1 :])
        cube = self._but(levels=around, codes=codes, folded=False)
        return cube.marginal(self.dimensions), len(hidden)

    def group_counts(
        self, measure: str, favourable: str, *, groups: Sequence[str], strata: Sequence[str] = ()
    ) -> list[GroupCount]:
        """One count for each group (in each stratum) that has the measure; what the engine's audits take.

        A group by one dimension is its level, by several the tuple of its levels; a stratum is the tuple of its levels,
        unknown ones called so.
        """
        if measure not in self.measures:
            return []
        cube = self.marginal([*groups, *strata])
        n = cube.n(measure)
        held = np.flatnonzero(n)
        columns = [
            [levels[code] for code in codes]
            for levels, codes in zip(cube.levels, cube.codes[:, held].tolist(), strict=True)
        ]
        by_group: Iterable[Any] = columns[0] if len(groups) == 1 else zip(*columns[: len(groups)], strict=True)
        within = [[level or UNKNOWN for level in column] for column in columns[len(groups) :]]
        by_stratum: Iterable[Hashable] = zip(*within, strict=True) if strata else repeat(None)
        k, n = cube.values(measure, favourable)[held], n[held]
        return list(map(GroupCount, by_group, k.tolist(), n.tolist(), by_stratum))

    @cached_property
    def _asked(self) -> dict[tuple[str, ...], Cube]:
        """What was asked of a large cube before: the questions of an audit ask the same few tables again and again."""
        return {}

    @cached_property
    def _full(self) -> CubeTable | None:
        """All counts as one table of every combination of levels; None where that is too large, or not worth it."""
        shape = [len(one) for one in self.levels]
        counts = [n for values in self.counts.values() for n in values.values()]
        if self.cells < _WORTH_IT or not fits_table(shape, len(counts)):
            return None

        def counted(axes: tuple[int, ...]) -> Table:
            of_axes = [shape[axis] for axis in axes]
            place = np.ravel_multi_index(tuple(self.codes[list(axes)].astype(np.intp)), of_axes)
            rows = [np.bincount(place, weights=n, minlength=prod(of_axes)) for n in counts]
            return np.stack(rows).astype(np.uint64).reshape(len(rows), *of_axes)

        return CubeTable(row_numbers(self.counts), len(shape), counted)

    def _from_full(self, dimensions: Sequence[str], axes: Sequence[int], levels: tuple[Levels, ...]) -> Cube:
        assert self._full is not None
        return Cube.of_table(dimensions, levels, self._full.only(axes))

    def _with_unknown(self, names: Sequence[str]) -> Cube:
        nobody = np.zeros((len(names), self.cells), dtype=np.intp)
        levels: tuple[Levels, ...] = ((None,),) * len(names)
        return self._but(
            dimensions=(*self.dimensions, *names),
            levels=(*self.levels, *levels),
            codes=np.concatenate([self.codes, nobody]),
        )

    def _kept(self, mask: NDArray[np.bool_]) -> Cube:
        if mask.all():
            return self
        counts = {m: {value: n[mask] for value, n in values.items()} for m, values in self.counts.items()}
        return self._but(codes=self.codes[:, mask], counts=counts)

    def _but(self, **changed: Any) -> Cube:
        """The same cells with these fields instead."""
        return Cube(**{field.name: getattr(self, field.name) for field in fields(Cube)} | changed)


class _TableCube(Cube):
    """A cube whose cells are listed only once somebody asks for them: most questions are about few dimensions."""

    _table: CubeTable

    def __init__(self, dimensions: tuple[str, ...], levels: tuple[Levels, ...], table: CubeTable) -> None:
        vars(self).update(dimensions=dimensions, levels=levels, folded=True, _table=table)

    @property
    def codes(self) -> NDArray[np.integer]:
        return self._cells[0]

    @property
    def counts(self) -> Mapping[str, Mapping[str, IntArray]]:
        return self._cells[1]

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(sorted(self._table.rows))

    @property
    def _full(self) -> CubeTable:
        return self._table

    @cached_property
    def _cells(self) -> tuple[NDArray[np.integer], Mapping[str, Mapping[str, IntArray]]]:
        return self._table.cells(range(len(self.dimensions)))


def fits_table(shape: Sequence[int], named: int) -> bool:
    """Whether so many counts at every combination of so many levels are small enough to be kept as one table."""
    return named > 0 and prod(shape) <= _FULL and prod(shape) * named <= _FULL * 8


def distinct(codes: NDArray[np.integer], sizes: Sequence[int], *, cells: int) -> tuple[CodeArray, CodeArray]:
    """The distinct columns of `codes` (dimensions × cells), in order, and which of them each column is.

    `sizes` are the numbers of levels. Raises nothing on many levels: keys are made dense before they could overflow.
    """
    key, largest = np.zeros(cells, dtype=np.int64), 1
    for row, size in zip(codes, sizes, strict=True):
        if largest * max(size, 1) > _LARGEST_KEY:
            found, key = np.unique(key, return_inverse=True)
            largest = max(found.size, 1)
        key = key * size + row
        largest *= max(size, 1)
    if largest <= max(_DENSE, 4 * cells):
        seen = np.zeros(largest, dtype=bool)
        seen[key] = True
        first_of = np.empty(largest, dtype=np.intp)
        first_of[key] = np.arange(cells)
        first = first_of[seen]
        number = np.cumsum(seen) - 1
        place = number[key]
    else:
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return codes[:, first].astype(np.intp), place.astype(np.intp)


def _summed(place: NDArray[np.integer], n: IntArray, size: int) -> IntArray:
    return np.bincount(place, weights=n, minlength=size).astype(np.int64)
