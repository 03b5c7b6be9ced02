"""What a careless or hostile client may send to any route: an answer that says what is wrong, never a fault of ours."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

PROBLEM = "application/problem+json"
BODIES = ["/api/v1/flags/", "/api/v1/cycles/", "/api/v1/subject-requests", "/api/v1/consent/evaluate"]
LISTS = ["/api/v1/assistants/", "/api/v1/findings/", "/api/v1/retention/rules"]


@pytest.fixture
def api(api_key):
    client = Client(headers={"Authorization": api_key()}, raise_request_exception=False)

    def ask(method: str, address: str, body: bytes = b""):
        answer = client.generic(method, address, body, content_type="application/json")
        assert answer.headers["Content-Type"] == PROBLEM
        return answer.status_code, answer.json()

    return ask


@pytest.mark.parametrize("address", BODIES)
@pytest.mark.parametrize(
    "body", [b'{"a":' * 60_000 + b"1" + b"}" * 60_000, b"[" * 60_000, b'{"a":' * 33 + b"{}" + b"}" * 33]
)
def test_a_deep_body_is_refused(api, address, body):
    status, told = api("POST", address, body)
    assert (status, told["detail"]) == (400, "The body is nested more than 32 levels deep.")


def test_a_body_longer_than_a_record_is_refused_unread(api, settings):
    settings.PROBITY_MAX_RECORD_BYTES = 1000
    status, told = api("POST", "/api/v1/flags/", json.dumps({"note": "x" * 1000}).encode())
    assert (status, told["type"]) == (413, "urn:probity:problem:too_large")
    assert "1000 bytes" in told["detail"]


@pytest.mark.parametrize("address", BODIES)
def test_half_a_character_in_a_name_is_told(api, address):
    status, told = api("POST", address, b'{"x\\ud800": 1}')
    assert (status, told["errors"][0]["field"]) == (422, "x?")


def test_half_a_character_in_a_choice_is_told(api):
    status, told = api("POST", "/api/v1/flags/", b'{"kind": "\\ud800"}')
    assert status == 422
    assert "kind" in [error["field"] for error in told["errors"]]


@pytest.mark.parametrize("name", ["cursor", "page_size", "format"])
@pytest.mark.parametrize("address", BODIES)
def test_no_body_takes_what_belongs_into_an_address(api, address, name):
    status, told = api("POST", address, json.dumps({name: 1}).encode())
    [error] = [error for error in told["errors"] if error["field"] == name]
    assert status == 422
    assert error["message"].startswith("There is no such field; there are: ")
    assert "cursor" not in error["message"]


def test_an_action_without_input_takes_none(as_user, reviewer):
    answer = as_user(reviewer).post("/api/v1/flags/1/claim/", {"cursor": "x"}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "cursor", "message": "There is no such field; there are: none."}]


def test_many_faults_are_told_in_part(api):
    names = {f"unknown {number}": 1 for number in range(20_000)}
    assert len(api("POST", "/api/v1/flags/", json.dumps(names).encode())[1]["errors"]) == 50
    uses = {"uses": [{"purpose": "x", **dict.fromkeys(list(names)[:50], 1)} for _ in range(100)]}
    assert len(api("POST", "/api/v1/consent/evaluate/batch", json.dumps(uses).encode())[1]["errors"]) == 1000


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("position", ["\0", "x", "", "-1", "9" * 5000])
def test_a_cursor_that_was_made_up_is_refused(api, address, position):
    cursor = base64.urlsafe_b64encode(f"p={position}".encode().replace(b"\0", b"%00")).decode()
    status, told = api("GET", f"{address}?cursor={cursor}")
    assert (status, told["detail"].partition(":")[0]) == (404, "There is no such page")


@pytest.mark.parametrize("cursor", ["%00", "x", "cD0x!", "bz05OTk5OTkmcD0x", "cD0xJng9MQ==", "é"])
def test_a_cursor_that_is_not_one_of_ours_is_refused(api, cursor):
    assert api("GET", f"/api/v1/findings/?cursor={cursor}")[0] == 404


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "", "1.5", "9" * 5000, "%00", "٣"])
def test_a_page_of_no_size_is_refused_by_name(api, size):
    status, told = api("GET", f"/api/v1/findings/?page_size={size}")
    assert (status, told["errors"]) == (
        422,
        [{"field": "page_size", "message": "Give a whole number from 1 to 200."}],
    )


@pytest.mark.parametrize("address", ["/api/v1/consents", "/api/v1/consent/events"])
def test_a_team_that_cannot_be_is_refused_by_name(api, address):
    status, told = api("POST", f"{address}?team=%00", b"[]")
    assert (status, {error["field"] for error in told["errors"]}) == (422, {"team"})


@pytest.mark.parametrize("address", LISTS)
def test_too_many_parameters_are_a_problem(api, address):
    assert api("GET", f"{address}?{'&'.join(f'a{number}=1' for number in range(1200))}")[0] == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1//"])
def test_the_root_is_only_read(api, method, address):
    assert api(method, address)[0] == 405


def test_what_nobody_foresaw_is_a_problem_too(api, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("audits.api.findings.findings_for", fail)
    status, told = api("GET", "/api/v1/findings/")
    assert (status, "secret" in json.dumps(told)) == (500, False)
