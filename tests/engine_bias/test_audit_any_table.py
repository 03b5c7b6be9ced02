"""What holds for the audit of any table at all, and for tables in which no group differs."""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from audits.engine.bias.table.audit import TableAudit, audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy, Verdict

COLUMNS = Columns(("race", "sex"), ("branch",), "hired", "fit")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["f", "m", "", True]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from(["yes", "no", None]),
        st.sampled_from(["yes", "no", None]),
        st.integers(0, 90),
    ),
    max_size=40,
)


def written(file: Path, rows: list[tuple]) -> Path:
    names = ("race", "sex", "branch", "hired", "fit", "count")
    file.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows))
    return file


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, more=st.integers(1, 50))
def test_any_table_is_audited_without_a_number_that_is_none(tmp_path, rows, more):
    file = written(tmp_path / "t.jsonl", [*rows, ("a", "f", "x", "yes", "no", more)])
    audit = audit_cube(count_table(file, COLUMNS), policy=Policy())
    document = audit.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["rows"] + document["without_outcome"] == sum(row[5] for row in rows) + more
    assert [table["attributes"] for table in document["tables"]] == [["race"], ["sex"], ["race", "sex"]]
    for table in document["tables"]:
        assert sum(row["n"] for row in table["groups"]) == document["rows"]
        _check_groups(table)
    for value in (document["verdict"], *document["verdicts"].values()):
        assert Verdict(value)


def _check_groups(table: dict) -> None:
    reference = next((row for row in table["groups"] if row["is_reference"]), None)
    known = [row for row in table["groups"] if None not in row["group"].values() and row["n"]]
    assert (reference is None) == (not known)
    for row in known:
        assert reference is not None
        k, n, k0, n0 = row["favourable"], row["n"], reference["favourable"], reference["n"]
        assert 0 <= k <= n
        low, high = row["rate_interval"]
        assert low - 1e-12 <= k / n <= high + 1e-12
        if row["below_four_fifths"] is not None:
            assert row["below_four_fifths"] == (5 * k * n0 < 4 * k0 * n)
        if row["impact_ratio"] is not None:
            assert row["impact_ratio"] == pytest.approx(float(Fraction(k, n) / Fraction(k0, n0)))
        if row["p_adjusted"] is not None:
            assert 0 <= row["p_value"] <= row["p_adjusted"] <= 1
        errors = row["error_rates"]
        assert sum(errors[name] for name in ("tn", "fp", "fn", "tp")) <= n
        assert (errors["fpr"] is None) == (errors["tn"] + errors["fp"] == 0)
        assert (errors["fnr"] is None) == (errors["fn"] + errors["tp"] == 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(0, 60), min_size=12, max_size=12).filter(any))
def test_rows_and_counts_and_formats_and_order_give_the_same_audit(tmp_path, counts):
    kinds = [(race, sex, hired) for race in ("a", "b", None) for sex in ("f", "m") for hired in ("yes", "no")]
    columns = Columns(("race", "sex"), (), "hired")
    as_counts, as_rows, as_csv = tmp_path / "c.jsonl", tmp_path / "r.jsonl", tmp_path / "c.csv"
    lines = [
        {"group": {"race": race, "sex": sex}, "outcome": {"hired": hired}, "count": count}
        for (race, sex, hired), count in zip(kinds, counts, strict=True)
    ]
    as_counts.write_text("\n".join(map(json.dumps, reversed(lines))))
    single = [json.dumps({**line["group"], **line["outcome"]}) for line in lines for _ in range(line["count"])]
    as_rows.write_text("\n".join(single))
    cells = [f"{race or ''};{sex};{hired};{n}" for (race, sex, hired), n in zip(kinds, counts, strict=True)]
    as_csv.write_text("\n".join(["group.race;sex;outcome.hired;count", *cells]))
    first, *others = [
        audit_cube(count_table(file, columns), policy=Policy()).to_json() for file in (as_counts, as_rows, as_csv)
    ]
    assert others == [first, first]


def null_audit(random: np.random.Generator, file: Path) -> TableAudit:
    """Two attributes, strata with rates of their own, and a truth; no group differs from another in anything."""
    rates = {"x": 0.3, "y": 0.6, "z": 0.85}
    rows = []
    for race in "abc":
        for sex in "fm":
            for branch, rate in rates.items():
                for fit, chance in (("yes", rate), ("no", rate / 2)):
                    n = int(random.poisson(60))
                    hired = int(random.binomial(n, chance))
                    rows += [(race, sex, branch, "yes", fit, hired), (race, sex, branch, "no", fit, n - hired)]
    return audit_cube(count_table(written(file, rows), COLUMNS), policy=Policy())


@pytest.mark.slow
def test_audit_without_any_gap_raises_a_disparity_in_at_most_one_of_twenty_on_each_question(tmp_path):
    random = np.random.default_rng(41)
    audits = 200
    alarms: dict[str, int] = defaultdict(int)
    for _ in range(audits):
        audit = null_audit(random, tmp_path / "t.jsonl")
        alarms["audit"] += audit.verdict is Verdict.DISPARITY
        for question, verdict in audit.answers().items():
            alarms[question] += verdict is Verdict.DISPARITY
    assert max(alarms.values()) <= 0.05 * audits


def test_holm_over_all_tables_is_that_of_statsmodels(tmp_path):
    rows = [
        (race, sex, None, hired, None, count)
        for race, sex, yes, no in (("a", "f", 90, 10), ("a", "m", 80, 25), ("b", "f", 60, 33), ("b", "m", 70, 40))
        for hired, count in (("yes", yes), ("no", no))
    ]
    columns = Columns(("race", "sex"), (), "hired")
    cube = count_table(written(tmp_path / "t.jsonl", rows), columns)
    document = audit_cube(cube, policy=Policy(), references=("race=b", "sex=m")).to_json()
    tested = [row for table in document["tables"] for row in table["groups"] if not row["is_reference"]]
    expected = multipletests([row["p_value"] for row in tested], method="holm")[1]
    assert [row["p_adjusted"] for row in tested] == pytest.approx(expected.tolist())
