"""JSON Lines in and out, and the two commands around them."""

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audits.engine.privacy.stream import BadLine, anonymise_lines, detect_lines

LINES = ['{"text": "mail a@b.de", "language": "de"}', "", '{"text": "nothing"}', '{"text": "é😀 a@b.de", "id": 7}']


def test_detect_lines_keeps_the_order() -> None:
    spans = [json.loads(line)["spans"] for line in detect_lines(LINES)]

    assert spans == [
        [{"start": 5, "end": 11, "type": "EMAIL_ADDRESS", "score": 0.95}],
        [],
        [{"start": 3, "end": 9, "type": "EMAIL_ADDRESS", "score": 0.95}],
    ]


def test_detect_lines_answers_before_the_next_line_is_read() -> None:
    def lines() -> object:
        yield LINES[0]
        raise AssertionError("read ahead")

    assert "EMAIL_ADDRESS" in next(detect_lines(lines()))


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        (b"\xff\xfe", None, "line 2: not UTF-8"),
        ("{", None, "line 2: not JSON"),
        ("[1]", None, "line 2: not a JSON object"),
        ("{}", "text", "line 2: field 'text': missing"),
        ('{"text": 5}', "text", "line 2: field 'text': not a string"),
        ('{"text": "a", "language": []}', "language", "line 2: field 'language': not a string"),
    ],
)
def test_a_bad_line_is_named(line: str | bytes, field: str | None, message: str) -> None:
    with pytest.raises(BadLine) as caught:
        list(detect_lines([LINES[0], line]))

    assert (caught.value.line, caught.value.field, str(caught.value)) == (2, field, message)


def test_anonymise_lines_redacts() -> None:
    assert list(anonymise_lines(LINES[:1], "redact")) == ['{"text": "mail [EMAIL_ADDRESS]"}']


def test_anonymise_lines_pseudonymises_alike_across_lines() -> None:
    first, second = (json.loads(line)["text"] for line in anonymise_lines([LINES[0], LINES[3]], "pseudonymise", b"k"))

    assert first.removeprefix("mail ") == second.removeprefix("é😀 ")


def test_pseudonymise_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        list(anonymise_lines(LINES, "pseudonymise"))


@pytest.mark.parametrize("packed", [False, True])
def test_detect_pii_reads_files_plain_and_packed(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "texts"
    content = "\n".join(LINES).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    out = io.StringIO()

    call_command("detect_pii", str(path), stdout=out)

    assert [len(json.loads(line)["spans"]) for line in out.getvalue().splitlines()] == [1, 0, 1]


def test_anonymise_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINES[0].encode())))
    out = io.StringIO()

    call_command("anonymise", stdout=out)

    assert out.getvalue() == '{"text": "mail [EMAIL_ADDRESS]"}\n'


def test_pseudonyms_last_across_runs_under_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROBITY_PSEUDONYM_KEY", "a key of the operator")
    path = tmp_path / "texts"
    path.write_text(LINES[0])
    outputs = [io.StringIO(), io.StringIO()]

    for out in outputs:
        call_command("anonymise", str(path), mode="pseudonymise", stdout=out)

    assert outputs[0].getvalue() == outputs[1].getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": "a"}\n{"txt": "b"}', "{path}: line 2: field 'text': missing"),
        (
            gzip.compress(b'{"text": "a"}\n' * 9, mtime=0)[:-12],
            "{path}: Compressed file ended before the end-of-stream marker was reached",
        ),
    ],
)
def test_bad_files_end_with_code_2(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_bytes(content)

    with pytest.raises(CommandError) as caught:
        call_command("detect_pii", str(path), stdout=io.StringIO())

    assert (caught.value.returncode, str(caught.value)) == (2, message.format(path=path))


def test_a_missing_file_ends_with_code_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("anonymise", str(tmp_path / "none"))

    assert (caught.value.returncode, str(caught.value)) == (2, f"{tmp_path / 'none'}: No such file or directory")
