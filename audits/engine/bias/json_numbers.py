"""Numbers as JSON can hold them: what is not finite becomes null."""

from __future__ import annotations

from math import isfinite

Range = tuple[float, float]


def finite(number: float | None) -> float | None:
    """The number, or None where it is not finite."""
    return float(number) if number is not None and isfinite(number) else None


def finite_range(bounds: Range | None) -> list[float | None] | None:
    """Both bounds; an unbounded side is None."""
    return None if bounds is None else [finite(bounds[0]), finite(bounds[1])]
