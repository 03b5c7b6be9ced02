"""What a figure says by group, beside all who could have it: read from the counts, small groups out of sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.suppression import small_levels

_PENDING = "pending"


@dataclass(frozen=True, slots=True)
class GroupValues:
    """By group, the unknown as None: how many there are, and how many of them have which value.

    `hidden` groups were too small to be shown and are counted as unknown. `pending` ones, of whom nothing can be known
    yet, are in neither count.
    """

    totals: Mapping[str | None, int]
    values: Mapping[str | None, Mapping[str, int]]
    hidden: int
    pending: int

    @property
    def n(self) -> int:
        return sum(self.totals.values())

    def of(self, group: str | None, value: str) -> int:
        return self.values.get(group, {}).get(value, 0)

    def known(self) -> list[GroupCount]:
        """How many of each group have the figure at all."""
        return [
            GroupCount(group, min(sum(self.values.get(group, {}).values()), n), n) for group, n in self.totals.items()
        ]


def group_values(cube: Cube, *, dimension: str, whole: str, figure: str) -> GroupValues:
    """The values of the measure `figure` among all who are counted by the measure `whole`.

    Small groups of a customer attribute are counted with the unknown (audits.engine.bias.suppression.small_levels).
    Raises LookupError for a dimension that does not exist.
    """
    by_group = cube.marginal([dimension])
    totals, values = _read(by_group, whole), _read(by_group, figure)
    sizes = {group: sum(of_group.values()) for group, of_group in totals.items()}
    small = small_levels(sizes) if dimension.startswith(ATTRIBUTE) else set()
    merged: dict[str | None, Counter[str]] = {}
    for group, of_group in values.items():
        merged.setdefault(None if group in small else group, Counter()).update(of_group)
    pending = {group: of_group.pop(_PENDING, 0) for group, of_group in merged.items()}
    shown: Counter[str | None] = Counter()
    for group, n in sizes.items():
        shown[None if group in small else group] += n
    return GroupValues(
        totals={group: n - pending.get(group, 0) for group, n in shown.items()},
        values=merged,
        hidden=len(small),
        pending=sum(pending.values()),
    )


def _read(by_group: Cube, measure: str) -> dict[str | None, Counter[str]]:
    levels, values = by_group.levels[0], by_group.counts.get(measure, {})
    found = {
        levels[code]: Counter({value: int(n[cell]) for value, n in values.items() if n[cell]})
        for cell, code in enumerate(by_group.codes[0].tolist())
    }
    return {group: of_group for group, of_group in found.items() if of_group}
