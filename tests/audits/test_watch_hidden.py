"""What the fairness page hides, the daily watch does not tell: no name, no count, no alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistants.models import AuditedAttribute
from audits.checks import CHECKS, CheckContext
from audits.models import CheckRun, Finding, WatchStream
from audits.queries.watch import curves, watched_in
from audits.queries.windows import Window
from audits.services.programmes import programme_ensure
from audits.services.watch import watch_run
from audits.states import CheckKind
from tests.audits.asking import ask
from tests.audits.told import counted, group
from tests.audits.watching import START, at

pytestmark = pytest.mark.django_db

WINDOW = Window(START, START + timedelta(days=30))
FAIRNESS = "/assistants/ava/fairness/"


@pytest.fixture
def watched(assistant):
    AuditedAttribute.objects.create(assistant=assistant, name="age", reference="young")
    programme_ensure(assistant=assistant)
    return assistant


def told(sizes: dict[str, int], *, day: int = 0, bad: tuple[str, ...] = ()) -> list:
    """Conversations of so many of each age on one day; the `bad` ages are never helped."""
    return [
        one
        for age, n in sizes.items()
        for one in group(n, resolved=0 if age in bad else n, attributes={"age": age}, day=START + timedelta(days=day))
    ]


def watch(assistant, day: int) -> None:
    watch_run(assistant_id=assistant.pk, now=at(START + timedelta(days=day)))


def test_a_group_that_would_tell_how_small_another_is_is_watched_but_not_shown(watched, as_user, manager):
    """Without the middle group's count, whoever knows the total could subtract: three were old."""
    counted(watched, told({"young": 60, "fifties": 15, "late": 40, "old": 3}))
    watch(watched, 8)
    assert set(WatchStream.objects.values_list("group", flat=True)) == {"fifties", "late"}
    assert [one.stream.group for one in curves(assistant=watched)] == ["late"]
    assert [one.group for one in watched_in(assistant=watched, window=WINDOW)] == ["late"]
    report = ask(watched, "monitoring", "groups watched every day", window=WINDOW)
    assert "fifties" not in str(report.result) + report.sentence
    asked = {"since": START.isoformat(), "last": (START + timedelta(days=5)).isoformat(), "by": "attribute:age"}
    for page in (as_user(manager).get(f"{FAIRNESS}watch/"), as_user(manager).get(FAIRNESS, asked)):
        assert "fifties" not in page.content.decode()
        assert "late against young" in page.content.decode()


def test_the_alarm_of_a_hidden_group_waits_until_it_may_be_shown(watched):
    counted(watched, told({"young": 60, "fifties": 20, "old": 3}, bad=("fifties",)))
    watch(watched, 4)
    assert not Finding.objects.exists()
    counted(watched, told({"young": 60, "fifties": 20, "old": 30}, day=4, bad=("fifties",)))
    watch(watched, 8)
    run = CheckRun.objects.get()
    assert WatchStream.objects.get(group="fifties").finding_id == Finding.objects.get(seen_in=run).pk
    assert "fifties" in run.sentence


def test_few_comparable_conversations_of_a_group_leave_no_number_behind(watched):
    """Enough fifties in all, but only four on a day on which the young asked as well."""
    counted(watched, told({"young": 60, "fifties": 20, "late": 20}, bad=("fifties",)))
    watch(watched, 4)
    frozen = CheckRun.objects.get().params
    counted(watched, told({"young": 60, "fifties": 4}, day=10) + told({"fifties": 16}, day=12))
    later = Window(START + timedelta(days=5), START + timedelta(days=20))

    def answered():
        context = CheckContext(assistant=watched, target="resolved by age", params=frozen, window=later)
        [answer] = CHECKS[CheckKind.MONITORING].answer([context])
        return answer

    alone = answered()
    assert alone.sentence == "Not enough data: too few conversations of fifties and young can be compared."
    assert (alone.result["figures"]["evidence"], alone.result["curve"]) == ({}, None)
    counted(watched, told({"young": 60, "late": 20}, day=14))
    beside = answered()
    assert list(beside.result["figures"]["evidence"]) == ["late"]
    assert "late" in beside.sentence
    [few] = [row for row in beside.result["tables"][0]["rows"] if row[0] == "fifties"]
    assert few[1:5] == [None] * 4


def test_asked_anew_over_days_on_which_a_group_is_hidden_it_is_left_out(watched):
    counted(watched, told({"young": 60, "fifties": 20, "old": 20}, bad=("fifties",)))
    watch(watched, 4)
    frozen = CheckRun.objects.get().params
    counted(watched, told({"young": 60, "fifties": 15, "old": 3}, day=10, bad=("fifties",)))
    later = Window(START + timedelta(days=5), START + timedelta(days=20))
    context = CheckContext(assistant=watched, target="resolved by age", params=frozen, window=later)
    [answer] = CHECKS[CheckKind.MONITORING].answer([context])
    assert "fifties" not in str(answer.result) + answer.sentence
