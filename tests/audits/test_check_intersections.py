"""An intersection is nominated in one cycle and confirmed, or not, on the data of the next."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from assistants.models import AuditedAttribute
from audits.models import CheckRun, Finding
from audits.programmes import checks_validated
from audits.queries.nominations import slices_nominated
from audits.services.checking import check_run_execute, check_run_queue_verification
from audits.services.cycles import cycle_open
from audits.services.programmes import programme_ensure
from portal.core.actors import SYSTEM
from tests.audits.asking import SCOPE, ask
from tests.audits.cells import Cell, cells_make
from tests.audits.told import MARCH
from tests.jobs import drain

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
SLICE = {"attribute:age": "old", "language": "de"}
CONFIRMATION = "resolved for age old × language de"


def month(assistant, first: date, *, planted: bool, n: int = 400) -> None:
    cells_make(
        assistant,
        [
            Cell(
                n=n,
                yes={"resolved": n // 2 if planted and (age, language) == ("old", "de") else round(n * 0.8)},
                attributes={"age": age},
                language=language,
                intent=intent,
                day=first,
            )
            for age, language, intent in product(("old", "young"), ("en", "de"), ("bill", "move"))
        ],
    )


def cycle(assistant, first: date, until: date) -> dict[str, CheckRun]:
    opened = cycle_open(assistant=assistant, period_from=first, period_until=until, actor=SYSTEM)
    drain()
    return {run.target: run for run in opened.check_runs.filter(kind="intersections")}


@pytest.fixture
def asked(assistant):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    programme = programme_ensure(assistant=assistant)
    programme.checks = checks_validated([{"kind": "intersections"}])
    programme.save()
    return assistant


def test_a_planted_intersection_is_nominated_then_confirmed_and_verified_as_the_same_slice(asked):
    month(asked, JANUARY, planted=True)
    first = cycle(asked, JANUARY, FEBRUARY)
    assert {target: run.state for target, run in first.items()} == {"resolved: worst intersections": "watch"}
    look = first["resolved: worst intersections"]
    assert look.result["nominated"] == [SLICE]
    assert look.result["tables"][1]["rows"][1][1] == 1
    assert "age old × German stands out: out of 100 conversations about 50 were resolved" in look.sentence
    assert not Finding.objects.exists()

    month(asked, FEBRUARY, planted=True)
    second = cycle(asked, FEBRUARY, MARCH.since)
    confirmed = second[CONFIRMATION]
    assert confirmed.state == "failed"
    assert confirmed.params["after"] == "2025-02-01"
    assert confirmed.params["alpha"] == 0.05
    assert confirmed.sentence.startswith(
        "Disparity, confirmed on later data: out of 100 conversations of age old × German about 50 were resolved, "
        "of as many others 80 (difference 30 points"
    )
    finding = Finding.objects.get()
    assert (finding.kind, finding.severity, finding.raised_by_run) == ("intersections", "critical", confirmed)

    month(asked, MARCH.since, planted=False)
    run = check_run_queue_verification(
        finding=finding, window_from=MARCH.since, window_until=MARCH.until, release=None, actor=SYSTEM
    )
    check_run_execute(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.target, run.config_hash) == ("passed", CONFIRMATION, confirmed.config_hash)


def test_what_was_luck_is_not_confirmed(asked):
    month(asked, JANUARY, planted=True)
    cycle(asked, JANUARY, FEBRUARY)
    month(asked, FEBRUARY, planted=False, n=1500)
    second = cycle(asked, FEBRUARY, MARCH.since)
    assert second[CONFIRMATION].state == "passed"
    assert second[CONFIRMATION].sentence.startswith("Nominated before and not confirmed")
    assert second["resolved: worst intersections"].state == "passed"
    assert not Finding.objects.exists()
    # The latest look nominated nothing: nothing is left to test.
    month(asked, MARCH.since, planted=False)
    assert set(cycle(asked, MARCH.since, MARCH.until)) == {"resolved: worst intersections"}


def test_an_overlapping_period_is_tested_only_on_what_the_look_had_not_seen(asked):
    month(asked, JANUARY, planted=True)
    cycle(asked, JANUARY, FEBRUARY)
    month(asked, FEBRUARY, planted=False)
    overlapping = cycle(asked, JANUARY, MARCH.since)
    confirmation = overlapping[CONFIRMATION]
    assert confirmation.result["tested_from"] == "2025-02-01"
    assert confirmation.n == 8 * 400
    assert confirmation.state != "failed"
    assert slices_nominated(assistant=asked, until=FEBRUARY) == {}


def test_later_data_of_a_handful_is_not_shown(asked):
    month(asked, JANUARY, planted=True)
    cycle(asked, JANUARY, FEBRUARY)
    month(asked, FEBRUARY, planted=True, n=4)
    confirmation = cycle(asked, FEBRUARY, MARCH.since)[CONFIRMATION]
    assert confirmation.state == "insufficient_data"
    assert confirmation.result["tables"] == []
    assert "too few conversations" in confirmation.sentence


def test_without_two_dimensions_there_is_nothing_to_cross(assistant):
    cells_make(assistant, [Cell(n=20, yes={"resolved": 10}, attributes={"age": "old"})])
    outcome = ask(assistant, "intersections", "resolved: worst intersections", scope=SCOPE)
    assert outcome.state == "insufficient_data"
    assert outcome.sentence == "No intersection of two attributes has 30 conversations to look at."
