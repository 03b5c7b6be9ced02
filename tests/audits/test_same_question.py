"""The latest runs about a question: the right ones, at a cost that does not grow with all the others."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import connection

from assistants.models import Assistant
from audits.models import CheckRun
from audits.queries.same_question import checks_and_probes, latest_asked
from tests.workflow.making import finding_make, run_make

QUESTION = {"dimension": "attribute:age_group", "outcome": "resolved"}
PROBE = {"cue": "age"}


def others_make(assistant: Assistant, count: int) -> None:
    """Runs of the same kinds about everything else: other outcomes, other dimensions, other cues."""
    days = {"window_from": date(2025, 3, 1), "window_until": date(2025, 4, 1)}
    questions: list[tuple[str, dict[str, str]]] = [
        ("outcome_gap", {"dimension": "attribute:age_group", "outcome": "refunded"}),
        ("outcome_gap", {"dimension": "language", "outcome": "resolved"}),
        ("matched_pairs", {"cue": "name"}),
    ]
    made = [questions[number % len(questions)] for number in range(count)]
    CheckRun.objects.bulk_create(
        CheckRun(assistant=assistant, kind=kind, target=str(number), params=params, state="passed", **days)
        for number, (kind, params) in enumerate(made)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audits_checkrun")


def pages_read(runs: Any) -> int:
    plan = json.loads(runs.explain(format="json", analyze=True, buffers=True))[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_finding_the_latest_runs_costs_the_same_however_many_others_are_stored(assistant):
    asked = [("outcome_gap", QUESTION), ("outcome_gap", {"dimension": "attribute:region"}), ("matched_pairs", PROBE)]
    oldest = [run_make(assistant, kind=kind, params=params) for kind, params in asked]
    runs = CheckRun.objects.filter(assistant=assistant, verifies=None)
    each = [latest_asked(runs, [one], most=6) for one in asked]
    others_make(assistant, 600)
    before = [pages_read(found) for found in each]
    others_make(assistant, 2_400)
    assert [list(found) for found in each] == [[run] for run in oldest]
    assert all(pages_read(found) <= pages + 4 for found, pages in zip(each, before, strict=True))


def test_checks_and_probes_of_a_question_are_told_newest_first(assistant):
    finding = finding_make(assistant, run=run_make(assistant, params=QUESTION))
    own = finding.raised_by_run
    cycle = own.cycle
    adjusted = run_make(assistant, cycle=cycle, kind="adjusted_gap", params=QUESTION)
    probe = run_make(assistant, cycle=cycle, kind="matched_pairs", params=PROBE, target="age")
    run_make(assistant, cycle=cycle, kind="matched_pairs", params={"cue": "name"}, target="name")
    run_make(assistant, cycle=cycle, kind="adjusted_gap", params={**QUESTION, "outcome": "refunded"}, target="x")
    run_make(assistant, kind="outcome_gap", params=QUESTION, verifies=finding)
    told = checks_and_probes(assistant=assistant, most=6, **QUESTION)
    assert list(told) == [probe, adjusted, own]
    assert list(checks_and_probes(assistant=assistant, most=2, **QUESTION)) == [probe, adjusted]
