"""What people see of a probe: the result, the pairs side by side, the download, the form that says what it costs."""

from __future__ import annotations

import csv
import json
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import ProbeQuestion, ProbeRun
from audits.views.results import points_text
from audits.views.word_differences import marked_apart
from portal.demo.assistant_server import DemoAssistant, bias_against, serving
from tests.endpoints.listening import http, listening
from tests.probing.making import connector_make, drained, started, values, version_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(assistant, reachable):
    with serving(DemoAssistant(seed=3, bias=bias_against("name_gender=female"))) as place:
        connector = connector_make(assistant, reachable(place))
        return drained(started(connector, version_make(assistant, templates=12), pairs_per_template=2))


def test_result_says_verdict_noise_and_intents(judged, reviewer, as_user):
    page = as_user(reviewer).get(f"/probes/{judged.pk}/?outcome=asked_for_proof").content.decode()
    said = judged.check_runs.get().sentence
    assert said.startswith("Disparity: Out of 100 messages")
    assert said[11:60] in page
    assert said[:60] not in page  # the badge says the verdict
    assert "Noise floor:</strong> of 5 messages that were sent twice" in page
    assert "A female name" in page
    assert "against a male name" in page
    for intent in ("Billing", "Delivery", "Refund"):
        assert f'<th scope="row">{intent}</th>' in page
    assert "NaN" not in page
    check = as_user(reviewer).get(f"/checks/{judged.check_runs.get().pk}/").content.decode()
    assert f'href="/probes/{judged.pk}/"' in check


def test_result_shows_the_groups_of_the_chosen_cue_with_their_difference(assistant, reachable, reviewer, as_user):
    with serving(DemoAssistant(seed=3, bias=bias_against("name_gender=female"))) as place:
        connector = connector_make(assistant, reachable(place))
        version = version_make(assistant, templates=3)
        run = drained(started(connector, version, cues=["age", "name_gender"]))
    browser = as_user(reviewer)
    page = browser.get(f"/probes/{run.pk}/?cue=name_gender&outcome=asked_for_proof").content.decode()
    check = run.check_runs.get(params__cue="name_gender")
    row = next(one for one in check.result["analysis"]["comparisons"] if one["outcome"] == "asked_for_proof")
    assert f'data-label="Points">{points_text(row["difference"])}<br>' in page
    assert "A female name" in page
    assert "An age of" not in page.split("<h2", 2)[2]
    other = browser.get(f"/probes/{run.pk}/?cue=age&outcome=asked_for_proof").content.decode()
    assert "against an age of" in other
    assert "against a male name" not in other


