from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import TableCounts, audit_gap, audit_gaps
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.multiplicity import holm
from tests.engine_bias.published_tables import berkeley_counts

POLICY = Policy()


def rows(table):
    return {group.label: group for group in table.groups}


def audit(*counts, reference=None, policy=POLICY):
    return audit_gap([GroupCount(*count) for count in counts], policy=policy, reference=reference)


def test_berkeley_aggregate_is_a_disparity_that_departments_do_not_confirm():
    table = audit_gap(berkeley_counts(), policy=POLICY, attribute="gender")
    women = rows(table)["female"]
    assert table.verdict is Verdict.DISPARITY
    assert women.impact_ratio == pytest.approx(0.6818, abs=5e-5)
    assert women.below_four_fifths is True
    assert women.adjusted is not None
    assert women.adjusted.simpson is True
    assert women.adjusted.verdict is Verdict.NO_MATERIAL_DIFFERENCE
    assert women.adjusted.odds_ratio.value == pytest.approx(1 / 0.9046968282586231)
    assert women.adjusted.risk_difference.value == pytest.approx(0.018425196190852512)
    assert women.adjusted.test.p_value == pytest.approx(0.23226346281704374)


def test_eeoc_example_flags_only_the_group_below_four_fifths():
    table = audit(("White", 60, 100), ("American Indian", 45, 100), ("Hispanic", 48, 100), ("Black", 51, 100))
    found = {label: (row.impact_ratio, row.below_four_fifths) for label, row in rows(table).items()}
    assert found == {
        "White": (1.0, False),
        "American Indian": (0.75, True),
        "Hispanic": (pytest.approx(0.8), False),
        "Black": (pytest.approx(0.85), False),
    }


def test_ll144_scoring_example_gives_the_impact_ratios_of_the_rule():
    by_sex = audit(("Male", 50, 92), ("Female", 34, 76))
    by_race = audit(("Hispanic", 18, 28), ("White", 15, 40), ("Black", 16, 32), ("NHPI", 5, 8), ("Asian", 10, 24))
    assert {label: round(row.impact_ratio, 2) for label, row in rows(by_sex).items()} == {"Male": 1.0, "Female": 0.82}
    assert {label: round(row.impact_ratio, 2) for label, row in rows(by_race).items()} == {
        "Hispanic": 1.0,
        "White": 0.58,
        "Black": 0.78,
        "NHPI": 0.97,
        "Asian": 0.65,
    }


def test_compas_false_positives_are_a_disparity_with_the_published_numbers():
    table = audit(("white", 1139, 1488), ("Black", 990, 1795))
    black = rows(table)["Black"]
    assert black.adverse_ratio == pytest.approx(1.9120926483147231)
    assert np.round(black.difference_interval, 5).tolist() == [-0.24502, -0.18205]
    assert black.p_value == pytest.approx(5.067846700058524e-38, rel=1e-9)
    assert black.verdict is Verdict.DISPARITY


def test_favourable_ratio_that_passes_four_fifths_does_not_hide_failures_four_times_as_often():
    group = rows(audit(("a", 950, 1000), ("b", 800, 1000)))["b"]
    assert (group.below_four_fifths, round(group.impact_ratio, 2)) == (False, 0.84)
    assert round(group.adverse_ratio, 1) == 4.0
    assert group.verdict is Verdict.DISPARITY


def test_named_reference_pays_for_its_comparisons_and_a_chosen_one_for_all_pairs():
    counts = (("a", 820, 1000), ("b", 780, 1000), ("c", 770, 1000))
    named, chosen = audit(*counts, reference="A"), audit(*counts)
    p_values = fisher_exact([780, 770, 780], 1000, [820, 820, 770], 1000)
    assert named.comparisons == 2
    assert chosen.comparisons == 3
    assert [rows(named)[g].p_adjusted for g in "bc"] == pytest.approx(holm(p_values[:2]).tolist())
    assert [rows(chosen)[g].p_adjusted for g in "bc"] == pytest.approx(holm(p_values).tolist()[:2])


def test_tables_of_one_audit_are_one_family():
    counts = (GroupCount("a", 820, 1000), GroupCount("b", 770, 1000))
    tables = audit_gaps([TableCounts(("x",), counts), TableCounts(("y",), counts)], policy=POLICY)
    p_value = float(fisher_exact(770, 1000, 820, 1000))
    assert [rows(table)["b"].p_adjusted for table in tables] == pytest.approx([2 * p_value] * 2)
    assert audit_gaps([], policy=POLICY) == []


