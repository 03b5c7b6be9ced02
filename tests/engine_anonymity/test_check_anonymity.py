"""`check_anonymity`: files in, figures, breaking lines and exit codes out."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command

CSV = "age,zip,ill\n30,1,flu\n30,1,cold\n30,1,flu\n40,2,flu\n40,2,flu\n50,3,\n"
LINES = "".join(
    json.dumps(row) + "\n"
    for row in (
        {"group": {"age": 30, "zip": "1", "ill": "flu"}, "count": 2},
        {"age": "30", "zip": 1, "ill": "cold"},
        {"group": {"age": 40, "zip": 2}, "ill": "flu", "count": 2},
        {"age": 50, "zip": 3, "count": 1},
    )
)


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("check_anonymity", *map(str, arguments), stdout=out)
    return out.getvalue()


def run_json(file, *more: object) -> dict:
    return json.loads(run(file, "--quasi", "age", "zip", "--sensitive", "ill", "--k", 2, "--json", *more))


@pytest.fixture
def table(tmp_path):
    def write(text: str | bytes, name: str = "table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("content", "breaking"),
    [(CSV, [5, 6, 7]), (gzip.compress(CSV.encode()), [5, 6, 7]), (LINES, [3, 4])],
    ids=["CSV", "gzip", "JSON lines with counts"],
)
def test_figures_are_the_same_in_every_format(table, content, breaking):
    found = run_json(table(content))
    assert (found["rows"], found["classes"], found["k"], found["l"], found["satisfied"]) == (6, 3, 1, 1, False)
    assert found["suppression"] == {"rows": 3, "rows_below_k": 1, "rows_below_l": 3, "share": 0.5}
    assert found["breaking_lines"] == breaking
    assert [(one["values"], one["size"]) for one in found["worst"]] == [
        ({"age": "50", "zip": "3"}, 1),
        ({"age": "40", "zip": "2"}, 2),
    ]
    assert found["sensitive"]["ill"]["recursive_c"] is None


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CSV.encode())))
    assert run_json("-")["rows"] == 6


def test_persons_are_counted_where_they_are_named(table):
    path = table("who,age\na,1\na,1\na,1\nb,2\nc,2\n")
    found = json.loads(run(path, "--quasi", "age", "--person", "who", "--k", 2, "--json"))
    assert (found["k"], found["counted"], found["breaking_lines"]) == (1, "persons", [2, 3, 4])


def test_text_says_it_in_words(table):
    told = run(table(CSV), "--quasi", "age", "zip", "--sensitive", "ill", "--k", 2)
    assert told.splitlines()[0] == (
        "k = 1: the rarest combination of age, zip is shared by 1 row (too few: 2 are asked for)."
    )
    assert "Leaving out 3 rows (50 %) is enough, and nothing less is" in told
    assert "  age=50, zip=3: 1, 1 different ill; line 7" in told
    assert "Nothing has to be left out." in run(table(CSV), "--quasi", "ill", "--k", 1)


@pytest.mark.parametrize(
    ("on", "k", "code"),
    [("k", 2, 1), ("l", 1, 1), ("any", 1, 1), ("k", 1, 0)],
    ids=["k broken", "l broken", "any broken", "k held"],
)
def test_exit_code_says_what_was_asked(table, on, k, code):
    arguments = (table(CSV), "--quasi", "age", "--sensitive", "ill", "--k", k, "--fail-on", on)
    if not code:
        assert run(*arguments)
        return
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert raised.value.returncode == code


@pytest.mark.parametrize(
    ("content", "arguments", "told"),
    [
        ("", (), "table.csv: has no rows"),
        ("age,zip\n1\n", (), "table.csv, line 2: has 1 values, the header 2 names"),
        ('{"age": [1], "zip": 1}\n', (), "table.csv, line 1, group.age: must be text, a number, true or false"),
        ("age\n1\n", (), "table.csv, zip: no row has it; there are: age"),
        (b"age,zip\n\xff,1\n", (), "table.csv, line 2: is not UTF-8 text: byte 0xFF"),
        (gzip.compress(CSV.encode())[:-9], (), "table.csv: is a damaged gzip file"),
        (CSV, ("--k", "0"), "k is at least 1"),
        (CSV, ("--sensitive", "age"), "an attribute is named twice: age"),
    ],
    ids=["empty", "short row", "nested", "no column", "not UTF-8", "cut gzip", "k 0", "twice"],
)
def test_bad_input_is_named(table, tmp_path, content, arguments, told):
    with pytest.raises(CommandError) as raised:
        run(table(content), "--quasi", "age", "zip", *arguments)
    assert raised.value.returncode == 2
    assert str(raised.value).removeprefix(f"{tmp_path}/") == told
