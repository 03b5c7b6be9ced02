"""Asking for a line of the matrix as somebody, and what should come of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.core.roles import Role
from tests.access.lines import Line
from tests.access.scene import Scene


def address_of(line: Line, scene: Scene) -> str:
    return reverse(line.route, args=line.args(scene) if line.args else [])


def asked(lines: list[Line], scene: Scene) -> list[tuple[Line, str, dict[str, Any]]]:
    """Address and data of each line. Everything is made before anybody asks, since what an answer changes is undone."""
    return [(line, address_of(line, scene), line.data(scene) if callable(line.data) else line.data) for line in lines]


def ask(client: Client, line: Line, address: str, data: dict[str, Any], **headers: str) -> HttpResponse:
    """The answer; whatever it changed is undone."""
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
    return answer


def in_a_word(answer: HttpResponse) -> str:
    """What came of it: sign in, refused, missing, or open (which a form may still find fault with)."""
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/accounts/login/"):
        return "sign in"
    assert answer.status_code < 500
    return {403: "refused", 404: "missing"}.get(answer.status_code, "open")


def expected(line: Line) -> dict[str, tuple[str, ...]]:
    """What each person may be answered. Who is in no team learns that it is missing or that no role opens it."""
    people = {role: ("open",) if role in line.roles else ("refused",) for role in Role.values}
    stranger = "missing" if line.args or line.names_ours else "open"
    nobody = ("open",) if line.anybody else ("refused", "missing")
    return {"signed out": ("sign in",), **people, "outsider": (stranger,), "nobody": nobody}


def browsers(scene: Scene, as_user: Any) -> dict[str, Client]:
    return {"signed out": Client(), **{name: as_user(person) for name, person in scene.people.items()}}
