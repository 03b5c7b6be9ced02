"""What is wrong is said without repeating what was sent: it may be about a person, and errors get logged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework import serializers

import portal.urls  # noqa: F401  (loads every body)
from portal.core.bodies import Query, StrictBody

NAME = "Erika Mustermann"


def described(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from described(one)


def messages(field: Any) -> Iterator[tuple[str, str]]:
    yield from ((code, str(message)) for code, message in field.error_messages.items())
    for name in ("child", "child_relation"):
        if hasattr(field, name):
            yield from messages(getattr(field, name))


BODIES = [*described(StrictBody), *described(Query)]


def test_no_message_of_any_field_repeats_its_value():
    assert len(BODIES) > 40
    found = [
        (body.__name__, name, code)
        for body in BODIES
        for name, field in body().fields.items()
        for code, message in messages(field)
        if set(re.findall(r"{(\w+)}", message)) & {"input", "value", "pk_value"}
    ]
    assert found == []


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("POST", "flags/", {"kind": NAME, "source": NAME}),
        ("POST", "cycles/", {"assistant": NAME, "checks": [NAME]}),
        ("POST", "consent/evaluate", {"customer_ref": "a", "purpose": "p", "use_time": NAME, "team": NAME}),
        ("POST", "consent/events", [{"state": NAME, "given_by": NAME, "occurred_at": NAME, "subject": NAME}]),
        ("POST", "subject-requests", {"kind": NAME, "customer_ref": "a"}),
        ("POST", "findings/1/confirm/", {"owner": NAME}),
        ("POST", "findings/1/confirm/", {"owner": 999_999}),
        ("POST", "findings/1/dismiss/", {"reason": NAME, "note": "n"}),
        ("GET", f"findings/?state={NAME}&severity={NAME}&cycle={NAME}&assistant={NAME}&waiting={NAME}", {}),
        ("GET", f"findings/?cursor={NAME}&page_size={NAME}", {}),
        ("GET", f"subject-requests?kind={NAME}", {}),
    ],
)
def test_an_error_says_what_can_be_chosen_not_what_was_typed(as_user, reviewer, privacy_officer, method, path, given):
    for person in (reviewer, privacy_officer):
        client: Client = as_user(person)
        answer = client.generic(method, f"/api/v1/{path}", json.dumps(given), content_type="application/json")
        assert answer.status_code in (403, 404, 422)
        assert NAME not in answer.content.decode()
        assert "999999" not in answer.content.decode()


def test_a_choice_is_told_its_values(as_user, reviewer):
    errors = as_user(reviewer).get("/api/v1/findings/?severity=grave").json()["errors"]
    assert errors == [{"field": "severity", "message": "Choose one of: low, medium, high, critical."}]


def test_bodies_are_no_bare_serializers():
    """Every body that the document names refuses unknown keys and repeats nothing."""
    from tests.contract import document

    named = {name for name in document()["components"]["schemas"] if name.endswith("Request")}
    assert named == {f"{body.__name__}Request" for body in described(StrictBody)} & named
    assert issubclass(StrictBody, serializers.Serializer)
