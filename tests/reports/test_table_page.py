"""The page of a table's audit stands alone, says the verdict first, and escapes what it was given."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from audits.engine.bias.table.audit import audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy
from audits.reports.table_page import table_page
from audits.reports.table_sections import MOST_ROWS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


class Reader(HTMLParser):
    """The words of a page, its tags, and what its attributes point to."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"] and data.strip():
            self.words.append(data.strip())


def berkeley() -> str:
    cube = count_table(EXAMPLES / "berkeley.csv", Columns(("gender",), ("department",), "admitted"))
    return table_page(audit_cube(cube, policy=Policy()), source="berkeley.csv", command="manage.py audit_table …")


def compas() -> str:
    cube = count_table(EXAMPLES / "compas.csv", Columns(("race",), (), "high_risk", "reoffended"), favourable="no")
    audit = audit_cube(cube, policy=Policy(), references=("race=Caucasian",))
    return table_page(audit, source="compas.csv", command="manage.py audit_table …")


@pytest.mark.parametrize("page", [berkeley, compas])
def test_page_needs_nothing_else(page):
    read = Reader(page())
    assert "script" not in read.tags
    assert "link" not in read.tags
    assert all(target.startswith("#") for target in read.targets)
    assert len(set(read.ids)) == len(read.ids)
    assert re.findall(r"@import|https?://(?!www\.w3\.org/2000/svg)", page()) == []


def test_page_says_the_verdict_and_the_sentence_first():
    words = Reader(berkeley()).words
    body = words[words.index("Bias audit · berkeley.csv") :]
    assert body[1:3] == ["Disparity", "admitted by gender"]
    assert body[3].startswith("Out of 1,000 cases about 445 from male were admitted and 304 from female")
    assert body[4:10] == [
        "Aggregate",
        "Do groups get the favourable outcome at different rates?",
        "Disparity",
        "Within strata",
        "Do they still within the same stratum?",
        "No material difference",
    ]


def test_page_shows_crude_beside_adjusted_and_every_stratum():
    words = Reader(berkeley()).words
    assert "turns round (Simpson)" in words
    assert [words[words.index(f"{k} of {n}") - 1] for k, n in ((89, 108), (512, 825))] == ["82.4", "62.1"]
    assert words.count("manage.py audit_table …") == 1


def test_page_with_a_truth_shows_error_rates_and_says_what_is_impossible():
    words = Reader(compas()).words
    assert words[words.index("805 of 1,795") - 1] == "44.8"
    assert words[words.index("532 of 1,901") - 1] == "28.0"
    assert any("Chouldechova 2017" in word for word in words)


def test_names_from_the_table_are_escaped(tmp_path):
    file = tmp_path / "t.jsonl"
    hostile = "<script>alert('x')</script>\u0000&"
    rows = [{hostile: group, "ok": ok, "count": 40} for group in (hostile, "b", None) for ok in (True, False)]
    file.write_text("\n".join(map(json.dumps, rows)))
    audit = audit_cube(count_table(file, Columns((hostile,), (), "ok")), policy=Policy())
    page = table_page(audit, source=hostile, command=hostile)
    assert "script" not in Reader(page).tags
    assert "&lt;script&gt;alert(" in page


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"g": "a", "ok": "yes"}], id="one-row"),
        pytest.param([{"g": None, "s": "x", "ok": "yes", "count": 99}], id="all-unknown"),
        pytest.param([{"g": g, "s": g, "ok": "no", "count": 99} for g in "abc"], id="no-common-stratum"),
        pytest.param([{"g": g, "s": "x", "ok": "no", "t": "no", "count": 5} for g in "ab"], id="few"),
    ],
)
def test_page_never_says_nan(tmp_path, rows):
    file = tmp_path / "t.jsonl"
    file.write_text("\n".join(json.dumps({"s": None, "t": "yes", **row}) for row in rows))
    audit = audit_cube(count_table(file, Columns(("g",), ("s",), "ok", "t")), policy=Policy())
    words = " ".join(Reader(table_page(audit, source="t", command="c")).words)
    assert re.findall(r"\b(nan|NaN|inf|None)\b", words) == []


def test_page_of_very_many_groups_shows_the_worst_and_says_so(tmp_path):
    file = tmp_path / "t.csv"
    groups = MOST_ROWS + 5
    rows = "".join(f"g{i},s,yes,{ok},20\n" for i in range(groups) for ok in ("yes", "no"))
    file.write_text(f"g,s,t,ok,count\n{rows}")
    audit = audit_cube(count_table(file, Columns(("g",), ("s",), "ok", "t")), policy=Policy())
    page = table_page(audit, source="t", command="c")
    assert "5 more groups; --json has all of them, here are the worst." in page
    assert "5 more groups; --json has all of them.<" in page
    assert page.count('<th scope="row">g') == 3 * MOST_ROWS - 1  # rates, within strata but the reference, error rates
    assert page.count("groups that stand out most; the table has 1,000 of 1,005.") == 2
    assert "groups that stand out most; the table has 999 of 1,004." in page


def test_charts_of_many_groups_have_those_that_stand_out_and_say_so(tmp_path):
    """Of thirty groups the last by name is the only one that fares worse, also within strata and in errors."""
    rows = ["g,s,t,ok,count"]
    for group in range(30):
        for stratum in "xy":
            no = 70 if group == 29 else 20
            for truth, ok, count in (("yes", "yes", 100 - no), ("yes", "no", no), ("no", "yes", no), ("no", "no", 20)):
                rows.append(f"g{group:02d},{stratum},{truth},{ok},{count}")
    file = tmp_path / "t.csv"
    file.write_text("\n".join(rows))
    audit = audit_cube(count_table(file, Columns(("g",), ("s",), "ok", "t")), policy=Policy())
    page = table_page(audit, source="t", command="c")
    plots = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(plots) == 8  # of all, within, false positives, false negatives: each wide and narrow
    assert all("g29" in plot for plot in plots)
    assert "The chart has the 24 groups that stand out most; the table has all 30." in page
    assert "The chart has the 12 groups that stand out most; the table has all 29." in page
    assert "g29 and g00 (reference) in each s" in page
    assert "These are the 8 groups that stand out most; the strata of 21 more are not shown." in page


def test_ranges_are_written_as_in_the_charts():
    words = Reader(berkeley()).words
    assert {"42.7–46.4", "−17.0 to −11.3", "−1.1 to +4.7"} <= set(words)
    assert not any(" … " in word for word in words)
