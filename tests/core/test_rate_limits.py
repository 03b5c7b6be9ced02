"""Limits a minute: for a person on pages and in the API, for a key, and none where Redis is away."""

from __future__ import annotations

import uuid

import pytest

from portal.core import rate_limits


@pytest.fixture(autouse=True)
def _own_minute(monkeypatch):
    """Nobody else counts in it, it does not end meanwhile, and Redis may take its time."""
    minute = uuid.uuid4().int % 10**9
    monkeypatch.setattr(rate_limits.time, "time", lambda: 60.0 * minute + 20)
    monkeypatch.setattr(rate_limits, "_silent_until", 0.0)
    monkeypatch.setattr(rate_limits, "_TIMEOUT", 20.0)
    rate_limits._client.cache_clear()
    yield
    rate_limits._client.cache_clear()


def test_a_person_is_held_back_on_pages_and_in_the_api(reviewer, approver, as_user, settings):
    settings.PROBITY_USER_REQUESTS_PER_MINUTE = 2
    client = as_user(reviewer)
    answers = [client.get(address) for address in ("/", "/api/v1/findings/", "/", "/api/v1/findings/")]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [answer["Retry-After"] for answer in answers[2:]] == ["41", "41"]
    assert answers[3].json()["type"] == "urn:probity:problem:too_many"
    assert as_user(approver).get("/").status_code == 200


def test_a_key_is_held_back(client, api_key, settings):
    settings.PROBITY_KEY_REQUESTS_PER_MINUTE = 1
    key = {"Authorization": api_key()}
    answers = [client.get("/api/v1/findings/", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert (answers[1]["Retry-After"], answers[1]["Content-Type"]) == ("41", "application/problem+json")
    assert client.get("/api/v1/findings/", headers={"Authorization": api_key()}).status_code == 200


def test_a_key_that_misspells_a_parameter_is_counted_and_held_back(client, api_key, settings):
    settings.PROBITY_KEY_REQUESTS_PER_MINUTE = 2
    key = {"Authorization": api_key()}
    asked = ("/api/v1/findings/?stat=open", "/api/v1/findings/", "/api/v1/findings/?stat=open", "/api/v1/findings/")
    assert [client.get(address, headers=key).status_code for address in asked] == [422, 200, 429, 429]


def test_nobody_is_held_back_while_redis_is_away(settings, monkeypatch):
    settings.PROBITY_REDIS_URL = "redis://127.0.0.1:1/0"
    assert [rate_limits.seconds_to_wait("user:1", limit=1) for _ in range(3)] == [0, 0, 0]
    assert rate_limits._silent_until > 0


def test_a_limit_of_zero_counts_nothing():
    assert [rate_limits.seconds_to_wait("user:1", limit=0) for _ in range(3)] == [0, 0, 0]
