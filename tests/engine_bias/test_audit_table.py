from __future__ import annotations

import gzip
import json
import os
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from audits.engine.bias.table import batches as table_batches
from audits.engine.bias.table import cube as table_cube
from audits.engine.bias.table.audit import audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.files import BadTable
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy
from audits.management.commands.audit_table import Command
from tests.engine_bias.published_tables import berkeley_counts


def write_rows(file: Path, rows: list[dict]) -> Path:
    content = "\n".join(json.dumps(row) for row in rows).encode()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file


@pytest.fixture
def berkeley(tmp_path: Path) -> Path:
    rows = [
        {
            "group": {"gender": count.group},
            "stratum": {"department": count.stratum},
            "outcome": {"admitted": admitted},
            "count": count.favourable if admitted else count.n - count.favourable,
        }
        for count in berkeley_counts()
        for admitted in (True, False)
    ]
    return write_rows(tmp_path / "berkeley.jsonl.gz", rows)


@pytest.fixture
def two_attributes(tmp_path: Path) -> Path:
    rows = [
        {"group": {"race": race, "senior": senior}, "outcome": {"hired": hired}, "count": count}
        for race, senior, yes, no in (
            ("black", False, 60, 140),
            ("black", True, 90, 110),
            ("white", False, 100, 100),
            ("white", True, 110, 90),
            (None, True, 5, 15),
        )
        for hired, count in ((1, yes), (0, no))
    ]
    return write_rows(tmp_path / "hiring.jsonl", rows)


def run(*arguments: object) -> str:
    output = StringIO()
    call_command("audit_table", *map(str, arguments), stdout=output, stderr=StringIO())
    return output.getvalue()


def run_json(*arguments: object) -> dict:
    return json.loads(run(*arguments, "--json"))


def refusal(*arguments: object) -> tuple[str, int]:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    return str(raised.value), raised.value.returncode


def test_berkeley_file_gives_the_published_audit(berkeley):
    document = run_json(berkeley, "--outcome", "admitted", "--group", "gender", "--stratum", "department")
    assert {key: document[key] for key in ("rows", "without_outcome", "outcome", "favourable", "alpha", "delta")} == {
        "rows": 4526,
        "without_outcome": 0,
        "outcome": "admitted",
        "favourable": "true",
        "alpha": 0.05,
        "delta": 0.05,
    }
    women = document["tables"][0]["groups"][1]
    assert (women["n"], women["favourable"], women["verdict"]) == (1835, 557, "disparity")
    assert women["adjusted"]["statistic"] == pytest.approx(1.4269462285866883)
    assert (women["adjusted"]["simpson"], women["adjusted"]["verdict"]) == (True, "no_material_difference")
    assert document["sentence"] == document["tables"][0]["sentence"]
    assert document["verdict"] == "disparity"


def test_csv_gives_the_same_audit_as_json_lines(berkeley, tmp_path):
    lines = ["group.gender,stratum.department,outcome.admitted,count"]
    for text in gzip.decompress(berkeley.read_bytes()).decode().splitlines():
        row = json.loads(text)
        lines.append(
            f"{row['group']['gender']},{row['stratum']['department']},{row['outcome']['admitted']},{row['count']}"
        )
    table = tmp_path / "berkeley.csv"
    table.write_text("\n".join(lines))
    options = ("--outcome", "admitted", "--group", "gender", "--stratum", "department")
    assert run_json(table, *options) == run_json(berkeley, *options)


def test_order_of_the_rows_changes_no_digit(tmp_path):
    random = Random(5)
    rows = [
        {"group": {"g": g}, "stratum": {"s": s}, "outcome": {"ok": ok}, "count": random.randint(1, 900)}
        for g in "abc"
        for s in range(7)
        for ok in (True, False)
    ]
    options = ("--outcome", "ok", "--group", "g", "--stratum", "s")
    documents = []
    for number in range(6):
        random.shuffle(rows)
        documents.append(run_json(write_rows(tmp_path / f"{number}.jsonl", rows), *options))
    assert documents == documents[:1] * 6


