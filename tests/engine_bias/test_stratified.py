from __future__ import annotations

import warnings

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from audits.engine.statistics import stratified
from tests.engine_bias.published_tables import BERKELEY_1973, RABBITS, by_stratum

BERKELEY = by_stratum(list(BERKELEY_1973.values()))


def test_berkeley_odds_ratio_and_interval_are_the_published_ones():
    common = stratified.mantel_haenszel_odds_ratio(*BERKELEY)
    assert common.value == pytest.approx(0.9046968282586231, rel=1e-12)
    assert (common.lower, common.upper) == pytest.approx((0.7719073617593505, 1.0603297644366558), rel=1e-9)


def test_berkeley_cmh_is_the_published_one_with_and_without_correction():
    corrected = stratified.cochran_mantel_haenszel(*BERKELEY)
    uncorrected = stratified.cochran_mantel_haenszel(*BERKELEY, correction=False)
    assert (corrected.statistic, corrected.p_value) == pytest.approx((1.4269462285866883, 0.23226346281704374))
    assert (uncorrected.statistic, uncorrected.p_value) == pytest.approx((1.5246066604434356, 0.21692369705551817))


def test_berkeley_departments_differ_as_published():
    breslow_day, woolf = stratified.breslow_day(*BERKELEY), stratified.woolf(*BERKELEY)
    assert (breslow_day.statistic, breslow_day.p_value) == pytest.approx((18.825513705236514, 0.0020713903499175))
    assert woolf.p_value == pytest.approx(0.0034272004935220757, rel=1e-9)
    assert (breslow_day.degrees_of_freedom, woolf.degrees_of_freedom) == (5, 5)


def test_berkeley_risk_difference_is_the_published_one():
    difference = stratified.mantel_haenszel_risk_difference(*BERKELEY)
    men, women = stratified.mantel_haenszel_rates(*BERKELEY)
    assert difference.value == pytest.approx(-0.018425196190852512, rel=1e-12)
    assert men - women == pytest.approx(difference.value, rel=1e-12)
    assert difference.lower < difference.value < 0 < difference.upper


def test_rabbits_cmh_is_the_published_one():
    found = stratified.cochran_mantel_haenszel(*by_stratum(RABBITS))
    assert (found.statistic, found.p_value) == pytest.approx((3.928571428571429, 0.047472255142918196))
    assert stratified.mantel_haenszel_odds_ratio(*by_stratum(RABBITS)).value == pytest.approx(7.0)


def random_strata(random: np.random.Generator, strata: int, largest: int) -> np.ndarray:
    n1, n2 = random.integers(2, largest, size=(2, strata))
    k1, k2 = random.binomial(n1, random.random(strata)), random.binomial(n2, random.random(strata))
    return np.stack([k1, n1, k2, n2])


def test_stratified_agrees_with_statsmodels_on_random_tables():
    random = np.random.default_rng(11)
    for _ in range(200):
        k1, n1, k2, n2 = strata = random_strata(random, int(random.integers(2, 9)), 300)
        oracle = StratifiedTable(np.array([[k1, n1 - k1], [k2, n2 - k2]], dtype=float))
        uncorrected = stratified.cochran_mantel_haenszel(*strata, correction=False)
        assert uncorrected.statistic == pytest.approx(oracle.test_null_odds(correction=False).statistic, rel=1e-9)
        common = stratified.mantel_haenszel_odds_ratio(*strata)
        assert common.value == pytest.approx(oracle.oddsratio_pooled, rel=1e-9)
        assert (common.lower, common.upper) == pytest.approx(oracle.oddsratio_pooled_confint(), rel=1e-9)
        if ((k1 + k2 > 0) & (k1 + k2 < n1 + n2)).all():
            expected = oracle.test_equal_odds().statistic
            assert stratified.breslow_day(*strata).statistic == pytest.approx(expected, rel=1e-6)


def test_risk_difference_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(12)
    base = np.array([0.2, 0.4, 0.6, 0.8, 0.3])
    n1, n2 = np.array([40, 60, 30, 80, 25]), np.array([90, 50, 60, 40, 70])
    covered = 0
    for _ in range(1_500):
        k1, k2 = random.binomial(n1, base + 0.1), random.binomial(n2, base)
        interval = stratified.mantel_haenszel_risk_difference(k1, n1, k2, n2)
        covered += interval.lower <= 0.1 <= interval.upper
    assert covered / 1_500 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    "strata",
    [
        pytest.param(([], [], [], []), id="no-strata"),
        pytest.param(([0, 0], [0, 0], [3, 2], [5, 5]), id="group-empty"),
        pytest.param(([0, 0], [4, 4], [0, 0], [5, 5]), id="never"),
        pytest.param(([4, 4], [4, 4], [5, 5], [5, 5]), id="always"),
        pytest.param(([1], [1], [0], [1]), id="one-pair"),
        pytest.param(([4, 4], [4, 4], [0, 0], [5, 5]), id="separated"),
    ],
)
def test_degenerate_strata_give_wide_answers_and_no_warnings(strata):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        common = stratified.mantel_haenszel_odds_ratio(*strata)
        difference = stratified.mantel_haenszel_risk_difference(*strata)
        tests = [
            stratified.cochran_mantel_haenszel(*strata),
            stratified.breslow_day(*strata),
            stratified.woolf(*strata),
        ]
    assert (common.lower, common.upper) == (0.0, np.inf)
    assert -1 <= difference.lower <= difference.upper <= 1
    assert all(0 <= test.p_value <= 1 for test in tests)


def test_cells_of_one_among_a_billion_keep_their_accuracy():
    million, billion = 10**6, 10**9
    separated = ([billion - 1, billion - 2, billion], [billion] * 3, [1, 3, 1], [billion] * 3)
    sparse = ([million, million], [million, million + 3], [1, 1], [million, million])
    found = [stratified.breslow_day(*separated), stratified.breslow_day(*sparse)]
    assert [test.statistic for test in found] == pytest.approx([3.1513947921930163, 1.564204243322977], rel=1e-12)
    assert [test.p_value for test in found] == pytest.approx([0.20686323675049761, 0.21105069844277766], rel=1e-12)


def test_a_deviation_of_exactly_a_half_is_corrected_to_none():
    corrected = stratified.cochran_mantel_haenszel([4, 1, 0], [7, 3, 4], [1, 2, 1], [6, 3, 9])
    assert (corrected.statistic, corrected.p_value) == pytest.approx((0.0, 1.0), abs=1e-12)


def test_an_interval_beyond_what_a_float_holds_is_open_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        common = stratified.mantel_haenszel_odds_ratio([10**9 - 1, 1], [10**9, 10**9], [1, 0], [1, 1])
    assert (common.lower, common.upper) == (0.0, np.inf)
    assert common.value == pytest.approx(1.0)


def test_strata_with_one_group_only_change_nothing():
    k1, n1, k2, n2 = BERKELEY
    padded = ([*k1, 7], [*n1, 9], [*k2, 0], [*n2, 0])
    assert stratified.cochran_mantel_haenszel(*padded) == stratified.cochran_mantel_haenszel(*BERKELEY)
    assert stratified.mantel_haenszel_odds_ratio(*padded) == stratified.mantel_haenszel_odds_ratio(*BERKELEY)
    assert stratified.breslow_day(*padded) == stratified.breslow_day(*BERKELEY)
