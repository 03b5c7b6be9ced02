"""Count cells of one assistant and stretch of days, packed: read as arrays instead of row by row.

A stretch is a day, or a week or month made of its days. It has one pack of *profiles*, the combinations of levels that
occur, and one pack a measure with a count for each profile and value. Only `total`, `scan.state`, outcomes, scan
results, and what is counted on few bins (`FAMILIES`) are packed. Any value of outcomes and scan results that is neither
true nor false is added up under the empty text: what is a text on one day may be true or false on the next, and both
are of its conversations. Packs hold nothing that cells do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import product
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.cube import ATTRIBUTE, Cube, Levels, distinct, fits_table, level_order
from audits.engine.bias.cube_table import CubeTable, Rows, Table, row_numbers

RELEASE = "release"
PLAIN = (RELEASE, "intent", "channel", "language")
PROFILES = ""
"""What stands for a measure's name where the profiles themselves are kept."""

WHOLE = frozenset({"total", "scan.state"})
"""Measures that every conversation has, whatever their values."""

OUTCOMES, SCORES, QUALITY, TRUTHS = "outcome.", "score.", "quality.", "truth."
FAMILIES = (SCORES, QUALITY, TRUTHS)
"""What the names of measures begin with that are packed bin by bin, the pending ones among them."""

_EVERY = 2
"""How many times as many combinations as profiles are kept as counts of every combination."""
_SPARSEST, _SMALL = 8, 1 << 12
"""How many times as many combinations as profiles are added up as a table, and how many always are."""

Row = tuple[str, str, str, str, str, str, str, int]
"""Release, intent, channel, language, attributes as JSON text, measure, value, n; unknown levels are empty."""


class _Profiles(msgspec.Struct, array_like=True, frozen=True):
    """Codes are left out (their type is empty) where counts are of every combination of levels, the last the fastest.

    That is kept where most combinations occur: shorter than with codes, and added up without looking for any place.
    """

    dimensions: tuple[str, ...]
    levels: tuple[Levels, ...]
    type: str
    codes: bytes

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(one) for one in self.levels)

    @property
    def every(self) -> bool:
        return not self.type

    @property
    def size(self) -> int:
        """How many counts each value has."""
        if self.every:
            return prod(self.shape)
        return len(self.codes) // (np.dtype(self.type).itemsize * max(len(self.dimensions), 1))

    def coded(self) -> NDArray[np.integer]:
        """Shape (dimensions, size): what level each count is of."""
        if self.every:
            return np.indices(self.shape).reshape(len(self.shape), -1)
        return np.frombuffer(self.codes, dtype=self.type).reshape(len(self.dimensions), -1)


class _Counts(msgspec.Struct, array_like=True, frozen=True):
    values: tuple[str, ...]
    type: str
    n: memoryview  # decoded as part of the pack that it is in, without a copy

    def by_value(self) -> NDArray[np.unsignedinteger]:
        """Shape (values, size)."""
        return np.frombuffer(self.n, dtype=self.type).reshape(len(self.values), -1)


_Found = Sequence[tuple[_Profiles, Mapping[str, _Counts]]]


