"""JSON Lines in and out, and the two commands around them."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audits.engine.privacy import DetectionError, Spans, presidio
from audits.engine.privacy.stream import BadLine, anonymise_lines, detect_batches, detect_lines
from audits.management.line_files import opened_batches

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
        ("{", None, 'line 2: not JSON; each line must be such as {"text": "Hello"}'),
        ("[1]", None, "line 2: not a JSON object"),
        ("{}", "text", "line 2: field 'text': missing"),
        ('{"text": 5}', "text", "line 2: field 'text': not a string"),
        ('{"text": "a", "language": []}', "language", "line 2: field 'language': not a string"),
        *(
            (
                f'{{"text": "a", "conversation": {given}}}',
                "conversation",
                "line 2: field 'conversation': neither a string nor a whole number",
            )
            for given in ("7.5", "true", '["7"]')
        ),
        ('{"text": "a", "conversation": ""}', "conversation", "line 2: field 'conversation': empty"),
        (
            '{"text": "a", "conversation": "7", "role": "user"}',
            "role",
            "line 2: field 'role': not one of customer, assistant, agent, system",
        ),
        (
            '{"text": "\\ud800", "conversation": "7", "role": ["customer"]}',
            "role",
            "line 2: field 'role': not one of customer, assistant, agent, system",
        ),
    ],
)
def test_a_bad_line_is_named(line: str | bytes, field: str | None, message: str) -> None:
    with pytest.raises(BadLine) as caught:
        list(detect_lines([LINES[0], line]))

    assert (caught.value.line, caught.value.field, str(caught.value)) == (2, field, message)


_TALKS = [
    {"text": "my ssn is 4182", "conversation": "a"},
    {"text": "The last four of your card?", "conversation": "b", "role": "assistant"},
    {"text": "8569", "conversation": "b", "role": "customer"},
    {"text": "8569", "conversation": "a", "role": None},
    {"text": "8569", "conversation": None, "role": "whoever"},
    {"text": "8569", "conversation": "c"},
]
_TALK_TYPES = [["US_SSN"], [], ["CREDIT_CARD"], ["ACCOUNT_NUMBER"], ["US_SSN"], ["US_SSN"]]


@pytest.mark.parametrize("together", [1, 2, 3, 6])
def test_records_of_a_conversation_are_read_together_wherever_they_stand(together: int) -> None:
    lines = [json.dumps(record) for record in _TALKS]
    batches = [lines[first : first + together] for first in range(0, len(lines), together)]

    answers = [json.loads(answer) for batch in detect_batches(batches) for answer in batch]

    assert [[span["type"] for span in answer["spans"]] for answer in answers] == _TALK_TYPES


@pytest.mark.parametrize(("first", "second"), [(0, 0), (17, "17"), ("17", 17), (10**30, 10**30)])
def test_a_conversation_may_be_a_number(first: object, second: object) -> None:
    lines = [
        json.dumps({"text": text, "conversation": id_}) for text, id_ in (("my ssn is 4182", first), ("8569", second))
    ]

    assert '"ACCOUNT_NUMBER"' in list(detect_lines(lines))[1]


def test_records_of_a_conversation_are_rewritten_by_what_was_said_before() -> None:
    texts = [json.loads(line)["text"] for line in anonymise_lines(map(json.dumps, _TALKS), "redact")]

    assert texts[2:] == ["[CREDIT_CARD]", "[ACCOUNT_NUMBER]", "[US_SSN]", "[US_SSN]"]


def test_so_many_conversations_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audits.engine.privacy.stream.MOST_CONVERSATIONS", 2)
    records = [
        {"text": "my ssn is 4182" if name.islower() else "8569", "conversation": name.lower()} for name in "abAcAB"
    ]

    answers = [json.loads(answer) for answer in detect_lines(map(json.dumps, records))]

    assert [answer["spans"][0]["type"] for answer in answers] == [
        "US_SSN",
        "US_SSN",
        "ACCOUNT_NUMBER",
        "US_SSN",
        "ACCOUNT_NUMBER",
        "US_SSN",
    ]


def test_a_text_that_fails_in_a_conversation_is_named() -> None:
    def failing(texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]:
        if "bad" in texts:
            raise DetectionError("broken")
        return [() for _ in texts]

    lines = [json.dumps({"text": text, "conversation": "a"}) for text in ("good", "bad", "good")]
    answers = detect_batches([lines], failing)

    assert next(answers) == ['{"spans":[]}']
    with pytest.raises(BadLine, match=r"^line 2: field 'text': broken$"):
        next(answers)


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


@pytest.mark.parametrize("key", ["a key of the operator", os.fsdecode(b"bytes that are no UTF-8: \xff")])
def test_pseudonyms_last_across_runs_under_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str) -> None:
    monkeypatch.setenv("PROBITY_PSEUDONYM_KEY", key)
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


def test_anonymise_says_where_each_replacement_stands_and_stood(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_text('{"text": "\\u00e9 a@b.de, c@d.fr!"}')
    out = io.StringIO()

    call_command("anonymise", str(path), spans=True, stdout=out)

    document = json.loads(out.getvalue())
    assert document["text"] == "é [EMAIL_ADDRESS], [EMAIL_ADDRESS]!"
    assert [(s["start"], s["end"], s["original_start"], s["original_end"]) for s in document["spans"]] == [
        (2, 17, 2, 8),
        (19, 34, 10, 16),
    ]


def test_what_json_allows_is_read_even_where_it_is_no_text() -> None:
    lines = [
        r'{"text": "\ud800 a@b.de \u0000"}',
        '{"text": "", "language": null}',
        '{"text": "a@b.de", "language": "x"}',
    ]

    spans = [json.loads(line)["spans"] for line in detect_lines(lines)]

    assert [[span["start"] for span in each] for each in spans] == [[2], [], [0]]


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_text('{"text": "a@b.de"}\n' * 20_000)
    command = f"{sys.executable} manage.py detect_pii {path} | head -n 1"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)

    assert (len(ended.stdout.splitlines()), ended.stderr) == (1, "")


def test_presidio_answers_through_the_same_interface(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Result:
        start, end, entity_type, score = 5, 13, "US_BANK_NUMBER", 0.4

    class Analyzer:
        def analyze(self, text: str, language: str) -> list[Result]:
            return [Result()] if language == "en" else []

    monkeypatch.setattr(presidio, "analyzer", Analyzer)
    path = tmp_path / "texts"
    path.write_text('{"text": "acct 12345678", "language": "xx"}')
    out = io.StringIO()

    call_command("detect_pii", str(path), engine="presidio", stdout=out)

    assert json.loads(out.getvalue()) == {"spans": [{"start": 5, "end": 13, "type": "ACCOUNT_NUMBER", "score": 0.4}]}


def test_a_missing_presidio_ends_with_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise presidio.PresidioMissing("Presidio is not installed")

    monkeypatch.setattr(presidio, "analyzer", missing)

    with pytest.raises(CommandError) as caught:
        call_command("detect_pii", engine="presidio")

    assert caught.value.returncode == 2


def test_what_has_arrived_on_a_pipe_is_answered_before_more_does(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.FileIO(reading))))

    os.write(writing, b'{"text": "a@b.de"}\n{"text": "nothing"}\n{"text": "c@')
    with opened_batches("-") as batches:
        answers = detect_batches(batches)
        first = next(answers)
        os.write(writing, b'd.fr"}')
        os.close(writing)
        rest = [line for batch in answers for line in batch]

    assert [len(json.loads(line)["spans"]) for line in (*first, *rest)] == [1, 0, 1]


def test_lines_longer_than_one_read_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    texts = ["a@b.de " + "x" * 3_000_000, "", "c@d.fr"]
    path.write_text("\n".join(json.dumps({"text": text}) for text in texts) + "\n")

    with opened_batches(str(path)) as batches:
        lines = [line for batch in detect_batches(batches) for line in batch]

    assert [len(json.loads(line)["spans"]) for line in lines] == [1, 0, 1]


@pytest.mark.parametrize("packed", [False, True])
def test_a_mark_before_utf_8_is_no_part_of_the_first_line(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "texts"
    content = f"\ufeff{LINES[0]}\n\ufeff{LINES[2]}".encode()
    path.write_bytes(gzip.compress(content) if packed else content)

    with opened_batches(str(path)) as batches:
        lines = [line for batch in batches for line in batch]

    assert lines == [LINES[0].encode(), f"\ufeff{LINES[2]}".encode()]


def test_what_stands_before_a_bad_line_of_a_batch_is_answered() -> None:
    answers = detect_batches([LINES[:1], [*LINES, "{", *LINES]])

    assert [len(next(answers)), len(next(answers))] == [1, 3]
    with pytest.raises(BadLine, match=r"^line 6: not JSON; each line"):
        next(answers)


def test_a_text_that_fails_is_named_and_those_before_it_are_answered() -> None:
    def failing(texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]:
        if "bad" in texts:
            raise DetectionError("broken")
        return [[] for _ in texts]

    answers = detect_batches([['{"text": "a"}', "", '{"text": "bad"}', '{"text": "b"}']], failing)

    assert next(answers) == ['{"spans":[]}']
    with pytest.raises(BadLine, match=r"^line 3: field 'text': broken$"):
        next(answers)
