from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from audits.engine.statistics.bootstrap import bootstrap, resampled
from audits.engine.statistics.intervals import log_ratio


def folded(group, outcome):
    table = np.zeros((2, 2))
    np.add.at(table, (group, outcome), 1)
    return table


def rate_ratio(tables):
    """Favourable rate of group 0 over group 1; tables of shape (…, group, outcome)."""
    n = tables.sum(axis=-1)
    rates = np.divide(tables[..., 1], n, out=np.full(n.shape, np.nan), where=n > 0)
    return np.divide(rates[..., 0], rates[..., 1], out=np.full(n.shape[:-1], np.nan), where=rates[..., 1] > 0)


def rows_ratio(outcome, group, axis=-1):
    first = group == 0
    return (outcome * first).sum(axis) / first.sum(axis) / ((outcome * ~first).sum(axis) / (~first).sum(axis))


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(41)
    return random.integers(0, 2, 500), random.binomial(1, 0.15, 500)


@pytest.mark.parametrize(("method", "theirs"), [("percentile", "percentile"), ("bca", "BCa")])
def test_counts_resampled_give_the_interval_of_rows_resampled_by_scipy(rows, method, theirs):
    group, outcome = rows
    found = bootstrap(folded(group, outcome), rate_ratio, seed=1, replicates=40_000, method=method)
    oracle = stats.bootstrap((outcome, group), rows_ratio, paired=True, n_resamples=20_000, method=theirs, rng=2)
    interval = oracle.confidence_interval
    assert (float(found.lower), float(found.upper)) == pytest.approx((interval.low, interval.high), rel=0.03)
    assert float(found.standard_error) == pytest.approx(oracle.standard_error, rel=0.04)
    assert found.undetermined == 0.0


def test_group_sizes_can_be_held_fixed(rows):
    group, outcome = rows
    table = folded(group, outcome)
    drawn = resampled(table, replicates=200, seed=3, fixed_axes=1)
    assert (drawn.sum(axis=-1) == table.sum(axis=-1)).all()
    found = bootstrap(table, rate_ratio, seed=3, replicates=40_000, fixed_axes=1)
    samples = (outcome[group == 0], outcome[group == 1])
    oracle = stats.bootstrap(samples, lambda x, y, axis: x.mean(axis) / y.mean(axis), n_resamples=40_000, rng=4)
    interval = oracle.confidence_interval
    assert (float(found.lower), float(found.upper)) == pytest.approx((interval.low, interval.high), rel=0.03)


def test_interval_is_near_the_formula_where_there_is_one():
    table = np.array([[400, 600], [300, 700]])
    found = bootstrap(table, rate_ratio, seed=5, replicates=20_000)
    lower, upper = log_ratio(600, 1_000, 700, 1_000)
    assert (float(found.lower), float(found.upper)) == pytest.approx((float(lower), float(upper)), rel=0.01)


def test_same_seed_same_answer_whatever_the_chunks(monkeypatch):
    table = np.array([[40, 60], [30, 70]])
    one = bootstrap(table, rate_ratio, seed=6, replicates=500)
    monkeypatch.setattr("audits.engine.statistics.bootstrap._CHUNK_CELLS", 64)
    other = bootstrap(table, rate_ratio, seed=6, replicates=500)
    assert (one.lower, one.upper, one.value) == (other.lower, other.upper, other.value)
    assert bootstrap(table, rate_ratio, seed=7, replicates=500).lower != one.lower


def test_statistics_of_many_values_keep_their_shape():
    found = bootstrap(np.array([[4, 6], [3, 7], [1, 9]]), lambda t: t[..., 1] / t.sum(axis=-1), seed=8, fixed_axes=1)
    assert found.value.tolist() == [0.6, 0.7, 0.9]
    assert found.lower.shape == found.upper.shape == (3,)
    assert (found.lower < found.value).all()


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_tables_that_determine_nothing_are_counted_and_left_out(method):
    found = bootstrap(np.array([[1, 1], [30, 70]]), rate_ratio, seed=9, method=method)
    assert 0.1 < found.undetermined < 0.2
    assert found.lower <= found.value <= found.upper
    nothing = bootstrap(np.zeros((2, 2)), rate_ratio, seed=9, replicates=50, method=method)
    assert nothing.undetermined == 1.0
    assert np.isnan([nothing.value, nothing.lower, nothing.upper, nothing.standard_error]).all()


def test_coverage_of_a_skewed_ratio_is_no_less_than_it_says():
    random = np.random.default_rng(42)
    covered = 0
    for seed in range(300):
        k = random.binomial([150, 150], [0.1, 0.2])
        table = np.stack([150 - k, k], axis=1)
        found = bootstrap(table, rate_ratio, seed=seed, replicates=800, fixed_axes=1)
        covered += bool(found.lower <= 0.5 <= found.upper)
    assert covered / 300 >= 0.935


@pytest.mark.parametrize("counts", [[-1, 2], [0.5, 2], [np.nan, 1]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="whole numbers"):
        bootstrap(counts, lambda t: t[..., 0], seed=1)
    with pytest.raises(ValueError, match="fixed axes"):
        bootstrap([1, 2], lambda t: t[..., 0], seed=1, fixed_axes=1)
