"""`import_conversations`: files in, figures out, rejected lines beside the file."""

from __future__ import annotations

import gzip
import io
import json
import os

import pytest
from django.core.management import CommandError, call_command

from assistants.models import Conversation
from tests.assistants.conftest import as_lines
from tests.factories import ReleaseFactory


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_conversations", *map(str, arguments), stdout=out)
    return out.getvalue()


def run_json(*arguments: object) -> dict:
    return json.loads(run(*arguments, "--json"))


COUNTS = ("read", "created", "revised", "unchanged", "rejected")


def counts(summary: dict) -> tuple[int, ...]:
    return tuple(summary[name] for name in COUNTS)


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert raised.value.returncode == 2
    return str(raised.value)


def test_import_takes_plain_and_compressed_files(tmp_path, assistant, conversation):
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    plain.write_bytes(as_lines(conversation("a")))
    packed.write_bytes(gzip.compress(as_lines(conversation("b"), conversation("c"))))
    summary = run_json(plain, packed, "--assistant", "helper")
    assert counts(summary) == (3, 3, 0, 0, 0)
    assert [counts(one) for one in summary["files"]] == [(1, 1, 0, 0, 0), (2, 2, 0, 0, 0)]
    assert counts(run_json(plain, packed, "--assistant", "helper")) == (3, 0, 0, 3, 0)


def test_import_prints_every_figure(tmp_path, assistant, conversation):
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines(conversation("a"), {"external_id": "b"}))
    printed = run(path, "--assistant", "helper").splitlines()
    assert printed[0] == f"{path}: 2 read, 1 created, 0 revised, 0 unchanged, 1 rejected"
    assert printed[1] == f"  The lines that were not stored and their reasons are in {path}.rejected.jsonl"
    assert printed[2].endswith(" conversations/s")


def test_import_writes_the_reasons_beside_the_file_and_no_content(tmp_path, assistant, conversation):
    path = tmp_path / "a.jsonl"
    secret = [{"role": "customer", "text": "SECRET", "mood": "SECRET"}]
    path.write_bytes(
        as_lines(conversation("a"), b"{SECRET", conversation("b", turns=secret), conversation("me@x.org", chanel=1))
    )
    run(path, "--assistant", "helper")
    beside = (tmp_path / "a.jsonl.rejected.jsonl").read_text()
    assert [json.loads(line) for line in beside.splitlines()] == [
        {
            "line": 2,
            "external_id": None,
            "field": None,
            "reason": "The line is not valid JSON: object keys must be strings (byte 1).",
        },
        {
            "line": 3,
            "external_id": "b",
            "field": "turns[0].mood",
            "reason": "Unknown key; there are: at, meta, role, text.",
        },
        {"line": 4, "external_id": None, "field": "chanel", "reason": "Unknown key; the closest is channel."},
    ]
    assert "SECRET" not in beside
    assert "x.org" not in beside


def test_import_of_a_mended_file_removes_the_old_reasons(tmp_path, assistant, conversation):
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines({"external_id": "a"}))
    run(path, "--assistant", "helper")
    assert (tmp_path / "a.jsonl.rejected.jsonl").exists()
    path.write_bytes(as_lines(conversation("a")))
    run(path, "--assistant", "helper")
    assert not (tmp_path / "a.jsonl.rejected.jsonl").exists()


def test_import_gives_records_without_a_release_the_one_named(tmp_path, assistant, conversation):
    ReleaseFactory(assistant=assistant, version="1")
    ReleaseFactory(assistant=assistant, version="2")
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines(conversation("a"), conversation("b", release="2")))
    run(path, "--assistant", "helper", "--release", "1")
    stored = Conversation.objects.order_by("external_id").values_list("external_id", "release__version")
    assert list(stored) == [("a", "1"), ("b", "2")]


def test_import_renames_the_keys_of_foreign_sources(tmp_path, assistant):
    path = tmp_path / "a.jsonl"
    source = {
        "id": "a",
        "via": {"channel": "voice"},
        "lang": "DE",
        "turns": [{"role": "customer", "text": "Hallo"}],
    }
    path.write_bytes(as_lines(source))
    names = ["id=external_id", "via.channel=channel", "lang=language"]
    assert counts(run_json(path, "--assistant", "helper", "--map", *names)) == (1, 1, 0, 0, 0)
    stored = Conversation.objects.values_list("external_id", "channel", "language").get()
    assert stored == ("a", "voice", "de")


