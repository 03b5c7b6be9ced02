"""A run from plan to judgement: what is asked, what it may cost, and what happens when the endpoint misbehaves."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audits.models import CheckRun, Finding, ProbeConnector, ProbeQuestion, ProbeRun
from audits.probe_states import ProbeRunState, QuestionState
from audits.services.probing import sending
from audits.services.probing.budgets import left_this_month, slot_take
from audits.services.probing.connectors import connector_save
from audits.services.probing.keeping import probe_answers_expire, stalled_probes_wake
from audits.services.probing.phases import lane_job_key
from audits.services.probing.runs import probe_estimate, probe_run_start, probe_run_stop
from audits.services.probing.sending import probe_lane_run
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import Job, LedgerEntry
from portal.demo.assistant_server import DemoAssistant, serving
from tests.endpoints.listening import http, listening
from tests.probing.making import SECRET, connector_make, drained, started, values, version_make

pytestmark = pytest.mark.django_db

ANSWER = http("200 OK", json.dumps({"choices": [{"message": {"content": "I have issued the refund."}}]}).encode())


def place_of(server):
    return f"127.0.0.1:{server.port}"


@pytest.fixture
def impatient(monkeypatch):
    """Back off by nothing, so that no test waits."""
    monkeypatch.setattr(sending, "_backing_off", lambda attempts: 0.0)


def test_questions_are_planned_shuffled_and_halves_are_neighbours(assistant, reachable):
    connector = connector_make(assistant, reachable("127.0.0.1:9"))
    run = started(connector, version_make(assistant), cues=["age", "name_gender"])
    questions = list(run.questions.order_by("position"))
    assert len(questions) == run.planned == 2 * (3 * 32 + 19)
    assert Counter(question.kind for question in questions) == {"pair": 192, "aa": 38}
    halves = [(questions[n], questions[n + 1]) for n in range(0, len(questions), 2)]
    assert all(one.pair_key == other.pair_key and one.side != other.side for one, other in halves)
    assert all((one.text == other.text) == (one.kind == "aa") for one, other in halves)
    first_sides = Counter(one.side for one, _ in halves)
    assert min(first_sides.values()) > 30  # which half goes first is drawn
    assert next(question.position for question in questions if question.kind == "aa") < 60  # mixed, not at the end
    again = started(connector, run.probe_set, cues=["age", "name_gender"])
    assert [q.text for q in again.questions.order_by("position")] == [q.text for q in questions]


def test_run_asks_everything_once_and_is_judged(assistant, reachable):
    with serving(DemoAssistant()) as place:
        connector = connector_make(assistant, reachable(place))
        run = drained(started(connector, version_make(assistant, templates=4)))
    assert (run.state, run.used_requests, run.planned) == (ProbeRunState.JUDGED, 10, 10)
    assert set(run.questions.values_list("state", "attempts")) == {("answered", 1)}
    assert run.used_tokens > 20
    connector.refresh_from_db()
    assert (connector.used_requests, connector.used_characters) == (10, run.used_characters)
    check = run.check_runs.get()
    assert (check.cycle, check.state, check.n) == (None, "insufficient_data", 4)
    assert check.result["probe"]["run"] == run.pk
    assert not Finding.objects.exists()


def test_secrets_and_answers_are_in_no_ledger_log_job_or_error(assistant, reachable, caplog, manager, as_user):
    caplog.set_level(logging.DEBUG)
    told = http("200 OK", json.dumps({"choices": [{"message": {"content": f"Zebra-answer {SECRET}"}}]}).encode())
    with listening(told) as server:
        connector = connector_make(assistant, reachable(place_of(server)), instructions="Zebra-instructions")
        run = drained(started(connector, version_make(assistant, templates=2)))
        assert f"Authorization: Bearer {SECRET}".encode() in server.requests[0]
        page = as_user(manager).get(f"/assistants/ava/connectors/{connector.pk}/").content.decode()
        form = as_user(manager).get(f"/assistants/ava/connectors/{connector.pk}/edit/").content.decode()
    assert run.state == ProbeRunState.JUDGED
    assert "Zebra-answer" in run.questions.first().answer
    kept = [
        *LedgerEntry.objects.values_list("body", flat=True), caplog.text, page, form,
        *map(str, Job.objects.values_list("payload", "error")),
        *map(str, CheckRun.objects.values_list("result", "params")),
        *map(str, ProbeRun.objects.values_list("config", "ended_because")),
    ]  # fmt: skip
    assert not [text for text in kept if SECRET in text or "Zebra-answer" in text]
    assert [text for text in kept if "Zebra-instructions" in text] == [form]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, instructions FROM audits_probeconnector")
        rows = cursor.fetchall()
        cursor.execute("SELECT answer FROM audits_probequestion")
        assert "Zebra" not in str([*rows, *cursor.fetchall()])


@pytest.mark.parametrize("state", ["stopped", "judged"])
def test_run_ends_when_its_budget_is_used_up(assistant, reachable, impatient, state):
    """Every question fails once: a budget without spare requests is used up before all are answered."""
    seen: Counter[bytes] = Counter()

    def flaky(client, request):
        seen[request] += 1
        first = seen[request] % 2 == 1
        client.sendall(http("500 Oops") if first else ANSWER)

    with listening(flaky) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        version = version_make(assistant, templates=4)
        run = drained(started(connector, version, budget_requests=10 if state == "stopped" else 20))
    assert (run.state, run.used_requests) == (state, 10 if state == "stopped" else 20)
    assert len(server.requests) == run.used_requests
    assert (run.ended_because == "Its budget of 10 requests is used up.") == (state == "stopped")
    assert run.check_runs.exists() == (state == "judged")


def test_month_and_rate_are_counted_for_all_together(assistant, reachable):
    connector = connector_make(assistant, reachable("127.0.0.1:9"), requests_per_minute=30, month_requests=2)
    now = datetime(2026, 5, 31, 23, 59, 50, tzinfo=UTC)
    assert slot_take(connector, characters=5, now=now).wait == 0
    assert slot_take(connector, characters=5, now=now).wait == 2.0
    assert slot_take(connector, characters=5, now=now + timedelta(seconds=2)).wait == 0
    assert "This month's 2 requests" in slot_take(connector, characters=5, now=now + timedelta(seconds=8)).spent
    assert slot_take(connector, characters=5, now=now + timedelta(seconds=11)).spent == ""  # June
    connector.month_characters = 8
    assert "This month's 8 characters" in slot_take(connector, characters=5, now=now + timedelta(seconds=20)).spent
    assert left_this_month(connector, now=now + timedelta(seconds=20)) == (1, 3)
    assert left_this_month(connector, now=now + timedelta(days=40)) == (2, 8)


def test_run_stops_with_the_month(assistant, reachable):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)), month_requests=12)
        version = version_make(assistant, templates=4)
        first, second = started(connector, version), started(connector, version)
        drained(second)
        first.refresh_from_db()
        with pytest.raises(Conflict, match="Only 0 requests"):
            started(connector, version)
    assert {first.state, second.state} == {"judged", "stopped"}
    assert len(server.requests) == 12


def test_429_makes_every_lane_wait_as_long_as_it_says(assistant, reachable):
    thirty = timedelta(seconds=30)
    answers = iter([http("429 Slow down", b"", "Retry-After: 30"), *[ANSWER] * 20])
    with listening(lambda client, request: client.sendall(next(answers))) as server:
        connector = connector_make(assistant, reachable(place_of(server)), at_a_time=2)
        run = started(connector, version_make(assistant, templates=2))
        Job.objects.all().delete()
        began = timezone.now()
        for lane in (0, 1):
            probe_lane_run(run_id=run.pk, lane=lane, seconds=5)
        waiting = list(Job.objects.filter(task="audits.probe").values_list("not_before", flat=True))
        assert len(server.requests) == 1
        assert all(began + thirty <= moment <= timezone.now() + thirty for moment in waiting)
        assert len(waiting) == 2
        ProbeConnector.objects.update(next_slot_at=None)
        run = drained(run)
    assert (run.state, run.used_requests) == (ProbeRunState.JUDGED, run.planned + 1)
    assert Counter(run.questions.values_list("attempts", flat=True)) == {1: run.planned - 1, 2: 1}


def test_questions_without_an_answer_are_given_up_and_left_out(assistant, reachable, impatient):
    answers = iter([http("200 OK", b"<html>"), http("400 Bad"), http("200 OK", b"x" * 100_000), *[ANSWER] * 50])
    with listening(lambda client, request: client.sendall(next(answers))) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = drained(started(connector, version_make(assistant, templates=8)))
    assert run.state == ProbeRunState.JUDGED
    errors = run.questions.filter(state=QuestionState.FAILED).order_by("position").values_list("error", flat=True)
    assert list(errors) == ["malformed", "rejected", "too_large"]
    assert sum(run.check_runs.get().result["excluded"].values()) == 3


@pytest.mark.parametrize(
    ("answer", "because", "requests"),
    [
        (http("401 No"), "It does not accept the secret (HTTP 401).", 1),
        (http("302 Found", b"", "Location: http://169.254.169.254/"), "It sends elsewhere, which is not followed.", 1),
        (http("500 Oops"), "10 questions in a row had no answer. The last one: It failed (HTTP 500).", 40),
    ],
)
def test_run_fails_without_burning_its_budget(assistant, reachable, impatient, answer, because, requests):
    with listening(answer) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = drained(started(connector, version_make(assistant), budget_requests=1000))
    assert (run.state, run.ended_because) == (ProbeRunState.FAILED, because)
    assert len(server.requests) == requests
    assert not run.check_runs.exists()


def test_host_taken_off_the_list_is_asked_no_more(assistant, reachable, settings):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = started(connector, version_make(assistant, templates=2))
        settings.PROBITY_PROBE_HOSTS = []
        run = drained(run)
    assert (run.state, server.requests) == (ProbeRunState.FAILED, [])
    assert "PROBITY_PROBE_HOSTS" in run.ended_because


def test_run_ends_where_its_connector_is_changed(assistant, reachable):
    """What it says about how the endpoint was asked would be true of the first answers only."""
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = started(connector, version_make(assistant, templates=2))
        given = values(place_of(server), requests_per_minute=3000)
        connector_save(assistant_id=assistant.pk, connector_id=connector.pk, values=given, secret="new", actor=SYSTEM)
        probe_lane_run(run_id=run.pk, lane=0, seconds=0.001)  # its pace and its secret are no answers
        asked = len(server.requests)
        given["model"] = "another"
        connector_save(assistant_id=assistant.pk, connector_id=connector.pk, values=given, secret=None, actor=SYSTEM)
        run = drained(run)
    assert (run.state, run.ended_because) == (
        ProbeRunState.FAILED,
        "The connector was changed while the run was under way.",
    )
    assert (asked > 0, len(server.requests), run.check_runs.exists()) == (True, asked, False)


def test_stopping_asks_nothing_more_and_judges_nothing(assistant, reachable, manager):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = started(connector, version_make(assistant, templates=2))
        probe_run_stop(run_id=run.pk, actor=manager)
        run = drained(run)
        with pytest.raises(Conflict):
            probe_run_stop(run_id=run.pk, actor=manager)
    assert (run.state, run.stopped_by, server.requests) == (ProbeRunState.STOPPED, manager, [])


def test_what_a_killed_lane_had_under_way_is_taken_up_where_fewer_lanes_are_left(assistant, reachable):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)), at_a_time=3)
        run = started(connector, version_make(assistant, templates=2))
        run.questions.filter(position=1).update(state=QuestionState.SENDING, lane=2, attempts=1)
        Job.objects.filter(key=lane_job_key(run.pk, 2)).update(state="done")
        ProbeConnector.objects.update(at_a_time=1)
        drained(run)
        stalled_probes_wake()
        run = drained(run)
    assert (run.state, run.questions.get(position=1).attempts) == (ProbeRunState.JUDGED, 2)


def test_what_a_killed_lane_had_under_way_is_asked_again_and_counted(assistant, reachable):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = started(connector, version_make(assistant, templates=2))
        assert sending._begin(run.pk, 0)
        under_way = sending._turn(run.pk, 0, None).question
        assert under_way.state == QuestionState.SENDING
        run = drained(run)  # as another worker takes the lane's job up
    assert (run.state, run.used_requests) == (ProbeRunState.JUDGED, run.planned + 1)
    assert len(server.requests) == run.planned
    assert run.questions.get(pk=under_way.pk).attempts == 2


def test_stalled_runs_are_woken_and_given_up_ones_end(assistant, reachable):
    connector = connector_make(assistant, reachable("127.0.0.1:9"))
    run = started(connector, version_make(assistant, templates=2))
    Job.objects.all().delete()
    stalled_probes_wake()
    stalled_probes_wake()
    job = Job.objects.get(task="audits.probe")
    assert job.payload == {"run_id": run.pk, "lane": 0}
    Job.objects.update(state="failed", error="MemoryError")
    stalled_probes_wake()
    run.refresh_from_db()
    assert (run.state, run.ended_because) == ("failed", "Its work was given up: MemoryError")


def test_answers_are_deleted_after_their_time_and_figures_stay(assistant, reachable, settings):
    with listening(ANSWER) as server:
        connector = connector_make(assistant, reachable(place_of(server)))
        run = drained(started(connector, version_make(assistant, templates=2)))
    result = run.check_runs.get().result
    now = timezone.now()
    assert probe_answers_expire(now=now + timedelta(days=settings.PROBITY_PROBE_ANSWER_DAYS - 1)) == 0
    assert probe_answers_expire(now=now + timedelta(days=settings.PROBITY_PROBE_ANSWER_DAYS + 1)) == 1
    assert {question.answer for question in ProbeQuestion.objects.all()} == {""}
    assert {question.outcome["resolved"] for question in ProbeQuestion.objects.all()} == {True}
    assert run.check_runs.get().result == result
    assert probe_answers_expire(now=now + timedelta(days=999)) == 0


def test_estimate_says_what_a_run_costs_and_why_it_cannot_start(assistant, reachable, manager):
    connector = connector_make(assistant, reachable("127.0.0.1:9"), run_requests=100, requests_per_minute=20)
    version = version_make(assistant, templates=4)
    estimate = probe_estimate(connector=connector, version=version, cues=["age"], pairs_per_template=1)
    assert (estimate.pairs, estimate.identical, estimate.requests, estimate.minutes) == (8, 2, 20, 1.0)
    assert estimate.refusal == ""
    dear = probe_estimate(connector=connector, version=version, cues=["age"], pairs_per_template=9)
    assert dear.refusal == "A run of this connector asks at most 100 times; choose fewer pairs."
    for wrong, field in (
        ({"cues": []}, "cues"), ({"cues": ["shoe_size"]}, "cues"), ({"pairs_per_template": 0}, "pairs_per_template"),
        ({"budget_requests": 5}, "budget_requests"), ({"version_id": 0}, "probe_set"),
    ):  # fmt: skip
        given = {"version_id": version.pk, "cues": ["age"], "pairs_per_template": 1, "actor": SYSTEM, **wrong}
        with pytest.raises(Invalid) as caught:
            probe_run_start(connector_id=connector.pk, **given)
        assert caught.value.field == field
    assert not ProbeRun.objects.exists()


def test_only_some_may_start_and_only_sets_of_the_team(assistant, reachable, away, auditor, outsider, reviewer):
    connector = connector_make(assistant, reachable("127.0.0.1:9"))
    version = version_make(assistant, templates=2)
    for actor, error in ((auditor, Denied), (outsider, NotFound)):
        with pytest.raises(error):
            started(connector, version, actor=actor)
    assert started(connector, version, actor=reviewer).requested_by == reviewer


def test_values_of_a_form_are_complete():
    from audits.services.probing.connectors import LIMITS, TEXTS

    assert set(values("h:1")) == {*TEXTS, *LIMITS}
