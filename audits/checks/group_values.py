"""What a figure says by group, beside all who could have it: read from the counts, small groups out of sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from audits.checks.contract import CheckContext
from audits.engine.bias.cube import ATTRIBUTE
from audits.engine.bias.groups import GroupCount
from audits.queries.counts import group_value_counts

_SMALLEST_SHOWN = 10
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


def group_values(context: CheckContext, *, dimension: str, whole: str, figure: str) -> GroupValues:
    """The values of the measure `figure` among all who are counted by the measure `whole`.

    Groups of a customer attribute with fewer than ten are counted with the unknown, and where fewer than ten would be
    unknown then, the next smallest goes along, since the unknown row would tell the small one's count.
    Raises LookupError for a dimension that does not exist.
    """
    totals, values = _read(context, dimension, whole), _read(context, dimension, figure)
    sizes = {group: sum(of_group.values()) for group, of_group in totals.items()}
    small = small_groups(sizes) if dimension.startswith(ATTRIBUTE) else set()
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


def _read(context: CheckContext, dimension: str, measure: str) -> dict[str | None, Counter[str]]:
    found: dict[str | None, Counter[str]] = {}
    counts = group_value_counts(
        assistant=context.assistant, measure=measure, dimension=dimension, window=context.window
    )
    for group, value, n in counts:
        found.setdefault(group, Counter())[value] += n
    return found


def small_groups(sizes: Mapping[str | None, int]) -> set[str | None]:
    """The groups that are not to be shown: those under ten, and the next smallest while too few would be unknown."""
    known = sorted((group for group in sizes if group is not None), key=lambda group: (sizes[group], group))
    small = [group for group in known if sizes[group] < _SMALLEST_SHOWN]
    unknown = sizes.get(None, 0) + sum(sizes[group] for group in small)
    for group in known[len(small) :]:
        if not small or unknown >= _SMALLEST_SHOWN:
            break
        small.append(group)
        unknown += sizes[group]
    return set(small)
