"""Connectors: who writes them down, what is refused, and that a secret goes nowhere but to its address."""

from __future__ import annotations

import json
import logging

import pytest

from audits.models import ProbeConnector
from audits.services.probing.connectors import connector_save, connector_switch, connector_try
from portal.core.errors import Conflict, Denied, Invalid, NotFound, TooMany
from portal.core.models import LedgerEntry
from portal.demo.assistant_server import DemoAssistant, serving
from tests.endpoints.listening import http, listening
from tests.probing.making import SECRET, connector_make, values

pytestmark = pytest.mark.django_db
PLACE = "127.0.0.1:9"


def test_only_managers_and_administrators_write_connectors(
    assistant, reachable, manager, administrator, reviewer, outsider
):
    reachable(PLACE)
    for actor, error in ((reviewer, Denied), (outsider, NotFound)):
        with pytest.raises(error):
            connector_make(assistant, PLACE, actor=actor)
    assert connector_make(assistant, PLACE, actor=manager).changed_by == manager
    assert connector_make(assistant, PLACE, actor=administrator, name="Other").name == "Other"
    entry = LedgerEntry.objects.filter(action="connector.created").first()
    assert json.loads(entry.body)["data"]["secret"] == "given"
    assert SECRET not in entry.body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "grpc"}, "kind"),
        ({"url": "https://not-listed.example.com/"}, "url"),
        ({"url": "http://127.0.0.1:9@evil.example/"}, "url"),
        ({"url": "http://2130706433:9/"}, "url"),
        ({"secret_header": "Host"}, "secret_header"),
        ({"kind": "json", "body_template": '{"q": 1}', "answer_path": "a"}, "body_template"),
        ({"kind": "json", "body_template": '{"q": "{{prompt}}"}', "answer_path": "a b"}, "answer_path"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"at_a_time": 9}, "at_a_time"),
        ({"timeout_seconds": 500}, "timeout_seconds"),
        ({"secret": "two\r\nlines: x"}, "secret"),
        ({"url": f"http://{PLACE}/v1?key=kJ8sD2hQ9xZ7"}, "url"),
        ({"url": f"http://{PLACE}/v1/sk-abcdefghijklmnop1234"}, "url"),
        ({"url": f"http://{PLACE}/v1?key={{{{secret}}}}", "secret": ""}, "secret"),
        ({"model": "sk-abcdefghijklmnop1234"}, "model"),
        ({"kind": "json", "body_template": '{"q": "{{prompt}}", "api_key": "hunter"}', "answer_path": "a"},
         "body_template"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(assistant, reachable, wrong, field):
    reachable(PLACE)
    with pytest.raises(Invalid) as caught:
        connector_make(assistant, PLACE, **wrong)
    assert caught.value.field == field
    assert not ProbeConnector.objects.exists()


def test_a_kept_secret_is_not_sent_to_a_new_address(assistant, reachable, manager):
    connector = connector_make(assistant, reachable(PLACE))
    reachable("127.0.0.1:10")

    def change(secret, **more):
        return connector_save(
            assistant_id=assistant.pk, connector_id=connector.pk, values=values(PLACE, **more), secret=secret,
            actor=manager,
        )  # fmt: skip

    with pytest.raises(Invalid, match="given anew"):
        change(None, url="http://127.0.0.1:10/v1")
    assert change(None, url=f"http://{PLACE}/v2").secret == SECRET
    assert change("new", url="http://127.0.0.1:10/v1").secret == "new"
    assert change("", url=f"http://{PLACE}/v1").secret == ""


def test_trying_asks_once_counts_and_keeps_no_answer(assistant, reachable, manager, reviewer):
    with serving(DemoAssistant(key=SECRET)) as place:
        connector = connector_make(assistant, reachable(place), requests_per_minute=1, month_requests=1)
        with pytest.raises(Denied):
            connector_try(connector_id=connector.pk, actor=reviewer)
        trial = connector_try(connector_id=connector.pk, actor=manager)
        assert (trial.worked, trial.tokens > 5) == (True, True)
        with pytest.raises(Conflict, match="This month's 1 request"):
            connector_try(connector_id=connector.pk, actor=manager)
        ProbeConnector.objects.update(month_requests=5)
        with pytest.raises(TooMany) as caught:
            connector_try(connector_id=connector.pk, actor=manager)
        assert caught.value.retry_after > 30
    connector.refresh_from_db()
    assert (connector.used_requests, connector.tried_said) == (1, "It answered.")
    connector_switch(connector_id=connector.pk, active=False, actor=manager)
    with pytest.raises(Conflict, match="switched off"):
        connector_try(connector_id=connector.pk, actor=manager)


def test_any_json_endpoint_is_asked_by_template(assistant, reachable, manager):
    answer = http("200 OK", json.dumps({"out": [{"say": "We open at nine."}]}).encode())
    with listening(answer) as server:
        place = reachable(f"127.0.0.1:{server.port}")
        connector = connector_make(
            assistant, place, kind="json", body_template='{"user": {"says": "{{prompt}}"}, "n": 1}',
            answer_path="out[0].say", secret_header="X-Api-Key",
        )  # fmt: skip
        trial = connector_try(connector_id=connector.pk, actor=manager)
    assert (trial.said, trial.tokens) == ("We open at nine.", None)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"user": {"says": "Hello! What are your opening hours?"}, "n": 1}
    assert f"X-Api-Key: {SECRET}".encode() in head


