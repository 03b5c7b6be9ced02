"""Figures of an audit as people read them; an empty text for what the data does not determine."""

from __future__ import annotations

from audits.engine.bias.json_numbers import Range, finite


def percent(rate: float | None) -> str:
    """A rate in per cent with one decimal, without the sign."""
    number = finite(rate)
    return "" if number is None else f"{100 * number:.1f}"


def points(difference: float | None) -> str:
    """A difference of rates in percentage points, with its sign."""
    number = finite(difference)
    return "" if number is None else f"{round(100 * number, 1) + 0.0:+.1f}".replace("+0.0", "0.0")


def percent_range(bounds: Range | None) -> str:
    """An interval of rates or differences in per cent or points."""
    return "" if bounds is None else " … ".join(f"{round(100 * bound, 1) + 0.0:.1f}" for bound in bounds)


def plain(ratio: float | None) -> str:
    """A ratio with two decimals."""
    number = finite(ratio)
    return "" if number is None else f"{number:.2f}"


def plain_range(bounds: Range | None) -> str:
    """An interval of a ratio; ∞ where it is unbounded."""
    return "" if bounds is None else f"{plain(bounds[0])} … {plain(bounds[1]) or '∞'}"


def p_value(p: float | None) -> str:
    """Two significant digits; below what a float can hold, that bound."""
    number = finite(p)
    return "" if number is None else "<1e-300" if number == 0 else f"{number:.2g}"
