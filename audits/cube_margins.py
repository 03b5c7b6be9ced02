"""Margins: the counts of a stretch of days by one dimension at a time, kept beside its joint counts (`cube_packs`).

Most questions of an audit are by one dimension, and a few hundred sums answer them where a stretch holds hundreds of
thousands of joint counts. A margin is by release, too: a window may be of one, and a gap may have begun with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import numpy as np

from audits.engine.bias.cube import Cube, Levels
from audits.engine.bias.cube_table import CubeTable, Rows, Table, row_numbers
from audits.pack_layout import RELEASE, Margins, Profiles, all_levels, answerable, smallest

_FEW = 1 << 12
"""How many sums are kept however few the profiles are; of more profiles never more sums than profiles."""

_Place = tuple[str, str | None, str | None]
"""A dimension, a release, a level of the dimension."""


def margins_of(cube: Cube) -> Margins | None:
    """The sums by release and each other dimension; None where there are hardly fewer of them than of counts.

    Raises LookupError for a cube that is not by release.
    """
    releases = len(cube.levels_of(RELEASE))
    others = [name for name in cube.dimensions if name != RELEASE]
    rows = [(measure, value) for measure in cube.measures for value in sorted(cube.counts[measure])]
    sums = releases * sum(len(cube.levels_of(name)) for name in others)
    if not rows or not 0 < sums <= max(_FEW, cube.cells):
        return None
    margins = []
    for name in others:
        by_both = cube.marginal([RELEASE, name])
        margin = np.zeros((len(rows), releases, len(cube.levels_of(name))), dtype=np.int64)
        for own, (measure, value) in zip(margin, rows, strict=True):
            own[tuple(by_both.codes)] = by_both.values(measure, value)
        margins.append(margin.reshape(len(rows), -1))
    n = np.concatenate(margins, axis=1)
    n = n.astype(smallest(int(n.max())))
    return Margins(tuple(rows), n.dtype.str, memoryview(n.tobytes()))


def margin_cube(stretches: Sequence[Profiles], *, release: str | None = None) -> Cube | None:
    """The sum of these stretches' margins, of one release or of all, without measures of which there is nothing to ask.

    None where a stretch has no margins. Asked by two dimensions at once, neither the release, the cube raises
    LookupError.
    """
    held = [(profiles, profiles.margins) for profiles in stretches if profiles.margins is not None]
    if len(held) < len(stretches):
        return None
    levels = all_levels(stretches)
    if release is not None:
        levels[RELEASE] = (release,)
    values: dict[str, set[str]] = {}
    for _, margins in held:
        for measure, value in margins.measures:
            values.setdefault(measure, set()).add(value)
    rows = row_numbers({measure: sorted(values[measure]) for measure in sorted(answerable(values))})
    if not rows:
        return Cube(tuple(levels), tuple(levels.values()), np.empty((len(levels), 0), dtype=np.intp), {}, folded=True)
    columns = {place: column for column, place in enumerate(_places(levels))}
    sums = np.zeros((sum(map(len, rows.values())), len(columns)), dtype=np.uint64)
    for profiles, margins in held:
        _add(sums, rows, columns, profiles, margins)
    counted = partial(_counted, sums, tuple(levels.values()))
    every = range(len(levels))
    return Cube.of_table(tuple(levels), tuple(levels.values()), CubeTable(rows, len(every), counted, seldom=every))


def _add(sums: Table, rows: Rows, columns: Mapping[_Place, int], profiles: Profiles, margins: Margins) -> None:
    own = dict(zip(profiles.dimensions, profiles.levels, strict=True))
    releases, first = own[RELEASE], next(name for name in own if name != RELEASE)
    picked = [number for number, (measure, _) in enumerate(margins.measures) if measure in rows]
    n, places = margins.by_value()[picked], list(_places(own))
    nobodys = sorted({name for name, _, _ in columns} - own.keys())
    if nobodys:  # where only other stretches have a dimension, everybody here is unknown
        by_release = n[:, : len(releases) * len(own[first])].reshape(len(n), len(releases), -1).sum(axis=2)
        n = np.concatenate([n, *[by_release] * len(nobodys)], axis=1)
        places += _places({RELEASE: releases, **dict.fromkeys(nobodys, (None,))})
    here = [number for number, place in enumerate(places) if place in columns]
    into = [rows[measure][value] for measure, value in (margins.measures[number] for number in picked)]
    sums[np.ix_(into, [columns[places[number]] for number in here])] += n[:, here]


def _counted(sums: Table, levels: Sequence[Levels], axes: Sequence[int]) -> Table:
    """The sums by these axes, the first of which is the release."""
    by = [axis for axis in axes if axis]
    if len(by) > 1:
        raise LookupError("margins are by one dimension at a time")
    axis, releases = by[0] if by else 1, len(levels[0])
    start = releases * sum(len(one) for one in levels[1:axis])
    margin = sums[:, start : start + releases * len(levels[axis])].reshape(len(sums), releases, -1)
    away = tuple(1 + number for number, one in enumerate((0, axis)) if one not in axes)
    return margin.sum(axis=away, dtype=sums.dtype)


def _places(levels: Mapping[str, Levels]) -> Iterator[_Place]:
    """In the order in which sums are kept."""
    for name in levels:
        if name != RELEASE:
            yield from product((name,), levels[RELEASE], levels[name])
