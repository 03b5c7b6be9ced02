"""Results of check runs as charts and tables."""

from __future__ import annotations

import re
from typing import Any

import pytest

from audits.models import CheckRun
from audits.views.results import Cell, ResultTable, chart_of, tables_of
from tests.pages.conftest import RESULT


def _run(kind: str, result: dict[str, Any]) -> CheckRun:
    return CheckRun(kind=kind, target="resolved by age_group", state="failed", sentence="So it is.", result=result)


def _axis(chart: str) -> list[str]:
    """The labels below the wide drawing."""
    return re.findall(r">(\d+) %</text>", chart.partition("plot__narrow")[0])


def _shifted(by: float) -> dict[str, Any]:
    groups = [
        {**group, "rate": group["rate"] + by, "rate_interval": [bound + by for bound in group["rate_interval"]]}
        for group in RESULT["gap"]["groups"]
    ]
    return {**RESULT, "gap": {"groups": groups}}


def test_cells_are_printed_by_the_kind_of_their_column():
    kinds = ["text", "count", "share", "interval", "points", "points_interval", "ratio", "p", "verdict"]
    values = ["de", 1200, 0.5, [0.25, 0.75], -0.125, [-0.2, 0.1], 0.876, 0.0421, "watch"]
    columns = [{"label": kind, "kind": kind} for kind in kinds]
    table = {"title": "by_language", "columns": columns, "rows": [values, [None] * len(kinds)]}
    [printed] = tables_of(_run("outcome_gap", {"tables": [table], "figures": {"n": 1}}))
    assert printed.title == "by language"
    first, missing = printed.rows
    assert [(cell.text, cell.below) for cell in first] == [
        ("de", ""),
        ("1,200", ""),
        ("50.0 %", "25.0–75.0 %"),
        ("−12.5 points", "−20.0 to +10.0"),
        ("0.88", ""),
        ("0.042", ""),
        ("", ""),
    ]
    assert first[-1].verdict == "watch"
    assert [(cell.text, cell.below) for cell in missing] == [("–", "")] * 7
    assert [(cell.text, cell.below) for cell in printed.head][2:4] == [
        ("share", "interval"),
        ("points", "points_interval"),
    ]
    assert [cell.number for cell in first] == [False, *[True] * 5, False]


def test_two_runs_side_by_side_share_one_axis():
    before, after = _run("outcome_gap", _shifted(-0.3)), _run("outcome_gap", _shifted(0.15))
    alone = _axis(chart_of(before)), _axis(chart_of(after))
    together = _axis(chart_of(before, beside=after)), _axis(chart_of(after, beside=before))
    assert alone[0] != alone[1]
    assert together[0] == together[1]


@pytest.mark.parametrize(
    ("kind", "figures", "said"),
    [
        ("consent_coverage", {"n": 10, "permitted": 7, "denied": 2, "unknown": 1}, "Denied: 2 (20.0 %)"),
        ("disclosure", {"n": 10, "rate": 0.9, "lower": 0.6, "upper": 0.98}, "Disclosed at the start"),
        ("personal_data", {"n": 10, "rate": 0.1, "lower": 0.02, "upper": 0.4}, "With sensitive data"),
    ],
)
def test_each_kind_has_its_chart(kind, figures, said):
    assert said in chart_of(_run(kind, {"tables": [], "figures": figures}))


def _ranked(known: int) -> dict[str, Any]:
    known_groups = [
        {**group, "n": 100, "favourable": known, "rate": known / 100, "rate_interval": [0.4, 0.6]}
        for group in RESULT["gap"]["groups"]
    ]
    ranks = [
        {
            "group": {"language": "pl"}, "n": 50, "superiority": 0.14, "superiority_interval": [0.11, 0.17],
            "p_adjusted": 0.01, "verdict": "disparity", "is_reference": False,
        },
        {
            "group": {"language": "en"}, "n": 50, "superiority": None, "superiority_interval": None,
            "p_adjusted": None, "verdict": "no_material_difference", "is_reference": True,
        },
    ]  # fmt: skip
    return {"tables": [], "figures": {"n": 100}, "known": {"groups": known_groups}, "ranks": {"groups": ranks}}


def test_what_is_known_is_drawn_before_what_is_compared():
    charts = chart_of(_run("service_quality", _ranked(50)))
    captions = re.findall("<figcaption>(.*?)</figcaption>", charts)
    assert captions == [
        "First: what is known, by group",
        "How often a group’s value is the higher one of a pair (50 % is alike)",
    ]
    assert "Polish" in charts


def test_what_is_known_is_not_drawn_where_everything_is():
    assert "First: what is known" not in chart_of(_run("service_quality", _ranked(100)))


def test_shares_are_drawn_beside_what_is_expected_without_those_of_too_few():
    numbers = {"n": 30, "share": 0.3, "share_interval": [0.2, 0.4], "reference": 0.5, "p_adjusted": 0.01}
    groups = [
        {"group": "north", "verdict": "disparity", **numbers},
        {"group": "south", "verdict": "watch"},
        {"group": None, "n": 4, "share": None, "share_interval": None, "reference": None, "p_adjusted": None},
    ]
    result = {"tables": [], "figures": {"n": 100}, "shares": [{"attribute": "region", "groups": groups}]}
    charts = chart_of(_run("training_shares", result))
    assert "north (expected 50 %)" in charts
    assert "south" not in charts


def test_both_error_rates_are_drawn_on_their_own_denominators():
    group = {"tn": 90, "fp": 10, "fn": 5, "tp": 45, "group": {"age": "65+"}}
    rates = {
        f"{name}{key}": value
        for name in ("fpr", "fnr")
        for key, value in {"": 0.1, "_interval": [0.05, 0.2], "_p_adjusted": 0.2, "_verdict": "watch"}.items()
    }
    errors = {"reference": {"age": "18-34"}, "groups": [{**group, **rates}]}
    run = _run("error_parity", {"tables": [], "figures": {"n": 150}, "errors": errors})
    run.params = {"decision": "refund_refused"}
    charts = chart_of(run)
    assert "Wrongly “refund refused”, by group (false positives)" in charts
    assert "n 100" in charts
    assert "n 50" in charts


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("data_sufficiency", {"tables": [], "figures": {"n": 10}}),
        ("outcome_gap", {"tables": [], "figures": {"groups_hidden": 0}}),
        ("consent_coverage", {"tables": [], "figures": {"n": 0}}),
        ("disclosure", {}),
    ],
)
def test_a_run_without_rates_has_no_chart(kind, result):
    assert chart_of(_run(kind, result)) == ""


@pytest.mark.parametrize(("rows", "first", "folded"), [(0, 0, 0), (12, 12, 0), (13, 8, 5), (60, 8, 52)])
def test_long_tables_leave_most_of_their_rows_to_a_click(rows, first, folded):
    table = ResultTable("Pairs", [], [[Cell(str(row))] for row in range(rows)])
    assert (len(table.first_rows), len(table.folded)) == (first, folded)
    assert [*table.first_rows, *table.folded] == table.rows


@pytest.mark.parametrize(("at", "verdict", "first"), [(3, "disparity", 8), (9, "watch", 10), (9, "not_enough_data", 8)])
def test_a_row_that_stands_out_is_not_left_to_a_click(at, verdict, first):
    rows = [[Cell(str(row)), Cell("", verdict=verdict if row == at else "no_material_difference")] for row in range(20)]
    assert len(ResultTable("Pairs", [], rows).first_rows) == first
    last = [[Cell("", verdict="disparity" if row == 12 else "")] for row in range(14)]
    assert ResultTable("Pairs", [], last).folded == []
