"""Everything that can be read, by everybody: who gets it, and that no planted personal value is in it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from tests.access.asking import ask, asked, browsers, expected, in_a_word
from tests.access.matrix import API, PAGES
from tests.access.scene import EMAIL, PLANTED

OURS = ("Ava of home", "ava-of-home", "They ask where it went.")


def _text(answer: HttpResponse) -> str:
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def test_people_read_what_their_role_opens_and_no_planted_value_but_the_one_they_revealed(scene, as_user):
    lines = asked([line for line in (*PAGES, *API) if line.method == "GET"], scene)
    assert scene.revealed.person == scene.people["reviewer"]
    clients = browsers(scene, as_user)
    reveal_url = reverse("audits:conversation-reveal", args=scene.mask)
    assert clients["reviewer"].post(reveal_url, {"reason": "They ask where it went."}).status_code == 302
    wrong, found, strange = {}, {}, {}
    for line, address, data in lines:
        for name, words in expected(line).items():
            answer = ask(clients[name], line, address, data)
            word, text = in_a_word(answer), _text(answer)
            if word not in words:
                wrong[f"{line.name} as {name}"] = f"{word}, expected {' or '.join(words)}"
            if hits := [value for value in PLANTED if value in text]:
                found[line.route, name] = hits
            if name in ("signed out", "outsider", "nobody") and (hits := [ours for ours in OURS if ours in text]):
                strange[line.route, name] = hits
    assert wrong == {}
    assert found == {("audits:conversation", "reviewer"): [EMAIL, "kowalska"]}
    assert strange == {}
