"""Which groups of a table are compared, decided from sizes alone before any test is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.groups import GroupCount, Member, choose_reference, find_reference, members
from audits.engine.bias.verdict import Policy

FloatArray = NDArray[np.float64]

MOST_GROUPS_IN_ALL_PAIRS = 64
"""Beyond it only pairs with the reference are computed; the family keeps its full size."""


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What one table is made of. `reference` names a group by its label; None lets the data choose."""

    attributes: tuple[str, ...]
    counts: tuple[GroupCount, ...]
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The comparisons of one table.

    `tested` groups are compared with the reference as part of the family of tests; `shown` ones are too
    small for that; `pairs` are the pairs of tested groups without the reference, which belong to the family
    where the reference is chosen from the data. `family_size` counts all comparisons that have to be
    corrected for.
    """

    table: TableCounts
    members: tuple[Member, ...]
    reference: Member | None
    tested: tuple[Member, ...]
    shown: tuple[Member, ...]
    pairs: tuple[tuple[Member, Member], ...]
    family_size: int

    @classmethod
    def of(cls, table: TableCounts, *, policy: Policy) -> Comparisons:
        """Raises LookupError if the named reference is none of the groups."""
        found = tuple(members(table.counts, policy=policy))
        if table.reference is None:
            reference = choose_reference(found, policy=policy)
        else:
            reference = find_reference(found, table.reference)
        if reference is None:
            return cls(table, found, None, (), (), (), 0)
        others = [member for member in found if member.known and member.n and member is not reference]
        smallest = policy.small_cell
        tested = tuple(m for m in others if min(m.n, reference.n) >= smallest)
        shown = tuple(m for m in others if min(m.n, reference.n) < smallest)
        if table.reference is not None:
            return cls(table, found, reference, tested, shown, (), len(tested))
        pairs = tuple(combinations(tested, 2)) if len(tested) < MOST_GROUPS_IN_ALL_PAIRS else ()
        family_size = len(tested) * (len(tested) + 1) // 2
        return cls(table, found, reference, tested, shown, pairs, family_size)

    @property
    def compared(self) -> tuple[Member, ...]:
        """All groups that are compared with the reference, the tested ones first."""
        return (*self.tested, *self.shown)

    def cells(self) -> list[tuple[int, int, int, int]]:
        """k₁, n₁, k₂, n₂ of all comparisons: tested, then pairs, then shown."""
        if self.reference is None:
            return []
        with_reference = [(member, self.reference) for member in self.tested]
        small = [(member, self.reference) for member in self.shown]
        return [(a.favourable, a.n, b.favourable, b.n) for a, b in (*with_reference, *self.pairs, *small)]


def split_by_size(values: FloatArray, sizes: Sequence[int]) -> list[FloatArray]:
    """Cut one array into consecutive pieces of these sizes."""
    return np.split(values, np.cumsum(sizes)[:-1])
