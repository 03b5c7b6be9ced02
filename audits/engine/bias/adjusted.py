"""The gap that is left within strata: what customers asked, through which channel.

Adjust only for what was fixed *before* the conversation: a stratum that is itself a result of the treatment
(escalated, duration) explains away the harm it carries.

Three methods answer side by side, because each assumes something else. The verdict follows the first.

* Cochran–Mantel–Haenszel, with the Mantel–Haenszel odds ratio and difference: sound for few large and for many
  sparse strata.
* Logistic regression on group and stratum: the likelihood's odds ratio, for strata that are not sparse.
* Direct standardisation: both groups' rates at the pooled mix of strata, a mix that can be named.

All three summarise the strata in one figure. Where the strata differ among themselves (`strata_differ`) no single
figure stands for them: report them one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from audits.engine.bias.adjusted_gap import AdjustedGap, Standard
from audits.engine.bias.comparisons import Comparisons, GapFamily
from audits.engine.bias.groups import Member
from audits.engine.bias.json_numbers import Range
from audits.engine.bias.verdict import Evidence, Policy, Verdict, judge
from audits.engine.statistics import stratified_many
from audits.engine.statistics.estimates import Estimate, FloatArray, Test
from audits.engine.statistics.hidden_cause import HiddenCause, of_risk_ratios
from audits.engine.statistics.multiplicity import holm
from audits.engine.statistics.standardisation import standardise_many
from audits.engine.statistics.strata import Strata
from audits.engine.statistics.stratified_logistic import common_effects


class Crude(msgspec.Struct, frozen=True, gc=False):
    """A group against the reference before adjustment; `verdict` is that of its own family of tests."""

    difference: float
    difference_interval: Range
    verdict: Verdict


def adjusted_families(families: Sequence[GapFamily], crude: Sequence[Sequence[Crude]]) -> list[list[AdjustedGap]]:
    """For each table of each family, in step with `Comparisons.compared`: the comparison within strata; empty without.

    `crude` holds, table by table, the same comparisons unadjusted. The tests of a family's tables are one family again,
    adjusted by Holm for as many comparisons as the crude tables make. All policies have one confidence.
    """
    tables = [(plan, family.policy) for family in families for plan in family.plans]
    pairs = [_pairs(plan, own) for (plan, _), own in zip(tables, crude, strict=True)]
    flat = [pair for table in pairs for pair in table]
    if not flat:
        return [[] for _ in tables]
    figures = _Figures.of(flat, confidence=families[0].policy.confidence)
    numbers = iter(range(len(flat)))
    numbered = [[(next(numbers), pair) for pair in table] for table in pairs]
    p_adjusted: dict[int, float] = {}
    of_family = iter(numbered)
    for family in families:
        own = [next(of_family) for _ in family.plans]
        tested = [i for table in own for i, pair in table if pair.tested]
        size = sum(plan.family_size for plan, table in zip(family.plans, own, strict=True) if table)
        adjusted = holm([figures.test[i].p_value for i in tested], family_size=size).tolist()
        p_adjusted |= zip(tested, adjusted, strict=True)
    return [
        [_gap(pair, i, figures, p_adjusted.get(i), policy=policy) for i, pair in table]
        for (_, policy), table in zip(tables, numbered, strict=True)
    ]


def reverses(crude: Crude, adjusted: Estimate, *, everywhere: bool) -> bool:
    """Simpson's paradox: the adjusted difference has the other sign, and that is more than noise.

    A bare change of sign is not enough, since two estimates near zero change sign by chance half of the time. One of
    three must hold: the crude gap is one that the audit would act on (`disparity` or `watch`); both intervals exclude
    zero, on opposite sides; or the gap turns round `everywhere`, in each stratum by itself, which is the paradox in
    the strict sense, and hardly ever chance: of tables without any gap, two strata show it in one of a hundred, five
    in one of some thousand. The adjusted gap itself need not be significant: that a real aggregate gap is not one
    within strata, and leans the other way, is the paradox that readers have to be told of.
    Source: Simpson (1951), JRSS B 13:238-241; Bickel, Hammel & O'Connell (1975), Science 187:398-404; in each stratum,
    Good & Mittal (1987), Ann. Stat. 15:694-711.
    """
    if not crude.difference * adjusted.value < 0:
        return False
    if everywhere or crude.verdict in (Verdict.DISPARITY, Verdict.WATCH):
        return True
    (lower, upper), within = crude.difference_interval, (adjusted.lower, adjusted.upper)
    return (lower > 0 or upper < 0) and (within[0] > 0 or within[1] < 0)


@dataclass(frozen=True, slots=True)
class _Pair:
    group: Member
    reference: Member
    crude: Crude
    tested: bool

    def cells(self) -> list[tuple[int, int, int, int]]:
        """k₁, n₁, k₂, n₂ of the strata that hold members of both; the others say nothing about the gap."""
        against = self.reference.strata
        both = ((cell, against.get(stratum, (0, 0))) for stratum, cell in self.group.strata.items())
        return [(*cell, *other) for cell, other in both if cell[1] and other[1]]


def _pairs(plan: Comparisons, crude: Sequence[Crude]) -> list[_Pair]:
    if plan.reference is None or not plan.reference.strata:
        return []
    tested = len(plan.tested)
    return [
        _Pair(group, plan.reference, one, i < tested)
        for i, (group, one) in enumerate(zip(plan.compared, crude, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Figures:
    """Every method's answers, one entry a pair: computed for all of them at once.

    `leanings`: in how many strata the group is ahead of the reference, and in how many behind.
    """

    strata: list[int]
    leanings: list[tuple[float, float]]
    members: list[tuple[float, float]]
    crude_difference: list[float]
    odds_ratio: list[Estimate]
    risk_difference: list[Estimate]
    rates: list[tuple[float, float]]
    test: list[Test]
    logistic: list[Estimate]
    logistic_test: list[Test]
    standardised: list[Standard]
    breslow_day: list[Test]
    woolf: list[Test]
    hidden_cause: list[HiddenCause]
    hidden_cause_adverse: list[HiddenCause]

    @classmethod
    def of(cls, pairs: Sequence[_Pair], *, confidence: float) -> _Figures:
        cells = [pair.cells() for pair in pairs]
        sizes = np.array([len(own) for own in cells], dtype=np.intp)
        columns = np.array([cell for own in cells for cell in own], dtype=np.float64).reshape(-1, 4).T
        comparison = np.repeat(np.arange(len(pairs)), sizes)
        counted = Strata.of(*columns, comparison=comparison, comparisons=len(pairs))
        effects = np.array([(pair.group.design_effect, pair.reference.design_effect) for pair in pairs]).T
        inflation = stratified_many.clustered_inflation(counted, *effects)
        strata = _effective(counted, inflation)
        adverse = Strata(strata.n1 - strata.k1, strata.n1, strata.n2 - strata.k2, strata.n2, comparison, len(pairs))
        lean = np.sign(counted.k1 * counted.n2 - counted.k2 * counted.n1)
        n1, n2 = counted.sum(counted.n1), counted.sum(counted.n2)
        either = np.maximum(n1, 1.0), np.maximum(n2, 1.0)
        crude = counted.sum(counted.k1) / either[0] - counted.sum(counted.k2) / either[1]
        logistic = common_effects(strata, confidence=confidence)
        standardised = standardise_many(strata, confidence=confidence)
        rates = stratified_many.mantel_haenszel_rates(counted)
        ratio = stratified_many.mantel_haenszel_risk_ratio
        return cls(
            strata=sizes.tolist(),
            leanings=list(zip(*(counted.sum(np.maximum(side, 0.0)).tolist() for side in (lean, -lean)), strict=True)),
            members=list(zip(n1.tolist(), n2.tolist(), strict=True)),
            crude_difference=np.where(sizes > 0, crude, math.nan).tolist(),
            odds_ratio=stratified_many.mantel_haenszel_odds_ratio(strata, confidence=confidence).each(),
            risk_difference=stratified_many.mantel_haenszel_risk_difference(strata, confidence=confidence).each(),
            rates=list(zip(*(side.tolist() for side in rates), strict=True)),
            test=stratified_many.cochran_mantel_haenszel(counted, inflation=inflation).each(),
            logistic=logistic.odds_ratio.each(),
            logistic_test=logistic.test.each(),
            standardised=[
                Standard(*parts)
                for parts in zip(
                    standardised.rate.each(),
                    standardised.reference_rate.each(),
                    standardised.difference.each(),
                    standardised.ratio.each(),
                    strict=True,
                )
            ],
            breslow_day=stratified_many.breslow_day(strata).each(),
            woolf=stratified_many.woolf(strata).each(),
            hidden_cause=of_risk_ratios(ratio(strata, confidence=confidence)),
            hidden_cause_adverse=of_risk_ratios(ratio(adverse, confidence=confidence)),
        )


def _effective(strata: Strata, inflation: FloatArray) -> Strata:
    """Counts over what their comparison's variance is inflated by: the same estimates, with as much wider intervals.

    One divisor for both sides keeps the estimates those of the counts as they are; where none is above 1, the same
    counts.
    """
    if np.all(inflation == 1):
        return strata
    by = strata.spread(inflation)
    k1, n1, k2, n2 = (side / by for side in (strata.k1, strata.n1, strata.k2, strata.n2))
    return Strata(k1, n1, k2, n2, strata.comparison, strata.comparisons)


def _gap(pair: _Pair, i: int, figures: _Figures, p_adjusted: float | None, *, policy: Policy) -> AdjustedGap:
    risk_difference, members = figures.risk_difference[i], figures.members[i]
    evidence = Evidence(
        p_adjusted=p_adjusted if figures.strata[i] else None,
        breaches=_breaches(*figures.rates[i], policy=policy, with_ratios=pair.group.excluded is None),
        difference_interval=(risk_difference.lower, risk_difference.upper),
        smaller_n=min(members[0] / pair.group.design_effect, members[1] / pair.reference.design_effect),
    )
    ahead, behind = figures.leanings[i]
    with_crude, against = (ahead, behind) if pair.crude.difference > 0 else (behind, ahead)
    everywhere = evidence.smaller_n >= policy.minimum_n and not with_crude and against > 1
    return AdjustedGap(
        strata=figures.strata[i],
        share=sum(members) / max(pair.group.n + pair.reference.n, 1),
        crude_difference=figures.crude_difference[i],
        odds_ratio=figures.odds_ratio[i],
        risk_difference=risk_difference,
        test=figures.test[i],
        p_adjusted=p_adjusted,
        logistic=figures.logistic[i],
        logistic_test=figures.logistic_test[i],
        standardised=figures.standardised[i],
        breslow_day=figures.breslow_day[i],
        woolf=figures.woolf[i],
        hidden_cause=figures.hidden_cause[i],
        hidden_cause_adverse=figures.hidden_cause_adverse[i],
        simpson=pair.tested and reverses(pair.crude, risk_difference, everywhere=everywhere),
        judgement=judge(evidence, policy=policy),
    )


def _breaches(rate: float, reference_rate: float, *, policy: Policy, with_ratios: bool) -> tuple[str, ...]:
    if math.isnan(rate):
        return ()
    lower, higher = sorted((rate, reference_rate))
    bars = {f"adjusted difference of at least {policy.delta * 100:g} points": higher - lower >= policy.delta}
    if with_ratios:
        bars |= {
            f"adjusted favourable ratio below {policy.impact_ratio:.2f}": lower < policy.impact_ratio * higher,
            f"adjusted adverse ratio above {policy.adverse_ratio:.2f}": 1 - lower > policy.adverse_ratio * (1 - higher),
        }
    return tuple(bar for bar, breached in bars.items() if breached)
