"""Which groups of a table are compared, decided from sizes alone before any test is computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from audits.engine.bias.groups import (
    GroupCount,
    Member,
    choose_reference,
    find_reference,
    members,
    whole_effective,
)
from audits.engine.bias.verdict import Policy

MOST_GROUPS_IN_ALL_PAIRS = 64
"""Beyond it only pairs with the reference are computed; the family keeps its full size."""


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What one table is made of. `reference` names a group by its label; None lets the data choose.

    `effects` are design effects by label, for groups whose members are not independent (repeat customers; see
    `statistics.clusters.cautious_design_effects`). Raises ValueError for one that is not a finite number ≥ 1.
    """

    attributes: tuple[str, ...]
    counts: tuple[GroupCount, ...]
    reference: str | None = None
    effects: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, effect in self.effects.items():
            if not 1 <= effect < math.inf:
                raise ValueError(f"group {label!r}: a design effect is a finite number of 1 or more, got {effect}")


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
        found = tuple(members(table.counts, policy=policy, effects=table.effects))
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
    def alone(self) -> tuple[Member, ...]:
        """The reference, if there is one, and then all groups that are compared with nothing."""
        others = (member for member in self.members if not (member.known and member.n))
        return (*others,) if self.reference is None else (self.reference, *others)

    @property
    def compared(self) -> tuple[Member, ...]:
        """All groups that are compared with the reference, the tested ones first."""
        return (*self.tested, *self.shown)

    def cells(self) -> list[tuple[int, int, int, int]]:
        """k₁, n₁, k₂, n₂ of all comparisons as they are tested: tested, then pairs, then shown; `whole_effective`."""
        if self.reference is None:
            return []
        with_reference = [(member, self.reference) for member in self.tested]
        small = [(member, self.reference) for member in self.shown]
        return [whole_effective(a, b) for a, b in (*with_reference, *self.pairs, *small)]


@dataclass(frozen=True, slots=True)
class GapFamily:
    """Tables whose tests are one family, and who is compared with whom in each: all that precedes the tests."""

    plans: tuple[Comparisons, ...]
    policy: Policy

    @classmethod
    def of(cls, tables: Iterable[TableCounts], *, policy: Policy) -> GapFamily:
        """Raises LookupError if a named reference is none of its table's groups."""
        return cls(tuple(Comparisons.of(table, policy=policy) for table in tables), policy)
