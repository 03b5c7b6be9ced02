"""The API of assistants and conversations: who may what, and bulk intake."""

from __future__ import annotations

import gzip
import json
import uuid

import pytest
from django.test import Client

from assistants.models import AuditedAttribute, Conversation
from assistants.services.registry import data_source_register
from portal.core.actors import SYSTEM
from portal.core.roles import Scope
from tests.assistants.conftest import as_lines
from tests.factories import AssistantFactory, ConversationFactory, PurposeFactory, ReleaseFactory

NDJSON = "application/x-ndjson"
LIST = "/api/v1/assistants/"
DETAIL = "/api/v1/assistants/helper/"
PUSH = "/api/v1/assistants/helper/conversations/"


@pytest.fixture
def push(client, assistant, api_key):
    """Push a body of JSON lines with a key that may."""

    def send(body: bytes, content_type: str = NDJSON, **headers: str):
        authorization = api_key(Scope.CONVERSATIONS_WRITE)
        return client.post(PUSH, body, content_type=content_type, headers={"Authorization": authorization, **headers})

    return send


def problem(answer):
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, body["type"].removeprefix("urn:probity:problem:"), body["detail"]


# -- access --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "listed", "detail"),
    [
        ("reviewer", 200, 200),
        ("auditor", 200, 200),
        ("administrator", 200, 200),
        ("outsider", 200, 404),
        ("nobody", 403, 404),
        (None, 401, 401),
    ],
)
def test_assistants_are_seen_by_their_team(request, as_user, assistant, who, listed, detail):
    client = as_user(request.getfixturevalue(who)) if who else Client()
    assert (client.get(LIST).status_code, client.get(DETAIL).status_code) == (listed, detail)


def test_list_holds_the_own_teams_assistants_only(as_user, assistant, outsider, reviewer, away):
    AssistantFactory(team=away, slug="theirs")

    def slugs(user):
        return [one["slug"] for one in as_user(user).get(LIST).json()["results"]]

    assert slugs(reviewer) == ["helper"]
    assert slugs(outsider) == ["theirs"]


@pytest.mark.parametrize(
    ("scopes", "read", "pushed"),
    [
        ([Scope.ASSISTANTS_READ], 200, 403),
        ([Scope.CONVERSATIONS_WRITE], 403, 200),
        ([Scope.FLAGS_READ], 403, 403),
    ],
)
def test_api_key_reaches_as_far_as_its_scopes(client, assistant, conversation, api_key, scopes, read, pushed):
    headers = {"Authorization": api_key(*scopes)}
    assert client.get(LIST, headers=headers).status_code == read
    assert client.get(DETAIL, headers=headers).status_code == read
    body = as_lines(conversation("a"))
    assert client.post(PUSH, body, content_type=NDJSON, headers=headers).status_code == pushed


def test_api_key_of_another_team_finds_nothing(client, assistant, conversation, api_key, away, member):
    stranger = api_key(*Scope.values, team=away, actor=member("administrator", team=away))
    headers = {"Authorization": stranger}
    assert client.get(DETAIL, headers=headers).status_code == 404
    answer = client.post(PUSH, as_lines(conversation("a")), content_type=NDJSON, headers=headers)
    assert answer.status_code == 404
    assert Conversation.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 200), ("reviewer", 403), ("manager", 403), ("outsider", 404), (None, 401)]
)
def test_push_is_for_administrators_and_integrations(request, as_user, assistant, conversation, who, status):
    client = as_user(request.getfixturevalue(who)) if who else Client()
    assert client.post(PUSH, as_lines(conversation("a")), content_type=NDJSON).status_code == status
    assert Conversation.objects.count() == (status == 200)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("reviewer", 200),
        ("approver", 200),
        ("privacy_officer", 200),
        ("auditor", 200),
        ("manager", 403),
        ("administrator", 403),
        ("outsider", 404),
        (None, 401),
    ],
)
def test_conversation_figures_are_for_those_who_review(request, as_user, assistant, who, status):
    one = ConversationFactory(assistant=assistant)
    client = as_user(request.getfixturevalue(who)) if who else Client()
    assert client.get(f"/api/v1/conversations/{one.public_id}/").status_code == status


def test_unknown_objects_are_not_found(as_user, assistant, reviewer):
    client = as_user(reviewer)
    assert client.get("/api/v1/assistants/nobody/").status_code == 404
    assert client.get(f"/api/v1/conversations/{uuid.uuid4()}/").status_code == 404


# -- reading -------------------------------------------------------------------------------------------------


def test_assistant_is_told_with_what_is_registered(as_user, assistant, reviewer):
    release = ReleaseFactory(assistant=assistant, version="1.0")
    AuditedAttribute.objects.create(assistant=assistant, name="age_group", label="Age", reference="30-39")
    assistant.purposes.add(PurposeFactory(team=assistant.team, code="service"))
    data_source_register(
        assistant_id=assistant.pk,
        name="Tickets",
        kind="training",
        origin="the help desk",
        releases=[release],
        actor=SYSTEM,
    )
    told = as_user(reviewer).get(DETAIL).json()
    assert (told["slug"], told["team"], told["state"]) == ("helper", "home", "live")
    assert told["audited_attributes"] == [{"name": "age_group", "label": "Age", "reference": "30-39"}]
    assert told["purposes"] == ["service"]
    assert [one["version"] for one in told["releases"]] == ["1.0"]
    assert [(one["name"], one["releases"]) for one in told["data_sources"]] == [("Tickets", ["1.0"])]


