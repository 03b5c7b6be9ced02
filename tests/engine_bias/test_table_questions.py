"""The three questions of a table's audit, and the one verdict that they make together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audits.engine.bias.table.audit import TableAudit, audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy
from tests.engine_bias.published_tables import BERKELEY_1973, RABBITS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def audited(
    tmp_path: Path, rows: list[tuple[str, str, int, int]], *, truth: bool = False, reference: str = ""
) -> TableAudit:
    """Rows of group, stratum (or truth), favourable and unfavourable outcomes."""
    file = tmp_path / "t.jsonl"
    lines = [
        {"g": group, "s": other, "ok": ok, "count": count}
        for group, other, yes, no in rows
        for ok, count in ((True, yes), (False, no))
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    columns = Columns(("g",), () if truth else ("s",), "ok", "s" if truth else None)
    references = (reference,) if reference else ()
    return audit_cube(count_table(file, columns), policy=Policy(), references=references)


def test_berkeley_is_flagged_in_the_aggregate_and_not_confirmed_within_departments():
    columns = Columns(("gender",), ("department",), "admitted")
    audit = audit_cube(count_table(EXAMPLES / "berkeley.csv", columns), policy=Policy())
    document = audit.to_json()
    women = document["tables"][0]["groups"][1]
    assert (women["verdict"], women["adjusted"]["verdict"]) == ("disparity", "no_material_difference")
    assert (women["adjusted"]["simpson"], women["below_four_fifths"]) == (True, True)
    assert round(women["impact_ratio"], 2) == 0.68
    assert document["verdict"] == document["tables"][0]["verdict"] == "disparity"
    assert document["verdicts"] == {"aggregate": "disparity", "within_strata": "no_material_difference"}
    assert document["sentence"] == (
        "Disparity: Out of 1,000 cases about 445 from male were admitted and 304 from female (difference 14.2 points, "
        "plausible range 11.3–17.0). Within department the difference turns round: 1.8 points in favour of "
        "female. It is flagged in the aggregate and not confirmed within department: no material difference there "
        "(odds ratio 1.11, p 0.23). The strata differ among themselves (Breslow–Day p 0.0021): read them one by one."
    )


@pytest.mark.parametrize(
    ("b_in_x", "b_in_y", "words"),
    [
        # Within s, group c stays 20 points behind a; b does as well as a, or better.
        ((180, 20), (720, 1_080), "Within s 1 of 2 disparities is confirmed: c."),
        ((198, 2), (1_080, 720), "Within s 1 of 2 disparities is confirmed: c; for b it turns round."),
        ((140, 60), (360, 1_440), "Both are confirmed within s."),
    ],
)
def test_each_flagged_group_is_accounted_for_within_strata(tmp_path, b_in_x, b_in_y, words):
    rows = [("a", "x", 1_620, 180), ("a", "y", 80, 120), ("c", "x", 1_260, 540), ("c", "y", 40, 160)]
    audit = audited(tmp_path, [*rows, ("b", "x", *b_in_x), ("b", "y", *b_in_y)])
    assert words in audit.sentence


def test_berkeley_gives_the_published_figures():
    columns = Columns(("gender",), ("department",), "admitted")
    cube = count_table(EXAMPLES / "berkeley.csv", columns)
    assert cube.rows == sum(map(sum, BERKELEY_1973.values()))
    (table,) = audit_cube(cube, policy=Policy(), references=("female",)).to_json()["tables"]
    men = table["groups"][1]
    assert men["rate"] / (1 - men["rate"]) / (557 / 1278) == pytest.approx(1.8410800371812925)
    adjusted = men["adjusted"]
    assert adjusted["odds_ratio"] == pytest.approx(0.9046968282586231)
    assert adjusted["odds_ratio_interval"] == pytest.approx([0.7719073617593505, 1.0603297644366558])
    assert (adjusted["statistic"], adjusted["p_value"]) == pytest.approx((1.4269462285866883, 0.23226346281704802))
    assert adjusted["risk_difference"] == pytest.approx(-0.018425196190852512)
    breslow_day, woolf = adjusted["homogeneity"]["breslow_day"], adjusted["homogeneity"]["woolf"]
    assert (breslow_day["statistic"], breslow_day["p_value"]) == pytest.approx((18.825513705, 0.00207139035))
    assert woolf["p_value"] == pytest.approx(0.0034272004935220757)


def test_rabbits_give_the_published_test(tmp_path):
    rows = [
        row
        for dose, (cured, died, cured_later, died_later) in enumerate(RABBITS)
        for row in (("at once", str(dose), cured, died), ("later", str(dose), cured_later, died_later))
    ]
    (table,) = audited(tmp_path, rows, reference="later").to_json()["tables"]
    adjusted = table["groups"][1]["adjusted"]
    assert (adjusted["statistic"], adjusted["p_value"]) == pytest.approx((3.928571428571429, 0.047472255142918196))
    assert adjusted["odds_ratio"] == pytest.approx(7.0)


def test_compas_gives_the_published_error_rates():
    columns = Columns(("race",), (), "high_risk", "reoffended")
    cube = count_table(EXAMPLES / "compas.csv", columns, favourable="no")
    document = audit_cube(cube, policy=Policy(), references=("Caucasian",)).to_json()
    white, black = (row["error_rates"] for row in document["tables"][0]["groups"])
    assert [black[key] for key in ("tn", "fp", "fn", "tp")] == [990, 805, 532, 1369]
    assert [white[key] for key in ("tn", "fp", "fn", "tp")] == [1139, 349, 461, 505]
    assert (round(100 * black["fpr"], 2), round(100 * black["fnr"], 2)) == (44.85, 27.99)
    assert black["fpr_ratio"] == pytest.approx(1.9120926483147231)
    assert black["fpr_p_value"] == pytest.approx(5.067846700058524e-38, rel=1e-9)
    assert black["fnr_p_value"] == pytest.approx(2.5617756207752525e-25, rel=1e-9)
    assert document["verdicts"] == {"aggregate": "disparity", "error_rates": "disparity"}
    assert (
        "the false positive rate is 44.8 % for African-American and 23.5 % for Caucasian, 1.91 times"
        in (document["sentence"])
    )


# Women have the harder cases: within each kind they fail 20 points more often, together as often as men.
HIDDEN = [("f", "easy", 4_000, 1_000), ("m", "easy", 1_000, 0), ("f", "hard", 300, 700), ("m", "hard", 3_300, 1_700)]


def test_disparity_that_the_mix_of_strata_hides_lifts_the_verdict_to_watch(tmp_path):
    audit = audited(tmp_path, HIDDEN)
    document = audit.to_json()
    assert document["verdicts"] == {"aggregate": "no_material_difference", "within_strata": "disparity"}
    assert document["tables"][0]["groups"][1]["verdict"] == "no_material_difference"
    assert document["verdict"] == "watch"
    assert document["sentence"].startswith("Watch: within s there is a disparity that the aggregate hides: ")
    assert "In the aggregate: no material difference" in document["sentence"]


def test_confirmed_disparity_says_so(tmp_path):
    rows = [(g, s, n - no, no) for s in "xy" for g, n, no in (("a", 500, 50), ("b", 500, 150))]
    document = audited(tmp_path, rows).to_json()
    assert document["verdicts"] == {"aggregate": "disparity", "within_strata": "disparity"}
    assert "It is confirmed within s (odds ratio 0.26, p " in document["sentence"]


def test_disparity_of_error_rates_alone_lifts_the_verdict_to_watch(tmp_path):
    # The outcome is equally often favourable; for b it is wrong far more often, in both directions.
    rows = [("a", "true", 450, 50), ("a", "false", 50, 450), ("b", "true", 300, 200), ("b", "false", 200, 300)]
    document = audited(tmp_path, rows, truth=True).to_json()
    assert document["verdicts"] == {"aggregate": "no_material_difference", "error_rates": "disparity"}
    assert document["verdict"] == "watch"
    assert document["sentence"].startswith("Watch: the outcome is not wrong equally often: the false ")


def test_equal_errors_are_said_to_be_equal(tmp_path):
    rows = [(g, truth, yes, no) for g in "ab" for truth, yes, no in (("true", 4_500, 500), ("false", 500, 4_500))]
    document = audited(tmp_path, rows, truth=True).to_json()
    assert document["verdict"] == "no_material_difference"
    assert document["sentence"].endswith("The outcome is wrong equally often: error rates are within 5 points.")


def test_rows_without_a_truth_are_in_no_error_rate(tmp_path):
    rows = [("a", "true", 40, 10), ("a", "", 30, 30), ("b", "false", 20, 20), ("b", "unknown", 1, 1)]
    document = audited(tmp_path, rows, truth=True).to_json()
    assert (document["rows"], document["without_truth"]) == (152, 62)
    by_group = {row["group"]["g"]: row for row in document["tables"][0]["groups"]}
    assert (by_group["a"]["n"], by_group["a"]["error_rates"]["fp"]) == (110, 10)
    assert (by_group["b"]["error_rates"]["fpr"], by_group["b"]["error_rates"]["fnr"]) == (None, 0.5)


def test_several_strata_are_held_equal_in_combination(tmp_path):
    file = tmp_path / "t.jsonl"
    rows = [
        {"g": g, "s": s, "t": t, "ok": ok, "count": 10}
        for g in "ab"
        for s in "xy"
        for t in "uv"
        for ok in (True, False)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    audit = audit_cube(count_table(file, Columns(("g",), ("s", "t"), "ok")), policy=Policy())
    assert audit.tables[0].gaps.compared[0].adjusted.strata == 4
    assert audit.to_json()["strata"] == ["s", "t"]


def test_groups_that_are_bare_truth_values_are_named_with_their_attribute(tmp_path):
    file = tmp_path / "t.jsonl"
    rows = [
        {"over_25": over, "ok": ok, "count": n} for over, ok, n in ((True, True, 9), (True, False, 1), (False, True, 9))
    ]
    file.write_text("\n".join(map(json.dumps, [*rows, {"over_25": False, "ok": False, "count": 9}])))
    audit = audit_cube(count_table(file, Columns(("over_25",), (), "ok")), policy=Policy())
    assert "90 where over 25 is true had ok and 50 where over 25 is false" in audit.sentence


@pytest.mark.parametrize(
    ("levels", "attribute", "words"),
    [
        (("true", "false"), ("over_25",), "90 where over 25 is true had ok and 50 where over 25 is false"),
        (("1", "0"), ("over_25",), "90 where over 25 is 1 had ok and 50 where over 25 is 0"),
        (
            ("Yes", "no"),
            ("sex", "over_25"),
            "90 where sex × over 25 is f × Yes had ok and 50 where ",
        ),
        (("over 25", "under"), ("over_25",), "90 from over 25 had ok and 50 from under"),
    ],
)
def test_bare_values_of_csv_are_named_with_their_attribute_too(tmp_path, levels, attribute, words):
    file = tmp_path / "t.csv"
    cells = zip((levels[0], levels[0], levels[1], levels[1]), ("yes", "no") * 2, (90, 10, 50, 50), strict=True)
    file.write_text("sex,over_25,ok,count\n" + "".join(f"f,{over},{ok},{n}\n" for over, ok, n in cells))
    audit = audit_cube(count_table(file, Columns(attribute, (), "ok")), policy=Policy())
    assert words in audit.tables[-1].sentence


def test_sentence_leads_with_the_gap_that_is_surest(tmp_path):
    rows = [("a", "x", 3_000, 1_000), ("b", "x", 1_600, 2_000), ("tiny", "x", 5, 13)]
    audit = audited(tmp_path, rows)
    tiny = audit.tables[0].gaps.groups[2]
    assert (tiny.label, tiny.verdict.value) == ("tiny", "disparity")
    assert audit.sentence.startswith("Disparity: Out of 100 cases about 75 from a had ok and 44 from b (difference 31 ")
    assert "One more group shows a disparity." in audit.sentence
