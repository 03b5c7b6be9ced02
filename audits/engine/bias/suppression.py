"""Which cells of a table are too small to be shown, and which must go along so that they cannot be worked out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_SHOWN = 10
"""People that a cell of a customer attribute must have to be shown; the "ten" of every docstring here."""


def small_levels(sizes: Mapping[str | None, int]) -> set[str | None]:
    """The levels of one dimension that are to be counted with the unknown (None): those with fewer than ten.

    Complementary: where fewer than ten would be unknown then, the next smallest goes along, since the unknown row
    would tell the small one's count. Levels that nobody has are not among them.
    """
    known = sorted((level for level, n in sizes.items() if level is not None and n), key=lambda one: (sizes[one], one))
    small = [level for level in known if sizes[level] < SMALLEST_SHOWN]
    unknown = sizes.get(None, 0) + sum(sizes[level] for level in small)
    for level in known[len(small) :]:
        if not small or unknown >= SMALLEST_SHOWN:
            break
        small.append(level)
        unknown += sizes[level]
    return set(small)


def suppressed(n: ArrayLike, *, rows: Sequence[Sequence[Hashable]] = ()) -> NDArray[np.bool_]:
    """Which cells of a table of counts (rows × columns) to hide: those under ten, and complementary ones.

    Row and column totals count as known. A line with one hidden cell would give it away by subtraction, and one whose
    hidden cells add up to less than ten their sum. The smallest cells shown go along until no line gives
    anything away, first those whose crossing line has hidden cells already. Empty cells are shown: nobody is in them.
    `rows` are the levels of each row, where rows are crossings (intent × channel): what a column adds up to over the
    rows that share a level counts as known too, since a table by that level alone shows it.
    Source: Willenborg & de Waal (2001), Elements of Statistical Disclosure Control, §6.3 (secondary suppression).
    """
    table = np.asarray(n, dtype=np.int64)
    hidden = (table > 0) & (table < SMALLEST_SHOWN)
    if not hidden.any():
        return hidden
    blocks = [(table, hidden)]
    for axis in range(len(rows[0]) if rows and len(rows[0]) > 1 else 0):
        for level in dict.fromkeys(levels[axis] for levels in rows):
            shared = np.array([levels[axis] == level for levels in rows])
            blocks.append((table[shared], shared))
    changed = True
    while changed:
        changed = False
        for i, (block, place) in enumerate(blocks):
            mask = hidden if i == 0 else hidden[place]
            before = int(mask.sum())
            if i == 0:
                _cover(block, mask)
            _cover(block.T, mask.T)
            changed |= int(mask.sum()) > before
            if i:
                hidden[place] = mask
    return hidden


def _cover(lines: NDArray[np.int64], mask: NDArray[np.bool_]) -> None:
    """Hide further cells, in `mask`, until no line gives its hidden ones away."""
    for line, covered in zip(lines, mask, strict=True):
        while covered.any() and (covered.sum() == 1 or line[covered].sum() < SMALLEST_SHOWN):
            shown = np.flatnonzero(~covered & (line > 0))
            if not shown.size:
                break
            elsewhere = mask[:, shown].any(axis=0)
            covered[shown[np.lexsort((line[shown], ~elsewhere))[0]]] = True
