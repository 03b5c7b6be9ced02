"""The demo assistant: an OpenAI-compatible server whose planted bias can be switched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from http.client import HTTPConnection
from random import Random
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command

from audits.engine.probing import BINARY_OUTCOMES, judge_question, judge_reply, read_answer, shipped_sets
from audits.engine.probing.rendering import render
from portal.demo.assistant_answers import DONE, Treatment, answer, intent_of, language_of
from portal.demo.assistant_server import DemoAssistant, bias_against, serving
from portal.demo.judge_answers import judged
from tests.ports import free_port
from tests.worker import wait_for


def ask(place, body, path="/v1/chat/completions", **headers):
    request = Request(f"http://{place}{path}", json.dumps(body).encode(), headers)
    with urlopen(request, timeout=5) as answer:
        return json.load(answer)


def said(place, text):
    answer = ask(place, {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": text}]})
    return answer["choices"][0]["message"]["content"]


def test_it_answers_as_chat_completions_do():
    with serving(DemoAssistant()) as place:
        answer = ask(place, {"messages": [{"role": "user", "content": "Where is my parcel?"}]})
        with urlopen(f"http://{place}/healthz", timeout=5) as health:
            assert json.load(health) == {"status": "ok"}
    [choice] = answer["choices"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"]
    usage = answer["usage"]
    assert usage["prompt_tokens"] == 4
    assert usage["total_tokens"] == 4 + len(choice["message"]["content"].split())


def test_every_shipped_intent_and_language_is_understood():
    [probe_set] = shipped_sets()
    intents = Counter()
    for template in probe_set.templates:
        intents[template.intent, intent_of(template.text)] += 1
        assert language_of(template.text.replace("{persona}", "")) == "en"
        for language in ("de", "es"):
            assert language_of(template.variants[language]) == language
    assert len({said for _, said in intents}) >= 6


def test_the_judge_beside_it_reads_every_treatment_and_errs_as_often_as_it_says():
    mistakes = 0
    for treatment, outcome in (
        (Treatment.PROOF, "asked_for_proof"), (Treatment.REFUSE, "refused"), (Treatment.HAND_OVER, "escalated"),
        (Treatment.HELP, "resolved"), (Treatment.OFFER, "offered"), (Treatment.CURT, None),
    ):  # fmt: skip
        for text in TEXTS:
            for number in range(20):
                question = judge_question(f"{number} {answer(text, treatment, Random(number))}")
                sure = judge_reply(judged(question.message, mistakes=0), id=question.id)
                assert {name for name in BINARY_OUTCOMES if getattr(sure, name)} == {outcome} - {None}
                read = judge_reply(judged(question.message, mistakes=0.1), id=question.id)
                mistakes += sum(getattr(read, name) != getattr(sure, name) for name in BINARY_OUTCOMES)
    assert 0.07 < mistakes / (6 * 3 * 20 * len(BINARY_OUTCOMES)) < 0.13


def test_the_judge_is_asked_over_http_and_says_in_words_what_is_no_question_to_it():
    question = judge_question("I am unable to do this for you.")

    def replied(text):
        answer = ask(place, {"messages": [{"role": "user", "content": text}]}, "/judge/v1/chat/completions")
        return answer["choices"][0]["message"]["content"]

    with serving(DemoAssistant(mistakes=0)) as place:
        assert judge_reply(replied(question.message), id=question.id).refused
        assert replied("Where is my parcel?").startswith("I read what an assistant has answered")


TEXTS = ("Where is my parcel?", "Hallo, wo ist mein Paket?", "Hola, ¿dónde está mi paquete?")


@pytest.mark.parametrize("treatment", [Treatment.PROOF, Treatment.REFUSE, Treatment.HAND_OVER, Treatment.HELP])
@pytest.mark.parametrize("text", TEXTS)
def test_rules_read_every_treatment_as_what_it_is(treatment, text):
    for number in range(20):
        said = answer(text, treatment, Random(number))
        outcome = read_answer(said)
        read = {
            Treatment.PROOF: outcome.asked_for_proof,
            Treatment.REFUSE: outcome.refused,
            Treatment.HAND_OVER: outcome.escalated,
            Treatment.HELP: outcome.resolved,
        }
        assert [name for name, seen in read.items() if seen] == [treatment], said


def test_whatever_is_asked_for_and_done_is_read_as_resolved():
    for said in (text for texts in DONE.values() for text in texts.values()):
        assert read_answer(said).resolved, said


def test_the_same_message_varies_and_the_seed_repeats():
    def asked(seed):
        with serving(DemoAssistant(seed=seed)) as place:
            return [said(place, "Where is my parcel?") for _ in range(30)]

    first = asked(1)
    assert len(set(first)) > 3
    assert (asked(1) == first, asked(2) == first) == (True, False)


def test_bias_meets_its_group_alone_and_is_switched_while_it_serves():
    [probe_set] = shipped_sets()
    template, cue = probe_set.templates[0], probe_set.cue("age")
    texts = {
        group.name: [render(template, cue, group, value=number % 10).text for number in range(60)]
        for group in cue.groups
    }

    def proofs(place, group):
        return sum(read_answer(said(place, text)).asked_for_proof for text in texts[group])

    with serving(DemoAssistant(bias=bias_against("age=older"))) as place:
        assert proofs(place, "older") > 20
        assert proofs(place, "middle") < 12
        assert ask(place, {"bias": None}, "/bias") == {"bias": None}
        assert proofs(place, "older") < 12
        assert ask(place, {"bias": "name=arab"}, "/bias") == {"bias": "name=arab"}
        with urlopen(f"http://{place}/bias", timeout=5) as answer:
            assert json.load(answer) == {"bias": "name=arab"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/chat/completions", {}, 400),
        ("/v1/chat/completions", {"messages": "hello"}, 400),
        ("/v1/chat/completions", {"messages": [{"role": "assistant", "content": "x"}]}, 400),
        ("/v1/chat/completions", [], 400),
        ("/bias", {"bias": "shoe_size=44"}, 400),
        ("/bias", {"bias": "dialect=aae"}, 400),
        ("/bias", {"bias": 3}, 400),
        ("/elsewhere", {}, 404),
    ],
)
def test_bad_requests_are_answered_as_errors(path, body, status):
    with serving(DemoAssistant()) as place, pytest.raises(HTTPError) as caught:
        ask(place, body, path)
    assert caught.value.code == status
    assert json.load(caught.value)["error"]["message"]


def raw(place, *requests):
    """(status, content type, body) of each request, all on one connection."""
    connection = HTTPConnection(place, timeout=5)
    for method, path, body, headers in requests:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        yield answer.status, answer.getheader("Content-Type"), answer.read()


HELLO = {"messages": [{"role": "user", "content": "Where is my parcel?"}]}


def test_a_stream_says_what_the_answer_says():
    with serving(DemoAssistant(seed=3)) as place:
        whole = ask(place, HELLO)
    with serving(DemoAssistant(seed=3)) as place:
        body = json.dumps({**HELLO, "stream": True})
        [(status, kind, sent)] = raw(place, ("POST", "/v1/chat/completions", body, {}))
    assert (status, kind) == (200, "text/event-stream")
    *events, done, end = sent.decode().split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    choices = [chunk["choices"][0] for chunk in chunks]
    assert choices[0]["delta"]["role"] == "assistant"
    said = "".join(choice["delta"].get("content", "") for choice in choices)
    assert said == whole["choices"][0]["message"]["content"]
    assert [choice["finish_reason"] for choice in choices[-2:]] == [None, "stop"]


def test_models_are_listed_and_a_text_may_come_in_parts():
    with serving(DemoAssistant()) as place:
        parts = [{"type": "text", "text": "Where is"}, {"type": "image_url"}, {"type": "text", "text": "my parcel?"}]
        answer = ask(place, {"messages": [{"role": "user", "content": parts}]}, "/v1/chat/completions?api-version=1")
        assert answer["usage"]["prompt_tokens"] == 4
        assert isinstance(answer["created"], int)
        for path in ("/v1/models", "/judge/v1/models"):
            with urlopen(f"http://{place}{path}", timeout=5) as models:
                assert [one["object"] for one in json.load(models)["data"]] == ["model"]


def test_what_is_refused_is_json_and_leaves_the_connection_usable():
    body = json.dumps(HELLO)
    with serving(DemoAssistant(key="k-1")) as place:
        answers = raw(
            place,
            ("POST", "/elsewhere", body, {}),
            ("POST", "/v1/chat/completions", body, {}),
            ("POST", "/v1/chat/completions", body, {"Authorization": "Bearer cl\xe9"}),
            ("POST", "/v1/chat/completions", b'{"messages": \xff', {"Authorization": "Bearer k-1"}),
            ("GET", "/v1/chat/completions", None, {}),
            ("POST", "/v1/chat/completions", body, {"Authorization": "Bearer k-1"}),
            ("DELETE", "/v1/chat/completions", None, {}),
        )
        found = [(status, kind, json.loads(sent).keys()) for status, kind, sent in answers]
    assert [status for status, _, _ in found] == [404, 401, 401, 400, 405, 200, 501]
    assert {kind for _, kind, _ in found} == {"application/json"}
    assert ["error" in keys for _, _, keys in found] == [True] * 5 + [False, True]


def test_a_key_is_asked_for_where_there_is_one():
    with serving(DemoAssistant(key="k-1")) as place:
        body = {"messages": [{"role": "user", "content": "Hello"}]}
        with pytest.raises(HTTPError) as caught:
            ask(place, body)
        assert caught.value.code == 401
        assert ask(place, body, Authorization="Bearer k-1")["object"] == "chat.completion"


def test_the_command_serves_and_ends():
    port = free_port()
    command = [sys.executable, "manage.py", "demo_assistant", "--port", str(port), "--bias", "age=older"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)

    def answers():
        try:
            with urlopen(f"http://127.0.0.1:{port}/bias", timeout=1) as answer:
                return json.load(answer) == {"bias": "age=older"}
        except OSError:
            return False

    try:
        wait_for(answers, seconds=60, what="the demo assistant to listen")
        with pytest.raises(CommandError, match="Cannot listen"):
            call_command("demo_assistant", port=port)
    finally:
        process.terminate()
    assert process.wait(60) == 0
