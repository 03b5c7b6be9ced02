"""What the packs of a stretch of days hold (audits.cube_packs), as it is stored.

Structs are stored as arrays: what is added at the end of one is read as its default where it was not packed yet, and
passed over by who does not know it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.cube import Levels, level_order

RELEASE = "release"
PLAIN = (RELEASE, "intent", "channel", "language")
PROFILES = ""
"""What stands for a measure's name where the profiles themselves are kept."""

WHOLE = frozenset({"total", "scan.state"})
"""Measures that every conversation has, whatever their values."""

OUTCOMES, SCORES, QUALITY, TRUTHS = "outcome.", "score.", "quality.", "truth."
FAMILIES = (SCORES, QUALITY, TRUTHS)
"""What the names of measures begin with that are packed bin by bin, the pending ones among them."""


class Counts(msgspec.Struct, array_like=True, frozen=True):
    """How many of each profile had which value of a measure."""

    values: tuple[str, ...]
    type: str
    n: memoryview  # decoded as part of the pack that it is in, without a copy

    def by_value(self) -> NDArray[np.unsignedinteger]:
        """Shape (values, size)."""
        return np.frombuffer(self.n, dtype=self.type).reshape(len(self.values), -1)


class Margins(msgspec.Struct, array_like=True, frozen=True):
    """How many of each release and level of another dimension had which value of which measure (audits.cube_margins).

    A row for each value of each measure; in it one dimension after the other, of each one release after the other.
    """

    measures: tuple[tuple[str, str], ...]
    type: str
    n: memoryview

    def by_value(self) -> NDArray[np.unsignedinteger]:
        """Shape (rows, releases × levels of all other dimensions)."""
        return np.frombuffer(self.n, dtype=self.type).reshape(len(self.measures), -1)


class Profiles(msgspec.Struct, array_like=True, frozen=True):
    """The combinations of levels that the counts of a stretch are of.

    Codes are left out (their type is empty) where counts are of every combination of levels, the last the fastest. That
    is kept where most combinations occur: shorter than with codes, and added up without looking for any place.
    """

    dimensions: tuple[str, ...]
    levels: tuple[Levels, ...]
    type: str
    codes: bytes
    margins: Margins | None = None

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

    def levels_of(self, dimension: str) -> Levels:
        """Of a dimension that none of the profiles has, only the unknown."""
        return self.levels[self.dimensions.index(dimension)] if dimension in self.dimensions else (None,)


def answerable(values: Mapping[str, Collection[str]]) -> set[str]:
    """Of measures and the values that they have anywhere, those of which there is anything to ask.

    Outcomes and scan results that are nowhere true or false are left out.
    """
    return {
        name
        for name, known in values.items()
        if name in WHOLE or name.startswith(FAMILIES) or "true" in known or "false" in known
    }


def all_levels(several: Sequence[Profiles]) -> dict[str, Levels]:
    """Of every dimension that any of these has, the levels that it has anywhere."""
    named = sorted({name for profiles in several for name in profiles.dimensions} - set(PLAIN))
    return {name: united(profiles.levels_of(name) for profiles in several) for name in (*PLAIN, *named)}


def united(several: Iterable[Iterable[str | None]]) -> Levels:
    return tuple(sorted({level for levels in several for level in levels}, key=level_order))


def smallest(largest: int) -> np.dtype[Any]:
    """The smallest type of whole numbers up to this one."""
    return np.dtype(np.min_scalar_type(largest)).newbyteorder("<")
