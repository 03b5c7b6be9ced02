from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from audits.engine.bias.table.files import BadTable
from audits.engine.bias.table.rows import Columns, Row, read_rows

COLUMNS = Columns(groups=("gender",), strata=("department",), outcome="admitted")

JSON_LINES = """\
{"id": 1, "group": {"gender": "female"}, "stratum": {"department": "A"}, "outcome": {"admitted": true}, "count": 89}

{"gender": "male", "department": null, "admitted": false}
"""
CSV = """\
group.gender,department,outcome.admitted,count
female,A,true,89

male,,false,1
"""


def written(tmp_path: Path, content: str | bytes, name: str = "table.jsonl") -> Path:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def problem(file: Path, columns: Columns = COLUMNS) -> str:
    with pytest.raises(BadTable) as raised:
        list(read_rows(file, columns))
    return str(raised.value).removeprefix(f"{file}")


@pytest.mark.parametrize("encode", [str.encode, lambda text: gzip.compress(text.encode())], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("content", "unknown", "yes"), [(JSON_LINES, None, True), (CSV, "", "true")], ids=["jsonl", "csv"]
)
def test_rows_are_read_from_each_format(tmp_path, encode, content, unknown, yes):
    no = False if yes is True else "false"
    assert list(read_rows(written(tmp_path, encode(content)), COLUMNS)) == [
        Row(1 if yes is True else 2, ("female", "A", yes), 89),
        Row(3 if yes is True else 4, ("male", unknown, no), 1),
    ]


def test_byte_order_mark_and_leading_blank_lines_are_no_content(tmp_path):
    file = written(tmp_path, b"\xef\xbb\xbf\r\n" + CSV.replace("\n", "\r\n").encode())
    assert [row.line for row in read_rows(file, COLUMNS)] == [3, 5]


def test_quoted_line_break_in_csv_stays_inside_its_value(tmp_path):
    file = written(tmp_path, 'gender,department,admitted\n"fe\nmale",A,true\nmale,B,false\n')
    assert [(row.line, row.values[0]) for row in read_rows(file, COLUMNS)] == [(3, "fe\nmale"), (4, "male")]


ROW = '{"group": {"gender": "f"}, "stratum": {"department": "A"}, "outcome": {"admitted": true}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", ": has no rows", id="empty"),
        pytest.param("\n \n", ": has no rows", id="blank"),
        pytest.param("[" + ROW + "}]", ": is a JSON array; one JSON object a line, or CSV, is expected", id="array"),
        pytest.param(b"\x00\xff\xfe", ", line 1: is not UTF-8 text", id="not-text"),
        pytest.param(b"\xff\xfe\x00", ": is not UTF-16 text", id="cut-utf-16"),
        pytest.param(
            "gender,department,admitted\nf,Médecine,1\n".encode("cp1252"),
            ", line 2: is not UTF-8 text: byte 0xE9",
            id="cp1252",
        ),
        pytest.param(b"\x1f\x8bnot gzip", ": is a damaged gzip file", id="not-gzip"),
        pytest.param(gzip.compress(b"x" * 900)[:-9], ": is a damaged gzip file", id="cut-gzip"),
        pytest.param(
            ROW + ', "count": -4}',
            ", line 1, count: must be a whole number of 0 or more, got -4",
            id="negative-count",
        ),
        pytest.param(
            ROW + "}\n" + ROW + ', "count": 1.5}',
            ", line 2, count: must be a whole number of 0 or more, got 1.5",
            id="fractional-count",
        ),
        pytest.param(
            ROW + ', "count": true}', ", line 1, count: must be a whole number of 0 or more, got True", id="bool-count"
        ),
        pytest.param(ROW + "}\n[1]\n", ", line 2: must be a JSON object", id="line-is-no-object"),
        pytest.param(
            ROW + ', "group": "f"}', ", line 1, group: must be an object of names and values", id="group-is-text"
        ),
        pytest.param(
            ROW.replace('"f"', '["f"]') + "}",
            ", line 1, group.gender: must be text, a number, true or false",
            id="value-is-list",
        ),
        pytest.param(ROW.replace('"f"', "NaN") + "}", ", line 1: is not JSON: NaN is not a JSON number", id="nan"),
        pytest.param(
            '{"group": {"sex": "f"}, "stratum": {"department": "A"}, "outcome": {"admitted": true}}',
            ", group.gender: no row has it; there are: group.sex, outcome.admitted, stratum.department",
            id="column-nowhere",
        ),
        pytest.param(
            "sex,department,admitted\n",
            ", gender: no row has it; there are: admitted, department, sex",
            id="csv-column-nowhere",
        ),
        pytest.param(
            "gender,gender,department,admitted\n", ", gender: stands twice in the header", id="csv-column-twice"
        ),
        pytest.param(
            "gender,department,admitted\nf,A,true\nf,A\n",
            ", line 3: has 2 values, the header 3 names",
            id="csv-short-line",
        ),
        pytest.param(
            "gender,department,admitted,count\nf,A,true,many\n",
            ", line 2, count: must be a whole number of 0 or more, got 'many'",
            id="csv-count",
        ),
        pytest.param(
            'gender,department,admitted\nf,A,"true\n', ", line 2: is not CSV: unexpected end of data", id="csv-quote"
        ),
    ],
)
def test_broken_files_are_refused_with_line_and_field(tmp_path, content, message):
    assert problem(written(tmp_path, content)) == message


def test_line_that_is_not_json_is_refused_with_its_number(tmp_path):
    assert problem(written(tmp_path, ROW + "}\n{oops\n")).startswith(", line 2: is not JSON: Expecting")


def test_deeply_nested_json_is_refused(tmp_path):
    assert problem(written(tmp_path, '{"a":' + "[" * 100_000)).startswith(", line 1: is not JSON")


def test_missing_file_and_directory_are_refused(tmp_path):
    assert problem(tmp_path / "absent.jsonl") == ": cannot be read: No such file or directory"
    assert problem(tmp_path) == ": cannot be read: Is a directory"


def test_columns_named_twice_are_refused():
    with pytest.raises(ValueError, match="a group is named twice: race, race"):
        Columns(groups=("race", "race"), strata=(), outcome="hired")
    with pytest.raises(ValueError, match="at least one group"):
        Columns(groups=(), strata=(), outcome="hired")
