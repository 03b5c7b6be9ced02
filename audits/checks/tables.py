"""The form in which results are kept for pages, reports and the API, and the words for shares.

A table is `{"title", "columns": [{"label", "kind"}], "rows": [[cell, …]]}`. Kinds: `text`, `count`, `share` (0 to 1),
`points` (a difference of shares, −1 to 1), `gap` (its size, 0 to 1), `ratio`, `p`, `interval` (a pair of shares),
`points_interval`, `ratio_interval`, `value` (a number in words of its own), `verdict`. A cell is null where the data
does not determine it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from audits.engine.bias.json_numbers import finite
from audits.engine.statistics.intervals import wilson

CONFIDENCE = 0.95
_SURE = frozenset({str, int, type(None)})


def table(title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """One table; `columns` are (label, kind). Numbers that are not finite become null."""
    return {
        "title": title,
        "columns": [{"label": label, "kind": kind} for label, kind in columns],
        "rows": [[cell if type(cell) in _SURE else _determined(cell) for cell in row] for row in rows],
    }


def _determined(cell: Any) -> Any:
    """The cell; None for a number that is not finite, or a range with such an end, which no JSON can hold."""
    if type(cell) is float:
        return cell if isfinite(cell) else None
    if isinstance(cell, float):  # NumPy's
        return finite(cell)
    if isinstance(cell, (list, tuple)):
        for end in cell:
            if isinstance(end, float) and not isfinite(end):
                return None
    return cell


def rate_interval(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval of k of n at 95 %."""
    lower, upper = wilson(k, n, confidence=CONFIDENCE)
    return float(lower), float(upper)


def share(k: int, n: int) -> float:
    """k of n; 0 of nothing is 0."""
    return k / n if n else 0.0


def share_text(value: float) -> str:
    """ "4.2 %": one decimal, or as many as keep it apart from 0 % and 100 %."""
    percent = 100 * value
    for digits in (1, 2, 3):
        shown = round(percent, digits)
        if shown == percent or 0 < shown < 100:
            break
    return f"{f'{shown:.{digits}f}'.rstrip('0').rstrip('.')} %"


def counted(n: int, noun: str = "conversation") -> str:
    """ "1 conversation", "1,200 conversations"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
