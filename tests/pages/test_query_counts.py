"""Lists cost the same number of queries for one row and for thirty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistants.models import Assistant
from audits.engine.probing import shipped_sets
from audits.models import Finding, FindingEvent, ProbeSetVersion
from audits.services.flags import flag_raise
from portal.accounts.models import User
from tests.audits.conversations import Told, conversations_make
from tests.factories import AssistantFactory, ReleaseFactory
from tests.workflow.making import cycle_make, finding_make, run_make


def _queries(client, url: str) -> int:
    client.get(url)  # once before, so that nothing is made on the first visit only
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def _findings(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    for number in range(start, start + count):
        run = run_make(assistant, target=f"target {number}", cycle=cycle_make(assistant))
        made = finding_make(assistant, run=run)
        Finding.objects.filter(pk=made.pk).update(owner=reviewer, claimed_by=None)


def _flags(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    for made in conversations_make(assistant, [Told()] * count):
        flag_raise(conversation=made, kind="wrong", source="reviewer", actor=reviewer)


def _queue(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    """Half findings, half flags, so that a page of thirty holds both."""
    half = (count + 1) // 2
    _findings(assistant, reviewer, half, start)
    _flags(assistant, reviewer, half, start)


def _cycles(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    _findings(assistant, reviewer, count, start)


def _assistants(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    for number in range(start, start + count):
        made = AssistantFactory(team=assistant.team, slug=f"more-{number}", owner=reviewer)
        ReleaseFactory(assistant=made)


def _conversations(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    conversations_make(assistant, [Told(release=assistant.releases.first())] * count)


def _probe_sets(assistant: Assistant, reviewer: User, count: int, start: int) -> None:
    for number in range(start, start + count):
        ProbeSetVersion.objects.create(
            team=assistant.team, slug=f"set-{number}", version=1, name=f"Set {number}", content_hash="",
            document=shipped_sets()[0].to_json(), created_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "grow"),
    [
        ("/probe-sets/", _probe_sets),
        ("/queue/", _queue),
        ("/queue/?kind=flags", _flags),
        ("/findings/", _findings),
        ("/cycles/", _cycles),
        ("/assistants/", _assistants),
        ("/assistants/ava/", _conversations),
        ("/assistants/ava/", _findings),
    ],
)
def test_list_costs_as_many_queries_for_thirty_rows_as_for_one(
    assistant, reviewer, as_user, address: str, grow: Callable[[Assistant, User, int, int], None]
):
    client = as_user(reviewer)
    grow(assistant, reviewer, 1, 0)
    one = _queries(client, address)
    grow(assistant, reviewer, 29, 1)
    assert _queries(client, address) == one


def test_finding_page_costs_the_same_with_more_history_and_evidence(assistant, finding, reviewer, as_user):
    client, url = as_user(reviewer), reverse("audits:finding", args=[finding.pk])
    one = _queries(client, url)
    for _ in range(29):
        FindingEvent.objects.create(
            finding=finding, at=finding.raised_at, actor=reviewer.actor_ref, person=reviewer, action="finding.commented"
        )
    for made in conversations_make(assistant, [Told(release=assistant.releases.first())] * 29):
        finding.evidence.create(conversation=made, why="Not resolved.")
    assert _queries(client, url) == one


def test_cycle_page_costs_the_same_with_more_checks(assistant, reviewer, as_user):
    cycle = cycle_make(assistant)
    finding_make(assistant, run=run_make(assistant, cycle=cycle, target="target"))
    client, url = as_user(reviewer), reverse("audits:cycle", args=[cycle.pk])
    one = _queries(client, url)
    for number in range(29):
        finding_make(assistant, run=run_make(assistant, cycle=cycle, target=f"target {number}"))
    assert _queries(client, url) == one


def test_count_above_the_queue_matches_its_pages(assistant, reviewer, as_user):
    _queue(assistant, reviewer, 40, 0)
    client = as_user(reviewer)
    first, second = (client.get(f"/queue/?page={page}").context for page in (1, 2))
    assert (len(first["items"]), len(second["items"]), first["page"].paginator.count) == (30, 10, 40)
    refs = [item.ref for item in (*first["items"], *second["items"])]
    assert len(set(refs)) == 40
    assert [ref.partition("-")[0] for ref in refs] == ["finding"] * 20 + ["flag"] * 20