def test_import_refuses_a_file_that_is_not_what_it_says(tmp_path, assistant, conversation):
    def told(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return refusal(path, "--assistant", "helper").removeprefix(f"{path}: ")

    line = as_lines(conversation("a"))
    assert told("a.jsonl.gz", line) == "is named .gz but is not compressed with gzip."
    assert told("b.jsonl.gz", gzip.compress(line)[:20]) == "is not a whole gzip file."
    assert told("c.jsonl", b"\x89PNG\r\n\x1a\n") == ("does not hold JSON lines; each line must be one JSON object.")
    assert told("d.jsonl", b" [" + line + b"]") == (
        "is a JSON array, not JSON lines; each line must be one JSON object."
    )
    assert Conversation.objects.count() == 0


def test_import_refuses_a_missing_file_before_anything_is_taken_in(tmp_path, assistant, conversation):
    there, missing = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    there.write_bytes(as_lines(conversation("a")))
    assert refusal(there, missing, "--assistant", "helper") == (
        f"{missing}: cannot be read (No such file or directory)."
    )
    assert refusal(tmp_path, "--assistant", "helper") == f"{tmp_path}: cannot be read (Is a directory)."


def test_import_refuses_a_pipe_instead_of_taking_in_nothing_of_it(assistant, conversation):
    out, into = os.pipe()
    os.write(into, as_lines(conversation("a")))
    os.close(into)
    try:
        said = refusal(f"/dev/fd/{out}", "--assistant", "helper")
    finally:
        os.close(out)
    assert said == f"/dev/fd/{out}: is a pipe. Write it to a file first."


def test_import_of_a_file_that_breaks_off_says_after_which_line(tmp_path, assistant, conversation):
    path = tmp_path / "a.jsonl.gz"
    # Text that does not compress, so that what is left of the file holds whole lines.
    noise = [{"role": "customer", "text": "".join(chr(0x4E00 + (i * i * 7919) % 20000) for i in range(9000))}]
    whole = gzip.compress(as_lines(*(conversation(f"c-{n}", turns=noise) for n in range(400))), compresslevel=1)
    path.write_bytes(whole[: len(whole) // 2])
    told = refusal(path, "--assistant", "helper")
    assert told.startswith(f"{path}: is damaged after line ")
    path.write_bytes(whole)
    assert counts(run_json(path, "--assistant", "helper"))[0] == 400
    assert Conversation.objects.count() == 400


def test_import_names_what_is_known_where_a_name_is_not(tmp_path, assistant, conversation):
    ReleaseFactory(assistant=assistant, version="1.0")
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines(conversation("a")))
    assert refusal(path, "--assistant", "helpr") == (
        "--assistant: there is no assistant helpr; known: helper. register_assistant adds one."
    )
    assert refusal(path, "--assistant", "helper", "--release", "2.0") == (
        "--release: helper has no release 2.0; known: 1.0."
    )
    assert refusal(path, "--assistant", "helper", "--map", "id") == "id is not of the form KEY=FIELD."


def test_import_says_that_the_reasons_cannot_be_written(tmp_path, assistant):
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines({"external_id": "a"}))
    (tmp_path / "a.jsonl.rejected.jsonl").mkdir()
    assert refusal(path, "--assistant", "helper") == (f"{path}.rejected.jsonl: cannot be written (Is a directory).")


class Watched(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_import_draws_its_progress_only_where_somebody_watches(tmp_path, assistant, conversation):
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_lines(conversation("a")))
    watched, unwatched = Watched(), io.StringIO()
    call_command("import_conversations", path, "--assistant=helper", stdout=io.StringIO(), stderr=watched)
    call_command("import_conversations", path, "--assistant=helper", stdout=io.StringIO(), stderr=unwatched)
    assert watched.getvalue() == f"\ra.jsonl [{'#' * 30}] 100%\r\x1b[K"
    assert unwatched.getvalue() == ""
