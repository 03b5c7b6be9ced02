"""Planted personal values, looked for in every answer that anybody gets."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.matrix import API, PAGES, Line
from tests.access.scene import EMAIL, PLANTED, Scene

OURS = ("Ava of home", "ava-of-home", "They ask where it went.")


@pytest.fixture
def scene(home, away) -> Scene:
    return Scene(home, away)


def _read(client: Client, line: Line, scene: Scene) -> str:
    answer = client.get(reverse(line.route, args=line.args(scene) if line.args else []))
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def test_no_answer_holds_a_planted_value_but_the_page_on_which_it_is_revealed(scene, as_user):
    lines = [line for line in (*PAGES, *API) if line.method == "GET"]
    for line in lines:
        _ = line.args and line.args(scene)
    assert scene.revealed.person == scene.people["reviewer"]
    clients = {name: as_user(person) for name, person in scene.people.items()}
    reveal_url = reverse("audits:conversation-reveal", args=scene.mask)
    assert clients["reviewer"].post(reveal_url, {"reason": "They ask where it went."}).status_code == 302
    found, strange = {}, {}
    for line in lines:
        for name, client in clients.items():
            text = _read(client, line, scene)
            if hits := [value for value in PLANTED if value in text]:
                found[line.route, name] = hits
            if name in ("outsider", "nobody") and (hits := [word for word in OURS if word in text]):
                strange[line.route, name] = hits
    assert found == {("audits:conversation", "reviewer"): [EMAIL, "kowalska"]}
    assert strange == {}
