"""What is sent in which place, and what counts as an answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.endpoints.errors import Busy, EndpointError
from audits.endpoints.protocols import (
    OPENAI_ANSWER,
    answer_of,
    header_check,
    openai_body,
    path_read,
    template_body,
    template_read,
)
from audits.endpoints.transport import Reply

OPENAI = path_read(OPENAI_ANSWER)


def reply(document, status=200, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(status, headers, body, 0.1)


def choice(message):
    return {"choices": [{"message": message}], "usage": {"total_tokens": 31}}


@given(st.text())
def test_no_prompt_changes_the_structure_of_a_template(prompt):
    template = template_read('{"a": ["{{prompt}}", 1, null], "b": {"c": "Q: {{prompt}} A:", "{{prompt}}": true}}')
    sent = json.loads(json.dumps(template_body(template, prompt)))
    assert sent == {"a": [prompt, 1, None], "b": {"c": f"Q: {prompt} A:", "{{prompt}}": True}}


@pytest.mark.parametrize(
    "text", ["", "{{prompt}}", '{"a": {{prompt}}}', '{"a": 1}', '{"{{prompt}}": 1}', "[" * 5000, '["{{prompt}}"' + "]"]
)
def test_templates_without_a_place_for_the_prompt_are_refused(text):
    if text == '["{{prompt}}"]':
        assert template_read(text) == ["{{prompt}}"]
        return
    with pytest.raises(ValueError, match="template"):
        template_read(text)


def test_openai_body_is_a_fresh_conversation():
    assert openai_body("Hi", model="m", instructions="Be kind.", max_tokens=200) == {
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
        "stream": False,
        "model": "m",
        "max_tokens": 200,
    }
    assert openai_body("Hi", model="", instructions="", max_tokens=0) == {
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": False,
    }


@pytest.mark.parametrize(
    ("text", "steps"),
    [("$.a.b[0]", ("a", "b", 0)), ("a", ("a",)), ("[1].x-y", (1, "x-y")), (OPENAI_ANSWER, OPENAI)],
)
def test_paths_are_read(text, steps):
    assert path_read(text) == steps


@pytest.mark.parametrize("text", ["", "$", "a..b", "a[x]", "a[*]", "..a", "a[-1]", "a b"])
def test_other_paths_are_refused(text):
    with pytest.raises(ValueError, match="path"):
        path_read(text)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (choice({"content": "Sure."}), "Sure."),
        (choice({"content": [{"type": "text", "text": "One"}, {"type": "text", "text": "two"}]}), "One\ntwo"),
        (choice({"content": None, "refusal": "I cannot help."}), "I cannot help."),
        (choice({"content": "a\x00b"}), "ab"),
    ],
)
def test_answers_of_the_openai_format(document, text):
    answer = answer_of(reply(document), OPENAI)
    assert (answer.text, answer.tokens) == (text, 31)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "malformed"),
        (b"<html>", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"choices": NaN}', "malformed"),
        ({}, "no_text"),
        ([], "no_text"),
        ("text", "no_text"),
        ({"choices": []}, "no_text"),
        ({"choices": [None]}, "no_text"),
        (choice({"content": None, "tool_calls": []}), "no_text"),
        (choice({"content": 7}), "no_text"),
        (choice({"content": "  "}), "no_text"),
        (choice({"content": " \x00"}), "no_text"),
        (choice({"content": [{"type": "image"}, 3]}), "no_text"),
    ],
)
def test_everything_else_is_no_answer(document, code):
    with pytest.raises(EndpointError) as caught:
        answer_of(reply(document), OPENAI)
    assert (caught.value.code, caught.value.again) == (code, False)


@pytest.mark.parametrize(
    ("status", "code", "again", "everyone"),
    [
        (301, "redirect", False, True),
        (400, "rejected", False, False),
        (401, "unauthorised", False, True),
        (404, "not_found", False, True),
        (408, "server", True, False),
        (500, "server", True, False),
        (504, "server", True, False),
    ],
)
def test_statuses_say_what_to_do(status, code, again, everyone):
    with pytest.raises(EndpointError) as caught:
        answer_of(reply({}, status), OPENAI)
    error = caught.value
    assert (error.code, error.again, error.everyone) == (code, again, everyone)


def test_busy_says_how_long():
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    for text, least, most in (("7", 7, 7), (in_a_minute, 55, 60), ("99999999999", 86_400, 86_400)):
        with pytest.raises(Busy) as caught:
            answer_of(reply({}, 429, **{"retry-after": text}), OPENAI)
        assert least <= caught.value.retry_after <= most
    beyond = ("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999")
    for headers in ({}, *({"retry-after": text} for text in ("soon", "-5", *beyond))):
        with pytest.raises(Busy) as caught:
            answer_of(reply({}, 503, **headers), OPENAI)
        assert caught.value.retry_after is None


def test_secrets_go_into_plain_headers_only():
    header_check("Authorization", "Bearer sk-x y")
    for name, value in (
        ("Host", "x"), ("Content-Length", "5"), ("X:", "x"), ("", "x"), ("Transfer-Encoding", "chunked"),
        ("X-Key", "a\r\nB: c"), ("X-Key", " a"), ("X-Key", "ä"),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            header_check(name, value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_json_without_the_path_is_no_answer(document):
    with pytest.raises(EndpointError):
        answer_of(reply(json.dumps(document).encode()), OPENAI)
