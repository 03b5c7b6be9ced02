"""The run_cycle command: what it prints, how it ends, and what it says to bad input."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from audits.management import watching
from audits.models import Cycle, Finding
from audits.services.cycles import cycle_advance
from portal.core import jobs
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.told import group
from tests.jobs import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def working(monkeypatch):
    """A worker that does all that is queued whenever the waiting command takes back lost jobs."""
    monkeypatch.setattr(watching, "_RECOVER_EVERY", 0.0)
    monkeypatch.setattr(jobs, "recover", drain)


@pytest.fixture
def told(assistant):
    rows = [
        *group(100, resolved=80, language="en"),
        *group(100, resolved=50, language="de", day=DAY.replace(day=9)),
    ]
    return conversations_make(assistant, rows)


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("run_cycle", "--assistant", "ava", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value


def test_without_waiting_it_opens_the_cycle_over_all_days(told):
    out, _ = run()
    cycle = Cycle.objects.get()
    assert out == f"Cycle {cycle.pk} of ava opened, 2025-03-03 to 2025-03-09.\n"
    assert (cycle.state, cycle.opened_by) == ("scheduled", None)


def test_waiting_prints_verdicts_and_findings(told, working):
    out, err = run("--wait", "--check", "outcome_gap")
    finding = Finding.objects.get()
    lines = out.splitlines()
    assert lines[0].startswith(f"Cycle {Cycle.objects.get().pk} of ava, 2025-03-03 to 2025-03-09: in review after")
    assert lines[2] == "Failed  Outcome gap  resolved by language  n = 200"
    assert lines[3].strip().startswith("Disparity: Out of 100 conversations about 80 in English")
    assert lines[-2:] == ["1 finding:", f"    {finding.pk}  Critical  Resolved differs by language"]
    assert err == ""


def test_json_is_one_document_with_every_number(told, working):
    out, _ = run("--wait", "--json", "--from", "2025-03-03", "--to", "2025-03-09")
    document = json.loads(out)
    cycle = Cycle.objects.get()
    assert (document["cycle"], document["state"], document["to"]) == (cycle.pk, "in_review", "2025-03-09")
    verdicts = {(check["kind"], check["target"]): check["verdict"] for check in document["checks"]}
    assert verdicts[("outcome_gap", "resolved by language")] == "failed"
    (gap,) = [check for check in document["checks"] if check["kind"] == "outcome_gap"]
    assert gap["result"]["figures"]["n"] == 200
    assert [finding["kind"] for finding in document["findings"]] == ["outcome_gap", "language_parity", "disclosure"]


def test_fail_on_turns_verdicts_into_the_exit_status(told, working):
    error = refused("--wait", "--fail-on", "failed", "--check", "outcome_gap")
    assert (error.returncode, str(error)) == (1, "1 checks did not pass --fail-on failed.")
    out, _ = run("--wait", "--fail-on", "watch", "--check", "data_sufficiency")
    assert "Data sufficiency" in out


def test_the_time_to_wait_is_limited(told, monkeypatch):
    monkeypatch.setattr(jobs, "recover", lambda: 0)
    error = refused("--wait", "--timeout", "0.2")
    cycle = Cycle.objects.get()
    assert error.returncode == 1
    assert str(error) == f"Cycle {cycle.pk} is not done after 0.2 s; it goes on without this command."


def test_it_says_once_that_no_worker_answers(told, monkeypatch):
    monkeypatch.setattr(watching, "_PATIENCE", 0.0)
    monkeypatch.setattr(watching, "worker_answers", lambda: False)
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("run_cycle", "--assistant", "ava", "--wait", "--timeout", "0.5", stdout=io.StringIO(), stderr=err)
    assert err.getvalue() == "No worker answers: start one with `celery -A portal worker`. Still waiting.\n"


def test_a_cycle_that_failed_is_exit_1(told, working, monkeypatch):
    def fail() -> int:
        Cycle.objects.update(state="failed", failure="MemoryError")
        return 0

    monkeypatch.setattr(jobs, "recover", fail)
    error = refused("--wait")
    assert error.returncode == 1
    assert str(error).endswith("failed: MemoryError.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check", "astrology"], "--check: There is no check 'astrology'; the checks are"),
        (["--from", "2025-03-05", "--to", "2025-03-01"], "--to: The period ends before it begins."),
        (["--fail-on", "failed"], "--fail-on needs --wait."),
    ],
)
def test_bad_usage_is_exit_2_and_one_sentence(told, arguments, message):
    error = refused(*arguments)
    assert str(error).startswith(message)
    assert error.returncode == 2
    assert not Cycle.objects.exists()


def test_a_day_that_is_none_is_refused_by_name(told):
    error = refused("--from", "yesterday")
    assert str(error) == "Error: argument --from: 'yesterday' is not a day such as 2025-03-01"


def test_an_unknown_assistant_is_named_with_those_there_are(assistant):
    with pytest.raises(CommandError) as caught:
        call_command("run_cycle", "--assistant", "eva")
    told = "--assistant: there is no assistant eva; known: ava. register_assistant adds one."
    assert (caught.value.returncode, str(caught.value)) == (2, told)


def test_an_assistant_without_conversations_needs_days(assistant):
    assert refused().returncode == 2
    conversations_make(assistant, [Told()])
    Cycle.objects.all().delete()
    run()
    assert cycle_advance(cycle_id=Cycle.objects.get().pk) == "scheduled"
