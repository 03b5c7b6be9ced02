from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.engine.statistics.shrinkage import fit_prior, shrink

# Efron & Morris (1975), table 1: hits of 18 major-league batters in their first 45 at bats of 1970.
BATTERS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])


def test_batters_are_drawn_almost_to_their_mean():
    found = shrink(BATTERS, 45)
    assert found.prior.mean == pytest.approx(BATTERS.sum() / (18 * 45), abs=1e-3)
    # Efron & Morris shrink Clemente's .400 to about .290 and the last man's .156 to about .242, after a transform.
    assert found.rate[0] == pytest.approx(0.29, abs=0.02)
    assert found.rate[-1] == pytest.approx(0.242, abs=0.02)


@pytest.mark.parametrize("method", ["moments", "likelihood"])
def test_prior_of_many_rates_is_found(method):
    random = np.random.default_rng(31)
    n = random.integers(20, 400, 4_000)
    k = random.binomial(n, random.beta(16, 4, n.size))
    prior = fit_prior(k, n, method=method)
    assert prior.mean == pytest.approx(0.8, abs=0.005)
    assert prior.concentration == pytest.approx(20, rel=0.08)


def test_likelihood_is_as_high_as_anywhere_else_by_scipy():
    random = np.random.default_rng(32)
    n = random.integers(5, 60, 300)
    k = random.binomial(n, random.beta(3, 7, n.size))

    def log_likelihood(mean, concentration):
        return stats.betabinom.logpmf(k, n, mean * concentration, (1 - mean) * concentration).sum()

    prior = fit_prior(k, n)
    best = log_likelihood(prior.mean, prior.concentration)
    for mean in (0.95, 1.0, 1.05):
        for size in (0.9, 1.0, 1.1):
            assert log_likelihood(prior.mean * mean, prior.concentration * size) <= best + 1e-6


def test_credible_intervals_cover_the_true_rates_as_often_as_they_say():
    random = np.random.default_rng(33)
    rates = random.beta(8, 12, 3_000)
    n = random.integers(5, 100, rates.size)
    found = shrink(random.binomial(n, rates), n)
    assert np.mean((found.lower <= rates) & (rates <= found.upper)) == pytest.approx(0.95, abs=0.01)
    below = found.probability_below(0.4)
    assert np.mean(below) == pytest.approx(np.mean(rates < 0.4), abs=0.02)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12))
def test_posterior_lies_between_own_rate_and_mean_and_orders_equal_sizes(rows):
    k, n = (np.array(column, dtype=float) for column in zip(*rows, strict=True)) if rows else (np.empty(0), np.empty(0))
    for method in ("moments", "likelihood"):
        found = shrink(k, n, method=method)
        assert np.all((found.lower >= 0) & (found.lower <= found.upper) & (found.upper <= 1))
        own = np.divide(k, n, out=np.full(n.shape, found.prior.mean), where=n > 0)
        assert np.all(found.rate >= np.minimum(own, found.prior.mean) - 1e-9)
        assert np.all(found.rate <= np.maximum(own, found.prior.mean) + 1e-9)


def test_failures_and_successes_swapped_mirror_the_rates():
    k, n = np.array([3, 9, 30, 2]), np.array([10, 12, 90, 2])
    one, other = shrink(k, n), shrink(n - k, n)
    assert other.rate == pytest.approx(1 - one.rate, abs=1e-4)


def test_rates_no_more_spread_than_chance_shrink_to_their_mean():
    found = shrink([20, 20, 20, 20], [50, 50, 50, 50])
    assert found.rate == pytest.approx(0.4, abs=1e-3)
    assert found.prior.concentration == pytest.approx(200)


@pytest.mark.parametrize("counts", [([], []), ([0], [0]), ([3], [4]), ([0, 0], [5, 9]), ([5, 9], [5, 9])])
def test_nothing_to_learn_from_gives_a_finite_answer(counts):
    found = shrink(*counts)
    assert np.all(np.isfinite([found.rate, found.lower, found.upper]))
    assert np.all(found.upper <= 1)
