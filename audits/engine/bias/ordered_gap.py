"""Do groups differ on an ordered scale, such as a score or a wait? Counts on the scale in, a table of comparisons out.

Each group is compared with the reference by the Mann–Whitney test; the effect is the probability of superiority, how
often a random member of the group is above a random one of the reference (ties as halves, 0.5 where they are alike).
The reference is the one that is named, or else the largest group: chosen by size and never by what is compared, so
that a table of k groups makes k − 1 comparisons, corrected by Holm's method. Where a group is small, what passes the
test's normal approximation has to pass a test by shuffling as well.

An effect is material from `DELTA` on. Vargha & Delaney (2000), J. Educ. Behav. Stat. 25:101-132, table 1, call 0.56
small, 0.64 medium and 0.71 large, after Cohen's d of 0.2, 0.5 and 0.8; Cliff's (1993) delta is 2·PS − 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import msgspec
import numpy as np
from scipy.special import ndtri

from audits.engine.bias.groups import GroupCount, Level, Member, find_reference, group_label, level_text, members
from audits.engine.bias.json_numbers import Range, finite, finite_range
from audits.engine.bias.scales import Scale, middle
from audits.engine.bias.verdict import Evidence, Policy, Verdict, exact, judge, overall
from audits.engine.statistics.multiplicity import holm
from audits.engine.statistics.ranks import mann_whitney, mann_whitney_shuffled, superiority

DELTA = 0.06
SHUFFLED = 100
"""Groups of fewer are shuffled where the normal approximation would pass: it is not to be trusted that far out."""
_WIDTH = 64


class OrderedResult(msgspec.Struct, frozen=True, gc=False):
    """One group against the reference. `superiority` is the group's; None stands for what was not compared."""

    level: Level
    n: int
    middle: str | None
    superiority: float | None = None
    interval: Range | None = None
    u: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    spread_p_value: float | None = None
    detectable: float | None = None
    verdict: Verdict = Verdict.NOT_ENOUGH_DATA
    reasons: tuple[str, ...] = ()
    is_reference: bool = False

    @property
    def label(self) -> str:
        return group_label((self.level,))

    @property
    def tested(self) -> bool:
        return self.p_adjusted is not None

    def to_json(self, attribute: str) -> dict[str, Any]:
        """Plain JSON types under stable keys; null for what is not determined."""
        return {
            "group": {attribute: self.level if level_text(self.level) else None},
            "n": self.n,
            "middle": self.middle,
            "superiority": finite(self.superiority),
            "superiority_interval": finite_range(self.interval),
            "u": finite(self.u),
            "p_value": finite(self.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "brunner_munzel_p_value": finite(self.spread_p_value),
            "detectable": finite(self.detectable),
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "is_reference": self.is_reference,
        }


@dataclass(frozen=True, slots=True)
class OrderedTable:
    """All groups of one attribute on one scale: the reference, the others by label, the unknown last."""

    attribute: str
    groups: tuple[OrderedResult, ...]
    comparisons: int
    verdict: Verdict
    policy: Policy

    @property
    def reference(self) -> OrderedResult | None:
        return next((group for group in self.groups if group.is_reference), None)

    @property
    def compared(self) -> tuple[OrderedResult, ...]:
        return tuple(group for group in self.groups if group.tested)

    @property
    def n(self) -> int:
        return sum(group.n for group in self.groups)

    def to_json(self) -> dict[str, Any]:
        """The table as plain JSON types; never NaN or infinity, null instead."""
        return {
            "attribute": self.attribute,
            "comparisons": self.comparisons,
            "groups": [group.to_json(self.attribute) for group in self.groups],
            "verdict": self.verdict.value,
        }


@dataclass(frozen=True, slots=True)
class OrderedPlan:
    """The groups of one attribute on one scale, and who is compared with whom: all that precedes the tests.

    `rows` holds the counts of each level by its text, in the order of `scale.labels`. `policy.delta` is a distance from
    0.5 here, `policy.alpha` the chance of any false disparity in the table.
    """

    attribute: str
    scale: Scale
    policy: Policy
    members: tuple[Member, ...]
    rows: Mapping[str, Sequence[int]]
    reference: Member | None
    tested: tuple[Member, ...]

    @classmethod
    def of(
        cls,
        counts: Mapping[Level, Sequence[int]],
        *,
        scale: Scale,
        policy: Policy,
        reference: str | None,
        attribute: str,
    ) -> OrderedPlan:
        """Raises LookupError if `reference` names none of the groups."""
        rows = {level_text(level): list(row) for level, row in counts.items()}
        found = members((GroupCount(level, 0, sum(row)) for level, row in counts.items()), policy=policy)
        base = _reference(found, reference, policy=policy)
        tested = tuple(
            member
            for member in found
            if base is not None and member is not base and member.known and min(member.n, base.n) >= policy.small_cell
        )
        return cls(attribute, scale, policy, tuple(found), rows, base, tested)

    def row(self, member: Member) -> Sequence[int]:
        """The counts of one group."""
        return self.rows[level_text(member.levels[0])]


def audit_ordered(
    counts: Mapping[Level, Sequence[int]], *, scale: Scale, policy: Policy, reference: str | None, attribute: str
) -> OrderedTable:
    """Compare each group's counts, in the order of `scale.labels`, with the reference's; see `audit_ordered_plans`.

    Raises LookupError if `reference` names none of the groups.
    """
    plan = OrderedPlan.of(counts, scale=scale, policy=policy, reference=reference, attribute=attribute)
    return audit_ordered_plans([plan])[0]


def audit_ordered_plans(plans: Sequence[OrderedPlan]) -> list[OrderedTable]:
    """The table of each plan, as if it were audited alone, from one pass of tests.

    Groups of fewer than `policy.small_cell` are not tested. Raises ValueError unless all policies have one confidence.
    """
    if len({plan.policy.confidence for plan in plans}) > 1:
        raise ValueError("tables can only be audited together at one confidence")
    pairs = [
        (plan.row(member), plan.row(plan.reference))
        for plan in plans
        if plan.reference is not None
        for member in plan.tested
    ]
    if not pairs:
        return [_table(plan, []) for plan in plans]
    # Scales differ in length; values beyond a scale's end, which nobody has, leave every rank as it is. One width for
    # all usual scales, so that no sum is rounded otherwise for the company that it is in.
    width = -(-max(len(row) for row, _ in pairs) // _WIDTH) * _WIDTH
    counts = np.zeros((2, len(pairs), width))
    for i, sides in enumerate(pairs):
        counts[:, i, : len(sides[0])] = sides
    tests = mann_whitney(*counts)
    effects = superiority(*counts, confidence=plans[0].policy.confidence)
    figures = iter(
        zip(
            tests.u.tolist(),
            tests.p_value.tolist(),
            effects.probability.tolist(),
            zip(effects.lower.tolist(), effects.upper.tolist(), strict=True),
            effects.p_value.tolist(),
            strict=True,
        )
    )
    return [_table(plan, [_Figures(*next(figures)) for _ in plan.tested]) for plan in plans]


@dataclass(frozen=True, slots=True)
class _Figures:
    """One tested group against the reference; `p_value` by the normal approximation alone."""

    u: float
    p_value: float
    superiority: float
    interval: Range
    spread_p_value: float


def _table(plan: OrderedPlan, figures: Sequence[_Figures]) -> OrderedTable:
    base = plan.reference
    compared = [] if base is None else _compared(plan, base, figures)
    untested = [m for m in plan.members if m is not base and m not in plan.tested and m.known and m.n]
    unknown = [m for m in plan.members if not m.known and m.n]
    groups = (
        *([_alone(base, plan, is_reference=True)] if base is not None else ()),
        *sorted((*compared, *(_alone(m, plan) for m in untested)), key=lambda row: row.label),
        *(_alone(m, plan) for m in unknown),
    )
    verdict = overall(row.verdict for row in compared)
    return OrderedTable(plan.attribute, groups, comparisons=len(plan.tested), verdict=verdict, policy=plan.policy)


def _reference(found: Sequence[Member], name: str | None, *, policy: Policy) -> Member | None:
    if name is not None:
        return find_reference(found, name)
    present = [member for member in found if member.known and member.n >= policy.small_cell]
    return max(present, key=lambda member: member.n, default=None)


def _compared(plan: OrderedPlan, base: Member, figures: Sequence[_Figures]) -> list[OrderedResult]:
    policy = plan.policy
    p_values = [_p_value(plan, member, base, one.p_value) for member, one in zip(plan.tested, figures, strict=True)]
    results = []
    for member, one, p_value, p_adjusted in zip(plan.tested, figures, p_values, holm(p_values).tolist(), strict=True):
        evidence = Evidence(
            p_adjusted=p_adjusted,
            breaches=_breaches(one.superiority, policy),
            difference_interval=(one.interval[0] - 0.5, one.interval[1] - 0.5),
            smaller_n=min(member.n, base.n),
        )
        judgement = judge(evidence, policy=policy)
        results.append(
            OrderedResult(
                level=member.levels[0],
                n=member.n,
                middle=_middle(plan, member),
                superiority=one.superiority,
                interval=one.interval,
                u=one.u,
                p_value=p_value,
                p_adjusted=p_adjusted,
                spread_p_value=one.spread_p_value,
                detectable=detectable_superiority(
                    member.n, base.n, alpha=policy.alpha / len(plan.tested), power=policy.power
                ),
                verdict=judgement.verdict,
                reasons=judgement.reasons,
            )
        )
    return results


def _p_value(plan: OrderedPlan, member: Member, base: Member, p_value: float) -> float:
    """Where a small group passes by the normal approximation, the larger of it and that by shuffling."""
    if p_value > plan.policy.alpha or min(member.n, base.n) >= SHUFFLED:
        return p_value
    return max(p_value, mann_whitney_shuffled(plan.row(member), plan.row(base)))


def _breaches(probability: float, policy: Policy) -> tuple[str, ...]:
    # Counts give the probability as a fraction, but its sum in floats may miss the bar by a rounding error.
    if abs(probability - 0.5) + 1e-12 < float(exact(policy.delta)):
        return ()
    return (f"at least {policy.delta * 100:g} points from an even chance",)


def detectable_superiority(n: int, m: int, *, alpha: float, power: float) -> float:
    """The smallest distance from 0.5 that groups of these sizes would have shown, at most 0.5.

    Without ties, so on the safe side with them. Source: Noether (1987), JASA 82:645-647, eq. 4 solved for p.
    """
    total = n + m
    share = n / total
    gap = (float(ndtri(1 - alpha / 2)) + float(ndtri(power))) / sqrt(12 * share * (1 - share) * total)
    return min(gap, 0.5)


def _alone(member: Member, plan: OrderedPlan, *, is_reference: bool = False) -> OrderedResult:
    return OrderedResult(
        level=member.levels[0],
        n=member.n,
        middle=_middle(plan, member),
        verdict=Verdict.NO_MATERIAL_DIFFERENCE if is_reference else Verdict.NOT_ENOUGH_DATA,
        reasons=(member.excluded,) if member.excluded and not member.known else (),
        is_reference=is_reference,
    )


def _middle(plan: OrderedPlan, member: Member) -> str | None:
    place = middle(plan.row(member))
    return None if place is None else plan.scale.labels[place]