def test_each_attribute_and_each_pair_gets_a_table(two_attributes):
    document = run_json(two_attributes, "--outcome", "hired", "--favourable", 1, "--group", "race", "--group", "senior")
    assert [table["attributes"] for table in document["tables"]] == [["race"], ["senior"], ["race", "senior"]]
    assert [table["reference"] for table in document["tables"]] == [
        {"race": "white"},
        {"senior": True},
        {"race": "white", "senior": True},
    ]
    assert [row["group"] for row in document["tables"][2]["groups"]] == [
        {"race": "white", "senior": True},
        {"race": "black", "senior": False},
        {"race": "black", "senior": True},
        {"race": "white", "senior": False},
        {"race": None, "senior": True},
    ]
    assert {table["comparisons"] for table in document["tables"]} == {1 + 1 + 6}


def test_named_reference_applies_where_it_is_a_group(two_attributes):
    document = run_json(
        *(two_attributes, "--outcome", "hired", "--favourable", "1"),
        *("--group", "race", "senior", "--reference", "Black"),
    )
    assert [table["reference"] for table in document["tables"][:2]] == [{"race": "black"}, {"senior": True}]


def test_text_report_opens_with_the_sentence_and_shows_every_group(two_attributes):
    report = run(two_attributes, "--outcome", "hired", "--favourable", "1", "--group", "race")
    assert report.splitlines()[0] == (
        "Disparity: Out of 1,000 cases about 525 from white were hired and 375 from black "
        "(difference 15.0 points, plausible range 8.1–21.7)."
    )
    rows = [line.split()[:2] for line in report.splitlines() if line[:5] in ("white", "black", "unkno")]
    assert rows == [["white", "400"], ["black", "400"], ["unknown", "20"]]


def test_fail_on_makes_the_verdict_the_exit_status(berkeley):
    options = (berkeley, "--outcome", "admitted", "--group", "gender", "--fail-on")
    assert refusal(*options, "disparity") == ("the verdict is disparity", 1)
    assert refusal(*options, "watch") == ("the verdict is disparity", 1)


def test_fail_on_lets_better_verdicts_pass(tmp_path):
    rows = [{"group": {"g": g}, "outcome": {"ok": ok}, "count": 5_000} for g in "ab" for ok in (True, False)]
    file = write_rows(tmp_path / "equal.jsonl", rows)
    report = run(file, "--outcome", "ok", "--group", "g", "--fail-on", "watch")
    assert report.startswith("No material difference: all groups are within 5 points of a.")


def test_command_exits_with_status_two_on_bad_input(tmp_path):
    with pytest.raises(SystemExit) as raised:
        Command(stderr=StringIO()).run_from_argv(
            ["manage.py", "audit_table", str(tmp_path / "absent.csv"), "--outcome", "x", "--group", "y"]
        )
    assert raised.value.code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--outcome", "nope"),
            "{file}, outcome.nope: no row has it; there are: group.race, group.senior, outcome.hired",
        ),
        (
            ("--outcome", "hired", "--favourable", "hired"),
            "{file}, outcome.hired: is never 'hired', the favourable value; it is: 0, 1. "
            "Name the favourable one: --favourable VALUE",
        ),
        (
            ("--outcome", "hired", "--favourable", "1", "--reference", "green"),
            "--reference: 'green' is none of the groups: black, white",
        ),
        (("--outcome", "hired", "--alpha", "5"), "alpha must lie between 0 and 1, got 5.0"),
        (("--outcome", "hired", "--group", "race"), "a group is named twice: race, race"),
    ],
)
def test_impossible_requests_are_refused_in_one_sentence(two_attributes, options, message):
    assert refusal(two_attributes, "--group", "race", *options) == (message.format(file=two_attributes), 2)


def test_outcome_without_any_value_is_refused(tmp_path):
    file = write_rows(tmp_path / "t.jsonl", [{"group": {"g": "a"}, "outcome": {"ok": None}}])
    with pytest.raises(BadTable, match=r"outcome\.ok: no row has a value"):
        count_table(file, Columns(("g",), (), "ok"))


