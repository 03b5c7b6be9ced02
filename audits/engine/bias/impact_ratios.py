"""The impact-ratio table of NYC Local Law 144 and the EEOC: each group's rate over the highest group's.

A screen, not a verdict: it knows no chance (a table of tens flags at random) and no size (99 % against 80 % passes
while failures are twentyfold). So the favourable rates are shown beside the adverse ones, and a flag is a reason
to look.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from audits.engine.bias.groups import GroupCount, Member, members
from audits.engine.bias.verdict import Policy


class Impact(msgspec.Struct, frozen=True, gc=False):
    """One group. `favourable_ratio`: its rate over the highest; `adverse_ratio`: its adverse rate over the lowest.

    Both are None for groups that are left out of the ratios, `excluded` says why, and where the denominator is 0.
    `below_four_fifths` and `above_five_fourths` (adverse) compare in whole numbers.
    """

    label: str
    known: bool
    n: int
    favourable: int
    favourable_ratio: float | None
    adverse_ratio: float | None
    below_four_fifths: bool
    above_five_fourths: bool
    excluded: str | None

    @property
    def rate(self) -> float | None:
        return self.favourable / self.n if self.n else None

    @property
    def flagged(self) -> bool:
        return self.below_four_fifths or self.above_five_fourths


def impact_ratios(counts: Sequence[GroupCount], *, policy: Policy) -> list[Impact]:
    """Each group against the group with the highest favourable rate; empty without any group.

    Groups under `policy.minimum_share` of all known members are left out of the ratios, and cannot be the highest
    (NYC DCWP, Rules of the City of New York, title 6, §5-301). Four fifths: 29 CFR 1607.4(D). At exactly 4/5, or 5/4,
    a group is not flagged: 5·k·n₀ is compared with 4·k₀·n.
    """
    found = [member for member in members(counts, policy=policy) if member.n]
    compared = [member for member in found if member.known and member.excluded is None]
    if not compared:
        return [_uncompared(member) for member in found]
    highest = max(compared, key=lambda one: (one.favourable / one.n, one.n))
    for one in compared:  # of floats that round to the same the exact comparison decides
        if one.favourable * highest.n > highest.favourable * one.n:
            highest = one
    return [
        _compared(member, highest) if member.known and member.excluded is None else _uncompared(member)
        for member in found
    ]


def _compared(member: Member, highest: Member) -> Impact:
    k, n, k0, n0 = member.favourable, member.n, highest.favourable, highest.n
    bad, bad0 = n - k, n0 - k0
    return Impact(
        label=member.label,
        known=True,
        n=n,
        favourable=k,
        favourable_ratio=k * n0 / (k0 * n) if k0 else None,
        adverse_ratio=bad * n0 / (bad0 * n) if bad0 else None,
        below_four_fifths=5 * k * n0 < 4 * k0 * n,
        above_five_fourths=4 * bad * n0 > 5 * bad0 * n,
        excluded=None,
    )


def _uncompared(member: Member) -> Impact:
    return Impact(member.label, member.known, member.n, member.favourable, None, None, False, False, member.excluded)
