"""What `audit_table` prints, writes and ends with."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError

from audits.engine.bias.table.audit import audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.report import MOST_ROWS, NARROWEST, text_report
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy, Verdict
from tests.engine_bias.table_command import ASKED, GOOD, run, run_json


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


# Within each kind of case b fails 20 points more often, together as often as a.
HIDDEN = "race,kind,hired,count\n" + "".join(
    f"{race},{kind},{hired},{count}\n"
    for race, kind, yes, no in (
        *(("b", "easy", 4_000, 1_000), ("a", "easy", 1_000, 0)),
        *(("b", "hard", 300, 700), ("a", "hard", 3_300, 1_700)),
    )
    for hired, count in (("yes", yes), ("no", no))
)


def test_fail_on_looks_at_every_question_that_was_asked(table):
    file = table(HIDDEN)
    assert run(file, *ASKED, "--fail-on", "disparity").startswith("No material difference")
    with pytest.raises(CommandError) as raised:
        run(file, *ASKED, "--stratum", "kind", "--fail-on", "disparity")
    assert (str(raised.value), raised.value.returncode) == ("the verdict within strata is disparity", 1)


def test_smallest_share_decides_who_has_a_ratio(table):
    file = table("race,hired,count\na,yes,900\na,no,100\nb,yes,5\nb,no,5\n")
    for options, ratio in (((), None), (("--smallest-share", "0"), pytest.approx(5 / 9))):
        (found,) = run_json(file, *ASKED, *options)["tables"]
        assert found["groups"][1]["impact_ratio"] == ratio


def test_page_is_written_beside_the_text(table, tmp_path):
    page = tmp_path / "page.html"
    text = run(table(GOOD), *ASKED, "--html", str(page))
    assert text.startswith("Disparity: ")
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_progress_is_shown_on_a_terminal_alone(table, monkeypatch):
    monkeypatch.setattr("audits.management.commands.audit_table._Progress._EVERY", 0.0)
    file = table(GOOD)
    terminal, pipe = Terminal(), StringIO()
    run(file, *ASKED, stderr=terminal)
    run(file, *ASKED, stderr=pipe)
    assert "6 rows, " in terminal.getvalue()
    assert "100 %" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert pipe.getvalue() == ""


def many(table, groups: int, name: str = "g") -> Path:
    rows = "".join(f"{name}{i},{hired},{20 + (i == 7) * 400}\n" for i in range(groups) for hired in ("yes", "no"))
    return table("race,hired,count\n" + rows + f"{name}7,no,4000\n")


def test_text_of_very_many_groups_shows_the_worst_and_says_how_many_are_left_out(table):
    text = run(many(table, 200), *ASKED)
    assert sum(line.startswith("g") and line[1].isdigit() for line in text.splitlines()) == MOST_ROWS
    assert f"… {200 - MOST_ROWS} more groups; --json and --html have all of them, here are the worst." in text
    assert len(run_json(many(table, 200), *ASKED)["tables"][0]["groups"]) == 200


@pytest.mark.parametrize("width", [20, NARROWEST, 80, 132])
def test_no_line_is_wider_than_the_terminal(table, width):
    file = many(table, 12, name="a rather long name of a group; number ")
    audit = audit_cube(count_table(file, Columns(("race",), (), "hired")), policy=Policy())
    lines = text_report(audit, width=width).splitlines()
    assert max(map(len, lines)) <= max(width, NARROWEST)


def test_colour_stands_round_the_verdicts_alone(table):
    audit = audit_cube(count_table(table(GOOD), Columns(("race",), (), "hired")), policy=Policy())
    plain = text_report(audit, width=100)
    painted = text_report(audit, width=100, paint=lambda text, verdict: f"<{verdict.value}>{text}</>")
    assert "<disparity>Disparity</>: Out of" in painted
    assert painted.replace("</>", "").replace("<disparity>", "") == plain
    assert {verdict.value for verdict in Verdict if f"<{verdict.value}>" in painted} == {"disparity"}


def test_disparities_that_the_reference_hides_are_told(table):
    # The lucky small group c becomes the reference; the gap is between the two large ones.
    file = table("race,hired,count\na,yes,850\na,no,150\nb,yes,700\nb,no,300\nc,yes,55\nc,no,5\n")
    text = run(file, *ASKED, "--smallest-share", "0")
    assert text.startswith("Disparity: ")
    assert "  b also falls 15.0 points behind a (adjusted p " in text


def test_a_page_of_a_file_whose_name_is_no_utf_8_is_written(tmp_path):
    table = tmp_path / os.fsdecode(b"gr\xfc\xdfe.csv")
    table.write_text("race,hired,count\nx,yes,40\nx,no,10\ny,yes,30\ny,no,20\n")
    run(table, *ASKED, "--html", str(tmp_path / "page.html"))
    assert "gr\\udcfc\\udcdfe.csv" in (tmp_path / "page.html").read_text(encoding="utf-8")
