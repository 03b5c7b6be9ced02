"""Counting in batches must give what reading row by row gives, whatever the rows look like."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.engine.bias.table import batches as table_batches
from audits.engine.bias.table.batches import read_batches
from audits.engine.bias.table.files import BadTable
from audits.engine.bias.table.rows import Columns, read_rows

COLUMNS = Columns(groups=("race", "age"), strata=("branch",), outcome="hired", truth="qualified")
TEXTS = st.sampled_from(["a", "b", "ü", "", " a ", "1", "true", 'quo"te', "x,y", "new\nline"])
LEVELS = st.one_of(st.none(), TEXTS, st.booleans(), st.sampled_from([0, 1, 2, 1.0, 2.5, -3]))


def by_rows(file: Path, columns: Columns = COLUMNS) -> Counter:
    counts: Counter = Counter()
    for row in read_rows(file, columns):
        counts[_exactly(row.values)] += row.members
    return counts


def by_batches(file: Path, columns: Columns = COLUMNS) -> Counter:
    counts: Counter = Counter()
    for batch in read_batches(file, columns):
        for values, members in batch.counts:
            counts[_exactly(values)] += members
    return counts


def _exactly(values: tuple) -> tuple:
    """1 and True are equal in Python and are not the same answer."""
    return tuple((type(value).__name__, value) for value in values)


def outcome_of(read, file: Path, columns: Columns = COLUMNS):
    try:
        return read(file, columns)
    except BadTable as error:
        return str(error).partition("; there are")[0]


@st.composite
def json_rows(draw) -> dict:
    row: dict = {"id": draw(st.integers(0, 9))}
    for section, names in (("group", ("race", "age")), ("stratum", ("branch",)), ("outcome", ("hired", "qualified"))):
        for name in names:
            place = draw(st.sampled_from([section, section, section, "plain", "nowhere"]))
            if place == "plain":
                row[name] = draw(LEVELS)
            elif place == section:
                row.setdefault(section, {})[name] = draw(LEVELS)
    if draw(st.integers(0, 9)) == 0:
        row["stratum"] = None
    if draw(st.booleans()):
        row["count"] = draw(st.integers(0, 5))
    return row


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(table_batches, "_JSON_BYTES", 200)
    monkeypatch.setattr(table_batches, "_CSV_ROWS", 3)


SETTINGS = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(rows=st.lists(json_rows(), min_size=1, max_size=25), blank=st.booleans())
def test_json_lines_are_counted_as_they_are_read(tmp_path, rows, blank):
    file = tmp_path / "t.jsonl"
    file.write_text(("\n\n" if blank else "\n").join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert outcome_of(by_batches, file) == outcome_of(by_rows, file)


@SETTINGS
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.sampled_from(["1", "2", " 3 ", "0"])), max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    with_count=st.booleans(),
)
def test_csv_is_counted_as_it_is_read(tmp_path, rows, delimiter, with_count):
    header = ["group.race", "age", "branch", "outcome.hired", "qualified", "count" if with_count else "note"]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    file = tmp_path / "t.csv"
    file.write_text(text.getvalue(), newline="")
    assert outcome_of(by_batches, file) == outcome_of(by_rows, file)


BROKEN_JSON = ['{"count": -1}', '{"count": 1.5}', "{oops", "[1]", '{"group": 3}', '{"race": [1]}', '{"race": NaN}']


@pytest.mark.parametrize("broken", BROKEN_JSON)
def test_broken_json_line_is_named_in_any_batch(tmp_path, broken):
    good = json.dumps({"race": "a", "age": 30, "branch": "x", "hired": True, "qualified": 1})
    file = tmp_path / "t.jsonl"
    file.write_text("\n".join([good] * 40 + ["", broken] + [good] * 3))
    assert outcome_of(by_batches, file) == outcome_of(by_rows, file)
    assert ", line 42" in outcome_of(by_batches, file)


@pytest.mark.parametrize("broken", ["a,b,c", "a,1,x,yes,no,-2", "a,1,x,yes,no,many", 'a,1,x,yes,no,"1'])
def test_broken_csv_line_is_named_in_any_batch(tmp_path, broken):
    good = 'a,"two\nlines",x,yes,no,1'
    file = tmp_path / "t.csv"
    file.write_text("race,age,branch,hired,qualified,count\n" + f"{good}\n\n" * 4 + broken + "\n")
    assert outcome_of(by_batches, file) == outcome_of(by_rows, file)
    assert ", line 14" in outcome_of(by_batches, file)


def test_truth_values_and_numbers_of_one_column_are_kept_apart(tmp_path):
    file = tmp_path / "t.jsonl"
    columns = Columns(("g",), (), "ok")
    rows = [{"g": value, "ok": "y"} for value in (1, True, 1.0, "1", 0, False) for _ in range(2)]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert by_batches(file, columns) == by_rows(file, columns)
    assert len(by_batches(file, columns)) == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_marked_encodings_are_read_as_they_are(tmp_path, encoding, packed, form):
    csv_text, json_text = "g,ok\nÜ,yes\n漢,no\n", '{"g": "Ü", "ok": "yes"}\n{"g": "漢", "ok": "no"}\n'
    content = (json_text if form == "json" else csv_text).encode(encoding)
    file = tmp_path / "table"
    file.write_bytes(gzip.compress(content) if packed else content)
    columns = Columns(("g",), (), "ok")
    expected = Counter({(("str", "Ü"), ("str", "yes")): 1, (("str", "漢"), ("str", "no")): 1})
    assert by_batches(file, columns) == by_rows(file, columns) == expected


def test_named_encoding_is_used(tmp_path):
    file = tmp_path / "t.csv"
    file.write_bytes("g,ok\nMédecine,yes\n".encode("cp1252"))
    columns = Columns(("g",), (), "ok")
    assert [list(batch.counts) for batch in read_batches(file, columns, encoding="cp1252")] == [
        [(("Médecine", "yes"), 1)]
    ]
    for name in ("klingon", "hex"):  # the second is a codec of Python, of bytes alone
        with pytest.raises(BadTable, match=f"there is no encoding '{name}'"):
            list(read_batches(file, columns, encoding=name))


def test_line_that_never_ends_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table_batches, "_LONGEST_LINE", 1_000)
    file = tmp_path / "t.jsonl"
    file.write_text('{"g": "' + "x" * 5_000)
    with pytest.raises(BadTable, match="has a line of more than"):
        list(read_batches(file, Columns(("g",), (), "ok")))
