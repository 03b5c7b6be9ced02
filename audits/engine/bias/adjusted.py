"""The gap that is left at an equal mix of strata: what customers asked, through which channel.

Adjust only for what was fixed *before* the conversation: a stratum that is itself a result of the treatment
(escalated, duration) explains away the harm it carries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audits.engine.bias.comparisons import Comparisons, split_by_size
from audits.engine.bias.groups import Member
from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.verdict import Evidence, Judgement, Policy, Verdict, judge
from audits.engine.statistics import stratified
from audits.engine.statistics.multiplicity import holm
from audits.engine.statistics.stratified import Estimate, Test

METHOD = "Cochran–Mantel–Haenszel, continuity corrected"


@dataclass(frozen=True, slots=True)
class StratumCells:
    """One entry a stratum, in step: favourable of n in the group, and in the reference; no n is 0."""

    favourable: tuple[int, ...]
    n: tuple[int, ...]
    reference_favourable: tuple[int, ...]
    reference_n: tuple[int, ...]

    @classmethod
    def of(cls, group: Member, reference: Member) -> StratumCells:
        """The strata in which both have members; the others say nothing about the gap."""
        pairs = [(cell, reference.strata.get(stratum, (0, 0))) for stratum, cell in group.strata.items()]
        cells = [(k, n, reference_k, reference_n) for (k, n), (reference_k, reference_n) in pairs if n and reference_n]
        k, n, reference_k, reference_n = zip(*cells, strict=True) if cells else ((), (), (), ())
        return cls(k, n, reference_k, reference_n)

    @property
    def arrays(self) -> tuple[tuple[int, ...], ...]:
        return self.favourable, self.n, self.reference_favourable, self.reference_n

    def test(self) -> Test:
        """Cochran–Mantel–Haenszel test, with continuity correction."""
        return stratified.cochran_mantel_haenszel(*self.arrays)


@dataclass(frozen=True, slots=True)
class AdjustedGap:
    """A group against the reference at an equal mix of strata. Undetermined estimates are nan (null in JSON).

    `p_adjusted` is None for a group that is too small to be tested; its verdict is `not_enough_data`.
    `simpson` is set where the crude and the adjusted difference have opposite signs. Where `breslow_day` or
    `woolf` has a small p-value the strata differ among themselves: report them one by one, not this summary.
    """

    strata: int
    odds_ratio: Estimate
    risk_difference: Estimate
    test: Test
    p_adjusted: float | None
    breslow_day: Test
    woolf: Test
    simpson: bool
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; numbers that are not finite become null."""
        return {
            "method": METHOD,
            "strata": self.strata,
            "odds_ratio": finite(self.odds_ratio.value),
            "odds_ratio_interval": finite_range((self.odds_ratio.lower, self.odds_ratio.upper)),
            "statistic": finite(self.test.statistic),
            "p_value": finite(self.test.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "risk_difference": finite(self.risk_difference.value),
            "risk_difference_interval": finite_range((self.risk_difference.lower, self.risk_difference.upper)),
            "homogeneity": {"breslow_day": _test_json(self.breslow_day), "woolf": _test_json(self.woolf)},
            "simpson": self.simpson,
            "verdict": self.verdict.value,
            "reasons": list(self.judgement.reasons),
        }


def adjusted_gaps(plans: Sequence[Comparisons], *, policy: Policy) -> list[list[AdjustedGap]]:
    """For each plan, in step with `Comparisons.compared`: the comparison within strata; empty without.

    The tests of all tables are one family, adjusted by Holm for as many comparisons as the crude tables make.
    """
    cells = [_cells(plan) for plan in plans]
    p_values = [
        np.array([group.test().p_value for group in table[: len(plan.tested)]])
        for plan, table in zip(plans, cells, strict=True)
    ]
    family_size = sum(plan.family_size for plan, table in zip(plans, cells, strict=True) if table)
    adjusted = holm(np.concatenate([np.empty(0), *p_values]), family_size=family_size)
    by_table = split_by_size(adjusted, [p.size for p in p_values])
    return [
        [
            _adjusted_gap(group, plan.reference, table[i], p[i] if i < p.size else None, policy=policy)
            for i, group in enumerate(plan.compared)
            if table and plan.reference
        ]
        for plan, table, p in zip(plans, cells, by_table, strict=True)
    ]


def _cells(plan: Comparisons) -> list[StratumCells]:
    if plan.reference is None or not plan.reference.strata:
        return []
    return [StratumCells.of(group, plan.reference) for group in plan.compared]


def _adjusted_gap(
    group: Member, reference: Member, cells: StratumCells, p_adjusted: float | None, *, policy: Policy
) -> AdjustedGap:
    confidence = policy.confidence
    risk_difference = stratified.mantel_haenszel_risk_difference(*cells.arrays, confidence=confidence)
    evidence = Evidence(
        p_adjusted=p_adjusted if cells.n else None,
        breaches=_breaches(*stratified.mantel_haenszel_rates(*cells.arrays), policy=policy),
        difference_interval=(risk_difference.lower, risk_difference.upper),
        smaller_n=min(sum(cells.n), sum(cells.reference_n)),
    )
    crude = group.favourable / group.n - reference.favourable / reference.n
    return AdjustedGap(
        strata=len(cells.n),
        odds_ratio=stratified.mantel_haenszel_odds_ratio(*cells.arrays, confidence=confidence),
        risk_difference=risk_difference,
        test=cells.test(),
        p_adjusted=None if p_adjusted is None else float(p_adjusted),
        breslow_day=stratified.breslow_day(*cells.arrays),
        woolf=stratified.woolf(*cells.arrays),
        simpson=crude * risk_difference.value < 0,
        judgement=judge(evidence, policy=policy),
    )


def _breaches(rate: float, reference_rate: float, *, policy: Policy) -> tuple[str, ...]:
    if math.isnan(rate):
        return ()
    lower, higher = sorted((rate, reference_rate))
    bars = {
        f"adjusted difference of at least {policy.delta * 100:g} points": higher - lower >= policy.delta,
        f"adjusted favourable ratio below {policy.impact_ratio:.2f}": lower < policy.impact_ratio * higher,
        f"adjusted adverse ratio above {policy.adverse_ratio:.2f}": (1 - lower > policy.adverse_ratio * (1 - higher)),
    }
    return tuple(bar for bar, breached in bars.items() if breached)


def _test_json(test: Test) -> dict[str, float | None]:
    determined = test.degrees_of_freedom > 0
    return {
        "statistic": finite(test.statistic) if determined else None,
        "p_value": finite(test.p_value) if determined else None,
    }
