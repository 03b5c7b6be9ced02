"""Do groups get the favourable outcome at different rates? Counts in, one table of comparisons out.

False alarms. Where the reference is *named*, a table of k groups makes k − 1 comparisons. Where it is
*chosen* as the group with the highest rate, the choice has looked at the data: it picks the largest of all
k(k−1)/2 differences, and correcting for k − 1 of them would raise false disparities in far more than
`alpha` of audits. The family is then all k(k−1)/2 pairs, corrected by Holm's method, which holds whatever
the choice. As all pairs are paid for, a disparity between two groups that are not the reference is reported
too (`GapTable.between`): a small group that was lucky enough to become the reference then cannot hide it.

Tables that belong to one audit form one family: give them to `audit_gaps` together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audits.engine.bias.adjusted import Crude, adjusted_gaps
from audits.engine.bias.comparisons import Comparisons, TableCounts, split_by_size
from audits.engine.bias.gap_table import GapTable, GroupResult, PairDisparity
from audits.engine.bias.groups import GroupCount, Member
from audits.engine.bias.json_numbers import Range
from audits.engine.bias.verdict import Evidence, Policy, Verdict, judge, material_breaches, overall
from audits.engine.statistics import intervals
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.multiplicity import holm
from audits.engine.statistics.power import detectable_difference

__all__ = ["GroupCount", "TableCounts", "audit_gap", "audit_gaps", "tables_forget"]

FloatArray = NDArray[np.float64]

_TABLES_KEPT = 256


def audit_gap(
    counts: Sequence[GroupCount],
    *,
    policy: Policy,
    reference: str | None = None,
    attribute: str = "group",
    effects: Mapping[str, float] | None = None,
) -> GapTable:
    """Compare the groups of one attribute with the reference; see `audit_gaps`.

    Raises LookupError if `reference` names none of the groups.
    """
    return audit_gaps([TableCounts((attribute,), tuple(counts), reference, effects or {})], policy=policy)[0]


def audit_gaps(tables: Sequence[TableCounts], *, policy: Policy) -> list[GapTable]:
    """Compare groups with the reference in each table, as one family of tests.

    Rates have Wilson intervals, differences Newcombe's method 10, ratios log intervals; p-values are
    Fisher's exact test, adjusted by Holm across all tables given. Data without any true gap gives a
    disparity in at most `policy.alpha` of audits. Counts that carry a stratum are also compared within
    strata (`GroupResult.adjusted`), those tests adjusted as a family of their own. Groups below
    `policy.small_cell` are shown with their p-value but not tested. The verdict of a table is `overall` of
    its tested comparisons.

    Where a table has design effects (`TableCounts.effects`), intervals, tests, detectable differences and the judgement
    rest on effective counts (Rao & Scott 1992, Biometrics 48:577-585), Fisher's test on whole ones (`whole_effective`);
    rates, ratios, n, and what is material are those of the counts as they are. Raises LookupError if a named
    reference is none of its table's groups.
    """
    if not tables:
        return []
    plans = [Comparisons.of(table, policy=policy) for table in tables]
    tests = _fisher_tests(plans)
    crude = [_compared_rows(plan, test, policy=policy) for plan, test in zip(plans, tests, strict=True)]
    adjusted = adjusted_gaps(plans, [[_crude(row) for row in rows] for rows in crude], policy=policy)
    compared = [
        [replace(row, adjusted=gap) for row, gap in zip(rows, gaps, strict=True)] if gaps else rows
        for rows, gaps in zip(crude, adjusted, strict=True)
    ]
    return [_table(plan, test, rows, policy=policy) for plan, test, rows in zip(plans, tests, compared, strict=True)]


@dataclass(frozen=True, slots=True)
class _Tests:
    """p-values of one table in the order of `Comparisons.cells`; adjusted where they are tested."""

    p_values: FloatArray
    p_adjusted: FloatArray
    family_size: int


def _fisher_tests(plans: Sequence[Comparisons]) -> list[_Tests]:
    cells = [plan.cells() for plan in plans]
    p_values = split_by_size(_p_values(tuple(cell for table in cells for cell in table)), [len(one) for one in cells])
    in_family = [p[: len(plan.tested) + len(plan.pairs)] for p, plan in zip(p_values, plans, strict=True)]
    family_size = sum(plan.family_size for plan in plans)
    adjusted = holm(np.concatenate([np.empty(0), *in_family]), family_size=family_size)
    by_table = split_by_size(adjusted, [p.size for p in in_family])
    return [_Tests(p, q, family_size) for p, q in zip(p_values, by_table, strict=True)]


@lru_cache(maxsize=_TABLES_KEPT)
def _p_values(cells: tuple[tuple[int, int, int, int], ...]) -> FloatArray:
    """Fisher's test of each: an audit asks for the same table crude, within strata, and of what is known of it."""
    p_values = fisher_exact(*np.array(cells, dtype=np.float64).reshape(-1, 4).T)
    p_values.flags.writeable = False
    return p_values


