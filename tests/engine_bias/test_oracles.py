"""The engine beside other people's code, on thousands of random tables: empty cells, tiny p-values, huge counts."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.rate_cube import cell_rates, fold
from audits.engine.bias.verdict import Policy
from audits.engine.statistics import intervals
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.strata import Strata
from audits.engine.statistics.stratified_many import (
    breslow_day,
    cochran_mantel_haenszel,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_ratio,
)

POLICY = Policy()


def random_tables(seed, tables, largest):
    """k₁, n₁, k₂, n₂ of any size up to `largest`, rates from 0 to 1, a tenth of them exactly there."""
    random = np.random.default_rng(seed)
    n = np.exp(random.uniform(0, np.log(largest), (2, tables))).astype(np.int64)
    rate = np.where(random.random((2, tables)) < 0.1, random.integers(0, 2, (2, tables)), random.random((2, tables)))
    near = random.random(tables) < 0.5  # half of the pairs alike, so that all sizes of p-values come up
    rate[1] = np.where(near, np.clip(rate[0] + random.normal(0, 0.02, tables), 0, 1), rate[1])
    k = random.binomial(n, rate)
    return k[0], n[0], k[1], n[1]


@pytest.mark.parametrize(
    ("seed", "tables", "largest"),
    [pytest.param(101, 1_500, 300, id="small"), pytest.param(102, 400, 30_000, id="large")],
)
def test_fisher_exact_agrees_with_scipy(seed, tables, largest):
    cells = random_tables(seed, tables, largest)
    theirs = [stats.fisher_exact([[a, n - a], [c, m - c]]).pvalue for a, n, c, m in zip(*cells, strict=True)]
    expected = np.array(theirs)
    normal = expected > 1e-290  # below, scipy's own digits run out
    assert normal.sum() > 0.75 * tables
    np.testing.assert_allclose(fisher_exact(*cells)[normal], expected[normal], rtol=1e-9)
    assert (fisher_exact(*cells)[~normal] < 1e-280).all()


def test_fisher_exact_of_huge_tables_agrees_with_the_tails_of_scipys_distribution():
    random = np.random.default_rng(103)
    n1, n2 = random.integers(10**6, 10**8, (2, 40))
    k1 = random.binomial(n1, 0.5)
    k2 = random.binomial(n2, 0.5 + random.normal(0, 4e-4, 40))
    p_values = fisher_exact(k1, n1, k2, n2)
    z = (k1 / n1 - k2 / n2) / np.sqrt(((k1 + k2) / (n1 + n2)) * (1 - (k1 + k2) / (n1 + n2)) * (1 / n1 + 1 / n2))
    # At these counts the normal tail is good to a few parts in a thousand, until far out.
    middling = np.abs(z) < 6
    np.testing.assert_allclose(p_values[middling], 2 * stats.norm.sf(np.abs(z[middling])), rtol=0.01)
    assert np.isfinite(p_values).all()


def test_intervals_agree_with_statsmodels():
    k1, n1, k2, n2 = random_tables(104, 3_000, 10**6)
    np.testing.assert_allclose(
        intervals.wilson(k1, n1), np.clip(proportion_confint(k1, n1, method="wilson"), 0, 1), rtol=1e-9, atol=1e-12
    )
    theirs = np.array([confint_proportions_2indep(*t, method="newcomb") for t in zip(k1, n1, k2, n2, strict=True)]).T
    np.testing.assert_allclose(intervals.newcombe_difference(k1, n1, k2, n2), theirs, atol=1e-9)


def test_stratified_methods_agree_with_statsmodels():
    random = np.random.default_rng(105)
    for seed in range(300):
        cells = random_tables(1_000 + seed, int(random.integers(2, 8)), 2_000)
        k1, n1, k2, n2 = cells
        strata = Strata.of(*cells)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = StratifiedTable(np.array([[k1, n1 - k1], [k2, n2 - k2]], dtype=float))
            both = (n1 > 0) & (n2 > 0)
            deviation = abs(np.sum((k1 - n1 * (k1 + k2) / (n1 + n2))[both]))
            for correction in (True, False):
                theirs = oracle.test_null_odds(correction=correction)
                # Under half a success of deviation R drops the correction, as we do; statsmodels overshoots.
                if np.isfinite(theirs.statistic) and (deviation > 0.5 or not correction):
                    found = cochran_mantel_haenszel(strata, correction=correction)
                    assert found.statistic[0] == pytest.approx(theirs.statistic, rel=1e-9)
            found = mantel_haenszel_odds_ratio(strata)
            if np.isfinite(oracle.oddsratio_pooled) and oracle.oddsratio_pooled > 0:
                assert found.value[0] == pytest.approx(oracle.oddsratio_pooled, rel=1e-9)
                expected = pytest.approx(oracle.oddsratio_pooled_confint(), rel=1e-9)
                assert (found.lower[0], found.upper[0]) == expected
            if np.isfinite(oracle.riskratio_pooled) and oracle.riskratio_pooled > 0:
                assert mantel_haenszel_risk_ratio(strata).value[0] == pytest.approx(oracle.riskratio_pooled, rel=1e-9)
            if ((k1 + k2 > 0) & (k1 + k2 < n1 + n2)).all() and 1e-3 < found.value[0] < 1e3:
                assert breslow_day(strata).statistic[0] == pytest.approx(oracle.test_equal_odds().statistic, rel=1e-5)


def rows(seed, rows=3_000, groups=4):
    random = np.random.default_rng(seed)
    group, truth = random.integers(0, groups, rows), random.integers(0, 2, rows)
    outcome = (random.random(rows) < (0.5 + 0.4 * random.random(groups))[group]).astype(int)
    return group, truth, outcome


def audited(group, outcome):
    n = np.bincount(group)
    k = np.bincount(group, weights=outcome).astype(int)
    counts = [GroupCount(f"g{i}", int(k[i]), int(n[i])) for i in range(n.size)]
    return audit_gap(counts, policy=POLICY, reference="g0")


@pytest.mark.parametrize("seed", range(8))
def test_rates_differences_and_ratios_agree_with_fairlearn(seed):
    group, truth, outcome = rows(seed)
    frame = MetricFrame(
        metrics={"rate": selection_rate, "fpr": false_positive_rate},
        y_true=truth,
        y_pred=outcome,
        sensitive_features=group,
    )
    table = audited(group, outcome)
    rates = [row.rate for row in sorted(table.groups, key=lambda row: row.label)]
    assert rates == pytest.approx(frame.by_group["rate"].tolist(), abs=1e-12)
    folded = cell_rates(fold([group[truth == 0]], [4], [outcome[truth == 0]]))
    assert folded.rates[0].tolist() == pytest.approx(frame.by_group["fpr"].tolist(), abs=1e-12)
    best = audit_gap(
        [GroupCount(row.label, row.favourable, row.n) for row in table.groups], policy=POLICY
    )  # against the best group, as fairlearn does
    compared = [row for row in best.groups if not row.is_reference]
    assert max(-row.difference for row in compared) == pytest.approx(frame.difference()["rate"], abs=1e-12)
    assert min(row.impact_ratio for row in compared) == pytest.approx(frame.ratio()["rate"], abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_differences_and_ratios_agree_with_aif360(seed):
    logging.disable(logging.WARNING)  # it names the extras that are not installed
    try:
        from aif360.datasets import BinaryLabelDataset
        from aif360.metrics import BinaryLabelDatasetMetric
    finally:
        logging.disable(logging.NOTSET)
    group, _, outcome = rows(seed, groups=3)
    frame = pd.DataFrame({"group": group.astype(float), "outcome": outcome.astype(float)})
    data = BinaryLabelDataset(df=frame, label_names=["outcome"], protected_attribute_names=["group"])
    for row in audited(group, outcome).compared:
        code = float(row.label[1:])
        metric = BinaryLabelDatasetMetric(
            data, unprivileged_groups=[{"group": code}], privileged_groups=[{"group": 0.0}]
        )
        assert row.difference == pytest.approx(metric.mean_difference(), abs=1e-12)
        assert row.impact_ratio == pytest.approx(metric.disparate_impact(), abs=1e-12)
