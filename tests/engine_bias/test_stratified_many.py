from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.statistics import stratified
from audits.engine.statistics import stratified_many as many
from audits.engine.statistics.logistic import grouped_logistic
from audits.engine.statistics.standardisation import standardise, standardise_many
from audits.engine.statistics.strata import Strata
from audits.engine.statistics.stratified_logistic import common_effects
from tests.engine_bias.published_tables import BERKELEY_1973, by_stratum

COMPARISONS = 120


@pytest.fixture(scope="module")
def tables():
    """Comparisons of up to six strata, from two members to hundreds, empty and one-sided ones among them."""
    random = np.random.default_rng(71)
    comparison = np.repeat(np.arange(COMPARISONS), random.integers(0, 7, COMPARISONS))
    largest = random.choice([3, 30, 400], comparison.size)
    n1, n2 = random.integers(0, largest), random.integers(0, largest)
    rate = random.random(comparison.size)
    k1, k2 = random.binomial(n1, rate), random.binomial(n2, np.where(comparison % 2, rate, random.random(rate.size)))
    order = random.permutation(comparison.size)
    return tuple(column[order] for column in (k1, n1, k2, n2, comparison))


def one(tables, number):
    own = tables[4] == number
    return tuple(column[own] for column in tables[:4])


def together(tables):
    return Strata.of(*tables[:4], comparison=tables[4], comparisons=COMPARISONS)


@pytest.mark.parametrize(
    "method",
    [
        "cochran_mantel_haenszel",
        "mantel_haenszel_odds_ratio",
        "mantel_haenszel_risk_difference",
        "mantel_haenszel_risk_ratio",
        "breslow_day",
        "woolf",
    ],
)
def test_many_comparisons_at_once_answer_as_one_by_one(tables, method):
    answers = getattr(many, method)(together(tables)).each()
    for number, answer in enumerate(answers):
        alone = getattr(stratified, method)(*one(tables, number))
        fields = type(alone).__slots__
        expected = pytest.approx([getattr(alone, field) for field in fields], rel=1e-9, abs=1e-12, nan_ok=True)
        assert [getattr(answer, field) for field in fields] == expected


def test_rates_at_an_equal_mix_answer_as_one_by_one(tables):
    found = standardise_many(together(tables))
    for number, (difference, ratio) in enumerate(zip(found.difference.each(), found.ratio.each(), strict=True)):
        alone = standardise(*one(tables, number))
        for answer, expected in ((difference, alone.difference), (ratio, alone.ratio)):
            parts = pytest.approx((expected.value, expected.lower, expected.upper), rel=1e-9, abs=1e-12, nan_ok=True)
            assert (answer.value, answer.lower, answer.upper) == parts


def test_common_odds_ratio_is_that_of_the_regression_on_strata(tables):
    found = common_effects(together(tables))
    limits = found.odds_ratio.each()
    for number in range(COMPARISONS):
        k1, n1, k2, n2 = one(tables, number)
        strata, ones = np.arange(k1.size), np.ones(k1.size, dtype=int)
        cells = (np.r_[k2, k1], np.r_[n2, n1], np.r_[0 * ones, ones])
        if not k1.size:
            assert np.isnan(limits[number].value)
            continue
        effect = grouped_logistic(*cells, [np.r_[strata, strata]]).effects[1]
        expected = pytest.approx(
            (effect.odds_ratio.value, effect.odds_ratio.lower, effect.odds_ratio.upper), rel=1e-5, nan_ok=True
        )
        assert (limits[number].value, limits[number].lower, limits[number].upper) == expected
        assert found.test.statistic[number] == pytest.approx(effect.test.statistic, rel=1e-6, abs=1e-7)
        if np.isfinite(effect.standard_error):
            assert found.log_error[number] == pytest.approx(effect.standard_error, rel=1e-4)


def test_berkeley_logistic_coefficient_is_the_published_one():
    k1, n1, k2, n2 = by_stratum(list(BERKELEY_1973.values()))
    women = common_effects(Strata.of(k2, n2, k1, n1))
    assert np.log(women.odds_ratio.value[0]) == pytest.approx(0.09987008815935106, rel=1e-9)
    assert women.log_error[0] == pytest.approx(0.08084646653082161, rel=1e-6)


@st.composite
def strata(draw):
    sizes = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
    cells = [(draw(st.integers(0, a)), a, draw(st.integers(0, b)), b) for a, b in sizes]
    scale = draw(st.sampled_from([1, 1_000, 10_000_000]))
    return tuple(scale * np.array(column) for column in zip(*cells, strict=True))


@given(strata())
def test_groups_swapped_turn_every_answer_round_and_nothing_is_undefined(tables):
    k1, n1, k2, n2 = tables
    one, other = Strata.of(k1, n1, k2, n2), Strata.of(k2, n2, k1, n1)
    for method in (many.mantel_haenszel_odds_ratio, many.mantel_haenszel_risk_ratio):
        mirrored(method(one), method(other), inverse)
    mirrored(common_effects(one).odds_ratio, common_effects(other).odds_ratio, inverse)
    mirrored(many.mantel_haenszel_risk_difference(one), many.mantel_haenszel_risk_difference(other), lambda x: -x)
    for method in (many.cochran_mantel_haenszel, many.breslow_day, many.woolf):
        answer, turned = method(one), method(other)
        assert 0 <= answer.p_value[0] <= 1
        assert answer.statistic[0] == pytest.approx(turned.statistic[0], rel=1e-6, abs=1e-9)
    assert 0 <= common_effects(one).test.p_value[0] <= 1


def inverse(ratio):
    return 1 / ratio if ratio else np.inf


def in_reach(limit):
    return min(limit, 1e8)


def mirrored(answer, turned, mirror):
    answer, turned = answer.each()[0], turned.each()[0]
    assert answer.value == pytest.approx(mirror(turned.value), rel=1e-5, abs=1e-12, nan_ok=True)
    # Limits of an infinite ratio of tens of millions lie where floats run out of digits: alike in size is all.
    assert in_reach(answer.lower) == pytest.approx(in_reach(mirror(turned.upper)), rel=1e-4, abs=1e-8)
    assert in_reach(answer.upper) == pytest.approx(in_reach(mirror(turned.lower)), rel=1e-4, abs=1e-8)
    assert np.isnan(answer.value) or answer.lower - 1e-9 * abs(answer.lower) <= answer.value


@given(strata())
def test_failures_for_successes_invert_the_odds_ratio_and_negate_the_difference(tables):
    k1, n1, k2, n2 = tables
    one, other = Strata.of(k1, n1, k2, n2), Strata.of(n1 - k1, n1, n2 - k2, n2)
    mirrored(many.mantel_haenszel_odds_ratio(one), many.mantel_haenszel_odds_ratio(other), inverse)
    mirrored(many.mantel_haenszel_risk_difference(one), many.mantel_haenszel_risk_difference(other), lambda x: -x)


def test_a_hundred_thousand_strata_take_a_moment():
    random = np.random.default_rng(72)
    n1, n2 = random.integers(1, 60, (2, 100_000))
    found = Strata.of(
        random.binomial(n1, 0.7), n1, random.binomial(n2, 0.7), n2,
        comparison=np.arange(100_000) // 10, comparisons=10_000,
    )  # fmt: skip
    assert np.mean(common_effects(found).test.p_value <= 0.05) == pytest.approx(0.05, abs=0.012)
    assert np.mean(many.cochran_mantel_haenszel(found, correction=False).p_value <= 0.05) == pytest.approx(
        0.05, abs=0.01
    )
