"""What a design effect does to an audit: as many independent members fewer, and no false alarms of repeat customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from audits.engine.bias.error_rates import ErrorCounts, ErrorFamily, audit_error_families, audit_error_tables
from audits.engine.bias.error_table import ErrorCount
from audits.engine.bias.groups import GroupCount, Member, whole_effective
from audits.engine.bias.outcome_gap import GapFamily, TableCounts, audit_families, audit_gap, audit_gaps
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics import stratified_many
from audits.engine.statistics.clusters import ClusterSums, cautious_design_effects, rao_scott
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference, wilson
from audits.engine.statistics.strata import Strata

POLICY = Policy(delta=0.01)
STRATA = np.array([0.0, -0.2, 0.1])


def regulars(random, *, customers, groups, alike, once=False):
    """Null: customers of one rate come 1 to 30 times about three things; counts by group, and the design effects."""
    group = random.integers(0, groups, customers)
    times = np.ones(customers, dtype=int) if once else random.integers(1, 31, customers)
    spread = 1 / alike - 1
    own_rate = random.beta(0.75 * spread, 0.25 * spread, customers)
    n = random.multinomial(times, random.dirichlet([2.0] * STRATA.size, customers))
    k = random.binomial(n, np.clip(own_rate[:, None] + STRATA, 0, 1))
    effects = cautious_design_effects(ClusterSums.of(k.sum(axis=1), times, group, groups=groups))
    counts = [
        GroupCount(f"g{g}", int(k[group == g, s].sum()), int(n[group == g, s].sum()), f"s{s}")
        for g in range(groups)
        for s in range(STRATA.size)
    ]
    return counts, {f"g{g}": float(effect) for g, effect in enumerate(effects)}


def alarms(tables):
    """Shares of audits that raise a disparity, crude and within strata. Each table is an audit of its own."""
    audits = [table for [table] in audit_families([GapFamily.of([one], policy=POLICY) for one in tables])]
    crude = [audit.verdict is Verdict.DISPARITY for audit in audits]
    adjusted = [any(row.adjusted.verdict is Verdict.DISPARITY for row in audit.compared) for audit in audits]
    return np.mean([crude, adjusted], axis=1)


@pytest.mark.parametrize(
    ("customers", "groups", "alike", "reference", "audits"),
    [
        pytest.param(240, 3, 0.3, "g0", 60, id="named-reference"),
        pytest.param(240, 3, 0.3, None, 60, id="chosen-reference"),
        pytest.param(45, 3, 0.5, None, 60, id="few-customers"),
        pytest.param(240, 3, 0.3, "g0", 2_000, id="many-named", marks=pytest.mark.slow),
        pytest.param(1_200, 4, 0.1, None, 1_000, id="many-chosen", marks=pytest.mark.slow),
        pytest.param(45, 3, 0.5, None, 2_000, id="many-few-customers", marks=pytest.mark.slow),
    ],
)
def test_repeat_customers_raise_false_alarms_only_where_they_are_taken_as_independent(
    customers, groups, alike, reference, audits
):
    random = np.random.default_rng(64)
    drawn = [regulars(random, customers=customers, groups=groups, alike=alike) for _ in range(audits)]
    plain = [TableCounts(("group",), tuple(counts), reference) for counts, _ in drawn]
    widened = [replace(table, effects=effects) for table, (_, effects) in zip(plain, drawn, strict=True)]
    # Two standard errors of a share of 5 % in so many audits.
    assert np.all(alarms(widened) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / audits)), alarms(widened)
    assert np.all(alarms(plain) > 0.25), alarms(plain)


def test_customers_who_come_once_change_nothing():
    random = np.random.default_rng(65)
    for _ in range(20):
        counts, effects = regulars(random, customers=400, groups=3, alike=0.3, once=True)
        assert set(effects.values()) == {1.0}
        assert audit_gap(counts, policy=POLICY, effects=effects) == audit_gap(counts, policy=POLICY)


def test_intervals_test_and_detectable_difference_are_those_of_effective_counts():
    counts = [GroupCount("a", 800, 1_000), GroupCount("b", 720, 1_000)]
    gap = audit_gap(counts, policy=Policy(), reference="a", effects={"a": 2.0, "b": 4.0})
    reference, row = gap.groups
    assert (row.n, row.favourable, row.rate, row.impact_ratio) == (1_000, 720, 0.72, pytest.approx(0.9))
    assert reference.rate_interval == pytest.approx(np.ravel(wilson(400, 500)))
    assert row.rate_interval == pytest.approx(np.ravel(wilson(180, 250)))
    assert row.difference_interval == pytest.approx(np.ravel(newcombe_difference(180, 250, 400, 500)))
    assert row.p_value == pytest.approx(float(fisher_exact(180, 250, 400, 500)))
    smaller = audit_gap([GroupCount("a", 400, 500), GroupCount("b", 180, 250)], policy=Policy(), reference="a")
    assert row.detectable_difference == pytest.approx(smaller.groups[1].detectable_difference)
    assert gap.effective_n == 750
    assert [group["design_effect"] for group in gap.to_json()["groups"]] == [2.0, 4.0]


def test_too_few_effective_members_serve_as_no_reference_and_are_not_watched():
    counts = [GroupCount("a", 52, 60), GroupCount("b", 700, 1_000), GroupCount("c", 690, 1_000)]
    assert audit_gap(counts, policy=Policy()).reference.label == "a"
    gap = audit_gap(counts, policy=Policy(), effects={"a": 3.0})
    assert gap.reference.label == "b"
    assert next(row for row in gap.groups if row.label == "a").verdict is Verdict.NOT_ENOUGH_DATA


def test_within_strata_estimates_stay_and_one_effect_for_all_divides_the_statistic():
    random = np.random.default_rng(66)
    counts, _ = regulars(random, customers=600, groups=2, alike=0.2)
    plain = audit_gap(counts, policy=POLICY, reference="g0").groups[1].adjusted
    wide = audit_gap(counts, policy=POLICY, reference="g0", effects={"g0": 3.0, "g1": 3.0}).groups[1].adjusted
    for name in ("odds_ratio", "risk_difference", "logistic"):
        one, other = getattr(plain, name), getattr(wide, name)
        assert other.value == pytest.approx(one.value)
        assert other.upper - other.lower > 1.7 * (one.upper - one.lower)
    assert plain.test.statistic / wide.test.statistic >= 3.0
    assert (wide.strata, wide.share, wide.crude_difference) == (plain.strata, plain.share, plain.crude_difference)
    one_sided = audit_gap(counts, policy=POLICY, reference="g0", effects={"g1": 3.0}).groups[1].adjusted
    assert wide.test.statistic < one_sided.test.statistic < plain.test.statistic


def test_tables_of_one_audit_widen_each_by_its_own_effects():
    random = np.random.default_rng(67)
    counts, effects = regulars(random, customers=300, groups=3, alike=0.3)
    table = TableCounts(("one",), tuple(counts), "g0")
    without, with_effects = audit_gaps([table, replace(table, effects=effects)], policy=POLICY)
    for plain, wide in zip(without.compared, with_effects.compared, strict=True):
        assert plain.adjusted.test.p_value < wide.adjusted.test.p_value
        assert plain.adjusted.risk_difference.value == pytest.approx(wide.adjusted.risk_difference.value)


def test_inflation_is_the_effect_that_both_sides_share_and_one_without():
    strata = Strata.of([30, 10], [60, 40], [50, 20], [90, 80])
    both = stratified_many.clustered_inflation(strata, np.array([1.0]), np.array([1.0]))
    assert both.tolist() == [1.0]
    alone = Strata.of([30], [60], [50], [90])
    assert stratified_many.clustered_inflation(alone, np.array([2.5]), np.array([2.5])) == pytest.approx([2.5])
    # d₁n₂ + d₂n₁ over N: the larger group's customers matter less to the variance of the difference.
    assert stratified_many.clustered_inflation(alone, np.array([3.0]), np.array([1.0])) == pytest.approx([2.2])
    empty = Strata.of([0], [60], [0], [90])
    assert stratified_many.clustered_inflation(empty, np.array([3.0]), np.array([2.0])) == pytest.approx([3.0])


@st.composite
def clustered_members(draw):
    n = draw(st.integers(1, 5_000))
    effect = draw(st.one_of(st.just(1.0), st.floats(1, 50)))
    return Member(("g",), draw(st.integers(0, n)), n, design_effect=effect)


@given(one=clustered_members(), other=clustered_members())
def test_whole_effective_counts_never_widen_or_turn_a_gap(one, other):
    k1, n1, k2, n2 = whole_effective(one, other)
    assert 0 <= k1 <= n1 <= one.n
    assert 0 <= k2 <= n2 <= other.n
    gap = one.favourable / one.n - other.favourable / other.n
    rounded = k1 / max(n1, 1) - k2 / max(n2, 1)
    assert rounded * gap >= 0
    assert abs(rounded) <= abs(gap) + 1e-12


@pytest.mark.parametrize("effect", [0.9, 0.0, float("nan"), float("inf")])
def test_an_impossible_design_effect_is_refused(effect):
    with pytest.raises(ValueError, match="design effect"):
        TableCounts(("a",), (), effects={"x": effect})


def test_effects_of_few_customers_are_held_against_their_own_uncertainty():
    k, n = [3, 0, 5, 2], [5, 5, 5, 5]
    sums = ClusterSums.of(k, n, [0] * 4, groups=1)
    assert rao_scott(sums).design_effect < cautious_design_effects(sums) <= 5.0
    many = ClusterSums.of(k * 500, n * 500, [0] * 2_000, groups=1)
    assert cautious_design_effects(many) == pytest.approx(rao_scott(many).design_effect, rel=2e-3)
    assert cautious_design_effects(ClusterSums.of([1, 0], [1, 1], [0, 0], groups=1)).tolist() == [1.0]
    assert cautious_design_effects(ClusterSums.of([], [], [], groups=1)).tolist() == [1.0]


def wrong_decisions(random, *, customers, alike):
    """Null: customers who come 1 to 30 times, each with an error rate of their own; counts by group, and effects."""
    group, times = random.integers(0, 2, customers), random.integers(1, 31, customers)
    cleared = random.binomial(times, 0.6)
    spread = 1 / alike - 1
    wrongly, spared = random.beta(0.3 * spread, 0.7 * spread, (2, customers))
    fp, fn = random.binomial(cleared, wrongly), random.binomial(times - cleared, spared)
    effects = [
        cautious_design_effects(ClusterSums.of(k[n > 0], n[n > 0], group[n > 0], groups=2)).tolist()
        for k, n in ((fp, cleared), (fn, times - cleared))
    ]
    counts = []
    for g in range(2):
        own = group == g
        wrong, unfit, fair = int(fp[own].sum()), int(fn[own].sum()), int(cleared[own].sum())
        counts.append(ErrorCount(f"g{g}", fair - wrong, wrong, unfit, int(times[own].sum()) - fair - unfit))
    return tuple(counts), {f"g{g}": (effects[0][g], effects[1][g]) for g in range(2)}


def test_repeat_customers_raise_no_more_false_alarms_about_errors():
    random = np.random.default_rng(66)
    drawn = [wrong_decisions(random, customers=160, alike=0.3) for _ in range(400)]
    shares = []
    for widened in (False, True):
        families = [
            ErrorFamily.of([ErrorCounts(("g",), counts, effects=effects if widened else {})], policy=POLICY)
            for counts, effects in drawn
        ]
        shares.append(np.mean([table.verdict is Verdict.DISPARITY for [table] in audit_error_families(families)]))
    plain, effective = shares
    assert plain > 0.25
    assert effective <= 0.05


def test_effects_of_a_group_called_unknown_are_not_those_of_the_unknown():
    effects = {"unknown": 4.0, "a": 2.0}
    counts = [GroupCount(group, 40, 100) for group in ("unknown", None, "a")]
    found = {row.levels: row.design_effect for row in audit_gap(counts, policy=POLICY, effects=effects).groups}
    assert found == {("unknown",): 4.0, (None,): 1.0, ("a",): 2.0}
    errors = tuple(ErrorCount(group, 40, 10, 10, 40) for group in ("unknown", None, "a"))
    both = {label: (effect, effect) for label, effect in effects.items()}
    (table,) = audit_error_tables([ErrorCounts(("g",), errors, effects=both)], policy=POLICY)
    assert {group.levels: group.fpr.design_effect for group in table.groups} == found


def test_errors_of_as_many_independent_members_fewer_are_the_same_errors():
    """Four times as many, every four of them one, are as many: but for n and what is shown of it."""
    ones = [ErrorCount("a", 300, 60, 50, 200), ErrorCount("b", 250, 90, 40, 180)]
    fours = [ErrorCount(one.group, 4 * one.tn, 4 * one.fp, 4 * one.fn, 4 * one.tp) for one in ones]
    effects = {"a": (4.0, 4.0), "b": (4.0, 4.0)}
    (single,) = audit_error_tables([ErrorCounts(("g",), tuple(ones), "a")], policy=POLICY)
    (repeated,) = audit_error_tables([ErrorCounts(("g",), tuple(fours), "a", effects=effects)], policy=POLICY)
    for one, other in zip(single.groups, repeated.groups, strict=True):
        for rate, again in ((one.fpr, other.fpr), (one.fnr, other.fnr)):
            assert (again.errors, again.n, again.design_effect) == (4 * rate.errors, 4 * rate.n, 4.0)
            assert replaced(again, errors=rate.errors, n=rate.n, design_effect=1.0) == rate
    with pytest.raises(ValueError, match="a design effect is a finite number of 1 or more"):
        ErrorCounts(("g",), tuple(ones), effects={"a": (1.0, 0.5)})
