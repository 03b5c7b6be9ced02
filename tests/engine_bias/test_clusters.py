from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from audits.engine.statistics.clusters import (
    ClusterSums,
    EffectiveCounts,
    cluster_bootstrap,
    kish_design_effect,
    rao_scott,
    rao_scott_test,
)

CUSTOMERS = 1_200


def clustered(random, groups=2, rate=0.7, alike=0.4):
    """k of n conversations of each customer, and the customer's group; `alike` is the correlation within."""
    group = random.integers(0, groups, CUSTOMERS)
    n = random.integers(1, 9, CUSTOMERS)
    size = 1 / alike - 1
    own_rate = random.beta(rate * size, (1 - rate) * size, CUSTOMERS)
    return random.binomial(n, own_rate), n, group


def test_design_effect_is_the_variance_ratio_that_statsmodels_finds_by_clusters():
    k, n, group = clustered(np.random.default_rng(51))
    found = rao_scott(ClusterSums.of(k, n, group, groups=2))
    for code in (0, 1):
        own = group == code
        rows = np.concatenate([[1] * a + [0] * (b - a) for a, b in zip(k[own], n[own], strict=True)])
        customer = np.repeat(np.arange(own.sum()), n[own])
        options = {"groups": customer, "use_correction": False}
        fit = sm.OLS(rows, np.ones(rows.size)).fit(cov_type="cluster", cov_kwds=options)
        m, rate = own.sum(), rows.mean()
        expected = fit.bse[0] ** 2 * m / (m - 1) / (rate * (1 - rate) / rows.size)
        assert found.design_effect[code] == pytest.approx(expected, rel=1e-9)
        assert found.n[code] == pytest.approx(rows.size / expected, rel=1e-9)
        assert found.k[code] / found.n[code] == pytest.approx(rate, rel=1e-12)


def test_independent_conversations_have_no_design_effect():
    random = np.random.default_rng(52)
    n = random.integers(1, 9, CUSTOMERS)
    sums = ClusterSums.of(random.binomial(n, 0.6), n, np.zeros(CUSTOMERS, dtype=int), groups=1)
    assert rao_scott(sums).design_effect == pytest.approx(1.0, abs=0.1)


def test_effective_counts_keep_the_level_where_plain_ones_lose_it():
    random = np.random.default_rng(53)
    plain = honest = 0
    for _ in range(400):
        k, n, group = clustered(random)
        sums = ClusterSums.of(k, n, group, groups=2)
        honest += rao_scott_test(rao_scott(sums)).p_value <= 0.05
        plain += rao_scott_test(EffectiveCounts(sums.k, sums.n, np.ones(2))).p_value <= 0.05
    assert honest / 400 <= 0.075
    assert plain / 400 > 0.12


def test_cluster_bootstrap_has_the_error_that_the_design_effect_gives():
    k, n, group = clustered(np.random.default_rng(54))
    tables = np.zeros((CUSTOMERS, 2, 2))
    tables[np.arange(CUSTOMERS), group] = np.stack([n - k, k], axis=1)
    found = cluster_bootstrap(tables, lambda t: t[..., 1] / t.sum(axis=-1), seed=1)
    effective = rao_scott(ClusterSums.of(k, n, group, groups=2))
    rate = effective.k / effective.n
    assert found.value == pytest.approx(rate)
    assert found.standard_error == pytest.approx(np.sqrt(rate * (1 - rate) / effective.n), rel=0.06)


def test_worst_design_effect_counts_customers_only():
    assert kish_design_effect(9 * 100, 300) == pytest.approx(3.0)
    assert kish_design_effect(9 * 100, 300, correlation=0.0) == pytest.approx(1.0)
    assert kish_design_effect([0, 5], [0, 5]).tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="correlation"):
        kish_design_effect(9, 3, correlation=1.5)


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [
        pytest.param([5], [5], 5.0, id="one-customer"),
        pytest.param([2, 4], [2, 4], 20 / 6, id="always"),
        pytest.param([], [], 1.0, id="nobody"),
        pytest.param([1, 0], [1, 1], 2.0, id="one-conversation-each"),
    ],
)
def test_design_effect_that_cannot_be_estimated_is_the_worst_one(k, n, expected):
    found = rao_scott(ClusterSums.of(k, n, np.zeros(len(k), dtype=int), groups=1))
    assert found.design_effect == pytest.approx(expected)
    assert np.isfinite(found.n).all()
    assert rao_scott_test(found).p_value == 1.0


def test_impossible_clusters_are_refused():
    with pytest.raises(ValueError, match="successes"):
        ClusterSums.of([3], [2], [0], groups=1)
    with pytest.raises(ValueError, match="cluster counts"):
        cluster_bootstrap(np.empty((0, 2)), lambda t: t, seed=1)
