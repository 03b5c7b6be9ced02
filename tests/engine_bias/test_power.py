from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtri

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.power import detectable_difference, sample_size_per_group


@pytest.mark.parametrize(("alpha", "n"), [(0.05, 1094), (0.05 / 20, 2083)])
def test_sample_size_for_a_five_point_gap_is_the_published_one(alpha, n):
    assert float(sample_size_per_group(0.80, 0.75, alpha=alpha)) == n


def test_equal_rates_need_infinitely_many():
    assert float(sample_size_per_group(0.5, 0.5)) == np.inf


def test_detectable_difference_inverts_the_sample_size():
    assert float(detectable_difference(0.80, 1094, 1094)) == pytest.approx(0.05, abs=2e-5)
    assert float(detectable_difference(0.80, 2083, 2083, alpha=0.05 / 20)) == pytest.approx(0.05, abs=2e-5)


def test_detectable_difference_shrinks_with_either_group():
    gaps = detectable_difference(0.8, [100, 1_000, 1_000], [100, 100, 1_000])
    assert gaps[0] > gaps[1] > gaps[2]


def test_detectable_difference_turns_upwards_where_nothing_below_could_be_seen():
    gap = float(detectable_difference(0.02, 100, 100))
    assert gap == pytest.approx(0.096, abs=0.01)
    assert float(sample_size_per_group(0.02, 0.02 + gap)) == 100


def test_nothing_is_detectable_with_hardly_any_members():
    assert np.isnan(detectable_difference(0.5, [2, 0, 100], [2, 100, 0])).tolist() == [True, True, True]


def test_gap_at_the_detectable_difference_is_found_with_the_stated_power():
    random = np.random.default_rng(8)
    n, rate = 800, 0.8
    gap = float(detectable_difference(rate, n, n))
    k1, k2 = random.binomial(n, rate - gap, 4_000), random.binomial(n, rate, 4_000)
    power = float((fisher_exact(k1, n, k2, n) <= 0.05).mean())
    assert power == pytest.approx(0.79, abs=0.025)


@pytest.mark.parametrize(("alpha", "power"), [(0, 0.8), (0.05, 1), (1.5, 0.8)])
def test_impossible_error_rates_are_refused(alpha, power):
    with pytest.raises(ValueError, match="alpha and power"):
        sample_size_per_group(0.5, 0.4, alpha=alpha, power=power)


def test_the_gap_is_the_root_that_brent_finds():
    random = np.random.default_rng(4)
    rate, n0, n1 = random.uniform(0.05, 0.95, 200), random.integers(2_000, 10**6, 200), random.integers(500, 10**6, 200)
    z_alpha, z_power = ndtri(1 - 0.01 / 2), ndtri(0.8)

    def excess(gap: float, p: float, m: int, n: int) -> float:
        other, mean = p - gap, (m * p + n * (p - gap)) / (m + n)
        null_error = np.sqrt(mean * (1 - mean) * (1 / m + 1 / n))
        return gap - z_alpha * null_error - z_power * np.sqrt(p * (1 - p) / m + max(other * (1 - other), 0) / n)

    found = detectable_difference(rate, n0, n1, alpha=0.01)
    below = [i for i in range(200) if excess(rate[i], rate[i], n0[i], n1[i]) > 0]
    expected = [brentq(excess, 0, rate[i], args=(rate[i], n0[i], n1[i]), xtol=1e-14, rtol=1e-12) for i in below]
    assert len(below) > 150
    np.testing.assert_allclose(found[below], expected, rtol=1e-9)