def test_rows_without_an_outcome_are_counted_and_left_out(tmp_path):
    rows = [{"group": {"g": g}, "outcome": {"ok": ok}} for g in "ab" for ok in (True, False, None)]
    cube = count_table(write_rows(tmp_path / "t.jsonl", rows), Columns(("g",), (), "ok"))
    assert (cube.rows, cube.without_outcome) == (4, 2)


@pytest.mark.parametrize("group", ["a", None])
def test_one_group_or_none_known_is_not_enough_data(tmp_path, group):
    rows = [{"group": {"g": group}, "outcome": {"ok": ok}, "count": 50} for ok in (True, False)]
    cube = count_table(write_rows(tmp_path / "t.jsonl", rows), Columns(("g",), (), "ok"))
    document = audit_cube(cube, policy=Policy()).to_json()
    assert document["verdict"] == "not_enough_data"
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_identifier_is_refused_as_a_group(tmp_path, monkeypatch):
    monkeypatch.setattr(table_cube, "MOST_LEVELS", 5)
    rows = [{"group": {"customer": i}, "outcome": {"ok": True}} for i in range(8)]
    with pytest.raises(BadTable) as raised:
        count_table(write_rows(tmp_path / "t.jsonl", rows), Columns(("customer",), (), "ok"))
    assert str(raised.value).endswith(
        ", line 6, group.customer: has more than 5 different values: an identifier cannot be audited as a group"
    )


def test_progress_is_told_after_every_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(table_batches, "_CSV_ROWS", 3)
    file = tmp_path / "t.csv"
    file.write_text("g,ok\n" + "a,yes\n" * 7)
    told: list[table_batches.Reading] = []
    count_table(file, Columns(("g",), (), "ok"), progress=told.append)
    assert [reading.rows for reading in told] == [3, 6, 7]
    assert (told[-1].taken, told[-1].size) == (47, 47)


REAL_DATA = Path(os.environ.get("PROBITY_REAL_DATA", Path(settings.BASE_DIR).parent / "shared" / "data"))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("dataset", "outcome", "favourable", "group", "expected"),
    [
        ("adult", "over_50k", "true", "sex", {"female": (1669, 14695), "male": (9539, 30527)}),
        ("hmda_boston_1990", "denied", "false", "race", {"black": (243, 339), "white": (1852, 2041)}),
        ("nwo_funding_2010_2012", "awarded", "true", "gender", {"men": (290, 1635), "women": (177, 1188)}),
        ("promotion_1974", "promoted", "true", "sex", {"female": (14, 24), "male": (21, 24)}),
        ("resume_names", "callback", "true", "race", {"black": (157, 2435), "white": (235, 2435)}),
        ("german_credit", "good_credit", "true", "age_25_or_over", {False: (88, 149), True: (612, 851)}),
    ],
)
def test_published_data_sets_give_their_published_counts(dataset, outcome, favourable, group, expected):
    file = REAL_DATA / f"bias_{dataset}.jsonl.gz"
    if not file.exists():
        pytest.skip(f"{file} is absent; set PROBITY_REAL_DATA")
    document = run_json(file, "--outcome", outcome, "--favourable", favourable, "--group", group)
    rows = document["tables"][0]["groups"]
    assert {row["group"][group]: (row["favourable"], row["n"]) for row in rows if row["n"]} == expected


def test_text_report_obeys_no_name_of_the_table(tmp_path):
    rows = [
        {"group": {"team": team}, "outcome": {"done": done}, "count": count}
        for team, yes, no in (("\x1b[2Jred\u202e", 20, 80), ("blue\x9b31m", 80, 20))
        for done, count in ((True, yes), (False, no))
    ]
    report = run(write_rows(tmp_path / "names.jsonl", rows), "--outcome", "done", "--group", "team")
    assert report.startswith("Disparity: Out of 100 cases")
    assert "·[2Jred·" in report.partition("\n")[0]
    assert not set(report) & set("\x1b\x9b\u202e")