def test_reference_is_the_best_rate_among_groups_large_enough():
    table = audit(("tiny", 12, 12), ("small", 28, 29), ("a", 450, 500), ("b", 430, 500))
    assert table.reference is not None
    assert table.reference.label == "a"


def test_reference_of_a_small_table_may_have_fewer_than_the_minimum():
    table = audit(("female", 14, 24), ("male", 21, 24))
    assert table.reference is not None
    assert table.reference.label == "male"
    assert rows(table)["female"].verdict is Verdict.DISPARITY


def test_lucky_small_reference_cannot_hide_a_disparity_between_the_large_groups():
    table = audit(("lucky", 36, 44), ("a", 800, 1000), ("b", 700, 1000))
    assert table.reference is not None
    assert (table.reference.label, rows(table)["b"].verdict) == ("lucky", Verdict.NOT_ENOUGH_DATA)
    assert [(pair.label, pair.against_label) for pair in table.between] == [("b", "a")]
    assert table.verdict is Verdict.DISPARITY


def test_unknown_values_are_a_row_of_their_own_counted_and_not_compared():
    table = audit((None, 10, 400), ("", 5, 100), ("a", 400, 500), ("b", 395, 500))
    unknown = table.groups[-1]
    assert (unknown.label, unknown.n, unknown.favourable, unknown.known) == ("unknown", 500, 15, False)
    assert (unknown.p_value, unknown.difference, unknown.verdict) == (None, None, Verdict.NOT_ENOUGH_DATA)
    assert table.comparisons == 1
    assert table.unknown_share == pytest.approx(1 / 3)


def test_group_under_two_percent_is_left_out_of_the_ratios_but_shown_and_tested():
    table = audit(("a", 9_000, 10_000), ("b", 8_950, 10_000), ("rare", 60, 300))
    rare = rows(table)["rare"]
    assert (rare.impact_ratio, rare.below_four_fifths, rare.adverse_ratio) == (None, None, None)
    assert rare.excluded == "1.5 % of 20,300: under 2 %, left out of the ratios"
    assert (rare.n, rare.rate) == (300, 0.2)
    assert rare.verdict is Verdict.DISPARITY


def test_evenly_split_intersections_keep_their_ratios_though_each_is_under_two_percent():
    table = audit(*((f"cell {i:02}", 800, 1000) for i in range(90)))
    assert {row.excluded for row in table.groups} == {None}
    assert {row.impact_ratio for row in table.groups} == {1.0}


def test_many_groups_are_corrected_for_all_pairs_though_only_those_with_the_reference_are_computed():
    table = audit(("best", 900, 1000), *((f"cell {i:02}", 800, 1000) for i in range(70)))
    p_value = float(fisher_exact(800, 1000, 900, 1000))
    assert table.comparisons == 71 * 70 // 2
    assert rows(table)["cell 00"].p_adjusted == pytest.approx(p_value * table.comparisons)
    assert table.between == ()


def test_group_below_the_small_cell_is_shown_with_its_p_value_but_not_tested():
    table = audit(("a", 90, 100), ("b", 85, 100), ("few", 0, 9))
    few = rows(table)["few"]
    assert (few.tested, few.p_adjusted, few.verdict) == (False, None, Verdict.NOT_ENOUGH_DATA)
    assert few.p_value == pytest.approx(float(fisher_exact(0, 9, 90, 100)))
    assert table.comparisons == 1


def test_large_equal_groups_have_no_material_difference():
    table = audit(("a", 8_000, 10_000), ("b", 7_990, 10_000), ("c", 8_010, 10_000))
    assert table.verdict is Verdict.NO_MATERIAL_DIFFERENCE


def test_one_undecided_group_keeps_the_table_undecided():
    table = audit(("a", 8_000, 10_000), ("b", 7_990, 10_000), ("c", 80, 100))
    assert rows(table)["b"].verdict is Verdict.NO_MATERIAL_DIFFERENCE
    assert table.verdict is Verdict.NOT_ENOUGH_DATA
    assert rows(table)["c"].detectable_difference == pytest.approx(0.141, abs=0.005)


