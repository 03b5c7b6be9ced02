"""Records of a file, line by line: their numbers, lines that are too long, and what a rejection shows."""

from __future__ import annotations

import io
import json

import pytest

from assistants.records import RecordParser, Rejection, numbered_records
from tests.assistants.one_record import LIMITS, a_record


def read(content, *, longest=200):
    return list(numbered_records(io.BytesIO(content), RecordParser(limits=LIMITS), max_line_bytes=longest))


def test_lines_are_numbered_as_in_the_file():
    line = json.dumps(a_record()).encode()
    content = b"\xef\xbb\xbf" + line + b"\r\n\n  \n{}\n" + line
    assert [(one.line, isinstance(one, Rejection)) for one in read(content)] == [(1, False), (4, True), (5, False)]


def test_line_that_is_too_long_is_skipped_and_the_next_one_read():
    line = json.dumps(a_record()).encode()
    padded = line + b" " * (200 - len(line))
    content = b"x" * 3_000_000 + b"\n" + padded + b"\n" + padded + b" \n" + line
    reasons = [one.reason if isinstance(one, Rejection) else "" for one in read(content)]
    too_long = "The line is longer than the limit of 200 bytes."
    assert reasons == [too_long, "", too_long, ""]


@pytest.mark.parametrize(
    ("external_id", "shown"),
    [
        ("order-17/b:2.x_3", "order-17/b:2.x_3"),
        ("ann@example.org", None),
        ("Ann Lee", None),
        ("Élodie", None),
        (5, None),
    ],
)
def test_rejection_shows_an_external_id_only_if_it_cannot_be_personal(external_id, shown):
    content = json.dumps({**a_record(external_id=external_id), "zz": 1}).encode()
    assert [one.external_id for one in read(content)] == [shown]
