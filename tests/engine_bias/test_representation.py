from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from audits.engine.bias.representation import ShareCounts, audit_shares
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference, wilson

POLICY = Policy()
AGES = {"18-34": 0.35, "35-64": 0.4, "65+": 0.25}


def audit(counts, reference=AGES, **given):
    return audit_shares([ShareCounts("age", counts, reference, **given)], policy=POLICY)[0]


def of(table, group):
    return next(row for row in table.groups if row.group == group)


def test_a_group_that_is_missing_is_a_disparity():
    table = audit({"18-34": 90, "35-64": 100, "65+": 10, None: 40})
    old = of(table, "65+")
    assert (old.share, old.difference, old.verdict) == (0.05, pytest.approx(-0.2), Verdict.DISPARITY)
    assert old.p_value == pytest.approx(stats.binomtest(10, 200, 0.25).pvalue)
    assert old.difference_interval == pytest.approx([bound - 0.25 for bound in wilson(10, 200)])
    assert (table.verdict, table.comparisons, of(table, None).n) == (Verdict.DISPARITY, 3, 40)


def test_a_reference_that_is_a_sample_has_an_error_of_its_own():
    old = of(audit({"18-34": 80, "35-64": 90, "65+": 30}, sample=400), "65+")
    assert old.p_value == pytest.approx(float(fisher_exact(30, 200, 100, 400)))
    assert old.difference_interval == pytest.approx([float(bound) for bound in newcombe_difference(30, 200, 100, 400)])


def test_a_group_that_nobody_belongs_to_is_compared_all_the_same():
    old = of(audit({"18-34": 100, "35-64": 100}), "65+")
    assert (old.n, old.share, old.verdict) == (0, 0.0, Verdict.DISPARITY)


def test_the_same_shares_are_no_material_difference():
    assert audit({"18-34": 3500, "35-64": 4000, "65+": 2500}).verdict is Verdict.NO_MATERIAL_DIFFERENCE


def test_a_small_group_may_be_missing_without_five_points():
    table = audit({"other": 9980, "rare": 20}, {"other": 0.99, "rare": 0.01})
    assert of(table, "rare").reasons[1:] == ("under 80 % of its share in the reference",)
    assert of(table, "rare").verdict is Verdict.DISPARITY


def test_what_the_reference_does_not_know_is_not_compared():
    table = audit({"18-34": 100, "35-64": 120, "65+": 60, "robot": 40})
    assert (of(table, "robot").p_value, of(table, "robot").reference) == (None, None)
    assert audit({None: 30}).verdict is Verdict.NOT_ENOUGH_DATA
    assert audit({}).verdict is Verdict.NOT_ENOUGH_DATA
    assert json.dumps([row.to_json() for row in audit({}).groups], allow_nan=False)


@pytest.mark.parametrize("reference", [{"a": 0.7, "b": 0.4}, {"a": -0.1}, {"a": 40}])
def test_a_reference_must_hold_shares(reference):
    with pytest.raises(ValueError, match="holds no shares"):
        audit({"a": 20}, reference)


def test_samples_of_the_reference_raise_a_disparity_in_at_most_alpha():
    rng = np.random.default_rng(8)
    drawn = rng.multinomial(150, list(AGES.values()), 500)
    raised = sum(audit(dict(zip(AGES, map(int, row), strict=True))).verdict is Verdict.DISPARITY for row in drawn)
    assert raised / 500 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 500)
