"""Whatever the OpenAPI document allows to be sent about things that are there, and what it does not allow: never a
fault of ours. That every answer is one that the document declares, `tests.contract` holds.
"""

from __future__ import annotations

import json
import warnings
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.core.jsonlines.bodies import MEDIA_TYPE
from portal.core.roles import Role, Scope
from tests import contract
from tests.access.asking import address_of
from tests.access.matrix import API
from tests.factories import MembershipFactory

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import schemathesis

EXAMPLES = 3


@pytest.fixture
def callers(scene, api_key, as_user, reviewer) -> list[Client]:
    """A key of every scope, a key of each alone, and a person who holds every role."""
    for role in set(Role.values) - {Role.REVIEWER}:
        MembershipFactory(user=reviewer, team=scene.home, role=role)
    keys = [api_key(), *(api_key(scope) for scope in Scope.values)]
    return [as_user(reviewer), *(Client(headers={"Authorization": key}) for key in keys)]


def test_no_request_is_answered_with_a_fault_or_against_the_document(scene, callers):
    addresses = {
        (contract.described(address), line.method): address for line in API for address in [address_of(line, scene)]
    }
    described = schemathesis.openapi.from_dict(contract.document())
    statuses: dict[str, set[int]] = {}
    for operation in (one.ok() for one in described.get_all_operations()):
        if MEDIA_TYPE not in operation.definition.raw.get("requestBody", {}).get("content", {}):
            # Lines are not of JSON; their parsers have properties of their own.
            address = addresses[operation.path, operation.method.upper()]
            statuses[operation.label] = _answers(operation, address, callers)
    assert len(statuses) > 70
    assert {status for seen in statuses.values() for status in seen} >= {200, 403, 404, 422}


def _answers(operation: Any, address: str, callers: list[Client]) -> set[int]:
    """The statuses of requests to an operation, valid ones and others; what they change is undone."""
    seen: set[int] = set()
    requests = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]

    @settings(max_examples=EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    @given(case=st.one_of(*requests), caller=st.sampled_from(callers[:2]) | st.sampled_from(callers))
    def ask(case: Any, caller: Client) -> None:
        with transaction.atomic():
            answer = _send(caller, case, address)
            transaction.set_rollback(True)
        assert answer.status_code < 500, case.as_curl_command()
        seen.add(answer.status_code)

    ask()
    return seen


def _send(caller: Client, case: Any, address: str) -> Any:
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    where = f"{address}?{urlencode(query, doseq=True, errors='replace')}" if query else address
    body = case.body
    if not isinstance(body, bytes):
        body = b"" if isinstance(body, schemathesis.core.NotSet) else json.dumps(body).encode()
    return caller.generic(case.method.upper(), where, body, content_type="application/json")
