"""A table held against a policy: its k and l, and the smallest set of rows to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.engine.anonymity.classes import Classes, Codes, Column, grouped
from audits.engine.anonymity.measures import (
    cells_of,
    class_sizes,
    closeness,
    distinct_values,
    entropy_values,
    recursive_c,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of every class: at least `k` rows (or persons) and `l` different values of each sensitive one."""

    k: int = 5
    l: int = 2  # noqa: E741  (the letter of the definition)

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError("k is at least 1")
        if self.l < 1:
            raise ValueError("l is at least 1")


@dataclass(frozen=True, slots=True)
class Diversity:
    """How diverse one sensitive attribute is in the class where it is least so; see audits.engine.anonymity.measures.

    `distinct` and `entropy` are values of l, `recursive_c` belongs to the policy's l, `t` is the greatest distance.
    """

    distinct: int
    entropy: float
    recursive_c: float
    t: float
    by_class: Codes


@dataclass(frozen=True, slots=True)
class Anonymity:
    """`sizes` and each `by_class` are by class number; `classes.of_row` says which class a row belongs to.

    `too_small` and `too_uniform` mark the classes that break k and l. Leaving out all rows of both is the smallest
    suppression that satisfies the policy: a class below k does not grow, and no row left out makes another more
    diverse, so a class that breaks either can only go as a whole; the others do not change by that.
    """

    policy: Policy
    classes: Classes
    sizes: Codes
    sensitive: Mapping[str, Diversity]
    too_small: NDArray[np.bool_]
    too_uniform: NDArray[np.bool_]
    members: Codes | None

    @property
    def k(self) -> int:
        """The size of the smallest class; 0 for a table without rows."""
        return int(self.sizes.min()) if len(self.sizes) else 0

    @property
    def l(self) -> int | None:  # noqa: E743  (the letter of the definition)
        """The smallest distinct l over all sensitive attributes; None without any."""
        return min((one.distinct for one in self.sensitive.values()), default=None)

    @property
    def rows(self) -> int:
        """How many rows the table stands for."""
        return len(self.classes.of_row) if self.members is None else int(self.members.sum())

    @property
    def satisfied(self) -> bool:
        return not (self.too_small.any() or self.too_uniform.any())

    @property
    def breaking_rows(self) -> NDArray[np.int64]:
        """The numbers, from 0, of the rows whose class breaks k or l: those to leave out."""
        return np.flatnonzero((self.too_small | self.too_uniform)[self.classes.of_row])

    def suppressed(self, mark: NDArray[np.bool_]) -> int:
        """How many rows of the table the marked classes hold."""
        chosen = mark[self.classes.of_row]
        return int(chosen.sum()) if self.members is None else int(self.members[chosen].sum())


def assess(
    quasi: Mapping[str, Column],
    sensitive: Mapping[str, Column],
    *,
    policy: Policy,
    members: Codes | None = None,
    person: Column | None = None,
    rows: int | None = None,
) -> Anonymity:
    """Measure a table. All columns have one length; `members` says how many rows of the original each stands for.

    With `person` a class is as large as the number of different persons in it. `rows` is the length where there
    are no quasi-identifiers, so that all rows are one class. Raises ValueError for columns of different lengths.
    """
    lengths = {len(column) for column in (*quasi.values(), *sensitive.values())}
    lengths |= {len(one) for one in (members, person) if one is not None} | ({rows} if rows is not None else set())
    if len(lengths) > 1:
        raise ValueError("columns of different lengths")
    classes = grouped(list(quasi.values()), rows=next(iter(lengths), 0))
    sizes = class_sizes(classes, members=members, person=person)
    found = {name: _diversity(classes, column, policy, members) for name, column in sensitive.items()}
    too_uniform = np.zeros(classes.count, dtype=bool)
    for one in found.values():
        too_uniform |= one.by_class < policy.l
    return Anonymity(
        policy=policy,
        classes=classes,
        sizes=sizes,
        sensitive=found,
        too_small=sizes < policy.k,
        too_uniform=too_uniform,
        members=members,
    )


def _diversity(classes: Classes, column: Column, policy: Policy, members: Codes | None) -> Diversity:
    if not classes.count:
        return Diversity(0, 0.0, 0.0, 0.0, np.zeros(0, dtype=np.int64))
    cells = cells_of(classes, column, members=members)
    distinct = distinct_values(cells)
    return Diversity(
        distinct=int(distinct.min()),
        entropy=float(entropy_values(cells).min()),
        recursive_c=float(recursive_c(cells, l=policy.l).max()),
        t=float(closeness(cells).max()),
        by_class=distinct,
    )
