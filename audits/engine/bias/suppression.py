"""Which cells of a table are too small to be shown, and which must go along so that they cannot be worked out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_SHOWN = 10


def suppressed(n: ArrayLike, *, fewest: int = SMALLEST_SHOWN) -> NDArray[np.bool_]:
    """Which cells of a table of counts (rows × columns) to hide: those under `fewest`, and complementary ones.

    Row and column totals count as known. A line with one hidden cell would give it away by subtraction, and one whose
    hidden cells add up to less than `fewest` their sum. The smallest cells shown go along until no line gives
    anything away, first those whose crossing line has hidden cells already. Empty cells are shown: nobody is in them.
    Source: Willenborg & de Waal (2001), Elements of Statistical Disclosure Control, §6.3 (secondary suppression).
    """
    table = np.asarray(n, dtype=np.int64)
    hidden = (table > 0) & (table < fewest)
    changed = True
    while changed:
        changed = False
        for lines, mask in ((table, hidden), (table.T, hidden.T)):
            for line, covered in zip(lines, mask, strict=True):
                while covered.any() and (covered.sum() == 1 or line[covered].sum() < fewest):
                    shown = np.flatnonzero(~covered & (line > 0))
                    if not shown.size:
                        break
                    elsewhere = mask[:, shown].any(axis=0)
                    covered[shown[np.lexsort((line[shown], ~elsewhere))[0]]] = True
                    changed = True
    return hidden