def test_a_secret_goes_into_its_places_when_a_question_is_sent_and_into_no_other_text(
    assistant, reachable, manager, as_user, client, api_key, caplog
):
    """Not into ledger, log, pages or interface; nor where the endpoint sends elsewhere or the question names it."""
    caplog.set_level(logging.DEBUG)
    secret = "k&y Zebra/4711"
    answers = iter([http("200 OK", json.dumps({"say": "Nine."}).encode()), http("302 Found", b"", "Location: /x")])
    with listening(lambda client, request: client.sendall(next(answers))) as server:
        place = reachable(f"127.0.0.1:{server.port}")
        connector = connector_make(
            assistant, place, kind="json", url=f"http://{place}/v1?v=2&key={{{{ secret }}}}", answer_path="say",
            body_template='{"q": "{{prompt}}", "auth": {"key": "{{ secret }}"}}', secret=secret,
        )  # fmt: skip
        trials = [connector_try(connector_id=connector.pk, actor=manager)]
        ProbeConnector.objects.update(next_slot_at=None)
        trials.append(connector_try(connector_id=connector.pk, actor=manager))
    assert [trial.said for trial in trials] == ["Nine.", "It sends elsewhere, which is not followed."]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1?v=2&key=k%26y%20Zebra%2F4711 HTTP/1.1\r\n")
    assert json.loads(body)["auth"] == {"key": secret}
    assert b"authorization" not in head.lower()
    pages = [
        as_user(manager).get(f"/assistants/ava/connectors/{connector.pk}/{more}").content.decode()
        for more in ("", "edit/")
    ]
    told = client.get("/api/v1/assistants/ava/connectors/", HTTP_AUTHORIZATION=api_key("audits:read")).content.decode()
    assert "key={{secret}}" in told
    kept = [*LedgerEntry.objects.values_list("body", flat=True), caplog.text, *pages, told]
    assert not [text for text in kept if "Zebra" in text]


@pytest.mark.parametrize("secret", [SECRET, "k&y Zebra/4711"])
def test_an_endpoint_that_repeats_what_it_was_sent_does_not_give_the_secret_away(assistant, reachable, manager, secret):
    """Whoever may change a connector could else have its secret answered, kept with the run and sent to a judge."""

    def echo(client, request):
        client.sendall(http("200 OK", json.dumps({"say": request.decode("latin-1")}).encode()))

    with listening(echo) as server:
        place = reachable(f"127.0.0.1:{server.port}")
        connector = connector_make(
            assistant, place, kind="json", url=f"http://{place}/v1?key={{{{secret}}}}", answer_path="say",
            body_template='{"q": "{{prompt}}", "key": "{{secret}}"}', secret=secret, secret_header="X-Api-Key",
        )  # fmt: skip
        trial = connector_try(connector_id=connector.pk, actor=manager)
    assert trial.worked
    assert "4711" not in trial.said
    assert trial.said.count("[hidden]") == 3


def test_a_key_from_before_is_hidden_from_readers(assistant, reachable, reviewer, as_user, client, api_key):
    connector = connector_make(assistant, reachable(PLACE))
    old = {"url": f"http://{PLACE}/v1?key=Zebra4711", "body_template": '{"password": "Zebra4711"}', "kind": "json"}
    ProbeConnector.objects.filter(pk=connector.pk).update(**old)
    page = as_user(reviewer).get(f"/assistants/ava/connectors/{connector.pk}/").content.decode()
    told = client.get("/api/v1/assistants/ava/connectors/", HTTP_AUTHORIZATION=api_key("audits:read")).content.decode()
    assert ("Zebra" in page + told, "looks like a key in clear" in page) == (False, True)


def test_switching_on_needs_a_listed_host(assistant, reachable, manager, settings):
    connector = connector_make(assistant, reachable(PLACE))
    connector_switch(connector_id=connector.pk, active=False, actor=manager)
    settings.PROBITY_PROBE_HOSTS = []
    with pytest.raises(Invalid, match="PROBITY_PROBE_HOSTS"):
        connector_switch(connector_id=connector.pk, active=True, actor=manager)