def week_of(day: date) -> date:
    """The first day of its week. A month's weeks begin on its 1st, 8th, 15th, 22nd and 29th."""
    return day.replace(day=(day.day - 1) // 7 * 7 + 1)


def packed_rows(rows: Iterable[Row]) -> dict[str, bytes]:
    """The packs of these cells by measure, the profiles under `PROFILES`. Empty without cells."""
    number: dict[tuple[str, str, str, str, str], int] = {}
    counts: dict[str, dict[str, dict[int, int]]] = {}
    for *place, measure, value, n in rows:
        profile = number.setdefault(tuple(place), len(number))  # type: ignore[arg-type]
        by_profile = counts.setdefault(measure, {}).setdefault(value, {})
        by_profile[profile] = by_profile.get(profile, 0) + n
    if not number:
        return {}
    codes, dimensions, levels = _encoded(list(number))
    arrays = {
        measure: {value: _array(by_profile, len(number)) for value, by_profile in values.items()}
        for measure, values in counts.items()
    }
    return packed(Cube(dimensions, levels, codes, arrays))


def packed(cube: Cube) -> dict[str, bytes]:
    """The packs of a cube by measure, the profiles under `PROFILES`."""
    if not cube.folded:
        cube = cube.marginal(cube.dimensions)  # no two profiles are of the same levels
    shape = tuple(len(one) for one in cube.levels)
    every = cube.cells > 0 and prod(shape) <= cube.cells * _EVERY
    if every:
        place = np.ravel_multi_index(tuple(cube.codes), shape)
        profiles = _Profiles(cube.dimensions, cube.levels, "", b"")
    else:
        codes = cube.codes.astype(_smallest(max(shape, default=0)))
        profiles = _Profiles(cube.dimensions, cube.levels, codes.dtype.str, codes.tobytes())
    encoded = {PROFILES: msgspec.msgpack.encode(profiles)}
    for measure, values in cube.counts.items():
        n = np.stack([values[value] for value in sorted(values)])
        small = n.astype(_smallest(int(n.max(initial=0))))
        if every:
            spread = np.zeros((len(small), prod(shape)), dtype=small.dtype)
            spread[:, place] = small
            small = spread
        encoded[measure] = msgspec.msgpack.encode(
            _Counts(tuple(sorted(values)), small.dtype.str, memoryview(small.tobytes()))
        )
    return encoded


def unpacked(stretches: Iterable[Mapping[str, bytes]], *, answered: bool = False) -> Cube:
    """The sum of these stretches' packs, each with its profiles, as one cube of all dimensions that any of them has.

    With `answered`, without outcomes and scan results that are nowhere true or false: there is nothing to ask of them.
    """
    found: _Found = [
        (
            msgspec.msgpack.decode(packs[PROFILES], type=_Profiles),
            {
                measure: msgspec.msgpack.decode(pack, type=_Counts)
                for measure, pack in packs.items()
                if measure != PROFILES
            },
        )
        for packs in stretches
        if PROFILES in packs
    ]
    if answered:
        found = _answered(found)
    named = sorted({name for profiles, _ in found for name in profiles.dimensions} - set(PLAIN))
    dimensions = (*PLAIN, *named)
    levels = tuple(_united([_levels(profiles, name) for profiles, _ in found]) for name in dimensions)
    values = _values(found)
    rows = row_numbers({measure: sorted(values[measure]) for measure in sorted(values)})
    shape, size = [len(one) for one in levels], sum(profiles.size for profiles, _ in found)
    if fits_table(shape, sum(map(len, rows.values()))) and prod(shape) <= max(_SMALL, size * _SPARSEST):
        counted = partial(_counted, found, dimensions, levels, rows)
        table = CubeTable(rows, len(dimensions), counted, seldom=(dimensions.index(RELEASE),))
        return Cube.of_table(dimensions, levels, table)
    return _joined(found, dimensions, levels)


def _counted(
    found: _Found, dimensions: Sequence[str], levels: Sequence[Levels], rows: Rows, axes: Sequence[int]
) -> Table:
    """The sum as a table by these axes: what a stretch tells by others is added up while it is read.

    Stretches of every combination are added as they are, others place by place.
    """
    dimensions, levels = [dimensions[axis] for axis in axes], [levels[axis] for axis in axes]
    table = np.zeros((sum(map(len, rows.values())), *(len(one) for one in levels)), dtype=_exact(found))
    for profiles, packs in found:
        part = _part(profiles, dimensions, levels) if profiles.every else None
        if part is None:
            _add_by_place(table, packs, rows, _place(profiles, dimensions, levels))
        else:
            others = [axis for axis, name in enumerate(profiles.dimensions) if name not in dimensions]
            _add_whole(table, packs, rows, part, profiles.shape, others)
    return table


def _add_by_place(table: Table, packs: Mapping[str, _Counts], rows: Rows, place: NDArray[np.intp]) -> None:
    """Several profiles may be of one place: those that differ by what the table is not by."""
    flat = table.reshape(len(table), -1)
    for measure, held in packs.items():
        for value, n in zip(held.values, held.by_value(), strict=True):
            np.add.at(flat[rows[measure][value]], place, n.astype(table.dtype))


def _add_whole(
    table: Table,
    packs: Mapping[str, _Counts],
    rows: Rows,
    part: tuple[slice, ...],
    shape: tuple[int, ...],
    others: Sequence[int],
) -> None:
    """To the part of a table, stretches of every combination: of this shape, whose `others` the table is not by."""
    every = slice(None)
    picks: list[tuple[Any, ...]] = [
        (every, *pick) for pick in product(*(range(size) if i in others else [every] for i, size in enumerate(shape)))
    ]
    for measure, held in packs.items():
        own, counts = [rows[measure][value] for value in held.values], held.by_value().reshape(-1, *shape)
        if own[-1] - own[0] + 1 == len(own):  # all values in a row: at once
            blocks = [(slice(own[0], own[-1] + 1), counts)]
        else:
            blocks = [(slice(row, row + 1), n[None]) for row, n in zip(own, counts, strict=True)]
        for place, n in blocks:
            within = table[place, *part]
            for pick in picks:
                within += n[pick].reshape(within.shape)


def _exact(found: _Found) -> type[np.unsignedinteger]:
    """The smallest type that holds any sum of these counts: half as wide, a table is added up in half the time."""

    def fit(largest: Callable[[_Counts], int]) -> bool:
        most = sum(profiles.size * max(map(largest, packs.values()), default=0) for profiles, packs in found)
        return most <= np.iinfo(np.uint32).max

    # What the counts' own types could hold nearly always fits, and says so without a look at the counts.
    by_type = fit(lambda held: np.iinfo(held.type).max)
    return np.uint32 if by_type or fit(lambda held: int(held.by_value().max(initial=0))) else np.uint64


def _part(profiles: _Profiles, dimensions: Sequence[str], levels: Sequence[Levels]) -> tuple[slice, ...] | None:
    """Where in a table of these levels a stretch of every combination lies; None where its levels are not in a row."""
    part, sizes = [], []
    for name, known in zip(dimensions, levels, strict=True):
        mine = _levels(profiles, name)
        first = known.index(mine[0])
        if known[first : first + len(mine)] != mine:
            return None
        part.append(slice(first, first + len(mine)))
        sizes.append(len(mine))
    in_order = [name for name in dimensions if name in profiles.dimensions]
    return tuple(part) if in_order == [name for name in profiles.dimensions if name in dimensions] else None


def _place(profiles: _Profiles, dimensions: Sequence[str], levels: Sequence[Levels]) -> NDArray[np.intp]:
    """Where in a flat table of these levels each count belongs."""
    own = profiles.coded()
    place = np.zeros(own.shape[1], dtype=np.uint32)
    for name, known in zip(dimensions, levels, strict=True):
        place *= np.uint32(len(known))
        mine = _levels(profiles, name)
        if name not in profiles.dimensions:
            place += np.uint32(known.index(None))
        elif mine == known[: len(mine)]:
            place += own[profiles.dimensions.index(name)].astype(np.uint32)
        else:
            lookup = np.array([known.index(level) for level in mine], dtype=np.uint32)
            place += lookup[own[profiles.dimensions.index(name)]]
    return place.astype(np.intp)


def _joined(found: _Found, dimensions: Sequence[str], levels: Sequence[Levels]) -> Cube:
    """The sum as a list of the cells that occur, for more levels than a table of all their combinations could have."""
    widest = _smallest(max((len(one) for one in levels), default=0))
    codes = [_recoded(profiles, dimensions, levels, widest) for profiles, _ in found]
    starts = np.cumsum([0, *(one.shape[1] for one in codes)])
    joined = np.concatenate([np.empty((len(dimensions), 0), dtype=widest), *codes], axis=1)
    merged, place = distinct(joined, [len(one) for one in levels], cells=joined.shape[1])
    counts: dict[str, dict[str, NDArray[np.int64]]] = {}
    for (_, packs), start, stop in zip(found, starts, starts[1:], strict=False):
        own = place[start:stop]  # the profiles of one stretch are distinct, so that no place is in it twice
        for measure, held in packs.items():
            for value, row in zip(held.values, held.by_value(), strict=True):
                summed = counts.setdefault(measure, {})
                if value not in summed:
                    summed[value] = np.zeros(merged.shape[1], dtype=np.int64)
                summed[value][own] += row.astype(np.int64)
    cube = Cube(tuple(dimensions), tuple(levels), merged, counts, folded=True)
    return cube.only(cube.measures)


def _values(found: _Found) -> dict[str, set[str]]:
    """Of each measure the values that it has anywhere."""
    values: dict[str, set[str]] = {}
    for _, packs in found:
        for measure, held in packs.items():
            values.setdefault(measure, set()).update(held.values)
    return values


def _answered(found: _Found) -> _Found:
    kept = {
        name
        for name, known in _values(found).items()
        if name in WHOLE or name.startswith(FAMILIES) or known & {"true", "false"}
    }
    return [(profiles, {name: held for name, held in packs.items() if name in kept}) for profiles, packs in found]


def _encoded(places: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.intp], tuple[str, ...], tuple[Levels, ...]]:
    decoded: dict[str, dict[str, Any]] = {text: msgspec.json.decode(text) for text in {place[4] for place in places}}
    names = sorted({name for attributes in decoded.values() for name in attributes})
    dimensions = (*PLAIN, *(f"{ATTRIBUTE}{name}" for name in names))
    columns = [
        *([place[axis] or None for place in places] for axis in range(len(PLAIN))),
        *([_text(decoded[place[4]].get(name)) for place in places] for name in names),
    ]
    levels = tuple(_united([column]) for column in columns)
    codes = np.empty((len(dimensions), len(places)), dtype=np.intp)
    for axis, (column, known) in enumerate(zip(columns, levels, strict=True)):
        code = {level: number for number, level in enumerate(known)}
        codes[axis] = [code[level] for level in column]
    return codes, dimensions, levels


