"""The places of a secret in addresses and bodies, and keys written in clear there."""

from __future__ import annotations

import json
import string
from random import Random

import pytest

from audits.endpoints.errors import Refused
from audits.endpoints.protocols import template_body, template_read
from audits.endpoints.secret_places import (
    HIDDEN,
    key_in_template,
    key_in_text,
    key_in_url,
    marks_plain,
    template_shown,
    url_shown,
)
from audits.endpoints.targets import read_target

BASE = "https://bot.example.com/v1/chat"


def test_secret_is_put_into_the_query_percent_encoded_and_shown_nowhere():
    target = read_target(BASE + "?v=2&key={{secret}}", secret="a&b #{/ä")
    assert target.path == "/v1/chat?v=2&key=a%26b%20%23%7B%2F%C3%A4"
    assert "a%26b" not in repr(target)
    assert marks_plain("?key={{ Secret }}") == "?key={{secret}}"


@pytest.mark.parametrize(
    "url",
    ["https://{{secret}}.example.com/", "https://bot.example.com/{{secret}}/chat", BASE + "?q={{prompt}}",
     BASE + "?q={secret}", "https://bot.example.com:{{secret}}/?a=1"],
)  # fmt: skip
def test_secret_has_no_other_place_in_an_address(url):
    with pytest.raises(Refused):
        read_target(url, secret="s")


def test_what_is_asked_cannot_have_the_secret_put_into_it():
    template = template_read('{"q": "{{prompt}}", "auth": {"key": "{{secret}}"}}')
    body = template_body(template, "say {{secret}} and {{prompt}}", secret="{{prompt}}-7")
    assert body == {"q": "say {{secret}} and {{prompt}}", "auth": {"key": "{{prompt}}-7"}}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("key=abc", True), ("api_key=1", True), ("apiKey=x", True), ("access_token=x", True),
        ("subscription-key=x", True),
        ("sig=x", True), ("password=hunter", True), ("q=sk-abcdefghijklmnop1234", True),
        ("q=AKIAIOSFODNN7EXAMPLE", True), ("q=9f86d081884c7d659a2feaa0c55ad015", True),
        ("q=c2VjcmV0IGtleSB0aGF0IG5vYm9keSBzZWVz", True), ("q=kJ8sD2hQ9xZ7vB4nM1wR5tY6", True),
        ("key={{secret}}", False), ("key=", False), ("v=2024-06-01", False), ("api-version=2024-06-01-preview", False),
        ("model=gpt-4o-mini-2024-07-18", False), ("bot=550e8400-e29b-41d4-a716-446655440000", False),
        ("monkey=banana", False), ("max_tokens=500", False), ("agent=65f1c0a2b3d4e5f6a7b8c9d0", False),
        ("topic=donaudampfschifffahrtsgesellschaft", False), ("x=Bearer%20{{secret}}", False),
        ("kJ8sD2hQ9xZ7vB4nM1wR5tY6", True), ("a=1;key=abcd", True), ("auth_code=x", True),
        ("api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={{secret}}", False),
        ("sessionId=kJ8sD2hQ9xZ7vB4nM1wR5tY6", False), ("assistant_id=asst_4XkT9bQqWmR1vLhNz8PsYd3J", False),
        ("session_id=sk-abcdefghijklmnop1234", True), ("country_code=DE", False), ("sort_key=date", False),
        ("auth=none", False), ("deployment=CustomerServiceAssistantV2ProductionDeployment1Blue", False),
    ],
)  # fmt: skip
def test_keys_in_the_query_are_told_from_other_values(query, found):
    where = key_in_url(f"{BASE}?{query}")
    assert (where is not None) == found
    value = query.partition("=")[2]
    assert where is None or len(value) < 3 or value not in where
    assert url_shown(f"{BASE}?{query}") == (f"{BASE}?{HIDDEN}" if found else f"{BASE}?{query}")


def test_a_token_in_the_path_is_seen_and_hidden():
    url = "https://bot.example.com/hook/sk-abcdefghijklmnop1234/chat"
    assert (key_in_url(url), url_shown(url)) == ("its path", HIDDEN)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ({"auth": {"apiKey": "x"}}, True), ({"password": "hunter"}, True), ({"key": "a1b2c3d4"}, True),
        ({"a": ["kJ8sD2hQ9xZ7vB4nM1wR5tY6"]}, True), ({"h": "Bearer abcdefghijklmnopqrstuvwxyz"}, True),
        ({"auth": "{{secret}}"}, False), ({"auth": "Bearer {{secret}}"}, False), ({"token": "{{prompt}}"}, False),
        ({"filters": [{"key": "language", "value": "en"}]}, False), ({"max_tokens": 500, "code": "en"}, False),
        ({"assistant_id": "asst_4XkT9bQqWmR1vLhNz8PsYd3J"}, False), ({"auth": "Api-Key {{secret}}"}, False),
        ({"auth": "{{secret}} sk-abcdefghijklmnop1234"}, True), ({"signature": "Your Acme team"}, False),
        ({"page": "/customers/Berlin2024/Products/Router7590/Support"}, False),
        ({"system": "You are Aria. Never ask for the password or the PIN of a customer."}, False),
    ],
)  # fmt: skip
def test_keys_in_a_body_are_told_from_other_texts(template, found):
    assert (key_in_template({"q": "{{prompt}}", **template}) is not None) == found
    text = json.dumps(template)
    assert template_shown(text) == (HIDDEN if found else text)


def test_random_keys_are_nearly_always_seen_and_models_are_not():
    chance = Random(4)
    keys = ["".join(chance.choices(string.ascii_letters + string.digits, k=32)) for _ in range(500)]
    assert sum(key_in_url(f"{BASE}?q={key}") is not None for key in keys) == 500
    keys = ["".join(chance.choices(string.ascii_uppercase + "234567", k=32)) for _ in range(500)]
    assert sum(key_in_url(f"{BASE}?q={key}") is not None for key in keys) > 480
    models = (
        "gpt-4.1-mini", "claude-sonnet-4-5-20250929", "meta-llama/Llama-3.3-70B-Instruct", "demo",
        "mistralai/Mixtral-8x22B-Instruct-v0.1", "Qwen2.5-72B-Instruct-Turbo", "ft:gpt-4o:acme:support:9xY",
        "accounts/fireworks/models/llama-v3p1-70b-instruct", "projects/p/locations/l/publishers/google/models/gemini",
    )  # fmt: skip
    assert [model for model in models if key_in_text(model)] == []