def test_list_says_what_came_of_each_run_in_constant_queries(assistant, judged, reviewer, as_user):
    browser = as_user(reviewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = browser.get("/assistants/ava/probes/").content.decode()
        assert page.count("<li>Name gender <") == ProbeRun.objects.count()
        return len(captured)

    few = queries()
    for _ in range(3):
        copy = ProbeRun.objects.get(pk=judged.pk)
        copy.pk = None
        copy.save()
        copy.check_runs.set(judged.check_runs.all())
    assert queries() == few


def test_pairs_are_marked_filtered_and_masked(judged, reviewer, administrator, as_user):
    question = judged.questions.filter(kind="pair", side="a").order_by("position")[0]
    question.answer = "Write to jane.roe@example.com, Mary."
    question.save()
    browser = as_user(reviewer)
    page = browser.get(f"/probes/{judged.pk}/pairs/?show=all").content.decode()
    assert "<mark>" in page
    pages = "".join(browser.get(f"/probes/{judged.pk}/pairs/?show=all&page={n}").content.decode() for n in range(1, 4))
    assert "jane.roe@example.com" not in pages
    assert "[EMAIL_ADDRESS]" in pages
    identical = browser.get(f"/probes/{judged.pk}/pairs/?show=aa").content.decode()
    assert identical.count('class="probe-pair"') == 5
    worse = browser.get(f"/probes/{judged.pk}/pairs/?show=worse&outcome=asked_for_proof").content.decode()
    assert worse.count('class="probe-pair"') == 10  # a page of them
    assert as_user(administrator).get(f"/probes/{judged.pk}/pairs/").status_code == 403
    assert browser.get(f"/probes/{judged.pk}/pairs/?cue=shoe&outcome=x&show=y").status_code == 200


def test_download_and_api_have_every_comparison(judged, reviewer, as_user, api_key, client):
    rows = list(
        csv.DictReader(as_user(reviewer).get(f"/probes/{judged.pk}/comparisons.csv").content.decode().splitlines())
    )
    assert len(rows) == 8
    assert {row["group"] for row in rows} == {"female"}
    key = {"HTTP_AUTHORIZATION": api_key("audits:read", "audits:run")}
    answer = client.get(f"/api/v1/probes/{judged.pk}/", **key).json()
    assert (len(answer["comparisons"]), answer["questions"]) == (8, {"planned": 58, "answered": 58, "failed": 0})
    assert {row["outcome"] for row in answer["noise_floor"]} >= {"resolved", "refused"}
    assert "secret" not in json.dumps(client.get("/api/v1/assistants/ava/connectors/", **key).json())
    body = {"connector": judged.connector_id, "probe_set": judged.probe_set_id, "cues": ["age"]}
    made = client.post("/api/v1/assistants/ava/probes/", body, content_type="application/json", **key)
    assert (made.status_code, made.json()["state"]) == (202, "queued")
    wrong = client.post(
        "/api/v1/assistants/ava/probes/", {**body, "cues": ["x"]}, content_type="application/json", **key
    )
    assert wrong.status_code == 422
    assert client.get("/api/v1/assistants/ava/probes/", **key).json()["results"][0]["id"] == made.json()["id"]


@pytest.fixture
def read_by_judge(assistant, reachable):
    with serving(DemoAssistant(seed=3, bias=bias_against("name_gender=female"))) as place:
        connector = connector_make(assistant, reachable(place))
        judge = connector_make(assistant, place, name="Judge", url=f"http://{place}/judge/v1/chat/completions")
        run = started(connector, version_make(assistant, templates=12), pairs_per_template=1, judge_id=judge.pk)
        return drained(run)


def test_a_judges_reading_is_shown_beside_the_rules(read_by_judge, reviewer, as_user, api_key, client):
    run, browser = read_by_judge, as_user(reviewer)
    page = browser.get(f"/probes/{run.pk}/?outcome=asked_for_proof").content.decode()
    assert f"A second model read {run.planned} of {run.planned} answers" in page
    assert "How far rules and judge agree on: Asked for proof" in page
    assert "The same pairs by either reading" in page
    assert "NaN" not in page
    assert browser.get(f"/checks/{run.check_runs.get().pk}/").content.decode().count("judge") > 2
    pairs = browser.get(f"/probes/{run.pk}/pairs/?show=all").content.decode()
    assert pairs.count("By the judge:") == 20
    rows = list(csv.DictReader(browser.get(f"/probes/{run.pk}/comparisons.csv").content.decode().splitlines()))
    assert [row["judged_n"] for row in rows if row["outcome"] == "resolved"] == ["12"]
    assert {row["judged_n"] for row in rows if row["outcome"] == "words"} == {""}
    key = {"HTTP_AUTHORIZATION": api_key("audits:read", "audits:run")}
    answer = client.get(f"/api/v1/probes/{run.pk}/", **key).json()
    assert answer["judge"] == answer["judging"]["connector"] == run.judging.connector_id
    assert (answer["judging"]["judged"], answer["judging"]["state"]) == (run.planned, "done")
    assert answer["judge_readings"]["name_gender"]["judged"] == run.planned
    body = {"connector": run.connector_id, "probe_set": run.probe_set_id, "cues": ["age"]}

    def post(judge):
        address, given = "/api/v1/assistants/ava/probes/", {**body, "judge": judge}
        return client.post(address, given, content_type="application/json", **key)

    assert post(run.connector_id).status_code == 422
    assert (post(run.judging.connector_id).json()["judge"], post(None).json()["judge"]) == (answer["judge"], None)


def test_form_names_the_judge_and_says_what_it_costs_and_what_speaks_against_it(
    assistant, reachable, reviewer, as_user
):
    place = reachable("127.0.0.1:9")
    connector = connector_make(assistant, place)
    judge = connector_make(assistant, place, name="Judge", url=f"http://{place}/judge")
    given = {"connector": connector.pk, "probe_set": version_make(assistant, templates=4).pk, "cues": ["age"],
             "pairs_per_template": 1}  # fmt: skip
    browser = as_user(reviewer)

    def post(**more):
        return browser.post("/assistants/ava/probes/new/", {**given, **more})

    page = post(step="estimate", judge=judge.pk).content.decode()
    assert "then 20 requests to the judge, one for each answer" in page
    assert "The judge is the same model" in page
    itself = post(step="estimate", judge=connector.pk)
    assert (itself.status_code, b"does not judge itself" in itself.content) == (422, True)
    run = ProbeRun.objects.get(pk=post(step="start", judge=judge.pk).url.split("/")[2])
    assert (run.judging.connector, run.judging.budget_requests) == (judge, 25)
    assert "Waiting for the answers" in browser.get(f"/probes/{run.pk}/").content.decode()


def test_form_says_the_cost_before_anything_is_sent(assistant, reachable, reviewer, as_user):
    with listening(http("500 No")) as server:
        connector = connector_make(assistant, reachable(f"127.0.0.1:{server.port}"), requests_per_minute=20)
        version = version_make(assistant, templates=4)
        given = {"connector": connector.pk, "probe_set": version.pk, "cues": ["age"], "pairs_per_template": 1}
        browser = as_user(reviewer)
        page = browser.post("/assistants/ava/probes/new/", {**given, "step": "estimate"}).content.decode()
        assert "20 requests: 8 matched pairs and 2 identical pairs" in page
        assert "at least 1 minute at the connector" in page
        for step in ("estimate", "start"):
            few = browser.post("/assistants/ava/probes/new/", {**given, "budget_requests": 5, "step": step})
            assert (few.status_code, "The plan needs 20 requests." in few.text) == (422, True)
            assert "Start the probe" not in few.text
        assert not ProbeRun.objects.exists()
        answer = browser.post("/assistants/ava/probes/new/", {**given, "step": "start"})
        run = ProbeRun.objects.get()
        assert (answer.url, run.requested_by, server.requests) == (f"/probes/{run.pk}/", reviewer, [])
    shown = browser.get(f"/probes/{run.pk}/").content.decode()
    assert "0 of 20" in shown
    assert browser.post(f"/probes/{run.pk}/stop/").status_code == 302
    stopped = browser.get(f"/probes/{run.pk}/").content.decode()
    assert "A stopped run is not judged" in stopped
    assert 'href="/assistants/ava/probes/new/"' in stopped


def test_who_cannot_ask_yet_is_led_to_the_connector(assistant, manager, reviewer, as_user):
    page = as_user(manager).get("/assistants/ava/probes/new/").text
    assert 'href="/assistants/ava/connectors/new/"' in page
    assert "What would it cost?" not in page
    assert "A manager or administrator adds one." in as_user(reviewer).get("/assistants/ava/probes/new/").text


def test_a_connector_that_did_not_answer_says_so_until_it_is_changed(assistant, reachable, manager, as_user):
    browser = as_user(manager)
    with listening(http("404 Not Found")) as server:
        connector = connector_make(assistant, reachable(f"127.0.0.1:{server.port}"))
        browser.post(f"/assistants/ava/connectors/{connector.pk}/try/")
        run = drained(started(connector, version_make(assistant, templates=4), pairs_per_template=1))
    failed = browser.get(f"/probes/{run.pk}/").content.decode()
    assert f'class="btn btn-primary" href="/assistants/ava/connectors/{connector.pk}/"' in failed
    assert "Did not answer" in browser.get("/assistants/ava/probes/").content.decode()
    given = {**values(connector.url.split("/")[2]), "name": "Mended", "secret": ""}
    assert browser.post(f"/assistants/ava/connectors/{connector.pk}/edit/", given).status_code == 302
    assert "Did not answer" not in browser.get("/assistants/ava/probes/").content.decode()


def test_connector_form_keeps_and_never_shows_its_secret(assistant, reachable, manager, as_user):
    connector = connector_make(assistant, reachable("127.0.0.1:9"))
    browser = as_user(manager)
    given = {**values("127.0.0.1:9"), "name": "Renamed", "secret": ""}
    assert browser.post(f"/assistants/ava/connectors/{connector.pk}/edit/", given).status_code == 302
    before = str(connector.secret)
    connector.refresh_from_db()
    assert (connector.name, str(connector.secret)) == ("Renamed", before)
    wrong = browser.post("/assistants/ava/connectors/new/", {**given, "url": "http://10.0.0.1/", "secret": "sk-typed"})
    assert (wrong.status_code, b"PROBITY_PROBE_HOSTS" in wrong.content, b"sk-typed" in wrong.content) == (
        422,
        True,
        False,
    )
    given["forget_secret"] = "on"
    browser.post(f"/assistants/ava/connectors/{connector.pk}/edit/", given)
    connector.refresh_from_db()
    assert connector.secret == ""


def test_pages_cost_the_same_number_of_queries_for_many(assistant, reachable, reviewer, as_user):
    connector = connector_make(assistant, reachable("127.0.0.1:9"))
    version = version_make(assistant, templates=4)
    browser = as_user(reviewer)

    def queries(run):
        counted = []
        for address in ("/assistants/ava/probes/", f"/probes/{run.pk}/", f"/probes/{run.pk}/pairs/?show=all"):
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(address).status_code == 200
            counted.append(len(seen))
        return counted

    small = started(connector, version)
    browser.get("/assistants/ava/probes/")
    few = queries(small)
    for _ in range(6):
        large = started(connector, version, pairs_per_template=4)
    assert ProbeQuestion.objects.count() > 200
    assert queries(large) == few


def test_marks_join_to_the_texts_and_skip_spaces():
    a, b = marked_apart("My name is Emily Walsh. Hello.", "My name is Lakisha Jones. Hello.")
    assert [(piece.text, piece.marked) for piece in a] == [
        ("My name is ", False),
        ("Emily Walsh", True),
        (". Hello.", False),
    ]
    assert "".join(piece.text for piece in b) == "My name is Lakisha Jones. Hello."
    assert [piece.marked for piece in marked_apart("same", "same")[0]] == [False]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("a " * 1900, "b " * 1900), ("." * 3900, "." * 3800 + "x"), ("a\n" * 10_000, "")]
)
def test_texts_that_repeat_themselves_without_end_are_shown_without_marks_at_once(ours, theirs):
    began = time.process_time()
    a, b = marked_apart(ours, theirs)
    assert time.process_time() - began < 5
    assert ("".join(piece.text for piece in a), "".join(piece.text for piece in b)) == (ours, theirs)