def test_list_takes_as_many_queries_for_thirty_as_for_one(
    as_user, assistant, reviewer, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_user(reviewer)
    with django_assert_max_num_queries(20) as one:
        client.get(LIST)
    for _ in range(29):
        AssistantFactory(team=assistant.team)
    with django_assert_num_queries(len(one.captured_queries)):
        assert len(client.get(LIST).json()["results"]) == 30


def test_conversation_is_told_in_figures_only(as_user, assistant, conversation, hand_over, reviewer):
    AuditedAttribute.objects.create(assistant=assistant, name="age_group")
    assistant.purposes.add(PurposeFactory(team=assistant.team, code="training"))
    release = ReleaseFactory(assistant=assistant, version="1.0")
    hand_over(
        conversation(
            "a",
            customer_ref="PLANTED",
            attributes={"age_group": "PLANTED", "x": "PLANTED"},
            outcome={"resolved": True},
            turns=[{"role": "customer", "text": "PLANTED"}],
        ),
        release=release,
    )
    one = Conversation.objects.get()
    answer = as_user(reviewer).get(f"/api/v1/conversations/{one.public_id}/")
    assert b"PLANTED" not in answer.content
    told = answer.json()
    assert told.pop("received_at") == told["consents"][0].pop("known_at")
    assert told == {
        "id": str(one.public_id),
        "assistant": "helper",
        "release": "1.0",
        "external_id": "a",
        "revision": 1,
        "state": "received",
        "unscannable_reason": "",
        "channel": "chat",
        "language": "en",
        "intent": "",
        "started_at": "2026-03-02T10:00:00Z",
        "started_at_is_intake": False,
        "ended_at": None,
        "outcome": {"resolved": True},
        "turn_count": 1,
        "consents": [{"purpose": "training", "status": "unknown", "reason": "no_event"}],
    }


# -- pushing -------------------------------------------------------------------------------------------------


def test_push_tells_what_became_of_every_line(push, conversation):
    push(as_lines(conversation("a"), conversation("b")))
    answer = push(
        as_lines(conversation("a"), conversation("b", intent="x"), conversation("c"), conversation("d", turns=[]))
    )
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "read": 4,
            "created": 1,
            "revised": 1,
            "unchanged": 1,
            "rejected": 1,
            "rejections": [
                {
                    "line": 4,
                    "external_id": "d",
                    "field": "turns",
                    "reason": "A conversation has at least one turn.",
                }
            ],
        },
    )


def test_push_understands_gzip(push, conversation):
    body = gzip.compress(as_lines(conversation("a"), conversation("b")))
    answer = push(body, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["created"]) == (200, 2)


def test_push_lists_a_thousand_rejections_and_counts_all(push):
    answer = push(b"{}\n" * 1001).json()
    assert (answer["rejected"], len(answer["rejections"])) == (1001, 1000)


def test_push_of_something_else_is_a_problem(push, conversation):
    lines = as_lines(conversation("a"))
    array = "The body is a JSON array, not JSON lines; each line must be one JSON object."
    assert problem(push(json.dumps([conversation("a")]).encode())) == (422, "invalid", array)
    assert problem(push(b"PK\x03\x04")) == (
        422,
        "invalid",
        "The body does not hold JSON lines; each line must be one JSON object.",
    )
    assert problem(push(b"")) == (
        422,
        "invalid",
        "The body is empty. Send JSON lines with a Content-Length.",
    )
    assert problem(push(lines, **{"Content-Encoding": "gzip"})) == (
        422,
        "invalid",
        "The body is not compressed with gzip, or not whole.",
    )
    assert problem(push(lines, **{"Content-Encoding": "br"})) == (
        422,
        "invalid",
        "Send the body plain or with gzip.",
    )
    assert push(lines, content_type="application/json").status_code == 415
    assert Conversation.objects.count() == 0


def test_the_external_id_makes_a_line_idempotent_and_no_header_does(push, conversation):
    told = []
    for intent in ("billing", "billing", "delivery"):
        answer = push(as_lines(conversation("a", intent=intent)), **{"Idempotency-Key": "one"}).json()
        told.append((answer["created"], answer["unchanged"], answer["revised"]))
    assert told == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_push_of_a_compressed_body_that_breaks_off_can_be_repeated(push, conversation):
    noise = "".join(chr(0x4E00 + (i * i * 7919) % 20000) for i in range(9000))
    turns = [{"role": "customer", "text": noise}]
    whole = gzip.compress(as_lines(*(conversation(f"c-{n}", turns=turns) for n in range(300))), compresslevel=1)
    assert problem(push(whole[: len(whole) // 2], **{"Content-Encoding": "gzip"})) == (
        422,
        "invalid",
        "The compressed body breaks off. Send it again whole: what was taken in is left alone.",
    )
    assert push(whole, **{"Content-Encoding": "gzip"}).json()["read"] == 300
    assert Conversation.objects.count() == 300


def test_push_beyond_the_limit_is_refused_as_sent_and_as_decompressed(settings, push, conversation):
    settings.PROBITY_MAX_BULK_BYTES = 10_000
    too_large = (
        413,
        "too_large",
        "A body has at most 10000 bytes. Split it; what was taken in is left alone.",
    )
    body = as_lines(*(conversation(f"c-{n}") for n in range(100)))
    packed = gzip.compress(body)
    assert len(packed) < 10_000 < len(body)
    assert problem(push(body)) == too_large
    assert problem(push(packed, **{"Content-Encoding": "gzip"})) == too_large
    bomb = gzip.compress(b"\n" * 5_000_000)
    assert problem(push(bomb, **{"Content-Encoding": "gzip"})) == too_large
