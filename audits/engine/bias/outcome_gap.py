"""Do groups get the favourable outcome at different rates? Counts in, one table of comparisons out.

False alarms. Where the reference is *named*, a table of k groups makes k − 1 comparisons. Where it is
*chosen* as the group with the highest rate, the choice has looked at the data: it picks the largest of all
k(k−1)/2 differences, and correcting for k − 1 of them would raise false disparities in far more than
`alpha` of audits. The family is then all k(k−1)/2 pairs, corrected by Holm's method, which holds whatever
the choice. As all pairs are paid for, a disparity between two groups that are not the reference is reported
too (`GapTable.between`): a small group that was lucky enough to become the reference then cannot hide it.

Tables that belong to one audit form one family of tests (`GapFamily`). Families have nothing to do with each other,
but most of what they cost is the same however many there are: `audit_families` answers any number in one pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.adjusted import Crude, adjusted_families
from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.comparisons import Comparisons, GapFamily, TableCounts
from audits.engine.bias.gap_table import GapTable, GroupResult, PairDisparity
from audits.engine.bias.groups import GroupCount, Member
from audits.engine.bias.json_numbers import Range
from audits.engine.bias.verdict import Evidence, Judgement, Policy, Verdict, judge, material_breaches, overall
from audits.engine.statistics import intervals
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.multiplicity import holm
from audits.engine.statistics.power import detectable_difference

__all__ = ["GapFamily", "GroupCount", "TableCounts", "audit_families", "audit_gap", "audit_gaps"]

FloatArray = NDArray[np.float64]
T = TypeVar("T")


def audit_gap(
    counts: Sequence[GroupCount],
    *,
    policy: Policy,
    reference: str | None = None,
    attribute: str = "group",
    effects: Mapping[str, float] | None = None,
) -> GapTable:
    """Compare the groups of one attribute with the reference; see `audit_families`.

    Raises LookupError if `reference` names none of the groups.
    """
    return audit_gaps([TableCounts((attribute,), tuple(counts), reference, effects or {})], policy=policy)[0]


def audit_gaps(tables: Sequence[TableCounts], *, policy: Policy) -> list[GapTable]:
    """Compare groups with the reference in each table, as one family of tests; see `audit_families`.

    Raises LookupError if a named reference is none of its table's groups.
    """
    return audit_families([GapFamily.of(tables, policy=policy)])[0]


def audit_families(families: Sequence[GapFamily]) -> list[list[GapTable]]:
    """For each family its tables, as if it were audited alone.

    Rates have Wilson intervals, differences Newcombe's method 10, ratios log intervals; p-values are
    Fisher's exact test, adjusted by Holm across all tables of the family. Data without any true gap gives a
    disparity in at most `policy.alpha` of audits. Counts that carry a stratum are also compared within
    strata (`GroupResult.adjusted`), those tests adjusted as a family of their own. Groups below
    `policy.small_cell` are shown with their p-value but not tested. The verdict of a table is `overall` of
    its tested comparisons.

    Where a table has design effects (`TableCounts.effects`), intervals, tests, detectable differences and the judgement
    rest on effective counts (Rao & Scott 1992, Biometrics 48:577-585), Fisher's test on whole ones (`whole_effective`);
    rates, ratios, n, and what is material are those of the counts as they are. Raises ValueError unless all policies
    have one confidence and one power.
    """
    if not families:
        return []
    if len({(family.policy.confidence, family.policy.power) for family in families}) > 1:
        raise ValueError("families can only be audited together at one confidence and one power")
    tables = [
        _Table(plan, family.policy, *tests)
        for family, tested in zip(families, _tests(families), strict=True)
        for plan, tests in zip(family.plans, tested, strict=True)
    ]
    figures = _figures(tables)
    judged = [_judgements(*parts) for parts in zip(tables, figures, strict=True)]
    adjusted = adjusted_families(families, [_crude(*parts) for parts in zip(figures, judged, strict=True)])
    parts = zip(tables, figures, judged, adjusted, _between(tables), strict=True)
    gaps = iter([_gap_table(*of_table) for of_table in parts])
    return [[next(gaps) for _ in family.plans] for family in families]


@dataclass(frozen=True, slots=True)
class _Table:
    """A planned table and its tests: p-values in the order of `Comparisons.cells`, adjusted where they are tested."""

    plan: Comparisons
    policy: Policy
    p_values: Sequence[float]
    p_adjusted: Sequence[float]
    family_size: int

    def of_compared(self, i: int) -> tuple[float, float | None]:
        """The p-value and the adjusted one of `plan.compared[i]`."""
        tested = len(self.plan.tested)
        if i < tested:
            return self.p_values[i], self.p_adjusted[i]
        return self.p_values[i + len(self.plan.pairs)], None


@dataclass(frozen=True, slots=True)
class _Figures:
    """Estimates of one table, an entry a compared group; `alone` are the rate intervals of its other groups."""

    rate: Sequence[float]
    rate_interval: Sequence[Range]
    difference: Sequence[float]
    difference_interval: Sequence[Range]
    ratio: Sequence[float]
    ratio_interval: Sequence[Range]
    adverse_ratio: Sequence[float]
    detectable: Sequence[float]
    alone: Sequence[Range]


def _tests(families: Sequence[GapFamily]) -> list[list[tuple[Sequence[float], Sequence[float], int]]]:
    """Of each table of each family: p-values, adjusted p-values, and the size of the family."""
    cells = [[plan.cells() for plan in family.plans] for family in families]
    flat = np.array([cell for own in cells for table in own for cell in table], dtype=np.float64).reshape(-1, 4)
    p_values = fisher_exact(*flat.T).tolist()
    parts = iter(_cut(p_values, [len(table) for own in cells for table in own]))
    found: list[list[tuple[Sequence[float], Sequence[float], int]]] = []
    for family in families:
        own = [next(parts) for _ in family.plans]
        in_family = [p[: len(plan.tested) + len(plan.pairs)] for p, plan in zip(own, family.plans, strict=True)]
        size = sum(plan.family_size for plan in family.plans)
        adjusted = holm([p for table in in_family for p in table], family_size=size).tolist()
        by_table = _cut(adjusted, [len(table) for table in in_family])
        found.append([(p, q, size) for p, q in zip(own, by_table, strict=True)])
    return found


def _figures(tables: Sequence[_Table]) -> list[_Figures]:
    """The estimates of all tables in one pass."""
    policy = tables[0].policy if tables else Policy()
    confidence = policy.confidence
    pairs = [(group, table.plan.reference) for table in tables if table.plan.reference for group in table.plan.compared]
    counted = _columns([(one.favourable, one.n, other.favourable, other.n) for one, other in pairs])
    effective = _columns([(*one.effective, *other.effective) for one, other in pairs])
    lone = _columns([(*member.effective, 0, 0) for table in tables for member in table.plan.alone])
    k, n, k0, n0 = counted
    rates, reference_rates = k / n, k0 / n0
    shares = [table.policy.alpha / max(table.family_size, 1) for table in tables for _ in table.plan.compared]
    columns = (
        rates.tolist(),
        _ranges(intervals.wilson(*effective[:2], confidence=confidence)),
        (rates - reference_rates).tolist(),
        _ranges(intervals.newcombe_difference(*effective, confidence=confidence)),
        intervals.ratio(*counted).tolist(),
        _ranges(intervals.log_ratio(*effective, confidence=confidence)),
        intervals.ratio(n - k, n, n0 - k0, n0).tolist(),
        detectable_difference(reference_rates, effective[3], effective[1], alpha=shares, power=policy.power).tolist(),
    )
    sizes = [len(table.plan.compared) for table in tables]
    alone = _cut(
        _ranges(intervals.wilson(*lone[:2], confidence=confidence)), [len(table.plan.alone) for table in tables]
    )
    return [_Figures(*parts) for parts in zip(*(_cut(column, sizes) for column in columns), alone, strict=True)]


def _judgements(table: _Table, figures: _Figures) -> list[Judgement]:
    """The verdict on each compared group."""
    reference, policy = table.plan.reference, table.policy
    if reference is None:
        return []
    of_reference = reference.effective[1]
    return [
        judge(
            Evidence(
                p_adjusted=table.of_compared(i)[1],
                breaches=material_breaches(
                    group.favourable,
                    group.n,
                    reference.favourable,
                    reference.n,
                    policy=policy,
                    with_ratios=group.excluded is None,
                ),
                difference_interval=figures.difference_interval[i],
                smaller_n=min(group.effective[1], of_reference),
            ),
            policy=policy,
        )
        for i, group in enumerate(table.plan.compared)
    ]


def _crude(figures: _Figures, judgements: Sequence[Judgement]) -> list[Crude]:
    rows = zip(figures.difference, figures.difference_interval, judgements, strict=True)
    return [Crude(difference, interval, judgement.verdict) for difference, interval, judgement in rows]


def _gap_table(
    table: _Table,
    figures: _Figures,
    judgements: Sequence[Judgement],
    adjusted: Sequence[AdjustedGap],
    between: Sequence[PairDisparity],
) -> GapTable:
    plan = table.plan
    compared = [
        _compared_row(table, i, group, figures, judgement, adjusted[i] if adjusted else None)
        for i, (group, judgement) in enumerate(zip(plan.compared, judgements, strict=True))
    ]
    alone = [
        _reference_row(member, interval) if member is plan.reference else _uncompared_row(member, interval)
        for member, interval in zip(plan.alone, figures.alone, strict=True)
    ]
    first = 0 if plan.reference is None else 1
    verdicts = [row.verdict for row in compared if row.tested] + [Verdict.DISPARITY] * len(between)
    return GapTable(
        attributes=plan.table.attributes,
        groups=(*alone[:first], *sorted(compared, key=lambda row: row.label), *alone[first:]),
        between=tuple(between),
        comparisons=table.family_size,
        verdict=overall(verdicts),
        policy=table.policy,
    )


def _compared_row(
    table: _Table, i: int, group: Member, figures: _Figures, judgement: Judgement, adjusted: AdjustedGap | None
) -> GroupResult:
    reference = table.plan.reference
    assert reference is not None
    p_value, p_adjusted = table.of_compared(i)
    in_ratios = group.excluded is None
    return GroupResult(
        levels=group.levels,
        n=group.n,
        favourable=group.favourable,
        rate=figures.rate[i],
        rate_interval=figures.rate_interval[i],
        impact_ratio=figures.ratio[i] if in_ratios else None,
        impact_ratio_interval=figures.ratio_interval[i] if in_ratios else None,
        below_four_fifths=_below_four_fifths(group, reference) if in_ratios else None,
        adverse_ratio=figures.adverse_ratio[i] if in_ratios else None,
        difference=figures.difference[i],
        difference_interval=figures.difference_interval[i],
        p_value=p_value,
        p_adjusted=p_adjusted,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        detectable_difference=figures.detectable[i],
        excluded=group.excluded,
        adjusted=adjusted,
        design_effect=group.design_effect,
    )


def _reference_row(reference: Member, rate_interval: Range) -> GroupResult:
    return GroupResult(
        levels=reference.levels,
        n=reference.n,
        favourable=reference.favourable,
        rate=reference.favourable / reference.n if reference.n else None,
        rate_interval=rate_interval,
        impact_ratio=1.0 if reference.favourable else None,
        below_four_fifths=False,
        adverse_ratio=1.0 if reference.favourable < reference.n else None,
        difference=0.0,
        verdict=Verdict.NO_MATERIAL_DIFFERENCE,
        reasons=("the group that the others are compared with",),
        design_effect=reference.design_effect,
        is_reference=True,
    )


def _uncompared_row(member: Member, rate_interval: Range) -> GroupResult:
    return GroupResult(
        levels=member.levels,
        n=member.n,
        favourable=member.favourable,
        rate=member.favourable / member.n if member.n else None,
        rate_interval=rate_interval,
        reasons=(member.excluded,) if member.excluded else (),
        excluded=member.excluded,
        design_effect=member.design_effect,
    )


def _between(tables: Sequence[_Table]) -> list[list[PairDisparity]]:
    """Of each table the disparities of two groups neither of which is the reference."""
    found: list[list[PairDisparity]] = [[] for _ in tables]
    passed: list[tuple[int, int, Member, Member]] = []
    for number, table in enumerate(tables):
        for i, pair in enumerate(table.plan.pairs, len(table.plan.tested)):
            if table.p_adjusted[i] <= table.policy.alpha:
                lower, higher = sorted(pair, key=lambda member: member.favourable / member.n)
                passed.append((number, i, lower, higher))
    if not passed:
        return found
    effective = _columns([(*lower.effective, *higher.effective) for _, _, lower, higher in passed])
    ranges = _ranges(intervals.newcombe_difference(*effective, confidence=tables[0].policy.confidence))
    for (number, i, lower, higher), interval in zip(passed, ranges, strict=True):
        table = tables[number]
        evidence = Evidence(
            p_adjusted=table.p_adjusted[i],
            breaches=material_breaches(
                lower.favourable,
                lower.n,
                higher.favourable,
                higher.n,
                policy=table.policy,
                with_ratios=lower.excluded is None and higher.excluded is None,
            ),
            difference_interval=interval,
            smaller_n=min(lower.effective[1], higher.effective[1]),
        )
        judgement = judge(evidence, policy=table.policy)
        if judgement.verdict is Verdict.DISPARITY:
            found[number].append(
                PairDisparity(
                    levels=lower.levels,
                    against=higher.levels,
                    difference=lower.favourable / lower.n - higher.favourable / higher.n,
                    difference_interval=interval,
                    p_value=table.p_values[i],
                    p_adjusted=table.p_adjusted[i],
                    reasons=judgement.reasons,
                )
            )
    return found


def _below_four_fifths(group: Member, reference: Member) -> bool:
    """In whole numbers: in floating point a third of small tables at exactly 4/5 fall below it."""
    return 5 * group.favourable * reference.n < 4 * reference.favourable * group.n


def _columns(rows: Sequence[tuple[float, float, float, float]]) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, 4).T


def _ranges(interval: intervals.Interval) -> list[Range]:
    lower, upper = interval
    return list(zip(lower.tolist(), upper.tolist(), strict=True))


def _cut(values: list[T], sizes: Sequence[int]) -> list[list[T]]:
    """Cut one list into consecutive pieces of these sizes."""
    return [values[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
