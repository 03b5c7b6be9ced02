"""One rule for every address: a parameter that its documentation does not name is refused by name."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.contract import operations


def address(path: str) -> str:
    """An address of the path at which nothing is."""
    named = path.replace("{public_id}", str(UUID(int=1))).replace("{slug}", "none")
    return re.sub(r"{\w+}", "1", named)


@pytest.fixture
def ask(api_key):
    client = Client(headers={"Authorization": api_key()})

    def ask(path: str, method: str, query: str):
        return client.generic(method.upper(), f"{address(path)}?{query}", b"{}", content_type="application/json")

    return ask


def test_an_unknown_parameter_is_refused_before_anything_else(ask):
    for path, method, operation in operations():
        answer = ask(path, method, "bogus=1&Cursor=x")
        taken = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        message = f"There is no such parameter; there are: {', '.join(sorted(taken)) or 'none'}."
        told = [{"field": name, "message": message} for name in ("Cursor", "bogus")]
        assert (path, answer.status_code, answer.json().get("errors")) == (path, 422, told)


def test_the_format_is_what_the_framework_reads(ask):
    assert ask("/api/v1/findings/", "get", "format=json").status_code == 200
    assert ask("/api/v1/findings/", "get", "format=xml").status_code == 404


def test_a_method_that_is_not_taken_is_named_before_its_parameters(ask):
    assert [ask("/api/v1/findings/", method, "bogus=1").status_code for method in ("put", "delete")] == [405, 405]
