from __future__ import annotations

import warnings

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from audits.engine.statistics import intervals


@pytest.mark.parametrize(
    ("k", "n", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_values_of_newcombe_1998(k, n, lower, upper):
    assert np.round(intervals.wilson(k, n), 4).tolist() == [lower, upper]


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "lower", "upper"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
        (84, 101, 89, 105, -0.1177, 0.0851),
    ],
)
def test_newcombe_difference_gives_table_two_of_newcombe_1998(k1, n1, k2, n2, lower, upper):
    assert np.round(intervals.newcombe_difference(k1, n1, k2, n2), 4).tolist() == [lower, upper]


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "lower", "upper"),
    [(56, 70, 48, 80, 0.0525, 0.3358), (9, 10, 3, 10, 0.16, 0.84), (84, 101, 89, 105, -0.1168, 0.085)],
)
def test_agresti_caffo_difference_gives_published_values(k1, n1, k2, n2, lower, upper):
    decimals = 2 if n1 == 10 else 4
    assert np.round(intervals.agresti_caffo_difference(k1, n1, k2, n2), decimals).tolist() == [lower, upper]


def test_compas_false_positive_rates_give_published_intervals():
    black, white = (805, 1795), (349, 1488)
    assert float(intervals.ratio(*black, *white)) == pytest.approx(1.9120926483147231, rel=1e-12)
    assert np.round(intervals.log_ratio(*black, *white), 4).tolist() == [1.7212, 2.1241]
    assert np.round(intervals.newcombe_difference(*black, *white), 5).tolist() == [0.18205, 0.24502]


def random_tables(seed: int, tables: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    n = random.integers(1, 5_000, size=(2, tables))
    k = random.binomial(n, random.random((2, tables)))
    return np.stack([k[0], n[0], k[1], n[1]])


def test_wilson_agrees_with_statsmodels_on_random_tables():
    k, n, _, _ = random_tables(1, 2_000)
    expected = proportion_confint(k, n, alpha=0.1, method="wilson")
    np.testing.assert_allclose(intervals.wilson(k, n, confidence=0.9), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("own", "compare", "method"),
    [
        (intervals.newcombe_difference, "diff", "newcomb"),
        (intervals.agresti_caffo_difference, "diff", "agresti-caffo"),
        (intervals.log_ratio, "ratio", "log"),
    ],
)
def test_two_sample_intervals_agree_with_statsmodels_on_random_tables(own, compare, method):
    tables = random_tables(2, 300)
    inner = (tables[0] > 0) & (tables[2] > 0) & (tables[0] < tables[1]) & (tables[2] < tables[3])
    for table in tables[:, inner].T:
        expected = confint_proportions_2indep(*table, compare=compare, method=method)
        np.testing.assert_allclose(np.array(own(*table)), expected, rtol=1e-9, atol=1e-12)


def test_intervals_without_trials_are_the_whole_range():
    assert np.array(intervals.wilson(0, 0)).tolist() == [0.0, 1.0]
    assert np.array(intervals.newcombe_difference(0, 0, 3, 5)).tolist() == [-1.0, 1.0]
    assert np.array(intervals.agresti_caffo_difference(3, 5, 0, 0)).tolist() == [-1.0, 1.0]
    assert np.array(intervals.log_ratio(0, 0, 3, 5)).tolist() == [0.0, np.inf]
    assert np.isnan(intervals.ratio(0, 0, 3, 5))
    assert np.isnan(intervals.proportion(0, 0))


def test_log_ratio_stays_wide_where_a_rate_is_nought_or_one():
    lower, upper = intervals.log_ratio([0, 5, 0, 20], [20, 20, 20, 20], [5, 0, 0, 20], [20, 20, 20, 20])
    assert lower[0] == 0.0 < upper[0] < np.inf
    assert 0 < lower[1] < upper[1] == np.inf
    assert (lower[2], upper[2]) == (0.0, np.inf)
    assert lower[3] < 1.0 < upper[3]


def test_ratio_is_infinite_only_over_an_empty_reference():
    assert float(intervals.ratio(3, 5, 0, 5)) == np.inf
    assert np.isnan(intervals.ratio(0, 5, 0, 5))


def test_every_small_table_has_ordered_intervals_around_its_estimate_without_warnings():
    n = np.arange(0, 7)
    k1, n1, k2, n2 = (axis.ravel() for axis in np.meshgrid(n, n, n, n))
    valid = (k1 <= n1) & (k2 <= n2)
    table = [axis[valid] for axis in (k1, n1, k2, n2)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p1, p2 = intervals.proportion(*table[:2]), intervals.proportion(*table[2:])
        ratio = intervals.ratio(*table)
        found = {
            "difference": (p1 - p2, intervals.newcombe_difference(*table)),
            "ratio": (ratio, intervals.log_ratio(*table)),
            "rate": (p1, intervals.wilson(*table[:2])),
        }
    for estimate, (lower, upper) in found.values():
        known = ~np.isnan(estimate)
        assert not np.isnan(lower).any()
        assert not np.isnan(upper).any()
        assert np.all(lower[known] <= estimate[known] + 1e-12)
        assert np.all(estimate[known] <= upper[known] + 1e-12)


@pytest.mark.parametrize(("k", "n"), [(3, 2), (-1, 2), (float("nan"), 2)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="successes"):
        intervals.wilson(k, n)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_impossible_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        intervals.wilson(1, 2, confidence=confidence)
