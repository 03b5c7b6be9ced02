from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.verdict import Evidence, Policy, Verdict, judge, material_breaches, overall

POLICY = Policy()
MATERIAL = ("difference of at least 5 points",)


def verdict(p_adjusted, breaches, interval, smaller_n=500):
    return judge(Evidence(p_adjusted, breaches, interval, smaller_n), policy=POLICY).verdict


@pytest.mark.parametrize(
    ("p_adjusted", "breaches", "interval", "smaller_n", "expected"),
    [
        pytest.param(0.01, MATERIAL, (-0.12, -0.02), 500, Verdict.DISPARITY, id="test-and-effect"),
        pytest.param(0.05, MATERIAL, (-0.12, -0.02), 500, Verdict.DISPARITY, id="exactly-alpha-passes"),
        pytest.param(0.01, MATERIAL, (-0.6, -0.1), 24, Verdict.DISPARITY, id="exact-test-holds-for-few"),
        pytest.param(0.001, (), (-0.04, -0.02), 500, Verdict.WATCH, id="test-without-effect"),
        pytest.param(0.08, MATERIAL, (-0.12, -0.01), 500, Verdict.WATCH, id="effect-lost-to-correction"),
        pytest.param(0.08, MATERIAL, (-0.6, -0.01), 29, Verdict.NOT_ENOUGH_DATA, id="too-few-to-watch"),
        pytest.param(0.4, MATERIAL, (-0.4, 0.1), 500, Verdict.NOT_ENOUGH_DATA, id="wild-estimate"),
        pytest.param(0.4, (), (-0.04, 0.03), 500, Verdict.NO_MATERIAL_DIFFERENCE, id="inside-delta"),
        pytest.param(0.4, (), (-0.05, 0.03), 500, Verdict.NOT_ENOUGH_DATA, id="touching-delta"),
        pytest.param(0.4, (), (-0.2, 0.2), 500, Verdict.NOT_ENOUGH_DATA, id="wide"),
        pytest.param(None, MATERIAL, (-0.9, -0.1), 5, Verdict.NOT_ENOUGH_DATA, id="not-tested"),
    ],
)
def test_judge_gives_the_state_of_the_rule(p_adjusted, breaches, interval, smaller_n, expected):
    assert verdict(p_adjusted, breaches, interval, smaller_n) is expected


def test_judge_gives_its_reasons():
    judgement = judge(Evidence(0.0123, MATERIAL, (-0.12, -0.02), 500), policy=POLICY)
    assert judgement.reasons == ("adjusted p 0.012 ≤ 0.05", "difference of at least 5 points")


@given(
    p_adjusted=st.none() | st.floats(0, 1),
    breaches=st.sampled_from([(), MATERIAL]),
    bounds=st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted),
    smaller_n=st.integers(1, 10_000),
)
def test_disparity_needs_a_passed_test_and_a_material_effect(p_adjusted, breaches, bounds, smaller_n):
    found = verdict(p_adjusted, breaches, tuple(bounds), smaller_n)
    both = p_adjusted is not None and p_adjusted <= 0.05 and bool(breaches)
    assert (found is Verdict.DISPARITY) == both
    if found is Verdict.NO_MATERIAL_DIFFERENCE:
        assert -0.05 < bounds[0] <= bounds[1] < 0.05


@pytest.mark.parametrize(
    ("k", "n", "reference_k", "reference_n", "expected"),
    [
        pytest.param(45, 100, 60, 100, (True, True, True), id="eeoc-american-indian"),
        pytest.param(48, 100, 60, 100, (True, False, True), id="eeoc-hispanic-exactly-four-fifths"),
        pytest.param(55, 100, 60, 100, (True, False, False), id="exactly-five-points"),
        pytest.param(80, 100, 95, 100, (True, False, True), id="failures-four-times-as-often"),
        pytest.param(75, 100, 80, 100, (True, False, False), id="adverse-exactly-five-quarters"),
        pytest.param(100, 10_000, 200, 10_000, (False, True, False), id="rare-outcome-halved"),
        pytest.param(200, 10_000, 100, 10_000, (False, True, False), id="reference-is-the-worse-off"),
        pytest.param(0, 50, 0, 50, (False, False, False), id="never"),
        pytest.param(50, 50, 50, 50, (False, False, False), id="always"),
        pytest.param(0, 0, 5, 10, (False, False, False), id="nobody"),
    ],
)
def test_material_breaches_compare_with_the_bars_exactly(k, n, reference_k, reference_n, expected):
    breaches = material_breaches(k, n, reference_k, reference_n, policy=POLICY)
    bars = ("difference of at least 5 points", "favourable ratio below 0.80", "adverse ratio above 1.25")
    assert tuple(bar in breaches for bar in bars) == expected


@given(scale=st.integers(1, 2_000), reference_n=st.integers(1, 2_000), reference_k=st.integers(1, 2_000))
def test_groups_at_exactly_four_fifths_are_never_below_it(scale, reference_n, reference_k):
    reference_k = min(reference_k, reference_n)
    group = (4 * reference_k * scale, 5 * reference_n * scale)
    assert "favourable ratio below 0.80" not in material_breaches(*group, reference_k, reference_n, policy=POLICY)


def test_gap_of_exactly_delta_is_material_at_every_place():
    for percent in range(5, 101):
        breaches = material_breaches(percent - 5, 100, percent * 10, 1_000, policy=POLICY, with_ratios=False)
        assert breaches == MATERIAL


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Verdict.NOT_ENOUGH_DATA),
        ([Verdict.NO_MATERIAL_DIFFERENCE] * 3, Verdict.NO_MATERIAL_DIFFERENCE),
        ([Verdict.NO_MATERIAL_DIFFERENCE, Verdict.NOT_ENOUGH_DATA], Verdict.NOT_ENOUGH_DATA),
        ([Verdict.NOT_ENOUGH_DATA, Verdict.WATCH, Verdict.NO_MATERIAL_DIFFERENCE], Verdict.WATCH),
        ([Verdict.WATCH, Verdict.DISPARITY, Verdict.NOT_ENOUGH_DATA], Verdict.DISPARITY),
    ],
)
def test_overall_is_the_worst_that_is_known(verdicts, expected):
    assert overall(verdicts) is expected


@pytest.mark.parametrize(
    "thresholds",
    [
        {"alpha": 0},
        {"alpha": 5},
        {"delta": 1},
        {"power": 1},
        {"impact_ratio": 1.2},
        {"adverse_ratio": 0.8},
        {"minimum_n": 0},
        {"small_cell": 0},
        {"minimum_share": 1},
    ],
)
def test_policy_refuses_thresholds_that_mean_nothing(thresholds):
    with pytest.raises(ValueError, match=next(iter(thresholds))):
        Policy(**thresholds)


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_bars_in_whole_numbers_are_those_of_fractions(n, reference_n, data):
    k, reference_k = data.draw(st.integers(0, n)), data.draw(st.integers(0, reference_n))
    policy = Policy()
    lower, higher = sorted((Fraction(k, n), Fraction(reference_k, reference_n)))
    passed = [
        higher - lower >= Fraction(1, 20),
        lower < Fraction(4, 5) * higher,
        1 - lower > Fraction(5, 4) * (1 - higher),
    ]
    found = " ".join(material_breaches(k, n, reference_k, reference_n, policy=policy))
    assert [word in found for word in ("difference", "favourable", "adverse")] == passed
