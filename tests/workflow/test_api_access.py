"""What lists hold back, what keys are told, and what lists cost. Who may reach which route: tests/access."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Finding
from audits.services.flags import flag_raise
from tests.factories import ConversationFactory
from tests.workflow.making import finding_make, run_make


@pytest.mark.parametrize("path", ["/api/v1/findings/", "/api/v1/flags/", "/api/v1/cycles/"])
def test_another_teams_things_are_not_listed(as_user, assistant, outsider, reviewer, path):
    finding_make(assistant)
    flag_raise(conversation=ConversationFactory(assistant=assistant), kind="wrong", source="reviewer", actor=reviewer)
    assert as_user(outsider).get(path).json()["results"] == []
    assert len(as_user(reviewer).get(path).json()["results"]) == 1


def test_a_key_is_told_that_people_decide(client, assistant, api_key):
    path = f"/api/v1/findings/{finding_make(assistant).pk}/confirm/"
    answer = client.post(path, {}, content_type="application/json", headers={"Authorization": api_key()})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:probity:problem:people_only")


@pytest.mark.parametrize("path", ["/api/v1/findings/", "/api/v1/flags/", "/api/v1/cycles/"])
def test_lists_cost_the_same_at_one_and_at_thirty_rows(as_user, assistant, reviewer, path):
    client = as_user(reviewer)

    def cost(rows: int) -> int:
        for number in range(Finding.objects.count(), rows):
            finding_make(assistant, run=run_make(assistant, target=f"outcome {number}"))
            conversation = ConversationFactory(assistant=assistant)
            flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(path).json()["results"]) == rows
        return len(queries)

    assert cost(1) == cost(30)


def test_check_runs_cost_the_same_at_one_and_at_thirty_rows(as_user, assistant, reviewer):
    cycle = run_make(assistant).cycle
    client, path = as_user(reviewer), f"/api/v1/cycles/{cycle.pk}/check-runs/"

    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(path).json()["results"]) == rows
        return len(queries)

    client.get(path)
    first = count(1)
    for number in range(29):
        run_make(assistant, cycle=cycle, target=f"outcome {number}")
    assert count(30) == first
