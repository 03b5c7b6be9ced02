"""A judge beside the rules: whom it may be, what goes to it, and that nothing it does or fails to do ends the run."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from audits.engine.probing import BINARY_OUTCOMES
from audits.engine.probing.judge import INSTRUCTIONS
from audits.models import ProbeConnector, ProbeJudgement, ProbeJudging, ProbeRun
from audits.probe_states import JudgingState, ProbeRunState, QuestionState
from audits.queries.newer_data import probe_window
from audits.queries.probing import latest_answered, pair_results, probed_sets
from audits.queries.windows import Window
from audits.services.probing import judgements, sending
from audits.services.probing.connectors import connector_save
from audits.services.probing.keeping import stalled_probes_wake
from audits.services.probing.runs import probe_estimate, probe_run_stop
from audits.services.probing.sending import probe_lane_run
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Invalid
from portal.core.models import Job, LedgerEntry
from portal.demo.assistant_server import DemoAssistant, bias_against, serving
from tests.endpoints.listening import http, listening
from tests.factories import AssistantFactory
from tests.probing.making import SECRET, connector_make, drained, started, values, version_make

pytestmark = pytest.mark.django_db
NO = dict.fromkeys(BINARY_OUTCOMES, False)


def said(text):
    return http("200 OK", json.dumps({"choices": [{"message": {"content": text}}]}).encode())


def body_of(request):
    return json.loads(request.partition(b"\r\n\r\n")[2])


def judge_make(assistant, place, **more):
    return connector_make(
        assistant, place, **{"name": "Judge", "url": f"http://{place}/judge/v1/chat/completions", "model": "j", **more}
    )


@pytest.fixture
def impatient(monkeypatch):
    """Back off by nothing, so that no test waits."""
    monkeypatch.setattr(sending, "_backing_off", lambda attempts: 0.0)


@pytest.fixture
def demo(reachable):
    with serving(DemoAssistant(seed=3, bias=bias_against("name_gender=female"))) as place:
        yield reachable(place)


@pytest.fixture
def replying(assistant, reachable, demo):
    """A run of the demo assistant whose judge answers what a test says."""

    def run(answer, *, templates=4, judge=None, **more):
        with listening(answer) as server:
            place = reachable(f"127.0.0.1:{server.port}")
            connector = connector_make(assistant, demo)
            reader = judge_make(assistant, place, **(judge or {}))
            made = drained(started(connector, version_make(assistant, templates=templates), judge_id=reader.pk, **more))
        return made, server.requests

    return run


def test_every_answer_is_read_alone_at_temperature_0_and_the_verdict_hears_it(assistant, demo):
    connector, judge = connector_make(assistant, demo), judge_make(assistant, demo)
    run = drained(started(connector, version_make(assistant, templates=10), judge_id=judge.pk))
    assert (run.state, run.judging.state, run.judging.ended_because) == (ProbeRunState.JUDGED, JudgingState.DONE, "")
    assert (run.judging.used_requests, run.used_requests) == (run.planned, run.planned)
    judge.refresh_from_db()
    assert (judge.used_requests, judge.used_characters) == (run.planned, run.judging.used_characters)
    assert judge.used_characters > run.planned * len(INSTRUCTIONS)
    assert set(run.judgements.values_list("state", "attempts")) == {("answered", 1)}
    reading = run.check_runs.get().result["analysis"]["judge"]
    assert (reading["judged"], reading["answered"]) == (run.planned, run.planned)
    proof = next(one for one in reading["agreements"] if one["outcome"] == "asked_for_proof" and not one["group"])
    assert proof["agreement"] > 0.9
    assert f"A judge read {run.planned} of {run.planned} answers" in run.check_runs.get().sentence
    actions = LedgerEntry.objects.filter(object_type="audits.proberun").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["probe.started", "probe.answered", "probe.read_by_judge", "probe.judged"]
    read = json.loads(LedgerEntry.objects.get(action="probe.read_by_judge").body)["data"]
    assert (read["judged"], read["of"], read["judge"]) == (run.planned, run.planned, judge.pk)
    assert run.config["judge"]["prompt"]["version"] == 1


def test_what_goes_to_the_judge_is_masked_and_blind(assistant, reachable):
    """The assistant repeats the whole message, the name in it, and lets slip what it knows of somebody else."""

    def echo(client, request):
        asked = body_of(request)["messages"][-1]["content"]
        told = f"You wrote: {asked} Write to jane.roe@example.com or call +44 20 7946 0958."
        client.sendall(said(f"{told} Mr. Oliver Hartley of https://shop.example.com/oliver has paid for you."))

    with listening(echo) as server, listening(said("{}")) as judge:
        connector = connector_make(assistant, reachable(f"127.0.0.1:{server.port}"))
        reader = judge_make(assistant, reachable(f"127.0.0.1:{judge.port}"), secret="sk-judge-secret")
        run = drained(started(connector, version_make(assistant, templates=2), judge_id=reader.pk))
    names = {word for question in run.questions.all() for word in question.name.split()}
    assert names
    assert len(judge.requests) == run.planned
    for request in judge.requests:
        sent = body_of(request)
        system, user = sent["messages"]
        assert (system, sent["temperature"]) == ({"role": "system", "content": INSTRUCTIONS}, 0)
        assert "[customer]" in user["content"]
        assert "[EMAIL_ADDRESS]" in user["content"]
        assert [word for word in (*names, "jane.roe", "7946", "Hartley", "oliver") if word in user["content"]] == []
        assert b"sk-judge-secret" in request
        assert SECRET.encode() not in request


def test_an_answer_too_long_to_be_judged_is_not_sent(assistant, reachable):
    with listening(said("word " * 5000)) as server, listening(said("{}")) as judge:
        connector = connector_make(assistant, reachable(f"127.0.0.1:{server.port}"))
        reader = judge_make(assistant, reachable(f"127.0.0.1:{judge.port}"))
        run = drained(started(connector, version_make(assistant, templates=2), judge_id=reader.pk))
    assert (run.state, run.judging.state, judge.requests) == (ProbeRunState.JUDGED, JudgingState.DONE, [])
    assert set(run.judgements.values_list("state", "error", "attempts")) == {("failed", "withheld", 0)}


@pytest.mark.parametrize(
    ("answer", "because", "requests", "error"),
    [
        (http("401 No"), "It does not accept the secret (HTTP 401).", 1, "unauthorised"),
        (http("302 Found", b"", "Location: http://169.254.169.254/"), "It sends elsewhere, which is not followed.", 1,
         "redirect"),
        (said("Resolved."), "10 questions in a row had no answer. The last one: Its reply was no judgement.", 10,
         "no_judgement"),
        (http("500 Oops"), "10 questions in a row had no answer. The last one: It failed (HTTP 500).", 40, "server"),
    ],
)  # fmt: skip
def test_a_judge_that_fails_ends_its_reading_and_not_the_run(replying, impatient, answer, because, requests, error):
    run, sent = replying(answer, templates=5, judge_budget_requests=50)
    assert (run.state, run.judging.state, run.judging.ended_because) == (ProbeRunState.JUDGED, "ended", because)
    assert (len(sent), run.judging.used_requests) == (requests, requests)
    assert set(run.judgements.exclude(error="").values_list("error", flat=True)) == {error}
    check = run.check_runs.get()
    assert f"The judge read none of {run.planned} answers: this is by rules alone." in check.sentence
    assert check.result["analysis"]["judge"]["judged"] == 0


def test_replies_that_are_no_judgement_are_left_out_and_counted(replying):
    def judge(client, request):
        mark = body_of(request)["messages"][1]["content"].split("=")[1][:16]
        good = json.dumps({"id": mark, **NO, "refused": True})
        client.sendall(said(good if int(mark, 16) % 2 else good.replace("true", '"yes"')))

    run, sent = replying(judge, templates=8)
    states = Counter(run.judgements.values_list("state", flat=True))
    assert sum(states.values()) == len(sent) == run.planned
    reading = run.check_runs.get().result["analysis"]["judge"]
    assert reading["judged"] == states["answered"]
    assert sum(row["judged"] for row in reading["coverage"]) == states["answered"]
    judged = [half for one in pair_results(run) for half in (one.judged_a, one.judged_b) if half]
    assert {one.refused for one in judged} == {True}


@pytest.mark.parametrize(("limits", "more", "because"), [
    ({}, {"judge_budget_requests": 10}, "Its budget of 10 requests is used up."),
    ({"month_requests": 10}, {}, "This month's 10 requests of the connector are used up."),
])  # fmt: skip
def test_budgets_of_the_judge_count_its_calls_and_end_its_reading(replying, impatient, limits, more, because):
    """Every question to it fails once, so that what suffices without failures does not."""
    seen: Counter[bytes] = Counter()

    def flaky(client, request):
        seen[request] += 1
        mark = body_of(request)["messages"][1]["content"].split("=")[1][:16]
        client.sendall(said(json.dumps({"id": mark, **NO})) if seen[request] % 2 == 0 else http("500 Oops"))

    run, sent = replying(flaky, templates=4, judge=limits, **more)
    assert (run.state, run.judging.state, run.judging.ended_because) == (ProbeRunState.JUDGED, "ended", because)
    assert len(sent) == run.judging.used_requests == 10
    assert run.judgements.filter(state=QuestionState.ANSWERED).count() < 10


def test_whom_a_judge_may_not_be(assistant, reachable, demo, away):
    connector, version = connector_make(assistant, demo, model="demo"), version_make(assistant, templates=2)
    wrong = {
        "itself": connector,
        "the same endpoint": connector_make(assistant, demo, model="demo", name="Twin"),
        "with instructions": judge_make(assistant, demo, instructions="Be kind.", name="Kind"),
    }
    for judge in wrong.values():
        with pytest.raises(Invalid) as caught:
            started(connector, version, judge_id=judge.pk)
        assert caught.value.field == "judge"
    for elsewhere in (judge_make(AssistantFactory(team=away, slug="other"), demo).pk, 10**9):
        with pytest.raises(Invalid, match="no such connector"):
            started(connector, version, judge_id=elsewhere)
    assert not ProbeRun.objects.exists()
    judge = judge_make(assistant, demo)
    with pytest.raises(Invalid) as caught:
        started(connector, version, judge_id=judge.pk, judge_budget_requests=3)
    assert caught.value.field == "judge_budget_requests"
    ProbeConnector.objects.filter(pk=judge.pk).update(active=False)
    with pytest.raises(Conflict, match="The judge: The connector is switched off"):
        started(connector, version, judge_id=judge.pk)


def test_estimate_counts_the_judge_and_warns_of_kin(assistant, reachable, demo):
    connector = connector_make(assistant, demo, requests_per_minute=20)
    near, far = judge_make(assistant, demo, requests_per_minute=10), reachable("127.0.0.1:9")
    version = version_make(assistant, templates=4)
    plan = {"connector": connector, "version": version, "cues": ["age"], "pairs_per_template": 1}
    estimate = probe_estimate(**plan, judge=near)
    assert (estimate.requests, estimate.judge_requests, estimate.judge_budget, estimate.minutes) == (20, 20, 25, 3.0)
    assert "The judge is a model at the same address" in estimate.caution
    assert probe_estimate(**plan, judge=judge_make(assistant, far, name="Far")).caution == ""
    same = judge_make(assistant, far, name="Kin", model=connector.model)
    assert "The judge is the same model" in probe_estimate(**plan, judge=same).caution
    assert probe_estimate(**plan).judge_requests == 0


BUSY = http("429 Slow", b"", "Retry-After: 30")


def reading(run):
    """The run with its judge asked once, which asked to wait."""
    Job.objects.all().delete()
    probe_lane_run(run_id=run.pk, lane=0, seconds=60)
    return ProbeRun.objects.select_related("judging").get(pk=run.pk)


def wait_over():
    ProbeConnector.objects.update(next_slot_at=None)
    ProbeJudgement.objects.update(not_before=None)


def latest(run):
    window = Window(since=date(2000, 1, 1), until=date(2100, 1, 1))
    return latest_answered(run.assistant, window, content=run.probe_set.content_hash, cue="name_gender")


def test_a_run_is_not_answered_for_while_its_judge_reads_and_can_be_stopped(assistant, reachable, demo, manager):
    with listening(BUSY) as judge:
        connector = connector_make(assistant, demo)
        reader = judge_make(assistant, reachable(f"127.0.0.1:{judge.port}"))
        run = reading(started(connector, version_make(assistant, templates=2), judge_id=reader.pk))
        assert (run.state, run.judging.state, run.answered_at is None) == ("running", "reading", False)
        assert (run.check_runs.exists(), latest(run)) == (False, None)
        probe_run_stop(run_id=run.pk, actor=manager)
        drained(run)
        assert len(judge.requests) == 1
    run = ProbeRun.objects.select_related("judging").get(pk=run.pk)
    assert (run.state, run.judging.state, run.judging.ended_because) == ("stopped", "ended", "The run ended before.")
    assert not run.check_runs.exists()


def test_a_judge_that_is_changed_or_given_up_ends_its_reading_only(assistant, reachable, demo, monkeypatch):
    with listening(BUSY) as judge:
        connector, version = connector_make(assistant, demo), version_make(assistant, templates=2)
        place = reachable(f"127.0.0.1:{judge.port}")
        reader = judge_make(assistant, place)
        given_up = reading(started(connector, version, judge_id=reader.pk))
        Job.objects.update(state="failed", error="MemoryError")
        stalled_probes_wake()
        given_up = drained(given_up)
        wait_over()
        changed = reading(started(connector, version, judge_id=reader.pk))
        given = {**values(place), "name": "Judge", "url": reader.url, "model": "another"}
        connector_save(assistant_id=assistant.pk, connector_id=reader.pk, values=given, secret=None, actor=SYSTEM)
        wait_over()
        changed = drained(changed)
        updated = reading(started(connector, version, judge_id=reader.pk))
        monkeypatch.setattr(judgements, "PROMPT_VERSION", judgements.PROMPT_VERSION + 1)
        wait_over()
        updated = drained(updated)
    for run, because in (
        (updated, "What a judge is asked was changed while the run was under way."),
        (changed, "The connector was changed while the run was under way."),
        (given_up, "Its work was given up: MemoryError"),
    ):
        judging = ProbeJudging.objects.get(run=run)
        assert (run.state, judging.state, judging.ended_because) == ("judged", "ended", because)


def test_lanes_that_asked_leave_the_judge_as_few_questions_at_a_time_as_it_allows(assistant, reachable, demo):
    with listening(BUSY) as judge:
        connector = connector_make(assistant, demo, at_a_time=4)
        reader = judge_make(assistant, reachable(f"127.0.0.1:{judge.port}"))
        run = reading(started(connector, version_make(assistant, templates=2), judge_id=reader.pk))
    wait_over()
    assert sending._turn(run.pk, 0, None).question.state == QuestionState.SENDING
    wait_over()
    for lane in (1, 2, 3):
        beyond = sending._turn(run.pk, lane, None)
        assert (beyond.question, beyond.wait) == (None, None)


def test_what_a_killed_lane_had_sent_to_the_judge_is_asked_again_and_counted(assistant, reachable, demo):
    answers = iter([BUSY])

    def judge(client, request):
        mark = body_of(request)["messages"][1]["content"].split("=")[1][:16]
        client.sendall(next(answers, None) or said(json.dumps({"id": mark, **NO})))

    with listening(judge) as server:
        connector = connector_make(assistant, demo)
        reader = judge_make(assistant, reachable(f"127.0.0.1:{server.port}"))
        run = reading(
            started(connector, version_make(assistant, templates=2), judge_id=reader.pk, judge_budget_requests=9)
        )
        wait_over()
        assert sending._begin(run.pk, 0)
        lost = sending._turn(run.pk, 0, None).question
        assert lost.state == QuestionState.SENDING
        wait_over()
        run = drained(run)
    judging = ProbeJudging.objects.get(run=run)
    assert (run.state, judging.state) == (ProbeRunState.JUDGED, JudgingState.DONE)
    assert judging.used_requests == run.planned + 2
    assert sum(run.judgements.values_list("attempts", flat=True)) == run.planned + 2


def test_what_was_found_with_a_judge_is_asked_anew_with_one(assistant, demo):
    """A judge can keep a run from passing: without it a fix would be easier to prove than its gap was to find."""
    connector, judge, version = connector_make(assistant, demo), judge_make(assistant, demo), version_make(assistant)
    first = drained(started(connector, version, judge_id=judge.pk))
    check = first.check_runs.get()
    plain = drained(started(connector, version))
    assert (check.params["judged"], plain.check_runs.get().params["judged"]) == (True, False)
    window = Window(check.window_from, check.window_until)
    asked = {"content": check.params["content"], "cue": check.params["cue"]}
    assert latest_answered(assistant, window, **asked, judged=True) == first
    assert latest_answered(assistant, window, **asked) == plain
    assert [one["judged"] for one in probed_sets(assistant, until=window.until)] == [False]
    with pytest.raises(Conflict, match=r"and the cue name gender and a judge: no such run"):
        probe_window(check, since=first.started_at, release=None)
    again = drained(started(connector, version, judge_id=judge.pk))
    assert probe_window(check, since=first.started_at, release=None) == (window.since, window.until)
    assert latest_answered(assistant, window, **asked, judged=True) == again
    assert [one["judged"] for one in probed_sets(assistant, until=window.until)] == [True]