@lru_cache(maxsize=_TABLES_KEPT)
def _intervals(
    groups: tuple[tuple[float, float], ...], reference: tuple[float, float], confidence: float
) -> tuple[list[Range], list[Range], list[Range]]:
    """Of each group's effective counts: of its rate, and of its difference from and ratio to the reference's."""
    k, n = np.array(groups, dtype=np.float64).T
    k0, n0 = (np.full(k.shape, count, dtype=np.float64) for count in reference)
    return (
        _ranges(intervals.wilson(k, n, confidence=confidence)),
        _ranges(intervals.newcombe_difference(k, n, k0, n0, confidence=confidence)),
        _ranges(intervals.log_ratio(k, n, k0, n0, confidence=confidence)),
    )


def tables_forget() -> None:
    """Let go of the tables that this process keeps."""
    _p_values.cache_clear()
    _intervals.cache_clear()


def _crude(row: GroupResult) -> Crude:
    return Crude(row.difference or 0.0, row.difference_interval or (-1.0, 1.0), row.verdict)


def _table(plan: Comparisons, tests: _Tests, compared: Sequence[GroupResult], *, policy: Policy) -> GapTable:
    reference = [] if plan.reference is None else [_reference_row(plan.reference, policy=policy)]
    others = [_uncompared_row(m, policy=policy) for m in plan.members if not (m.known and m.n)]
    between = _between(plan, tests, policy=policy)
    verdicts = [row.verdict for row in compared if row.tested] + [Verdict.DISPARITY] * len(between)
    return GapTable(
        attributes=plan.table.attributes,
        groups=(*reference, *sorted(compared, key=lambda row: row.label), *others),
        between=between,
        comparisons=tests.family_size,
        verdict=overall(verdicts),
        policy=policy,
    )


def _compared_rows(plan: Comparisons, tests: _Tests, *, policy: Policy) -> list[GroupResult]:
    reference, groups = plan.reference, plan.compared
    if reference is None or not groups:
        return []
    k, n = np.array([(group.favourable, group.n) for group in groups], dtype=np.float64).T
    k0, n0 = float(reference.favourable), float(reference.n)
    effective, reference_effective = tuple(group.effective for group in groups), reference.effective
    rates, reference_rate = k / n, k0 / n0
    rate_intervals, difference_intervals, ratio_intervals = _intervals(
        effective, reference_effective, policy.confidence
    )
    ratios = intervals.ratio(k, n, k0, n0)
    adverse_ratios = intervals.ratio(n - k, n, n0 - k0, n0)
    detectable = detectable_difference(
        reference_rate,
        reference_effective[1],
        [one[1] for one in effective],
        alpha=policy.alpha / max(tests.family_size, 1),
        power=policy.power,
    )
    tested, pairs = len(plan.tested), len(plan.pairs)
    p_values = np.delete(tests.p_values, np.s_[tested : tested + pairs])
    rows = []
    for i, group in enumerate(groups):
        p_adjusted = float(tests.p_adjusted[i]) if i < tested else None
        in_ratios = group.excluded is None
        evidence = Evidence(
            p_adjusted=p_adjusted,
            breaches=material_breaches(
                group.favourable,
                group.n,
                reference.favourable,
                reference.n,
                policy=policy,
                with_ratios=in_ratios,
            ),
            difference_interval=difference_intervals[i],
            smaller_n=min(group.effective[1], reference.effective[1]),
        )
        judgement = judge(evidence, policy=policy)
        rows.append(
            GroupResult(
                levels=group.levels,
                n=group.n,
                favourable=group.favourable,
                rate=float(rates[i]),
                rate_interval=rate_intervals[i],
                impact_ratio=float(ratios[i]) if in_ratios else None,
                impact_ratio_interval=ratio_intervals[i] if in_ratios else None,
                below_four_fifths=_below_four_fifths(group, reference) if in_ratios else None,
                adverse_ratio=float(adverse_ratios[i]) if in_ratios else None,
                difference=float(rates[i] - reference_rate),
                difference_interval=difference_intervals[i],
                p_value=float(p_values[i]),
                p_adjusted=p_adjusted,
                verdict=judgement.verdict,
                reasons=judgement.reasons,
                detectable_difference=float(detectable[i]),
                design_effect=group.design_effect,
                excluded=group.excluded,
            )
        )
    return rows