def _text(level: object) -> str | None:
    return None if level is None or level == "" else str(level)


def _array(by_profile: Mapping[int, int], size: int) -> NDArray[np.int64]:
    n = np.zeros(size, dtype=np.int64)
    n[list(by_profile)] = list(by_profile.values())
    return n


def _levels(profiles: _Profiles, dimension: str) -> Levels:
    return profiles.levels[profiles.dimensions.index(dimension)] if dimension in profiles.dimensions else (None,)


def _united(several: Sequence[Iterable[str | None]]) -> Levels:
    return tuple(sorted({level for levels in several for level in levels}, key=level_order))


def _recoded(
    profiles: _Profiles, dimensions: Sequence[str], levels: Sequence[Levels], type_: np.dtype[Any]
) -> NDArray[np.integer]:
    """The profiles' codes as indices into the common levels."""
    own = profiles.coded()
    codes = np.empty((len(dimensions), own.shape[1]), dtype=type_)
    for axis, (name, known) in enumerate(zip(dimensions, levels, strict=True)):
        mine = _levels(profiles, name)
        if name not in profiles.dimensions:
            codes[axis] = known.index(None)
        elif mine == known:
            codes[axis] = own[profiles.dimensions.index(name)]
        else:
            place = {level: number for number, level in enumerate(known)}
            lookup = np.array([place[level] for level in mine], dtype=type_)
            codes[axis] = lookup[own[profiles.dimensions.index(name)]]
    return codes


def _smallest(largest: int) -> np.dtype[Any]:
    return np.dtype(np.min_scalar_type(largest)).newbyteorder("<")
