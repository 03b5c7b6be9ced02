"""The questions of a table's audit share its alpha: what passes is judged as if alone, what does not is held back."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.table.audit import TableAudit, audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.questions import Question, question_levels
from audits.engine.bias.table.report import text_report
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy, Verdict

AGGREGATE, WITHIN, ERRORS = Question
Rows = list[tuple[str, str, str, int, int]]


def audited(tmp_path: Path, rows: Rows, *, strata: bool = True, truth: bool = False) -> TableAudit:
    """Rows of group, stratum, truth, favourable and unfavourable outcomes."""
    file = tmp_path / "t.jsonl"
    lines = [
        {"g": group, "s": stratum, "t": true, "ok": ok, "count": count}
        for group, stratum, true, yes, no in rows
        for ok, count in ((True, yes), (False, no))
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    columns = Columns(("g",), ("s",) if strata else (), "ok", "t" if truth else None)
    return audit_cube(count_table(file, columns), policy=Policy())


p_values = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05 / 3, 0.02, 0.025, 0.03, 0.05, 1.0]))


@given(st.dictionaries(st.sampled_from(list(Question)), p_values))
def test_question_passes_where_every_intersection_with_it_is_rejected(smallest):
    """The closure principle, by brute force: each set of questions is tested by Bonferroni."""
    alpha = 0.05
    sets = [one for size in range(1, len(smallest) + 1) for one in combinations(smallest, size)]
    rejected = {one for one in sets if min(smallest[question] for question in one) <= alpha / len(one)}
    levels = question_levels(smallest, alpha=alpha)
    assert list(levels) == list(smallest)
    for question, p in smallest.items():
        assert (p <= levels[question]) == all(one in rejected for one in sets if question in one)
        assert levels[question] == alpha or p > levels[question]


SHARED = "but the questions of the audit share its alpha, and this one does not pass"
BORDERLINE: Rows = [(g, s, "t", yes, 200 - yes) for s in "xy" for g, yes in (("a", 120), ("b", 105))]
SURER_WITHIN: Rows = [
    *(("a", "x", "t", 180, 20), ("a", "y", "t", 60, 140)),
    *(("b", "x", "t", 163, 37), ("b", "y", "t", 47, 153)),
]


def test_borderline_disparity_is_one_if_asked_alone_and_to_watch_beside_another_question(tmp_path):
    alone = audited(tmp_path, BORDERLINE, strata=False).to_json()
    row = alone["tables"][0]["groups"][1]
    assert (row["verdict"], alone["verdict"], alone["levels"]) == ("disparity", "disparity", {"aggregate": 0.05})
    assert 0.025 < row["p_adjusted"] <= 0.05

    audit = audited(tmp_path, BORDERLINE)
    beside = audit.to_json()
    held = beside["tables"][0]["groups"][1]
    assert beside["levels"] == {"aggregate": 0.025, "within_strata": 0.025}
    assert beside["verdicts"] == {"aggregate": "watch", "within_strata": "watch"}
    assert (beside["verdict"], held["verdict"], held["adjusted"]["verdict"]) == ("watch", "watch", "watch")
    assert held["reasons"] == [*row["reasons"], f"{SHARED} 0.025"]
    assert held["adjusted"]["reasons"][-1] == f"{SHARED} 0.025"
    assert beside["sentence"].startswith("Watch: Out of 1,000 cases about 600 from a had ok and 525 from b ")
    assert {key: held[key] for key in row if key not in ("verdict", "reasons", "adjusted")} == {
        key: row[key] for key in row if key not in ("verdict", "reasons")
    }
    assert "aggregate at 0.025, within strata at 0.025" in " ".join(text_report(audit).split())


def test_question_that_passes_its_part_leaves_all_of_alpha_to_the_next(tmp_path):
    document = audited(tmp_path, SURER_WITHIN).to_json()
    row = document["tables"][0]["groups"][1]
    assert row["p_adjusted"] > 0.025 >= row["adjusted"]["p_adjusted"]
    assert document["levels"] == {"aggregate": 0.05, "within_strata": 0.05}
    assert document["verdicts"] == {"aggregate": "disparity", "within_strata": "disparity"}


def test_error_rates_are_held_back_as_well(tmp_path):
    rows: Rows = [("a", "x", "true", 240, 160), ("a", "x", "false", 100, 100)]
    rows += [("b", "x", "true", 216, 184), ("b", "x", "false", 124, 76)]
    document = audited(tmp_path, rows, strata=False, truth=True).to_json()
    (errors,) = [row["error_rates"] for row in document["tables"][0]["groups"] if not row["is_reference"]]
    assert document["levels"]["error_rates"] == 0.025 < errors["fnr_p_adjusted"] <= 0.05
    assert (document["verdict"], errors["verdict"]) == ("not_enough_data", "watch")


def test_pair_without_the_reference_is_held_back(tmp_path):
    rows: Rows = [("few", "x", "t", 7, 3), ("few", "y", "t", 21, 9)]
    rows += [(g, s, "t", yes, 200 - yes) for s in "xy" for g, yes in (("a", 120), ("b", 101))]
    alone = audited(tmp_path, rows, strata=False)
    (pair,) = alone.tables[0].gaps.between
    assert 0.025 < pair.p_adjusted <= 0.05
    assert alone.verdict is Verdict.DISPARITY
    beside = audited(tmp_path, rows)
    (held,) = beside.to_json()["tables"][0]["between"]
    assert (held["verdict"], held["reasons"]) == ("watch", [*pair.reasons, f"{SHARED} 0.025"])
    assert beside.verdict is Verdict.WATCH
    assert f"{pair.label} also falls" in text_report(beside)
    assert ", to watch)" in text_report(beside)


def test_pair_that_alone_is_a_disparity_is_to_watch_where_no_group_is(tmp_path):
    """A group too small to be the reference is ahead of both others, but no comparison with the reference says it."""
    rows: Rows = [("few", s, "t", 5, 1) for s in "xy"]
    rows += [(g, s, "t", yes, 500 - yes) for s in "xy" for g, yes in (("a", 250), ("b", 230))]
    alone = audited(tmp_path, rows, strata=False)
    assert alone.verdict is Verdict.DISPARITY
    beside = audited(tmp_path, rows)
    assert beside.verdict is beside.answers()[AGGREGATE] is Verdict.WATCH
    assert beside.sentence.startswith("Watch: b falls 37 points behind few ")
    assert alone.sentence.startswith(beside.sentence.replace("Watch", "Disparity"))
    assert {group.verdict for group in beside.tables[0].gaps.compared} == {Verdict.NOT_ENOUGH_DATA}


def test_question_that_tests_nothing_leaves_alpha_to_the_others(tmp_path):
    rows: Rows = [("a", "only a's", "t", 240, 160), ("b", "only b's", "t", 210, 190)]
    document = audited(tmp_path, rows).to_json()
    assert document["levels"] == {"aggregate": 0.05}
    assert document["verdicts"] == {"aggregate": "disparity", "within_strata": "not_enough_data"}
