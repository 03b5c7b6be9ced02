"""Counts of groups, and the rules on which of them can be compared: unknown, too small, reference."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import msgspec
from msgspec.structs import force_setattr

from audits.engine.bias.verdict import Policy, exact

Level = str | bool | int | float | None
"""One value of an attribute as it was recorded; None and blank text mean that it is not known."""

_T = TypeVar("_T")
_MOST_LISTED = 12
_NONE = (0, 0)


def level_text(level: Level) -> str:
    """The text that identifies a level in any format: `true` for True, as in JSON; blank if unknown."""
    if type(level) is str:
        return level.strip()
    if level is None:
        return ""
    if isinstance(level, bool):
        return "true" if level else "false"
    return str(level).strip()


# An audit makes thousands of counts, members and results; as frozen dataclasses they take three to five times as long.
class GroupCount(msgspec.Struct, frozen=True, gc=False):
    """`favourable` of `n` members of a group had the favourable outcome, in one stratum if strata are given.

    `group` is a value of the audited attribute, or a tuple of values for an intersection of attributes.
    Counts of the same group are added; their strata are what an adjusted audit holds constant.
    Raises ValueError unless 0 ≤ favourable ≤ n.
    """

    group: Level | tuple[Level, ...]
    favourable: int
    n: int
    stratum: Hashable = None

    def __post_init__(self) -> None:
        if not 0 <= self.favourable <= self.n:
            raise ValueError(f"group {self.label!r}: favourable {self.favourable} does not lie in 0 … n = {self.n}")

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.group if isinstance(self.group, tuple) else (self.group,)

    @property
    def label(self) -> str:
        return group_label(self.levels)


def group_label(levels: tuple[Level, ...]) -> str:
    """How a group is called in sentences and matched against a named reference."""
    if len(levels) == 1:
        return level_text(levels[0]) or "unknown"
    return " × ".join([level_text(level) or "unknown" for level in levels])


def group_key(levels: tuple[Level, ...]) -> tuple[str, ...]:
    """What tells a group from all others; labels do not where a group is called "unknown", or holds a "×"."""
    return tuple(map(level_text, levels))


def group_known(levels: tuple[Level, ...]) -> bool:
    """Whether no value of the group is unknown."""
    return all(map(level_text, levels))


def known_effect(effects: Mapping[str, _T], levels: tuple[Level, ...], alone: _T) -> _T:
    """The design effect of a group by its label; `alone` where it has none, or its members are not known to be one."""
    return effects.get(group_label(levels), alone) if effects and group_known(levels) else alone


class Member(msgspec.Struct, frozen=True, gc=False):
    """A group's totals, and by stratum (favourable, n): empty if the counts carry no strata.

    `excluded` says why the group is left out of the ratios, if it is. `design_effect`: how many of its members weigh
    like one independent one; 1 where they are independent. `label` and `known` follow from the levels.
    """

    levels: tuple[Level, ...]
    favourable: int = 0
    n: int = 0
    strata: Mapping[Hashable, tuple[int, int]] = {}
    excluded: str | None = None
    design_effect: float = 1.0
    label: str = ""
    known: bool = False

    def __post_init__(self) -> None:
        force_setattr(self, "label", group_label(self.levels))
        force_setattr(self, "known", group_known(self.levels))

    @property
    def effective(self) -> tuple[float, float]:
        """(favourable, n) divided by the design effect (Rao & Scott 1992); as counted where that is 1."""
        if self.design_effect == 1:
            return self.favourable, self.n
        return self.favourable / self.design_effect, self.n / self.design_effect


def whole_effective(one: Member, other: Member) -> tuple[int, int, int, int]:
    """k₁, n₁, k₂, n₂ of two groups in whole effective counts, for an exact test; as counted without design effects.

    Each n is rounded down and each k towards the other group's rate, so that rounding never adds to the evidence;
    where the rates then meet or cross, none is left, and both k are 0.
    """
    if one.design_effect == other.design_effect == 1:
        return one.favourable, one.n, other.favourable, other.n
    lower = one.favourable * other.n <= other.favourable * one.n
    k1, n1 = _whole(one, up=lower)
    k2, n2 = _whole(other, up=not lower)
    apart = k1 * n2 < k2 * n1 if lower else k1 * n2 > k2 * n1
    return (k1, n1, k2, n2) if apart else (0, n1, 0, n2)


def _whole(member: Member, *, up: bool) -> tuple[int, int]:
    n = math.floor(member.effective[1])
    k = member.favourable * n
    return (-(-k // member.n) if up else k // member.n), n


def members(
    counts: Iterable[GroupCount], *, policy: Policy, effects: Mapping[str, float] | None = None
) -> list[Member]:
    """Totals of each group, by label, the unknown last; groups too small for a ratio say so.

    The bar is `policy.minimum_share` of all known members, or half an even share where there are so many
    groups that an even share would hardly pass it. `effects` are design effects by label, 1 where none is given.
    """
    by_group: dict[tuple[str, ...], list[GroupCount]] = {}
    group, same = object(), []
    for count in counts:
        if count.group is not group:  # counts of one group mostly come in a row
            group, same = count.group, by_group.setdefault(_key(count), [])
        same.append(count)
    sizes = {key: sum([count.n for count in own]) for key, own in by_group.items()}
    present = [n for key, n in sizes.items() if n and all(key)]
    smallest_share, known_n = _smallest_share(policy.minimum_share, len(present)), sum(present)
    found = [
        _total(own, n, effects or {}, _exclusion(all(key), n, known_n, smallest_share))
        for (key, own), n in zip(by_group.items(), sizes.values(), strict=True)
    ]
    found.sort(key=lambda member: (not member.known, member.label))
    return found


def choose_reference(groups: Sequence[Member], *, policy: Policy) -> Member | None:
    """The group with the highest favourable rate among those large enough; None if no group has members.

    Large enough: not left out of the ratios, and `policy.minimum_n` members or, in a small table, half an
    even share of it, both in effective counts. Equal rates go to the larger group, then to the first label.
    """
    present = [member for member in groups if member.known and member.n]
    smallest_n: int | Fraction = policy.minimum_n
    if any(member.excluded is None and member.effective[1] < smallest_n for member in present):
        effective_n = Fraction(sum(member.effective[1] for member in present))
        smallest_n = min(smallest_n, effective_n * _half_even_share(len(present)))
    found: Member | None = None
    for member in present:
        eligible = member.excluded is None and member.effective[1] >= smallest_n
        if eligible and (found is None or _above(member, found)):
            found = member
    return found


def _above(one: Member, other: Member) -> bool:
    """By rate, exactly, then by size."""
    left, right = one.favourable * other.n, other.favourable * one.n
    return left > right or (left == right and one.n > other.n)


def find_reference(groups: Sequence[Member], named: str | tuple[Level, ...]) -> Member:
    """The group of that name, or of these levels, that has members. Raises LookupError with the names there are.

    A name's case does not matter, unless there is a group that is written just so.
    """
    present = [member for member in groups if member.known and member.n]
    if isinstance(named, tuple):
        matches = [member for member in present if group_key(member.levels) == group_key(named)]
    else:
        name = named.strip()
        matches = [member for member in present if member.label == name]
        matches = matches or [member for member in present if member.label.casefold() == name.casefold()]
    if not matches:
        name = group_label(named) if isinstance(named, tuple) else named
        names = ", ".join(repr(member.label) for member in present[:_MOST_LISTED]) or "none"
        raise LookupError(f"reference {name!r} is not one of the groups: {names}")
    return matches[0]


def _key(count: GroupCount) -> tuple[str, ...]:
    group = count.group
    return (group.strip(),) if type(group) is str else group_key(count.levels)


def _total(counts: Sequence[GroupCount], n: int, effects: Mapping[str, float], excluded: str | None) -> Member:
    strata: dict[Hashable, tuple[int, int]] = {}
    for count in counts:
        if count.stratum is not None:
            within = strata.get(count.stratum, _NONE)
            strata[count.stratum] = within[0] + count.favourable, within[1] + count.n
    levels, favourable = counts[0].levels, sum([count.favourable for count in counts])
    return Member(levels, favourable, n, strata, excluded, known_effect(effects, levels, 1.0))


@lru_cache(maxsize=256)
def _smallest_share(minimum: float, groups: int) -> Fraction:
    return min(exact(minimum), _half_even_share(groups))


def _half_even_share(groups: int) -> Fraction:
    return Fraction(1, 2 * max(groups, 1))


def _exclusion(known: bool, n: int, known_n: int, smallest_share: Fraction) -> str | None:
    if not known:
        return "value not known: counted, not compared"
    if not n:
        return "no members"
    if n * smallest_share.denominator < smallest_share.numerator * known_n:
        share = f"{100 * n / known_n:.2g} % of {known_n:,}"
        return f"{share}: under {float(smallest_share) * 100:.2g} %, left out of the ratios"
    return None