def test_certain_but_small_gap_is_watched():
    assert audit(("a", 80_000, 100_000), ("b", 78_500, 100_000)).verdict is Verdict.WATCH


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([], id="no-counts"),
        pytest.param([("only", 5, 10)], id="one-group"),
        pytest.param([(None, 5, 10), ("", 3, 10)], id="all-unknown"),
        pytest.param([("a", 0, 0), ("b", 0, 0)], id="no-members"),
        pytest.param([("a", 0, 0), ("b", 50, 100)], id="one-group-empty"),
        pytest.param([("a", 3, 4), ("b", 1, 4)], id="all-below-small-cell"),
    ],
)
def test_nothing_to_compare_is_not_enough_data(counts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = audit(*counts)
        json.dumps(table.to_json(), allow_nan=False)
    assert table.verdict is Verdict.NOT_ENOUGH_DATA


@pytest.mark.parametrize("rate", [0, 1])
def test_outcome_that_everybody_or_nobody_gets_is_no_difference(rate):
    table = audit(("a", rate * 500, 500), ("b", rate * 400, 400))
    json.dumps(table.to_json(), allow_nan=False)
    assert table.verdict is Verdict.NO_MATERIAL_DIFFERENCE


@given(
    counts=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "", None, True, 1, 1.5]),
            st.integers(0, 60),
            st.integers(0, 60),
            st.sampled_from([None, "s", "t"]),
        ),
        max_size=12,
    )
)
@settings(max_examples=150)
def test_any_counts_give_finite_json_without_warnings(counts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = audit(*((group, min(k, n), n, stratum) for group, k, n, stratum in counts))
    document = json.loads(json.dumps(table.to_json(), allow_nan=False))
    assert sum(row["n"] for row in document["groups"]) == sum(n for _, _, n, _ in counts)
    assert document["verdict"] in {verdict.value for verdict in Verdict}


def test_counts_of_the_same_group_are_added():
    split = audit(("a", 40, 50), ("b", 30, 50), ("a", 4, 10), (" b ", 3, 10))
    assert split == audit(("a", 44, 60), ("b", 33, 60))


def test_order_of_the_counts_does_not_matter():
    counts = [("a", 40, 50), ("b", 30, 50), ("c", 35, 50), (None, 3, 9)]
    assert audit(*counts) == audit(*reversed(counts))


def test_reference_that_is_no_group_is_refused_with_the_groups_there_are():
    with pytest.raises(LookupError, match=r"'x' is not one of the groups: 'a', 'b'"):
        audit(("a", 40, 50), ("b", 30, 50), ("x", 0, 0), (None, 1, 2), reference="x")


@pytest.mark.parametrize(("favourable", "n"), [(5, 4), (-1, 4), (0, -1)])
def test_impossible_counts_are_refused_with_the_group(favourable, n):
    with pytest.raises(ValueError, match="group 'a'"):
        GroupCount("a", favourable, n)


def test_json_has_the_documented_keys():
    document = audit_gap(berkeley_counts(), policy=POLICY, attribute="gender").to_json()
    assert {"attributes", "reference", "groups", "verdict"} <= set(document)
    assert (document["attributes"], document["reference"]) == (["gender"], {"gender": "male"})
    women = document["groups"][1]
    assert women["group"] == {"gender": "female"}
    documented = (
        "group n favourable rate rate_interval impact_ratio impact_ratio_interval below_four_fifths adverse_ratio "
        "difference difference_interval p_value p_adjusted verdict detectable_difference adjusted"
    )
    assert set(documented.split()) <= set(women)
    adjusted = (
        "method odds_ratio odds_ratio_interval statistic p_value risk_difference risk_difference_interval "
        "homogeneity simpson verdict"
    )
    assert set(adjusted.split()) <= set(women["adjusted"])
    assert set(women["adjusted"]["homogeneity"]) == {"breslow_day", "woolf"}


def test_part_of_alpha_makes_the_test_stricter_but_not_the_intervals_wider() -> None:
    counts = [GroupCount("a", 820, 1000), GroupCount("b", 815, 1000)]
    whole, part = (audit_gap(counts, policy=Policy(alpha=alpha), reference="a") for alpha in (0.05, 0.005))
    assert whole.to_json()["groups"][1]["difference_interval"] == part.to_json()["groups"][1]["difference_interval"]
    assert part.verdict is Verdict.NO_MATERIAL_DIFFERENCE
