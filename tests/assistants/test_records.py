"""What a conversation record must be: every rejection names its line's field and repeats no content."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import timezone as clock
from hypothesis import given
from hypothesis import strategies as st

from assistants.records import (
    FieldMap,
    content_of,
)
from assistants.states import TurnRole
from portal.core.errors import Invalid
from tests.assistants.one_record import a_record, customer, fault, parse


def test_record_with_every_field_is_decoded():
    record = parse(
        a_record(
            assistant="helper",
            release="1.0",
            intent="refund",
            started_at="2026-03-02T10:00:00+02:00",
            ended_at="2026-03-02T10:05:00",
            customer_ref="  4711 ",
            attributes={"age_group": "18-25", "tags": ["a", {"b": None}]},
            outcome={"resolved": True, "rating": 4.5, "steps": 3, "route": "refund"},
            metadata={"device": {"os": "x"}},
            turns=[
                customer("Hi\x00", at="2026-03-02T08:00:01"),
                {"role": "agent", "text": "", "meta": {"k": [1]}},
            ],
        )
    )
    assert record.started_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert record.ended_at == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
    assert record.customer_ref == "4711"
    assert record.outcome == {"resolved": True, "rating": 4.5, "steps": 3, "route": "refund"}
    assert record.turns[0].text == "Hi\x00"
    assert record.turns[0].at == datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC)
    assert record.turns[1].meta == {"k": [1]}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"chanel": "chat"}, "chanel", "Unknown key; the closest is channel."),
        (
            {"turns": [customer(), customer(mood="bad")]},
            "turns[1].mood",
            "Unknown key; there are: at, meta, role, text.",
        ),
        ({"turns": [customer(txt="x")]}, "turns[0].txt", "Unknown key; the closest is text."),
        ({"turns": [customer(), {"role": "customer"}]}, "turns[1].text", "It is missing."),
        (
            {"turns": [{"role": "bot", "text": "x"}]},
            "turns[0].role",
            "Expected one of customer, assistant, agent, system.",
        ),
        ({"turns": [customer(5)]}, "turns[0].text", "Expected str, got int."),
        ({"turns": []}, "turns", "A conversation has at least one turn."),
        ({"turns": [customer()] * 6}, "turns", "6 turns, more than the limit of 5."),
        ({"turns": {}}, "turns", "Expected array, got object."),
        (
            {"turns": [customer(), customer("é" * 33)]},
            "turns[1].text",
            "The turn has 66 bytes, more than the limit of 64.",
        ),
        ({"external_id": " "}, "external_id", "It is empty."),
        ({"external_id": "x" * 201}, "external_id", "201 characters, more than the limit of 200."),
        ({"external_id": "a\x00b"}, "external_id", "Control characters are not allowed here."),
        ({"external_id": 7}, "external_id", "Expected str, got int."),
        ({"channel": ""}, "channel", "It is empty."),
        ({"channel": "x" * 41}, "channel", "41 characters, more than the limit of 40."),
        ({"intent": "a\nb"}, "intent", "Control characters are not allowed here."),
        ({"intent": "x" * 121}, "intent", "121 characters, more than the limit of 120."),
        ({"customer_ref": "x" * 201}, "customer_ref", "201 characters, more than the limit of 200."),
        (
            {"language": "English"},
            "language",
            "Not a BCP 47 language tag of at most 12 characters, such as en or pt-BR.",
        ),
        ({"started_at": "yesterday"}, "started_at", "Not a date and time such as 2026-03-01T09:30:00Z."),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at", "The date is out of range."),
        (
            {"started_at": "1970-01-01T00:00:00Z"},
            "started_at",
            "The date is before 1990; it looks like an unset field.",
        ),
        ({"ended_at": "2999-01-01T00:00:00Z"}, "ended_at", "The date lies in the future."),
        (
            {"turns": [customer(at="2999-01-01T00:00:00Z")]},
            "turns[0].at",
            "The date lies in the future.",
        ),
        (
            {"started_at": "2026-03-02T10:00:00Z", "ended_at": "2026-03-02T09:59:59Z"},
            "ended_at",
            "It ends before it starts.",
        ),
        (
            {"outcome": {"resolved": True, "why": ["x"]}},
            "outcome.why",
            "Expected bool | int | float | str, got array.",
        ),
        ({"outcome": {"resolved": None}}, "outcome.resolved", "Expected bool | int | float | str, got null."),
        ({"outcome": {"r": "x" * 121}}, "outcome.r", "A text has at most 120 characters here."),
        ({"outcome": {"r": "a\x00"}}, "outcome.r", "Control characters are not allowed here."),
        ({"outcome": {"r": 2**63}}, "outcome.r", "The number is out of range."),
        ({"outcome": {"": 1}}, "outcome", "An outcome's name has 1 to 60 printable characters."),
        ({"outcome": {f"o{n}": n for n in range(51)}}, "outcome", "More than 50 outcomes."),
        ({"attributes": ["a"]}, "attributes", "Expected object, got array."),
    ],
)
def test_record_fault_names_its_field(changes, field, message):
    assert fault(a_record(**changes)) == (field, message)


@pytest.mark.parametrize("name", ["external_id", "channel", "language", "turns"])
def test_record_without_a_required_key_is_told_which(name):
    record = a_record()
    del record[name]
    assert fault(record) == (name, "It is missing.")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"[1]", "Expected object, got array."),
        (b'{"external_id"', "The line is not valid JSON: Input data was truncated."),
        (b'{"external_id":"\xff"}', "The line is not valid UTF-8."),
        (
            b'{"external_id":"\\ud800 and more"}',
            "The line is not valid JSON: unexpected end of escaped utf-16 surrogate pair (byte 22).",
        ),
        (b'{"metadata":{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}}", "The line is nested too deeply."),
    ],
)
def test_record_line_that_is_no_json_object_is_refused(line, message):
    assert fault(line) == (None, message)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (lambda deep: {"metadata": {"a": deep}}, "metadata"),
        (lambda deep: {"attributes": {"a": deep}}, "attributes"),
        (lambda deep: {"turns": [customer(meta={"a": deep})]}, "turns[0].meta"),
    ],
)
def test_record_nesting_has_a_limit(changes, field):
    def nested(levels):
        return json.loads("[" * levels + "]" * levels)

    assert parse(a_record(**changes(nested(31)))).external_id == "c-1"
    assert fault(a_record(**changes(nested(32)))) == (field, "It is nested more than 32 levels deep.")


def test_record_start_may_lie_ahead_by_the_clock_skew_only():
    soon, later = clock.now() + timedelta(minutes=4), clock.now() + timedelta(minutes=6)
    assert parse(a_record(started_at=soon.isoformat())).started_at == soon
    assert fault(a_record(started_at=later.isoformat())) == ("started_at", "The date lies in the future.")


@pytest.mark.parametrize(
    ("given_tag", "tag"),
    [("EN", "en"), ("pt-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("de-1996", "de-1996"), ("es-419", "es-419")],
)
def test_record_language_has_one_spelling(given_tag, tag):
    assert parse(a_record(language=given_tag)).language == tag


def test_turn_roles_of_the_record_are_those_of_the_model():
    decoded = [parse(a_record(turns=[{"role": role, "text": ""}])).turns[0].role for role in TurnRole.values]
    assert decoded == TurnRole.values


def test_naive_times_are_utc_and_others_are_converted():
    east = timezone(timedelta(hours=5))
    texts = ["2026-03-02T10:00:00", datetime(2026, 3, 2, 15, tzinfo=east).isoformat()]
    assert [parse(a_record(started_at=text)).started_at for text in texts] == [datetime(2026, 3, 2, 10, tzinfo=UTC)] * 2


# -- content hash --------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=5), json_values, max_size=4)


def reversed_keys(value):
    if isinstance(value, dict):
        return {name: reversed_keys(value[name]) for name in reversed(value)}
    return [reversed_keys(one) for one in value] if isinstance(value, list) else value


@given(metadata=objects, attributes=objects, meta=objects)
def test_content_hash_does_not_depend_on_the_order_of_keys(metadata, attributes, meta):
    apart = {f"attribute {name}": value for name, value in attributes.items()}
    record = a_record(metadata=metadata, attributes=apart, turns=[customer(meta=meta)])
    assert content_of(parse(reversed_keys(record))).hash == content_of(parse(record)).hash


@given(one=objects, other=objects)
def test_content_hash_differs_where_the_content_does(one, other):
    same = content_of(parse(a_record(metadata=one))).hash == content_of(parse(a_record(metadata=other))).hash
    # Python calls True and 1 equal, JSON does not.
    assert same == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_content_hash_sees_every_field():
    changed = [
        {},
        {"external_id": "c-2"},
        {"channel": "voice"},
        {"language": "de"},
        {"release": "1"},
        {"intent": "x"},
        {"started_at": "2026-03-02T10:00:00Z"},
        {"ended_at": "2026-03-02T10:00:00Z"},
        {"customer_ref": "4711"},
        {"attributes": {"a": 1}},
        {"metadata": {"b": 1}},
        {"outcome": {"a": 1}},
        {"turns": [customer("Hello ")]},
        {"turns": [{"role": "agent", "text": "Hello"}]},
        {"turns": [customer(at="2026-03-02T10:00:00Z")]},
        {"turns": [customer(meta={"a": 1})]},
    ]
    assert len({content_of(parse(a_record(**change))).hash for change in changed}) == len(changed)


def test_content_hash_takes_equal_moments_for_equal():
    zones = ["2026-03-02T10:00:00Z", "2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00"]
    assert len({content_of(parse(a_record(started_at=text))).hash for text in zones}) == 1


def test_content_hash_changes_when_one_of_its_attributes_becomes_audited():
    record = parse(a_record(attributes={"age": 30}))
    assert content_of(record, audited={"age"}).hash != content_of(record).hash
    assert content_of(record, audited={"gender"}).hash == content_of(record).hash


def test_content_hash_is_keyed(settings):
    record = parse(a_record())
    before = content_of(record).hash
    settings.PROBITY_INDEX_KEY = "b3RoZXItaW5kZXgta2V5LW90aGVyLWluZGV4LWtleS0="
    assert len(before) == 32
    assert content_of(record).hash != before


# -- attributes ----------------------------------------------------------------------------------------------


def test_attributes_are_split_by_what_is_audited():
    attributes = {"age": 30, "vip": True, "tags": ["a"], "gender": None}
    record = parse(a_record(attributes=attributes, metadata={"os": "x"}))
    content = content_of(record, audited={"age", "vip", "gender"})
    assert content.counted == {"age": 30, "vip": True}
    assert json.loads(content.transcript)["metadata"] == {"os": "x", "tags": ["a"]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["a"], "Expected true, false, a number or a text."),
        ({"a": 1}, "Expected true, false, a number or a text."),
        ("x" * 121, "A text has at most 120 characters here."),
        ("a\x00b", "Control characters are not allowed here."),
    ],
)
def test_audited_attribute_must_be_countable(value, message):
    record = parse(a_record(attributes={"age": value}))
    with pytest.raises(Invalid) as raised:
        content_of(record, audited={"age"})
    assert (raised.value.field, raised.value.message) == ("attributes.age", message)
    assert content_of(record, audited=()).counted == {}


def test_attribute_that_is_metadata_too_is_refused():
    record = parse(a_record(attributes={"os": 1}, metadata={"os": 2}))
    with pytest.raises(Invalid) as raised:
        content_of(record, audited=())
    assert raised.value.field == "metadata.os"


# -- mapping -------------------------------------------------------------------------------------------------


def test_field_map_moves_values_along_dotted_paths():
    field_map = FieldMap.parse(["conversation.id=external_id", "conversation.lang=language", "user.age=attributes.age"])
    source = {
        "conversation": {"id": "c-9", "lang": "pl"},
        "user": {"age": 30},
        "channel": "chat",
        "turns": [customer()],
    }
    record = parse(source, field_map=field_map)
    assert (record.external_id, record.language, record.attributes) == ("c-9", "pl", {"age": 30})


def test_field_map_leaves_absent_keys_absent_and_unmapped_ones_alone():
    field_map = FieldMap.parse(["id=external_id", "user.age=attributes.age"])
    assert fault({"channel": "chat", "language": "en", "turns": []}, field_map=field_map) == (
        "external_id",
        "It is missing.",
    )
    field, message = fault({**a_record(), "user": {"name": "x"}}, field_map=field_map)
    assert field == "user"
    assert message.startswith("Unknown key; there are: assistant, attributes, channel, ")


def test_field_map_refuses_two_values_for_one_field():
    assert fault({**a_record(), "id": "c-2"}, field_map=FieldMap.parse(["id=external_id"])) == (
        "external_id",
        "The mapping gives this field two values.",
    )
    assert fault({**a_record(), "id": "c-2"}, field_map=FieldMap.parse(["id=channel.id"])) == (
        "channel.id",
        "The mapping puts a value inside one that is no object.",
    )


@pytest.mark.parametrize("text", ["id", "=external_id", "id=", "a..b=external_id"])
def test_field_map_refuses_other_forms(text):
    with pytest.raises(Invalid) as raised:
        FieldMap.parse([text])
    assert raised.value.message == f"{text} is not of the form KEY=FIELD."
