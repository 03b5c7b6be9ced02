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

from audits.cube_margins import margins_of
from audits.engine.bias.cube import ATTRIBUTE, Cube, Levels, distinct, fits_table
from audits.engine.bias.cube_table import CubeTable, Rows, Table, row_numbers
from audits.pack_layout import PLAIN, PROFILES, RELEASE, Counts, Profiles, all_levels, answerable, smallest, united

_EVERY = 2
"""How many times as many combinations as profiles are kept as counts of every combination."""
_SPARSEST, _SMALL = 8, 1 << 12
"""How many times as many combinations as profiles are added up as a table, and how many always are."""

Row = tuple[str, str, str, str, str, str, str, int]
"""Release, intent, channel, language, attributes as JSON text, measure, value, n; unknown levels are empty."""


_Found = Sequence[tuple[Profiles, Mapping[str, Counts]]]


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
        profiles = Profiles(cube.dimensions, cube.levels, "", b"", margins_of(cube))
    else:
        codes = cube.codes.astype(smallest(max(shape, default=0)))
        profiles = Profiles(cube.dimensions, cube.levels, codes.dtype.str, codes.tobytes(), margins_of(cube))
    encoded = {PROFILES: msgspec.msgpack.encode(profiles)}
    for measure, values in cube.counts.items():
        n = np.stack([values[value] for value in sorted(values)])
        small = n.astype(smallest(int(n.max(initial=0))))
        if every:
            spread = np.zeros((len(small), prod(shape)), dtype=small.dtype)
            spread[:, place] = small
            small = spread
        encoded[measure] = msgspec.msgpack.encode(
            Counts(tuple(sorted(values)), small.dtype.str, memoryview(small.tobytes()))
        )
    return encoded


def unpacked(stretches: Iterable[Mapping[str, bytes]], *, answered: bool = False) -> Cube:
    """The sum of these stretches' packs, each with its profiles, as one cube of all dimensions that any of them has.

    With `answered`, without outcomes and scan results that are nowhere true or false: there is nothing to ask of them.
    """
    found: _Found = [
        (
            msgspec.msgpack.decode(packs[PROFILES], type=Profiles),
            {
                measure: msgspec.msgpack.decode(pack, type=Counts)
                for measure, pack in packs.items()
                if measure != PROFILES
            },
        )
        for packs in stretches
        if PROFILES in packs
    ]
    if answered:
        found = _answered(found)
    by_name = all_levels([profiles for profiles, _ in found])
    dimensions, levels = tuple(by_name), tuple(by_name.values())
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


def _add_by_place(table: Table, packs: Mapping[str, Counts], rows: Rows, place: NDArray[np.intp]) -> None:
    """Several profiles may be of one place: those that differ by what the table is not by."""
    flat = table.reshape(len(table), -1)
    for measure, held in packs.items():
        for value, n in zip(held.values, held.by_value(), strict=True):
            np.add.at(flat[rows[measure][value]], place, n.astype(table.dtype))


def _add_whole(
    table: Table,
    packs: Mapping[str, Counts],
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

    def fit(largest: Callable[[Counts], int]) -> bool:
        most = sum(profiles.size * max(map(largest, packs.values()), default=0) for profiles, packs in found)
        return most <= np.iinfo(np.uint32).max

    # What the counts' own types could hold nearly always fits, and says so without a look at the counts.
    by_type = fit(lambda held: np.iinfo(held.type).max)
    return np.uint32 if by_type or fit(lambda held: int(held.by_value().max(initial=0))) else np.uint64


def _part(profiles: Profiles, dimensions: Sequence[str], levels: Sequence[Levels]) -> tuple[slice, ...] | None:
    """Where in a table of these levels a stretch of every combination lies; None where its levels are not in a row."""
    part, sizes = [], []
    for name, known in zip(dimensions, levels, strict=True):
        mine = profiles.levels_of(name)
        first = known.index(mine[0])
        if known[first : first + len(mine)] != mine:
            return None
        part.append(slice(first, first + len(mine)))
        sizes.append(len(mine))
    in_order = [name for name in dimensions if name in profiles.dimensions]
    return tuple(part) if in_order == [name for name in profiles.dimensions if name in dimensions] else None


def _place(profiles: Profiles, dimensions: Sequence[str], levels: Sequence[Levels]) -> NDArray[np.intp]:
    """Where in a flat table of these levels each count belongs."""
    own, place, stride = profiles.coded(), np.zeros(profiles.size, dtype=np.intp), 1
    for name, known in zip(reversed(dimensions), reversed(levels), strict=True):
        code = {level: number * stride for number, level in enumerate(known)}
        lookup = np.array([code[level] for level in profiles.levels_of(name)], dtype=np.intp)
        place += lookup[own[profiles.dimensions.index(name)]] if name in profiles.dimensions else lookup[0]
        stride *= len(known)
    return place


def _joined(found: _Found, dimensions: Sequence[str], levels: Sequence[Levels]) -> Cube:
    """The sum as a list of the cells that occur, for more levels than a table of all their combinations could have."""
    widest = smallest(max((len(one) for one in levels), default=0))
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
    kept = answerable(_values(found))
    return [(profiles, {name: held for name, held in packs.items() if name in kept}) for profiles, packs in found]


def _encoded(places: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.intp], tuple[str, ...], tuple[Levels, ...]]:
    decoded: dict[str, dict[str, Any]] = {text: msgspec.json.decode(text) for text in {place[4] for place in places}}
    names = sorted({name for attributes in decoded.values() for name in attributes})
    dimensions = (*PLAIN, *(f"{ATTRIBUTE}{name}" for name in names))
    columns = [
        *([place[axis] or None for place in places] for axis in range(len(PLAIN))),
        *([_text(decoded[place[4]].get(name)) for place in places] for name in names),
    ]
    levels = tuple(united([column]) for column in columns)
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


def _recoded(
    profiles: Profiles, dimensions: Sequence[str], levels: Sequence[Levels], type_: np.dtype[Any]
) -> NDArray[np.integer]:
    """The profiles' codes as indices into the common levels."""
    own = profiles.coded()
    codes = np.empty((len(dimensions), own.shape[1]), dtype=type_)
    for axis, (name, known) in enumerate(zip(dimensions, levels, strict=True)):
        mine = profiles.levels_of(name)
        if name not in profiles.dimensions:
            codes[axis] = known.index(None)
        elif mine == known:
            codes[axis] = own[profiles.dimensions.index(name)]
        else:
            place = {level: number for number, level in enumerate(known)}
            lookup = np.array([place[level] for level in mine], dtype=type_)
            codes[axis] = lookup[own[profiles.dimensions.index(name)]]
    return codes
