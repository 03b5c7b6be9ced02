"""Importing consents from files and bodies: what goes in, what is told of the rest, and that it can be repeated."""

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command

from consent.management.commands.import_consents import Command
from consent.models import ConsentEvent, DataSubject
from consent.queries import evaluate, subject_by_reference
from portal.core.models import LedgerEntry
from portal.core.roles import Role, Scope

NOTICE = {"code": "privacy", "version": 7, "language": "en"}
HEADERS = {"content_type": "application/x-ndjson"}


def line(number, **more):
    given = {
        "source_event_id": f"e-{number}",
        "customer_ref": f"customer {number}",
        "purpose": "support",
        "state": "given",
        "occurred_at": "2025-06-01T12:00:00Z",
        "notice": NOTICE,
    }
    return {**given, **more}


def written(path, *lines):
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8").write(text + "\n")
    return path


def run(*paths, **options):
    out = io.StringIO()
    call_command("import_consents", *map(str, paths), team="home", json=True, stdout=out, **{"source": "crm"} | options)
    report = json.loads(out.getvalue())
    return {name: report[name] for name in ("read", "created", "unchanged", "conflicts", "rejected", "clamped")}


def rejected(path):
    return [json.loads(one) for one in path.with_name(f"{path.name}.rejected.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_lines_are_recorded_and_can_be_imported_again(tmp_path, shown_notice, home, name):
    path = written(
        tmp_path / name, line(1), line(2, state="withdrawn", notice=None), line(3, customer_ref="customer 1")
    )
    counts = {"read": 3, "created": 3, "unchanged": 0, "conflicts": 0, "rejected": 0, "clamped": 0}
    assert run(path) == counts
    assert run(path) == {**counts, "created": 0, "unchanged": 3}
    assert (ConsentEvent.objects.count(), DataSubject.objects.count()) == (3, 2)
    customer = subject_by_reference(team=home, reference="customer 2")
    event = ConsentEvent.objects.get(subject=customer)
    assert (event.source, event.state, event.controller, event.purpose_version) == ("crm", "withdrawn", "", 1)
    assert LedgerEntry.objects.filter(action="consent.recorded").count() == 1


def test_what_cannot_be_stored_is_told_by_line_and_field_and_the_rest_goes_in(tmp_path, shown_notice):
    path = written(
        tmp_path / "events.jsonl",
        line(1),
        line(2, state="agreed"),
        "{broken",
        line(3, colour="red"),
        line(4, occurred_at="soon"),
        line(1, state="refused"),
        line("jane@mail.example", purpose="nonsense"),
        line(6, state="invalidated", invalidates="e-99", notice=None),
        line(7, occurred_at="2999-01-01T00:00:00Z"),
        line(8, given_by="guardian"),
    )
    assert run(path) == {"read": 10, "created": 2, "unchanged": 0, "conflicts": 1, "rejected": 7, "clamped": 1}
    assert [(one["line"], one["external_id"], one["field"]) for one in rejected(path)] == [
        (2, "e-2", "state"),
        (3, None, None),
        (4, "e-3", "colour"),
        (5, "e-4", "occurred_at"),
        (6, "e-1", "source_event_id"),
        (7, None, "purpose"),
        (8, "e-6", "invalidates"),
        (10, "e-8", "verification"),
    ]
    assert "jane" not in path.with_name("events.jsonl.rejected.jsonl").read_text()
    assert LedgerEntry.objects.filter(action="consent.source_conflict").count() == 1


def test_summary_reads_as_words_whatever_the_counts(tmp_path, shown_notice):
    path = written(tmp_path / "events.jsonl", line(1), line(1, state="refused"))
    out = io.StringIO()
    call_command("import_consents", str(path), team="home", source="crm", stdout=out)
    counts = "2 read, 1 created, 0 unchanged, 1 in conflict, 0 rejected, 0 set back from the future"
    assert out.getvalue().splitlines()[0] == f"{path}: {counts}"


def test_an_unknown_key_is_told_the_closest_or_all_that_there_are(tmp_path, shown_notice):
    lines = [line(1, jurisdicton="DE"), line(2, colour="red"), line(3, notice={**NOTICE, "lang": "en"})]
    path = written(tmp_path / "events.jsonl", *lines)
    run(path)
    close, none_close, nested = [(one["field"], one["reason"]) for one in rejected(path)]
    assert close == ("jurisdicton", "Unknown key; the closest is jurisdiction.")
    assert none_close[1].startswith("Unknown key; there are: age_band, clock_uncertainty_s, ")
    assert nested == ("notice.lang", "Unknown key; there are: code, language, version.")


def test_a_table_is_read_by_its_columns(tmp_path, shown_notice, home):
    path = written(
        tmp_path / "events.csv",
        "id,who,purpose,state,occurred_at,notice.code,notice.version,notice.language,recipients,clock_uncertainty_s",
        "1,customer 1,support,given,2025-06-01T12:00:00Z,privacy,7,en,Example Ltd; Other,60",
        '2,"customer\n2",support,withdrawn,2025-06-02 12:00:00,,,,,',
        "3,customer 3,support,given,2025-06-01T12:00:00Z,privacy,seven,en,,",
        "4,too,few",
        "5,customer 5,support,given,,privacy,7,en,,",
    )
    counts = run(path, map=["id=source_event_id", "who=customer_ref"])
    assert counts == {"read": 5, "created": 2, "unchanged": 0, "conflicts": 0, "rejected": 3, "clamped": 0}
    assert [(one["line"], one["field"]) for one in rejected(path)] == [
        (5, "notice.version"),
        (6, None),
        (7, "occurred_at"),
    ]
    event = ConsentEvent.objects.get(state="given")
    assert (event.recipients, event.clock_uncertainty_s, event.notice) == (["Example Ltd", "Other"], 60, shown_notice)


def test_broken_bytes_spoil_their_line_only(tmp_path, shown_notice):
    good = json.dumps(line(1)).encode()
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([good, b'{"source_event_id": "\xff"}', good.replace(b"e-1", b"e-3\\u0000")]))
    assert run(path)["created"] == 1
    table = tmp_path / "events.csv"
    row = b"%s,customer,support,withdrawn,2025-06-01T12:00:00Z\n"
    table.write_bytes(b"source_event_id,customer_ref,purpose,state,occurred_at\n" + row % b"e-5" + row % b"\xff6")
    assert run(table)["created"] == 1
    assert rejected(table) == [
        {
            "line": 3,
            "external_id": None,
            "field": "source_event_id",
            "reason": "Contains characters that cannot be stored.",
        }
    ]


def test_rows_without_an_end_take_no_memory_and_no_neighbour(tmp_path, settings, shown_notice):
    settings.PROBITY_MAX_RECORD_BYTES = 1000
    row = "e-{},customer,support,withdrawn,2025-06-01T12:00:00Z"
    cells, quoted = ",".join("a" * 4000), 'e-3,"' + "b" * 400 + "\n" + "b" * 700 + "\n"
    table = tmp_path / "events.csv.gz"
    columns = "source_event_id,customer_ref,purpose,state,occurred_at"
    written(table, columns, row.format(1), cells, row.format(2), quoted + row.format(4))
    assert run(table)["created"] == 3
    assert [(one["line"], one["reason"]) for one in rejected(table)] == [
        (3, "The line is longer than the limit of 1000 bytes."),
        (5, "The line is longer than the limit of 1000 bytes."),
    ]


def test_a_batch_is_bounded_in_bytes_too(monkeypatch, tmp_path, shown_notice):
    monkeypatch.setattr("consent.services.imports.BATCH_BYTES", 300)
    path = written(tmp_path / "events.jsonl", line(1), line(2), line(3), line(4))
    assert run(path)["created"] == 4
    assert LedgerEntry.objects.filter(action="consent.recorded").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.jsonl", b"[]", "is a JSON array"),
        ("x.jsonl.gz", gzip.compress(b"{}" * 9)[:-9], "is not a whole gzip file"),
        ("x.csv", b"lonely\n1\n", "The first row must name the columns"),
    ],
    ids=["array", "cut-gzip", "one-column"],
)
def test_a_file_that_is_not_what_it_says_ends_the_command(tmp_path, home, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words) as caught:
        run(path)
    assert caught.value.returncode == 2
    with pytest.raises(CommandError, match="--team") as caught:
        call_command("import_consents", str(path), team="nowhere")
    assert caught.value.returncode == 2


