"""Every route, for everybody who might try: signed out, in no team, in another team, in each role, with each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from portal.core.roles import Role, Scope
from tests.access.matrix import API, ELSEWHERE, KEYS_NEVER, OPEN, PAGES, Line
from tests.access.scene import Scene

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def _routes(patterns: Any, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str, Any]]:
    """(name, address, view) of every route."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield ":".join(filter(None, (namespace, pattern.name))), address, pattern.callback
        else:
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from _routes(pattern.url_patterns, address, inner)


ROUTES = {
    name: (address, view)
    for name, address, view in _routes(get_resolver().url_patterns)
    if not address.startswith(ELSEWHERE)
}


def test_every_route_has_a_line():
    lines = {line.route for line in (*PAGES, *API)}
    assert (set(ROUTES) - OPEN - lines, (lines | OPEN) - set(ROUTES)) == (set(), set())


def test_every_method_of_the_api_has_a_line():
    told = {(line.route, line.method) for line in API}
    views = {name: view.cls for name, (_, view) in ROUTES.items() if hasattr(view, "cls") and name not in OPEN}
    assert told == {(name, method) for name, cls in views.items() for method in METHODS if hasattr(cls, method.lower())}


def test_every_method_of_a_page_has_a_line(client, db, scene):
    """A page says itself what it allows."""
    told: dict[str, set[str]] = {}
    for line in PAGES:
        told.setdefault(line.route, set()).add(line.method)
    allowed = {}
    for line in PAGES:
        answer = client.options(_address(line, scene))
        allowed[line.route] = METHODS & set(answer.headers.get("Allow", "").split(", "))
    assert told == allowed


@pytest.fixture
def scene(home, away) -> Scene:
    return Scene(home, away)


def _address(line: Line, scene: Scene) -> str:
    return reverse(line.route, args=line.args(scene) if line.args else [])


def _ask(client: Client, line: Line, address: str, data: dict[str, Any], **headers: str) -> str:
    """What came of it, in a word; whatever it changed is undone."""
    with transaction.atomic():
        if line.method == "GET":
            answer = client.get(address, headers=headers)
        elif line.body is not None:
            answer = client.generic("POST", address, *line.body, headers=headers)
        elif line.scope is None:
            answer = client.post(address, data, headers=headers)
        else:
            answer = client.post(address, data, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return _in_a_word(answer)


def _in_a_word(answer: HttpResponse) -> str:
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/accounts/login/"):
        return "sign in"
    assert answer.status_code < 500
    return {403: "refused", 404: "missing"}.get(answer.status_code, "open")


def _expected(line: Line) -> dict[str, str]:
    people = {role: "open" if role in line.roles else "refused" for role in Role.values}
    stranger = "missing" if line.args or line.names_ours else "open"
    return {"signed out": "sign in", **people, "outsider": stranger, "nobody": "open" if line.anybody else "shut"}


def _asked(lines: list[Line], scene: Scene) -> list[tuple[Line, str, dict[str, Any]]]:
    """Everything is made before anybody asks, since what an answer changes is undone."""
    return [(line, _address(line, scene), line.data(scene) if callable(line.data) else line.data) for line in lines]


@pytest.mark.parametrize("lines", [PAGES, API], ids=["pages", "api"])
def test_people_get_what_their_role_opens(scene, as_user, lines):
    clients = {"signed out": Client(), **{name: as_user(person) for name, person in scene.people.items()}}
    wrong = {}
    for line, address, data in _asked(lines, scene):
        for name, expected in _expected(line).items():
            found = _ask(clients[name], line, address, data)
            # Who is in no team learns either that it is not there or that no role opens it.
            if found != expected and not (expected == "shut" and found in ("refused", "missing")):
                wrong[f"{line.name} as {name}"] = f"{found}, expected {expected}"
    assert wrong == {}


def test_keys_get_what_their_scope_opens(scene, api_key, member, client):
    every, strange = api_key(), api_key(team=scene.away, actor=member("administrator", team=scene.away))
    right = {scope: api_key(scope) for scope in Scope.values}
    others = {scope: api_key(*(other for other in Scope.values if other != scope)) for scope in Scope.values}
    wrong = {}
    for line, address, data in _asked(API, scene):
        if line.scope == KEYS_NEVER:
            cases = {"every scope": (every, ["refused"]), "another team": (strange, ["refused", "missing"])}
        else:
            stranger = "missing" if line.args or line.names_ours else "open"
            cases = {
                "its scope": (right[line.scope], ["open"]),
                "the other scopes": (others[line.scope], ["refused"]),
                "another team": (strange, [stranger]),
            }
        for name, (key, expected) in cases.items():
            found = _ask(client, line, address, data, Authorization=key)
            if found not in expected:
                wrong[f"{line.name} with a key of {name}"] = f"{found}, expected {' or '.join(expected)}"
    assert wrong == {}


def test_forms_are_taken_with_a_token_only(scene):
    answers = {}
    for line in PAGES:
        if line.method == "POST":
            client = Client(enforce_csrf_checks=True)
            client.force_login(scene.people[min(line.roles)], backend="django.contrib.auth.backends.ModelBackend")
            answers[line.name] = client.post(_address(line, scene)).status_code
    assert answers == dict.fromkeys(answers, 403)
