"""Published numbers that no single module owns; the others stand in the tests of their methods."""

from __future__ import annotations

import json

import numpy as np
import pytest

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import TableCounts, audit_gap, audit_gaps
from audits.engine.bias.rate_cube import cell_rates, fold
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.exact import fisher_exact

POLICY = Policy()

# 6 RCNY § 5-301(b), example table: selected of all, and the selection rate and impact ratio that the rule prints.
LL144_SELECTION = {
    "Hispanic or Latino": (204, 408, 0.50, 0.97),
    "White": (412, 797, 0.52, 1.00),
    "Black or African American": (170, 390, 0.44, 0.84),
    "Native Hawaiian or Pacific Islander": (52, 119, 0.44, 0.85),
    "Asian": (302, 616, 0.49, 0.95),
    "Native American or Alaska Native": (18, 41, 0.44, 0.85),
    "Two or More Races": (96, 213, 0.45, 0.87),
}

# fairlearn's user guide, "Assessment": truth, prediction and group of eighteen people, and its answers.
FAIRLEARN_TRUTH = [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1]
FAIRLEARN_PREDICTION = [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0]
FAIRLEARN_GROUP = list("bbabbcccaacabccbcc")


def by_label(table):
    return {row.label: row for row in table.groups}


def test_ll144_selection_example_gives_the_rates_and_ratios_of_the_rule():
    found = by_label(
        audit_gap([GroupCount(race, k, n) for race, (k, n, _, _) in LL144_SELECTION.items()], policy=POLICY)
    )
    assert found["White"].is_reference
    for race, (_, _, rate, ratio) in LL144_SELECTION.items():
        row = found[race]
        assert row.rate == pytest.approx(rate, abs=0.005)
        # Native Americans are 1.6 % of all: under the rule's 2 % they are shown without a ratio.
        assert row.impact_ratio == (None if race.startswith("Native A") else pytest.approx(ratio, abs=0.005))


def test_ll144_selection_example_by_sex():
    found = by_label(audit_gap([GroupCount("Male", 667, 1390), GroupCount("Female", 555, 1181)], policy=POLICY))
    assert (round(found["Male"].rate, 2), round(found["Female"].rate, 2)) == (0.48, 0.47)
    assert found["Female"].impact_ratio == pytest.approx(0.979, abs=5e-4)


def test_compas_predictive_values_have_the_reference_p_values():
    black, white = {"tn": 990, "fp": 805, "fn": 532, "tp": 1369}, {"tn": 1139, "fp": 349, "fn": 461, "tp": 505}
    discovery = [count for side in (black, white) for count in (side["fp"], side["fp"] + side["tp"])]
    omission = [count for side in (black, white) for count in (side["fn"], side["fn"] + side["tn"])]
    assert float(fisher_exact(*discovery)) == pytest.approx(0.05082896305661358, rel=1e-9)
    assert float(fisher_exact(*omission)) == pytest.approx(0.00025852445947191635, rel=1e-9)
    assert (990 + 1139, round(805 / 1795, 4), round(532 / 1901, 4)) == (2129, 0.4485, 0.2799)


def test_promotions_of_1974_are_significant_by_a_hair_and_few():
    """Rosen & Jerdee (1974): 21 of 24 men and 14 of 24 women; two-sided p .049."""
    women = by_label(audit_gap([GroupCount("male", 21, 24), GroupCount("female", 14, 24)], policy=POLICY))["female"]
    assert women.p_value == pytest.approx(0.049, abs=5e-4)
    assert women.verdict is Verdict.DISPARITY
    assert women.impact_ratio == pytest.approx(0.667, abs=5e-4)


def test_law_firm_resumes_of_2016_differ_at_the_intersection():
    """Rivera & Tilcsik (2016): only men of high class are called back; neither attribute alone shows it."""
    women = {("female", "high"): (3, 79), ("female", "low"): (5, 79)}
    cells = {**women, ("male", "high"): (13, 80), ("male", "low"): (1, 78)}
    tables = [
        TableCounts(("gender",), tuple(GroupCount(gender, k, n) for (gender, _), (k, n) in cells.items())),
        TableCounts(("class",), tuple(GroupCount(level, k, n) for (_, level), (k, n) in cells.items())),
        TableCounts(("gender", "class"), tuple(GroupCount(cell, k, n) for cell, (k, n) in cells.items())),
    ]
    gender, social_class, pair = audit_gaps(tables, policy=POLICY)
    assert gender.verdict is not Verdict.DISPARITY
    assert social_class.verdict is not Verdict.DISPARITY
    found = by_label(pair)
    assert found["male × high"].is_reference
    assert found["male × low"].verdict is Verdict.DISPARITY
    assert found["female × high"].rate == pytest.approx(0.038, abs=5e-4)


def test_fairlearns_guide_gives_its_answers():
    truth, outcome = np.array(FAIRLEARN_TRUTH), np.array(FAIRLEARN_PREDICTION)
    group = np.array(["abc".index(one) for one in FAIRLEARN_GROUP])
    selection = cell_rates(fold([group], [3], [outcome]), minimum_n=1)
    assert selection.rates[0].tolist() == [0.75, 0.5, 0.5]
    assert selection.differences[0].min() == -0.25
    positive, negative = (fold([group[truth == t]], [3], [outcome[truth == t]]) for t in (1, 0))
    assert (positive.favourable[0] / positive.n).tolist() == [0.5, 0.6, 0.4]
    assert (negative.favourable[0] / negative.n).tolist() == pytest.approx([1.0, 0.0, 2 / 3])
    assert outcome.mean() == pytest.approx(0.555556, abs=1e-6)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([], id="zero-rows"),
        pytest.param([("a", 8, 10)], id="one-group"),
        pytest.param([(None, 8, 10), ("", 3, 9)], id="all-unknown"),
        pytest.param([("a", 0, 0), ("b", 0, 0)], id="empty-groups"),
        pytest.param([("a", 1, 1), ("b", 0, 1)], id="one-member-each"),
    ],
)
def test_tables_that_say_nothing_are_not_enough_data_and_hold_no_nan(counts):
    table = audit_gap([GroupCount(group, k, n, "s") for group, k, n in counts], policy=POLICY)
    assert table.verdict is Verdict.NOT_ENOUGH_DATA
    assert "NaN" not in json.dumps(table.to_json(), allow_nan=False)
