"""Exposure and patterns over the API: figures, and who may read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from portal.core.roles import Role, Scope
from tests.audits.conversations import Told
from tests.audits.own_patterns import live
from tests.audits.told import counted
from tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db

EXPOSURE, PATTERNS = "/api/v1/assistants/ava/exposure/", "/api/v1/assistants/ava/patterns/"
CARD = (("customer", "My card is 4111 1111 1111 1111."), ("assistant", "Thank you."))


def get(url: str, header: str):
    return Client().get(url, headers={"Authorization": header})


def test_exposure_is_told_by_type_originator_and_release(assistant, api_key):
    key = api_key(Scope.AUDITS_READ)
    assert get(EXPOSURE, key).json() == {
        "assistant": "ava", "since": None, "until": None, "scanned": 0, "unscanned": 0, "types": [], "releases": [],
    }  # fmt: skip
    release = ReleaseFactory(assistant=assistant, version="1.4", released_at=datetime(2025, 2, 1, tzinfo=UTC))
    counted(assistant, [*[Told() for _ in range(3)], Told(turns=CARD, release=release)])
    answer = get(EXPOSURE, key).json()
    assert (answer["since"], answer["until"], answer["scanned"]) == ("2025-03-03", "2025-03-04", 4)
    (card,) = answer["types"]
    assert (card["type"], card["volunteered"]["conversations"], card["volunteered"]["share"]) == (
        "CREDIT_CARD",
        1,
        0.25,
    )
    assert (card["originated"]["conversations"], card["originated"]["low"]) == (0, 0.0)
    assert [(one["release"], one["scanned"]) for one in answer["releases"]] == [("1.4", 1)]
    assert get(f"{EXPOSURE}?release=1.4", key).json()["scanned"] == 1
    wrong = get(f"{EXPOSURE}?release=9&color=red", key)
    assert wrong.status_code == 422
    assert get(f"{EXPOSURE}?since=2025-03-04&until=2025-03-01", key).json()["errors"][0]["field"] == "until"


def test_patterns_are_listed_without_their_examples(assistant, privacy_officer, api_key):
    live(assistant, privacy_officer)
    answer = get(PATTERNS, api_key(Scope.AUDITS_READ))
    (pattern,) = answer.json()["results"]
    assert (pattern["type"], pattern["version"], pattern["state"]) == ("ORDER_NUMBER", 1, "live")
    assert pattern["activated_by"] == privacy_officer.actor_ref
    assert "1111111" not in answer.content.decode()


@pytest.mark.parametrize("url", [EXPOSURE, PATTERNS], ids=["exposure", "patterns"])
def test_who_reads_it(assistant, member, outsider, api_key, as_user, url):
    assert Client().get(url).status_code == 401
    assert get(url, api_key(Scope.CONSENT_READ)).status_code == 403
    assert get(url, api_key(Scope.AUDITS_READ)).status_code == 200
    assert as_user(outsider).get(url).status_code == 404
    assert {as_user(member(role)).get(url).status_code for role in Role.values} == {200}
