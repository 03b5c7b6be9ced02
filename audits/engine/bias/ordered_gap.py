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


@dataclass(frozen=True, slots=True)
class OrderedResult:
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


def audit_ordered(
    counts: Mapping[Level, Sequence[int]], *, scale: Scale, policy: Policy, reference: str | None, attribute: str
) -> OrderedTable:
    """Compare each group's counts, in the order of `scale.labels`, with the reference's.

    `policy.delta` is a distance from 0.5 here, `policy.alpha` the chance of any false disparity in the table; groups
    of fewer than `policy.small_cell` are not tested. Raises LookupError if `reference` names none of the groups.
    """
    by_label = {level_text(level): level for level in counts}
    found = members((GroupCount(level, 0, sum(row)) for level, row in counts.items()), policy=policy)
    rows = {member.label: list(counts[by_label[level_text(member.levels[0])]]) for member in found}
    base = _reference(found, reference, policy=policy)
    tested = [
        member
        for member in found
        if base is not None and member is not base and member.known and min(member.n, base.n) >= policy.small_cell
    ]
    compared = _compared(tested, base, rows, scale=scale, policy=policy) if base is not None and tested else []
    untested = [m for m in found if m is not base and m not in tested and m.known and m.n]
    unknown = [m for m in found if not m.known and m.n]
    groups = (
        *([_alone(base, rows, scale=scale, is_reference=True)] if base is not None else ()),
        *sorted((*compared, *(_alone(m, rows, scale=scale) for m in untested)), key=lambda row: row.label),
        *(_alone(m, rows, scale=scale) for m in unknown),
    )
    verdict = overall(row.verdict for row in compared)
    return OrderedTable(attribute, groups, comparisons=len(tested), verdict=verdict, policy=policy)


def _reference(found: Sequence[Member], name: str | None, *, policy: Policy) -> Member | None:
    if name is not None:
        return find_reference(found, name)
    present = [member for member in found if member.known and member.n >= policy.small_cell]
    return max(present, key=lambda member: member.n, default=None)


def _compared(
    tested: Sequence[Member],
    base: Member,
    rows: Mapping[str, Sequence[int]],
    *,
    scale: Scale,
    policy: Policy,
) -> list[OrderedResult]:
    mine, theirs = np.array([rows[member.label] for member in tested]), np.array(rows[base.label])
    tests = mann_whitney(mine, theirs)
    effects = superiority(mine, theirs, confidence=policy.confidence)
    p_values = [
        max(p, mann_whitney_shuffled(row, theirs)) if p <= policy.alpha and min(member.n, base.n) < SHUFFLED else p
        for p, row, member in zip(tests.p_value.tolist(), mine, tested, strict=True)
    ]
    adjusted = holm(p_values)
    results = []
    for i, member in enumerate(tested):
        probability = float(effects.probability[i])
        interval = (float(effects.lower[i]), float(effects.upper[i]))
        evidence = Evidence(
            p_adjusted=float(adjusted[i]),
            breaches=_breaches(probability, policy),
            difference_interval=(interval[0] - 0.5, interval[1] - 0.5),
            smaller_n=min(member.n, base.n),
        )
        judgement = judge(evidence, policy=policy)
        results.append(
            OrderedResult(
                level=member.levels[0],
                n=member.n,
                middle=_middle(rows[member.label], scale),
                superiority=probability,
                interval=interval,
                u=float(tests.u[i]),
                p_value=p_values[i],
                p_adjusted=float(adjusted[i]),
                spread_p_value=float(effects.p_value[i]),
                detectable=detectable_superiority(
                    member.n, base.n, alpha=policy.alpha / len(tested), power=policy.power
                ),
                verdict=judgement.verdict,
                reasons=judgement.reasons,
            )
        )
    return results


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


def _alone(
    member: Member, rows: Mapping[str, Sequence[int]], *, scale: Scale, is_reference: bool = False
) -> OrderedResult:
    return OrderedResult(
        level=member.levels[0],
        n=member.n,
        middle=_middle(rows[member.label], scale),
        verdict=Verdict.NO_MATERIAL_DIFFERENCE if is_reference else Verdict.NOT_ENOUGH_DATA,
        reasons=(member.excluded,) if member.excluded and not member.known else (),
        is_reference=is_reference,
    )


def _middle(row: Sequence[int], scale: Scale) -> str | None:
    place = middle(row)
    return None if place is None else scale.labels[place]
