"""Paired proportions against published examples and statsmodels."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as oracle

from audits.engine.statistics.paired import (
    bonett_price_difference,
    conditional_odds_ratio,
    detectable_paired_difference,
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe_paired_difference,
)


def test_airway_example_of_fagerland_lydersen_and_laake():
    # 2013, table 2: before and after stem cell transplantation, 1, 1, 7, 12.
    assert mcnemar_exact(1, 7) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar_mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)
    # 2014, table IV.
    assert bonett_price_difference(1, 7, 21) == pytest.approx((-0.508, -0.013), abs=5e-4)
    assert newcombe_paired_difference(1, 1, 7, 12) == pytest.approx((-0.507, -0.026), abs=5e-4)
    assert conditional_odds_ratio(1, 7)[0] == pytest.approx(0.143, abs=5e-4)
    assert conditional_odds_ratio(1, 7)[1] == pytest.approx((0.0229, 0.890), abs=5e-4)


def test_newcombe_examples_of_paired_data():
    # Newcombe (1998), Stat. Med. 17:2635-2650, table III, method 10.
    assert newcombe_paired_difference(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert newcombe_paired_difference(20, 12, 2, 16) == pytest.approx((0.0562, 0.3292), abs=5e-5)


def test_exact_p_values_equal_those_of_statsmodels():
    generator = np.random.default_rng(11)
    for b, c in generator.integers(0, 40, size=(200, 2)):
        expected = oracle([[9, b], [c, 9]], exact=True).pvalue if b + c else 1.0
        assert float(mcnemar_exact(b, c)) == pytest.approx(expected, rel=1e-9)


def test_mid_p_is_at_most_the_exact_p_and_fair_under_the_null():
    for n in (20, 60):
        k = np.arange(n + 1)
        mid = mcnemar_mid_p(k, n - k)
        assert np.all(mid <= mcnemar_exact(k, n - k) + 1e-12)
        weights = np.array([float(comb(n, int(one))) for one in k]) / 2.0**n
        assert weights[mid <= 0.05].sum() <= 0.06


def test_nothing_discordant_leaves_everything_open():
    assert mcnemar_exact(0, 0) == 1
    assert mcnemar_mid_p(0, 0) == 1
    assert np.isnan(conditional_odds_ratio(0, 0)[0])
    assert conditional_odds_ratio(0, 0)[1] == (0, np.inf)
    assert newcombe_paired_difference(0, 0, 0, 0) == (-1, 1)
    assert bonett_price_difference(0, 0, 0) == (-1, 1)


def test_detectable_difference_is_found_with_the_stated_power():
    gap = detectable_paired_difference(0.3, 400)
    generator = np.random.default_rng(5)
    first = generator.binomial(400, (0.3 + gap) / 2, size=4_000)
    second = generator.binomial(400 - first, (0.3 - gap) / 2 / (1 - (0.3 + gap) / 2))
    assert np.mean(mcnemar_mid_p(first, second) <= 0.05) == pytest.approx(0.8, abs=0.03)
    assert detectable_paired_difference(0.01, 20) is None
