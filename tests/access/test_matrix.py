"""Every route, for everybody who might try: signed out, in no team, in another team, in each role, with each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, get_resolver

from portal.core.roles import Scope
from tests.access.asking import address_of, ask, asked, browsers, expected, in_a_word
from tests.access.lines import KEYS_NEVER
from tests.access.matrix import API, ELSEWHERE, OPEN, PAGES

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
        answer = client.options(address_of(line, scene))
        allowed[line.route] = METHODS & set(answer.headers.get("Allow", "").split(", "))
    assert told == allowed


def test_people_do_what_their_role_allows(scene, as_user):
    """What they may read is walked by test_leaks."""
    clients, wrong = browsers(scene, as_user), {}
    for line, address, data in asked([line for line in (*PAGES, *API) if line.method != "GET"], scene):
        for name, words in expected(line).items():
            found = in_a_word(ask(clients[name], line, address, data))
            if found not in words:
                wrong[f"{line.name} as {name}"] = f"{found}, expected {' or '.join(words)}"
    assert wrong == {}


def test_keys_get_what_their_scope_opens(scene, api_key, member, client):
    every, strange = api_key(), api_key(team=scene.away, actor=member("administrator", team=scene.away))
    right = {scope: api_key(scope) for scope in Scope.values}
    others = {scope: api_key(*(other for other in Scope.values if other != scope)) for scope in Scope.values}
    wrong = {}
    for line, address, data in asked(API, scene):
        if line.scope == KEYS_NEVER:
            cases = {"every scope": (every, ["refused"]), "another team": (strange, ["refused", "missing"])}
        else:
            stranger = "missing" if line.args or line.names_ours else "open"
            cases = {
                "its scope": (right[line.scope], ["open"]),
                "the other scopes": (others[line.scope], ["refused"]),
                "another team": (strange, [stranger]),
            }
        for name, (key, words) in cases.items():
            found = in_a_word(ask(client, line, address, data, Authorization=key))
            if found not in words:
                wrong[f"{line.name} with a key of {name}"] = f"{found}, expected {' or '.join(words)}"
    assert wrong == {}


def test_forms_are_taken_with_a_token_only(scene):
    answers = {}
    for line in PAGES:
        if line.method == "POST":
            client = Client(enforce_csrf_checks=True)
            client.force_login(scene.people[min(line.roles)], backend="django.contrib.auth.backends.ModelBackend")
            answers[line.name] = client.post(address_of(line, scene)).status_code
    assert answers == dict.fromkeys(answers, 403)
