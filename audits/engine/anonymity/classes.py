"""Equivalence classes: the rows that agree in every quasi-identifier.

L. Sweeney, "k-anonymity: a model for protecting privacy", International Journal of Uncertainty, Fuzziness and
Knowledge-Based Systems 10(5), 2002, definition 3: a table is k-anonymous if each sequence of values of its
quasi-identifiers occurs at least k times in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Level = str | int | float | bool | None
Codes = NDArray[np.int64]

# Keys of several columns are packed into one integer as long as they fit.
_MOST_KEYS = 2**62
# Up to this many possible keys, or this many a row, counting all of them is faster than sorting the rows.
_FEW_KEYS = 1 << 20
_KEYS_A_ROW = 4


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute: the text of each level (None: no value, a level of its own), and which one each row has."""

    levels: tuple[str | None, ...]
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Classes:
    """Which class each row belongs to (0 ≤ number < `count`), the classes in the order of their values' codes."""

    of_row: Codes
    count: int


def level_text(value: Level) -> str | None:
    """The form in which values are compared, alike for JSON and CSV: `true`, `3`, `north`; empty text is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Encoder:
    """Collects the values of one column, a row at a time, in eight bytes each."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}

    def code(self, value: Level) -> int:
        """The number of this value's level."""
        return self._numbers.setdefault(level_text(value), len(self._numbers))

    def column(self, codes: Codes) -> Column:
        return Column(tuple(self._numbers), codes)


def encoded(values: Iterable[Level]) -> Column:
    """A column of these values."""
    encoder = Encoder()
    codes = np.fromiter((encoder.code(value) for value in values), dtype=np.int64)
    return encoder.column(codes)


def grouped(columns: Sequence[Column], *, rows: int | None = None) -> Classes:
    """The equivalence classes over these columns; without columns all `rows` are one class."""
    if not columns:
        return Classes(np.zeros(rows or 0, dtype=np.int64), 1 if rows else 0)
    key, width = columns[0].codes, max(len(columns[0].levels), 1)
    for column in columns[1:]:
        levels = max(len(column.levels), 1)
        if width * levels > _MOST_KEYS:
            dense = _dense(key, width)
            key, width = dense.of_row, max(dense.count, 1)
        key = key * levels + column.codes
        width *= levels
    return _dense(key, width)


def _dense(key: Codes, width: int) -> Classes:
    """Keys below `width` numbered without gaps, in the order of the keys."""
    if width <= max(_FEW_KEYS, _KEYS_A_ROW * len(key)):
        numbers = np.cumsum(np.bincount(key, minlength=width) > 0) - 1
        return Classes(numbers[key], int(numbers[-1]) + 1 if len(key) else 0)
    distinct, of_row = np.unique(key, return_inverse=True)
    return Classes(of_row.astype(np.int64, copy=False), len(distinct))
