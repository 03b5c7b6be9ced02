from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from audits.engine.bias.error_rates import ErrorCount, ErrorCounts, audit_error_tables, audit_errors
from audits.engine.bias.verdict import Policy, Verdict

POLICY = Policy()
# ProPublica's COMPAS table: high risk (decile ≥ 5) against two-year recidivism.
COMPAS = (ErrorCount("Black", 990, 805, 532, 1369), ErrorCount("white", 1139, 349, 461, 505))


def compas_row() -> dict:
    table = audit_errors(COMPAS, policy=POLICY, reference="white", attribute="race").to_json()
    return table["groups"][1]


def test_compas_gives_the_published_error_rates():
    row = compas_row()
    assert row["group"] == {"race": "Black"}
    assert [row[key] for key in ("tn", "fp", "fn", "tp")] == [990, 805, 532, 1369]
    assert (round(row["fpr"], 4), round(row["fnr"], 4)) == (0.4485, 0.2799)
    assert row["fpr_ratio"] == pytest.approx(1.9120926483147231)
    assert row["fpr_ratio_interval"] == pytest.approx([1.7212, 2.1241], abs=5e-5)
    assert row["fpr_difference_interval"] == pytest.approx([0.18205, 0.24502], abs=5e-6)
    assert row["fpr_p_value"] == pytest.approx(5.067846700058524e-38, rel=1e-9)
    assert row["fnr_p_value"] == pytest.approx(2.5617756207752525e-25, rel=1e-9)
    assert (row["fpr_verdict"], row["fnr_verdict"], row["verdict"]) == ("disparity",) * 3


def test_the_reference_has_rates_and_no_test():
    white = audit_errors(COMPAS, policy=POLICY, reference="white").groups[0].to_json()
    assert (round(white["fpr"], 4), round(white["fnr"], 4)) == (0.2345, 0.4772)
    assert (white["fpr_ratio"], white["fnr_ratio"], white["fpr_p_value"], white["fpr_p_adjusted"]) == (1, 1, None, None)


def test_reference_without_a_name_has_the_highest_favourable_rate():
    table = audit_errors(COMPAS, policy=POLICY)
    assert table.reference is not None
    assert table.reference.label == "white"


def test_tests_of_a_chosen_reference_pay_for_every_pair():
    groups = [ErrorCount(name, 100, 100, 100, 100) for name in "abcd"]
    named = ErrorCounts(("g",), tuple(groups), reference="a")
    chosen = ErrorCounts(("g",), tuple(groups), reference="a", chosen=True)
    assert audit_error_tables([named], policy=POLICY)[0].comparisons == 3 * 2
    assert audit_error_tables([chosen], policy=POLICY)[0].comparisons == 6 * 2
    assert [table.comparisons for table in audit_error_tables([named, chosen], policy=POLICY)] == [18, 18]


def test_rate_without_a_denominator_is_undetermined():
    table = audit_errors(
        [ErrorCount("a", 40, 10, 0, 0), ErrorCount("b", 30, 20, 25, 25), ErrorCount(None, 1, 1, 1, 1)],
        policy=POLICY,
        reference="b",
    )
    row = table.to_json()["groups"][1]
    undetermined = ("fnr", "fnr_ratio", "fnr_ratio_interval", "fnr_difference", "fnr_p_value", "fnr_p_adjusted")
    assert [row[key] for key in undetermined] == [None] * 6
    assert row["fnr_verdict"] == "not_enough_data"
    assert table.comparisons == 1


def test_groups_that_are_not_known_have_rates_and_are_not_compared():
    table = audit_errors([*COMPAS, ErrorCount(None, 6, 4, 5, 5)], policy=POLICY, reference="white")
    unknown = table.to_json()["groups"][-1]
    assert (unknown["group"], unknown["fpr"], unknown["fpr_p_value"]) == ({"group": None}, 0.4, None)


def test_counts_of_the_same_group_are_added():
    halves = [ErrorCount("Black", 990, 0, 532, 0), ErrorCount("Black", 0, 805, 0, 1369), COMPAS[1]]
    assert audit_errors(halves, policy=POLICY, reference="white") == audit_errors(
        COMPAS, policy=POLICY, reference="white"
    )


def test_unknown_reference_and_negative_counts_are_refused():
    with pytest.raises(LookupError, match="reference 'green' is not one of the groups: 'Black', 'white'"):
        audit_errors(COMPAS, policy=POLICY, reference="green")
    with pytest.raises(ValueError, match="group 'a': counts must be 0 or more"):
        ErrorCount("a", 1, -1, 0, 0)


cells = st.integers(0, 300)


@given(a=st.tuples(cells, cells, cells, cells), b=st.tuples(cells, cells, cells, cells))
def test_any_table_agrees_with_scipy_and_never_holds_nan(a, b):
    table = audit_errors([ErrorCount("a", *a), ErrorCount("b", *b)], policy=POLICY)
    document = table.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    if table.reference is None or not (sum(a) and sum(b)):
        return
    row = document["groups"][1]
    (tn, fp, fn, tp), (tn0, fp0, fn0, tp0) = (a, b) if row["group"]["group"] == "a" else (b, a)
    for name, errors, right, errors0, right0 in (("fpr", fp, tn, fp0, tn0), ("fnr", fn, tp, fn0, tp0)):
        if errors + right and errors0 + right0:
            expected = fisher_exact([[errors, right], [errors0, right0]]).pvalue
            assert row[f"{name}_p_value"] == pytest.approx(expected, rel=1e-9)
            assert row[f"{name}_difference"] == pytest.approx(
                errors / (errors + right) - errors0 / (errors0 + right0), abs=1e-12
            )


def test_equal_error_rates_raise_a_disparity_in_at_most_one_audit_in_twenty():
    random = np.random.default_rng(31)
    alarms = 0
    for _ in range(200):
        groups = [
            ErrorCount(f"g{i}", int(n - fp), int(fp), int(fn), int(n - fn))
            for i, (n, fp, fn) in enumerate(
                zip([150] * 4, random.binomial(150, 0.3, 4), random.binomial(150, 0.2, 4), strict=True)
            )
        ]
        alarms += audit_errors(groups, policy=POLICY).verdict is Verdict.DISPARITY
    assert alarms <= 0.05 * 200
