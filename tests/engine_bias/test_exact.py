from __future__ import annotations

import time
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.exact_stratified import exact_stratified_p_value
from tests.engine_bias.published_tables import BERKELEY_1973, RABBITS, by_stratum


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "p_value"),
    [
        pytest.param(3, 4, 1, 4, 0.48571428571428565, id="tea"),
        pytest.param(2, 17, 10, 13, 0.0005367241191434357, id="convictions"),
        pytest.param(805, 1795, 349, 1488, 5.067846700058524e-38, id="compas-false-positives"),
        pytest.param(532, 1901, 461, 966, 2.5617756207752525e-25, id="compas-false-negatives"),
    ],
)
def test_fisher_exact_gives_published_values(k1, n1, k2, n2, p_value):
    assert float(fisher_exact(k1, n1, k2, n2)) == pytest.approx(p_value, rel=1e-9)


def exact_by_integers(k1: int, n1: int, k2: int, n2: int) -> float:
    successes = k1 + k2
    lowest = max(0, successes - n2)
    ways = [comb(n1, x) * comb(n2, successes - x) for x in range(lowest, min(successes, n1) + 1)]
    return float(Fraction(sum(w for w in ways if w <= ways[k1 - lowest]), sum(ways)))


@st.composite
def tables(draw: st.DrawFn, largest: int = 400) -> tuple[int, int, int, int]:
    n1 = draw(st.integers(0, largest))
    # Equal margins give symmetric distributions, where tables tie exactly.
    n2 = draw(st.one_of(st.just(n1), st.integers(0, largest)))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@given(tables())
@settings(max_examples=300)
def test_fisher_exact_agrees_with_integer_arithmetic(table):
    assert float(fisher_exact(*table)) == pytest.approx(exact_by_integers(*table), rel=1e-11)


def test_fisher_exact_agrees_with_scipy_on_large_tables():
    random = np.random.default_rng(5)
    n1, n2 = random.integers(1_000, 100_000, size=(2, 60))
    k1, k2 = random.binomial(n1, 0.8), random.binomial(n2, 0.8 - random.random(60) / 10)
    expected = [stats.fisher_exact([[a, n - a], [c, m - c]]).pvalue for a, n, c, m in zip(k1, n1, k2, n2, strict=True)]
    normal = np.array(expected) > 1e-300
    assert np.array(expected)[normal].min() < 1e-250
    np.testing.assert_allclose(fisher_exact(k1, n1, k2, n2)[normal], np.array(expected)[normal], rtol=1e-9)


@pytest.mark.parametrize(("k", "n"), [(67_470_845, 396_564_389), (3, 10**12), (10**12 - 3, 10**12), (10**12, 10**12)])
def test_fisher_exact_of_one_beside_a_billion_is_the_share_of_all(k, n):
    share = Fraction(k + 1, n + 1)
    expected = pytest.approx(float(share) if share < Fraction(1, 2) else 1.0, rel=1e-12)
    assert float(fisher_exact(k, n, 1, 1)) == expected
    assert float(fisher_exact(1, 1, k, n)) == expected


def test_fisher_exact_keeps_its_accuracy_where_a_few_are_compared_with_a_billion():
    few, many = (1, 3), (774_944_456, 774_944_456)
    of_all = Fraction(3, comb(few[1] + many[1], 2))  # both unfavourable ones among the few
    for one, other in ((few, many), (many, few)):
        assert float(fisher_exact(*one, *other)) == pytest.approx(float(of_all), rel=1e-12)


def test_fisher_exact_is_one_where_a_margin_is_empty():
    assert fisher_exact([0, 0, 5, 0], [0, 5, 5, 0], [3, 0, 7, 0], [9, 5, 7, 0]).tolist() == [1.0] * 4


def test_fisher_exact_does_not_care_which_group_comes_first():
    one_way, other_way = (
        fisher_exact([3, 40, 900], [9, 70, 1000], [8, 20, 700], [11, 90, 1100]),
        fisher_exact([8, 20, 700], [11, 90, 1100], [3, 40, 900], [9, 70, 1000]),
    )
    np.testing.assert_allclose(one_way, other_way, rtol=1e-12)


def test_fisher_exact_does_450_tests_on_a_million_rows_in_a_fraction_of_a_second():
    random = np.random.default_rng(6)
    n1, n2 = random.integers(1_000, 20_000, 450), np.full(450, 990_000)
    k1, k2 = random.binomial(n1, 0.8), random.binomial(n2, 0.8)
    started = time.process_time()
    p_values = fisher_exact(k1, n1, k2, n2)
    assert time.process_time() - started < 0.5
    assert 0.3 < float(np.median(p_values)) < 0.7


def test_exact_stratified_gives_the_values_of_r():
    assert exact_stratified_p_value(*by_stratum(RABBITS)) == pytest.approx(0.03994490358126722, rel=1e-9)
    berkeley = by_stratum(list(BERKELEY_1973.values()))
    assert exact_stratified_p_value(*berkeley) == pytest.approx(0.22776252679820574, rel=1e-7)


def test_exact_stratified_of_one_stratum_is_fishers_test():
    assert exact_stratified_p_value([3], [9], [8], [11]) == pytest.approx(float(fisher_exact(3, 9, 8, 11)), rel=1e-9)
    assert exact_stratified_p_value([0], [9], [0], [11]) == 1.0
