"""Count cells of one assistant and stretch of days, packed: read as arrays instead of row by row.

A stretch is a day, or a month made of its days. It has one pack of *profiles*, the combinations of levels that occur,
and one pack a measure with a count for each profile and value. Only `total`, `scan.state`, outcomes, scan results, and
what is counted on few bins (`FAMILIES`) are packed. Any value of outcomes and scan results that is neither true nor
false is added up under the empty text: what is a text on one day may be true or false on the next, and both are of its
conversations. Packs hold nothing that cells do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.cube import ATTRIBUTE, Cube, Levels, distinct, level_order

RELEASE = "release"
PLAIN = (RELEASE, "intent", "channel", "language")
PROFILES = ""
"""What stands for a measure's name where the profiles themselves are kept."""

WHOLE = frozenset({"total", "scan.state"})
"""Measures that every conversation has, whatever their values."""

OUTCOMES, SCORES, QUALITY, TRUTHS = "outcome.", "score.", "quality.", "truth."
FAMILIES = (SCORES, QUALITY, TRUTHS)
"""What the names of measures begin with that are packed bin by bin, the pending ones among them."""

Row = tuple[str, str, str, str, str, str, str, int]
"""Release, intent, channel, language, attributes as JSON text, measure, value, n; unknown levels are empty."""


class _Profiles(msgspec.Struct, array_like=True, frozen=True):
    dimensions: tuple[str, ...]
    levels: tuple[Levels, ...]
    type: str
    codes: bytes


class _Counts(msgspec.Struct, array_like=True, frozen=True):
    values: tuple[str, ...]
    type: str
    n: bytes


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
    codes = cube.codes.astype(_smallest(max((len(one) for one in cube.levels), default=0)))
    packs = {PROFILES: _Profiles(cube.dimensions, cube.levels, codes.dtype.str, codes.tobytes())}
    encoded = {PROFILES: msgspec.msgpack.encode(packs[PROFILES])}
    for measure, values in cube.counts.items():
        n = np.stack([values[value] for value in sorted(values)])
        small = n.astype(_smallest(int(n.max(initial=0))))
        encoded[measure] = msgspec.msgpack.encode(_Counts(tuple(sorted(values)), small.dtype.str, small.tobytes()))
    return encoded


def unpacked(stretches: Iterable[Mapping[str, bytes]]) -> Cube:
    """The sum of these stretches' packs, each with its profiles, as one cube of all dimensions that any of them has."""
    found = [
        (msgspec.msgpack.decode(packs[PROFILES], type=_Profiles), packs) for packs in stretches if PROFILES in packs
    ]
    named = sorted({name for profiles, _ in found for name in profiles.dimensions} - set(PLAIN))
    dimensions = (*PLAIN, *named)
    levels = tuple(_united([_levels(profiles, name) for profiles, _ in found]) for name in dimensions)
    widest = _smallest(max((len(one) for one in levels), default=0))
    codes = [_recoded(profiles, dimensions, levels, widest) for profiles, _ in found]
    starts = np.cumsum([0, *(one.shape[1] for one in codes)])
    joined = np.concatenate([np.empty((len(dimensions), 0), dtype=widest), *codes], axis=1)
    merged, place = distinct(joined, [len(one) for one in levels], cells=joined.shape[1])
    counts: dict[str, dict[str, NDArray[np.int64]]] = {}
    for (_, packs), start, stop in zip(found, starts, starts[1:], strict=False):
        own = place[start:stop]  # the profiles of one stretch are distinct, so that no place is in it twice
        for measure, pack in packs.items():
            if measure == PROFILES:
                continue
            held = msgspec.msgpack.decode(pack, type=_Counts)
            n = np.frombuffer(held.n, dtype=held.type).reshape(len(held.values), -1)
            for value, row in zip(held.values, n, strict=True):
                summed = counts.setdefault(measure, {})
                if value not in summed:
                    summed[value] = np.zeros(merged.shape[1], dtype=np.int64)
                summed[value][own] += row.astype(np.int64)
    return Cube(dimensions, levels, merged, counts)


def answered(cube: Cube) -> Cube:
    """Without outcomes and scan results that are nowhere true or false: there is nothing to ask of them."""
    whole = [name for name in cube.measures if name in WHOLE or name.startswith(FAMILIES)]
    return cube.only([*whole, *(name for name, values in cube.counts.items() if values.keys() & {"true", "false"})])


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
    own = np.frombuffer(profiles.codes, dtype=profiles.type).reshape(len(profiles.dimensions), -1)
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
