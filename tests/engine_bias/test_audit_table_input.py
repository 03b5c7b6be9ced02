"""What `audit_table` takes, and how it refuses what it cannot take."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from audits.engine.bias.table import cube as table_cube
from tests.engine_bias.table_command import ASKED, GOOD, refused, run, run_json


def counted(document: dict) -> dict:
    (found,) = document["tables"]
    return {row["group"]["race"]: (row["favourable"], row["n"]) for row in found["groups"]}


@pytest.mark.parametrize(
    ("yes", "no"),
    [("true", "false"), ("True", "FALSE"), ("yes", "no"), ("Y", "N"), ("t", "f"), ("1", "0"), ("1.0", "0.0")],
)
@pytest.mark.parametrize("favourable", [(), ("--favourable", "yes"), ("--favourable", "1")])
def test_words_for_yes_and_no_are_understood(table, yes, no, favourable):
    file = table(f"race,hired\na,{yes}\na,{no}\nb,{no}\n")
    assert counted(run_json(file, *ASKED, *favourable)) == {"a": (1, 2), "b": (0, 1)}


@pytest.mark.parametrize("favourable", ["no", "0", "false"])
def test_no_may_be_the_favourable_answer(table, favourable):
    file = table("race,hired\na,Y\na,N\nb,N\n")
    assert counted(run_json(file, *ASKED, "--favourable", favourable)) == {"b": (1, 1), "a": (1, 2)}


def test_whole_numbers_of_json_are_one_value_however_written(table):
    file = table('{"race": "a", "hired": 1.0}\n{"race": "a", "hired": 1}\n{"race": "b", "hired": 0}\n', "t.jsonl")
    assert counted(run_json(file, *ASKED, "--favourable", "1")) == {"a": (2, 2), "b": (0, 1)}


@pytest.mark.parametrize("favourable", ["4", "4.0", "4.00"])
@pytest.mark.parametrize("written", ["4", "4.0"])
def test_whole_numbers_are_one_outcome_however_written(table, written, favourable):
    file = table(f"race,hired\na,{written}\na,3\nb,2\n")
    assert counted(run_json(file, *ASKED, "--favourable", favourable)) == {"a": (1, 2), "b": (0, 1)}


def test_whole_counts_are_read_however_written(table):
    file = table("race,hired,count\na,yes,3.0\na,no,4.00\na,yes,5.\na,yes,-0\nb,no,-0.0\nb,no,07\n")
    assert counted(run_json(file, *ASKED)) == {"a": (8, 12), "b": (0, 7)}
    for count in ("1e3", "1,000", "+5", "-1", "3.5", ".0", "-", "٣"):
        assert "must be a whole number of 0 or more" in refused(table(f'race,hired,count\na,yes,"{count}"\n'), *ASKED)


def test_half_a_character_is_refused_with_its_line(table):
    file = table('{"race": "a", "hired": true}\n{"race": "\\ud800", "hired": true}\n', "t.jsonl")
    assert refused(file, *ASKED) == (
        ", line 2, group.race: holds half of a character (a lone surrogate), which is no text"
    )


def test_name_with_a_dot_is_one_name_in_json(table):
    file = table('{"group.race": "a", "hired": true}\n{"group.race": "b", "hired": false}\n', "t.jsonl")
    assert refused(file, *ASKED) == (
        ", group.race: is one name with a dot in JSON, and in no section; "
        'write "group": {"race": …}, or ask for group.race itself'
    )
    (found,) = run_json(file, "--outcome", "hired", "--group", "group.race")["tables"]
    assert [row["group"] for row in found["groups"]] == [{"group.race": "a"}, {"group.race": "b"}]


def test_groups_that_are_called_alike_keep_their_own_error_rates(table):
    """A group called "unknown" beside the unknown, and two pairs that read alike."""
    counts = (("unknown", "c", 40), ("?", "c", 3), ("a × b", "c", 20), ("a", "b × c", 30))
    rows = [f"{race},{sex},yes,{hired},{n}" for race, sex, yes in counts for hired, n in (("yes", yes), ("no", 50))]
    file = table("\n".join(["race,sex,deserved,hired,count", *rows]) + "\n")
    document = run_json(file, *ASKED, "sex", "--truth", "deserved", "--missing", "?")
    for found in document["tables"]:
        for row in found["groups"]:
            rates = row["error_rates"]
            assert [rates[kind] for kind in ("tn", "fp", "fn", "tp")] == [
                row["favourable"], row["n"] - row["favourable"], 0, 0
            ]  # fmt: skip
    assert len(document["tables"][2]["groups"]) == 4


@pytest.mark.parametrize("reference", ["Male", "male"])
def test_reference_is_the_group_that_is_written_so(table, reference):
    file = table("race,hired,count\nMale,yes,30\nMale,no,20\nmale,yes,20\nmale,no,30\nFemale,yes,25\nFemale,no,25\n")
    (found,) = run_json(file, *ASKED, "--reference", reference)["tables"]
    assert found["reference"] == {"race": reference}
    (found,) = run_json(file, *ASKED, "--reference", "FEMALE")["tables"]
    assert found["reference"] == {"race": "Female"}


def test_words_are_not_mixed_with_other_values(table):
    file = table("race,hired\na,1\na,2\nb,3\n")
    assert refused(file, *ASKED) == (
        ", outcome.hired: is never 'true', the favourable value; it is: 1, 2, 3. "
        "Name the favourable one: --favourable VALUE"
    )
    assert counted(run_json(file, *ASKED, "--favourable", "1")) == {"a": (1, 2), "b": (0, 1)}


def test_a_measure_is_told_from_a_yes_or_no(table):
    rows = "".join(f"{'ab'[number % 2]},{number}.5\n" for number in range(20))
    assert refused(table("race,hired\n" + rows), *ASKED) == (
        ", outcome.hired: holds more than 12 different numbers; a rate needs a yes or a no. Add a column that says "
        "whether the number is good enough, or name the favourable one: --favourable VALUE"
    )


def test_groups_that_differ_in_case_alone_are_pointed_out(table):
    said = " ".join(run(table("race,hired\nMale,yes\nmale,no\nFemale,no\n"), *ASKED).split())
    assert "race: “Male” and “male” differ in upper and lower case only" in said
    assert "Female” and" not in said


def test_favourable_value_is_compared_whatever_its_case_and_reported_as_given(table):
    file = table("race,hired\na,Offer Made\na,Rejected\nb,offer made\n")
    document = run_json(file, *ASKED, "--favourable", "OFFER made")
    assert (document["favourable"], counted(document)) == ("OFFER made", {"b": (1, 1), "a": (1, 2)})


@pytest.mark.parametrize("blank", ["", "  ", "NA", "n/a", "nan", "NULL", "unknown"])
def test_values_that_mean_not_known_are_no_group_and_no_outcome(table, blank):
    file = table(f"race,hired\na,yes\nb,no\n{blank},yes\na,{blank}\n")
    document = run_json(file, *ASKED)
    assert counted(document) == {"a": (1, 1), "b": (0, 1), None: (1, 1)}
    assert (document["rows"], document["without_outcome"]) == (3, 1)
    assert document["tables"][0]["unknown"] == {"n": 1, "share": pytest.approx(1 / 3)}


def test_values_that_mean_not_known_can_be_named(table):
    file = table("race,hired\nNA,yes\nb,no\n?,yes\n")
    assert set(counted(run_json(file, *ASKED, "--missing", "?"))) == {"NA", "b", None}


@pytest.mark.parametrize(("delimiter", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_are_seen_from_the_header(table, delimiter, name):
    file = table(f"race{delimiter}hired\r\na{delimiter}yes\r\n\r\n{'b,c'}{delimiter}no\r\n")
    assert counted(run_json(file, *ASKED)) == {"a": (1, 1), "b,c": (0, 1)}
    assert f"CSV separated by {name}" in run(file, *ASKED)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("race,hired,count\na,yes,2,\nb,no,3,,\n", id="blanks-after-the-last-column"),
        pytest.param("race,hired,count,,\na,yes,2,,\nb,no,3,,\n", id="nameless-columns"),
        pytest.param("race,hired,count\na,yes,2\n,,\n , ,\n \nb,no,3\n,,\n", id="blank-rows"),
        pytest.param("sep=;\r\nrace;hired;count\r\na;yes;2\r\nb;no;3\r\n", id="hint-for-excel"),
    ],
)
def test_what_spreadsheets_leave_behind_is_passed_over(table, content):
    document = run_json(table(content), *ASKED)
    assert (document["rows"], document["without_outcome"], counted(document)) == (5, 0, {"a": (2, 2), "b": (0, 3)})


def test_blank_rows_are_no_members_and_do_not_shift_the_line_of_an_error(table):
    assert run_json(table("race,hired\na,yes\n,\nb,no\n,\n"), *ASKED)["without_outcome"] == 0
    assert refused(table("race,hired,count\n,,\na,yes,x\n"), *ASKED).startswith(", line 3, count: ")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("race,hired,Freq\na,yes,2\nb,no,3\n", "t.csv"),
        ('{"race": "a", "hired": true, "Freq": 2}\n{"race": "b", "hired": false, "Freq": 3}\n', "t.jsonl"),
    ],
)
def test_a_count_by_another_name_is_read_where_it_is_named_and_pointed_out_where_not(table, content, name):
    file = table(content, name)
    hint = StringIO()
    assert counted(json.loads(run(file, *ASKED, "--json", stderr=hint))) == {"a": (1, 1), "b": (0, 1)}
    assert hint.getvalue() == "Every row counts once: Freq was not read. Is it a count? Name it: --count Freq\n"
    named = StringIO()
    assert counted(json.loads(run(file, *ASKED, "--count", "Freq", "--json", stderr=named))) == {
        "a": (2, 2),
        "b": (0, 3),
    }
    assert named.getvalue() == ""
    assert refused(file, *ASKED, "--count", "Frequ").startswith(", Frequ: no row has it")


def test_group_and_stratum_may_stand_in_each_others_section(table):
    row = {"group": {"race": "a", "sex": "f"}, "outcome": {"hired": True}, "count": 20}
    other = {"group": {"race": "b", "sex": "f"}, "outcome": {"hired": False}, "count": 20}
    file = table(f"{json.dumps(row)}\n{json.dumps(other)}\n", "t.jsonl")
    (found,) = run_json(file, *ASKED, "--stratum", "sex")["tables"]
    assert found["groups"][1]["adjusted"]["strata"] == 1


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        (["b"], {0: {"race": "b"}}),
        (["race=B"], {0: {"race": "b"}}),
        (["b", "m"], {0: {"race": "b"}, 1: {"sex": "m"}, 2: {"race": "b", "sex": "m"}}),
        (["race=b", "sex=m"], {0: {"race": "b"}, 1: {"sex": "m"}, 2: {"race": "b", "sex": "m"}}),
        (["race=a", "a × f"], {0: {"race": "a"}, 2: {"race": "a", "sex": "f"}}),
    ],
)
def test_references_are_named_by_value_by_attribute_or_as_intersection(table, references, expected):
    file = table(GOOD)
    asked = ["--outcome", "hired", "--group", "race", "sex"]
    chosen = [found["reference"] for found in run_json(file, *asked)["tables"]]
    named = [found["reference"] for found in run_json(file, *asked, "--reference", *references)["tables"]]
    assert named == [expected.get(i, reference) for i, reference in enumerate(chosen)]


def refusal(case: str, content: str | bytes, message: str, *options: str, asked: tuple[str, ...] = ASKED) -> Any:
    """A table and options that are refused with this message; the case has a name."""
    return pytest.param(content, (*asked, *options), message, id=case)


def count_refusal(case: str, count: object, must_be: str) -> Any:
    message = f", line 2, count: must be {must_be}, got '{count}'"
    return refusal(case, f"race,hired,count\na,yes,{count}\n", message)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        refusal("header-only", "race,hired\n", ": has no rows, or none with a count above 0"),
        refusal("counts-of-zero", "race,hired,count\na,yes,0\n", ": has no rows, or none with a count above 0"),
        refusal("empty", "", ": has no rows"),
        refusal("outcome-not-known", "race,hired\na,\nb,NA\n", ", outcome.hired: no row has a value"),
        refusal("typo", "race,hird\na,yes\n", ", hired: no row has it; there are: hird, race (did you mean hird?)"),
        count_refusal("negative-count", -3, "a whole number of 0 or more"),
        count_refusal("fractional-count", 2.5, "a whole number of 0 or more"),
        count_refusal("nan-count", "nan", "a whole number of 0 or more"),
        count_refusal("huge-count", 10**18, "at most 4,503,599,627,370,496"),
        count_refusal("count-beyond-any-integer-type", 10**20, "at most 4,503,599,627,370,496"),
        refusal("two-counts", "race,hired,count,count\na,yes,1,2\n", ", count: stands twice in the header"),
        refusal(
            "utf-16-without-a-mark",
            "race,hired\na,yes\n".encode("utf-16-le"),
            ": is not UTF-8 text: it holds NUL characters. In another encoding? Name it: --encoding cp1252",
        ),
        refusal("group-twice", "race,hired\na,yes\n", "a group is named twice: race, race", "--group", "race"),
        refusal(
            "group-is-stratum",
            "race,hired\na,yes\n",
            "race is both a group and a stratum: held equal, it could show no gap",
            "--stratum",
            "race",
        ),
        refusal(
            "group-is-outcome",
            "race,hired\na,yes\n",
            ", hired: is asked for twice, as group, stratum or outcome",
            asked=("--outcome", "hired", "--group", "hired"),
        ),
        refusal(
            "truth-is-outcome",
            "race,hired\na,yes\n",
            "the truth must be another value than the outcome, hired",
            "--truth",
            "hired",
        ),
        refusal(
            "truth-in-other-words",
            "race,hired,fit\na,yes,good\n",
            ", truth fit: is never 'true', the favourable value; it is: good. "
            "Name the favourable one: --truth-favourable VALUE",
            "--truth",
            "fit",
        ),
        refusal(
            "truth-favourable-alone",
            "race,hired\na,yes\n",
            "--truth-favourable says nothing without --truth",
            "--truth-favourable",
            "yes",
        ),
        refusal(
            "latin-1",
            "race,hired\nMétis,yes\n".encode("latin-1"),
            ", line 2: is not UTF-8 text: byte 0xE9. In another encoding? Name it: --encoding cp1252",
        ),
        refusal(
            "reference-nowhere",
            "race,hired\na,yes\nb,no\n",
            "--reference: 'race=c' is none of the groups: a, b",
            "--reference",
            "race=c",
        ),
        refusal("delta", "race,hired\na,yes\n", "delta must lie between 0 and 1, got 0.0", "--delta", "0"),
        refusal("json-nan", '{"race": "a", "hired": NaN}\n', ", line 1: is not JSON: NaN is not a JSON number"),
        refusal("infinite", '{"race": "a", "hired": 1e999}\n', ", line 1, outcome.hired: must be a finite number"),
    ],
)
def test_what_cannot_be_audited_is_refused_with_its_place(table, content, options, message):
    assert refused(table(content), *options) == message


def test_page_that_cannot_be_written_is_refused(table, tmp_path):
    page = tmp_path / "absent" / "page.html"
    assert refused(table(GOOD), *ASKED, "--html", str(page)) == f"{page} cannot be written: No such file or directory"


def test_combinations_beyond_memory_are_refused(table, monkeypatch):
    monkeypatch.setattr(table_cube, "MOST_CELLS", 3)
    file = table("race,branch,hired\n" + "".join(f"{r},{b},yes\n" for r in "ab" for b in "xyz"))
    assert refused(file, *ASKED, "--stratum", "branch") == (
        ", line 5: race × branch have more than 3 combinations: leave out an attribute or a stratum"
    )


def test_truth_in_other_words_than_the_outcome(table):
    file = table("race,hired,fit,count\na,yes,good,30\na,no,good,10\nb,yes,poor,20\nb,no,good,20\n")
    document = run_json(file, *ASKED, "--truth", "fit", "--truth-favourable", "Good")
    rates = {row["group"]["race"]: row["error_rates"] for row in document["tables"][0]["groups"]}
    assert [(rates[race]["fpr"], rates[race]["fnr"]) for race in "ab"] == [(0.25, None), (1.0, 1.0)]
    assert (document["truth"], document["truth_favourable"]) == ("fit", "Good")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("smallest-share", "nan", "smallest-share must be 0 or more and below 1, got nan"),
        ("smallest-share", "1", "smallest-share must be 0 or more and below 1, got 1.0"),
        ("alpha", "nan", "alpha must lie between 0 and 1, got nan"),
        ("alpha", "1e-300", "alpha is too small for ranges that hold 1 − alpha, got 1e-300"),
        ("delta", "inf", "delta must lie between 0 and 1, got inf"),
    ],
)
def test_a_bar_that_is_none_is_refused_by_its_own_name(table, option, value, said):
    assert refused(table(GOOD), *ASKED, f"--{option}={value}") == said