def body(*lines):
    return "\n".join(json.dumps({"source": "crm", **one}) for one in lines)


def test_the_bulk_route_takes_lines_one_by_one(client, api_key, shown_notice, home):
    key = {"headers": {"Authorization": api_key(Scope.CONSENT_WRITE)}}
    answer = client.post("/api/v1/consents", body(line(1), line(2, state="agreed")), **HEADERS, **key)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "read": 2,
            "created": 1,
            "unchanged": 0,
            "conflicts": 0,
            "rejected": 1,
            "clamped": 0,
            "rejections": [
                {
                    "line": 2,
                    "source_event_id": "e-2",
                    "field": "state",
                    "reason": answer.json()["rejections"][0]["reason"],
                }
            ],
        },
    )
    customer = subject_by_reference(team=home, reference="customer 1")
    event = ConsentEvent.objects.get()
    assert evaluate(subject=customer, purpose=event.purpose, use_time=event.recorded_at).event_ids == (event.pk,)


def test_the_bulk_route_needs_the_scope_and_stays_in_its_team(client, api_key, shown_notice, away, member):
    assert client.post("/api/v1/consents", body(line(1)), **HEADERS).status_code == 401
    for header, status in (
        (api_key(Scope.CONSENT_READ), 403),
        (api_key(Scope.CONSENT_WRITE, team=away, actor=member(Role.ADMINISTRATOR, team=away)), 200),
    ):
        answer = client.post("/api/v1/consents", body(line(1)), **HEADERS, headers={"Authorization": header})
        assert answer.status_code == status
    assert answer.json()["rejections"][0]["field"] == "purpose"
    assert ConsentEvent.objects.count() == 0


def test_help_names_the_fields_of_a_line():
    said = " ".join(Command().create_parser("manage.py", "import_consents").format_help().split())
    assert "A line has source_event_id, purpose, state, occurred_at, and customer_ref or subject" in said
    assert "valid_until" in said