def _reference_row(reference: Member, *, policy: Policy) -> GroupResult:
    rate = reference.favourable / reference.n if reference.n else None
    return GroupResult(
        levels=reference.levels,
        n=reference.n,
        favourable=reference.favourable,
        rate=rate,
        rate_interval=_rate_interval(reference, policy=policy),
        impact_ratio=1.0 if reference.favourable else None,
        below_four_fifths=False,
        adverse_ratio=1.0 if reference.favourable < reference.n else None,
        difference=0.0,
        verdict=Verdict.NO_MATERIAL_DIFFERENCE,
        reasons=("the group that the others are compared with",),
        design_effect=reference.design_effect,
        is_reference=True,
    )


def _uncompared_row(member: Member, *, policy: Policy) -> GroupResult:
    return GroupResult(
        levels=member.levels,
        n=member.n,
        favourable=member.favourable,
        rate=member.favourable / member.n if member.n else None,
        rate_interval=_rate_interval(member, policy=policy),
        reasons=(member.excluded,) if member.excluded else (),
        excluded=member.excluded,
        design_effect=member.design_effect,
    )


def _between(plan: Comparisons, tests: _Tests, *, policy: Policy) -> tuple[PairDisparity, ...]:
    found = []
    start = len(plan.tested)
    confidence = policy.confidence
    for i, (first, second) in enumerate(plan.pairs, start):
        if tests.p_adjusted[i] > policy.alpha:
            continue
        lower, higher = sorted((first, second), key=lambda m: m.favourable / m.n)
        cells = (lower.favourable, lower.n, higher.favourable, higher.n)
        with_ratios = lower.excluded is None and higher.excluded is None
        difference_interval = _ranges(
            intervals.newcombe_difference(*lower.effective, *higher.effective, confidence=confidence)
        )[0]
        evidence = Evidence(
            p_adjusted=float(tests.p_adjusted[i]),
            breaches=material_breaches(*cells, policy=policy, with_ratios=with_ratios),
            difference_interval=difference_interval,
            smaller_n=min(lower.effective[1], higher.effective[1]),
        )
        judgement = judge(evidence, policy=policy)
        if judgement.verdict is Verdict.DISPARITY:
            found.append(
                PairDisparity(
                    levels=lower.levels,
                    against=higher.levels,
                    difference=lower.favourable / lower.n - higher.favourable / higher.n,
                    difference_interval=difference_interval,
                    p_value=float(tests.p_values[i]),
                    p_adjusted=float(tests.p_adjusted[i]),
                    reasons=judgement.reasons,
                )
            )
    return tuple(found)


def _below_four_fifths(group: Member, reference: Member) -> bool:
    """In whole numbers: in floating point a third of small tables at exactly 4/5 fall below it."""
    return 5 * group.favourable * reference.n < 4 * reference.favourable * group.n


def _rate_interval(member: Member, *, policy: Policy) -> Range:
    return _ranges(intervals.wilson(*member.effective, confidence=policy.confidence))[0]


def _ranges(interval: tuple[FloatArray, FloatArray]) -> list[Range]:
    lower, upper = (np.atleast_1d(bound).tolist() for bound in interval)
    return list(zip(lower, upper, strict=True))
