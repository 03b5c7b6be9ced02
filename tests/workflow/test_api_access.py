"""Who may reach what over HTTP: every route, for everyone who might try."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.api.findings import FINDING_ACTIONS, REMEDIATION_ACTIONS
from audits.api.flags import FLAG_ACTIONS
from audits.models import Finding
from audits.services.flags import flag_raise
from audits.services.remediations import remediation_draft
from portal.core.roles import Scope
from tests.factories import ConversationFactory
from tests.workflow.making import bring, finding_make, run_make

BODIES = {
    "confirm": {},
    "dismiss": {"reason": "explained", "note": "A holiday."},
    "duplicate": {"of": 1},
    "assign": {"owner": 0},
    "comment": {"note": "Looking."},
    "accept-risk": {"until": "2030-01-01", "note": "Small."},
    "remediation": {"plan": "Mend it."},
    "send-back": {"note": "Not yet."},
    "request-changes": {"note": "Say how."},
    "promote": {"severity": "high", "check_run": 1},
}
READS = {
    "cycles/": Scope.AUDITS_READ,
    "cycles/{cycle}/": Scope.AUDITS_READ,
    "cycles/{cycle}/check-runs/": Scope.AUDITS_READ,
    "findings/": Scope.AUDITS_READ,
    "findings/{finding}/": Scope.AUDITS_READ,
    "flags/": Scope.FLAGS_READ,
    "flags/{flag}/": Scope.FLAGS_READ,
}
DECISIONS = [
    "cycles/{cycle}/close/",
    *(f"findings/{{finding}}/{name}/" for name in FINDING_ACTIONS),
    *(f"remediations/{{remediation}}/{name}/" for name in REMEDIATION_ACTIONS),
    *(f"flags/{{flag}}/{name}/" for name in FLAG_ACTIONS),
]


@pytest.fixture
def things(assistant, reviewer, manager, approver) -> dict[str, int]:
    """The ids that the addresses need."""
    conversation = ConversationFactory(assistant=assistant)
    finding = finding_make(assistant, evidence=[conversation])
    bring(finding, "confirmed", finder=reviewer, fixer=manager, approver=approver)
    remediation = remediation_draft(finding_id=finding.pk, plan="Mend it.", actor=manager)
    flag = flag_raise(conversation=conversation, kind="privacy", source="reviewer", actor=reviewer)
    return {
        "cycle": finding.raised_by_run.cycle_id,
        "finding": finding.pk,
        "remediation": remediation.pk,
        "flag": flag.pk,
        "owner": manager.pk,
    }


def _path(address: str, things: dict[str, int]) -> str:
    return "/api/v1/" + address.format(**things)


def _body(address: str, things: dict[str, int]) -> dict[str, object]:
    body = BODIES.get(address.rstrip("/").rsplit("/", 1)[-1], {})
    return {**body, "owner": things["owner"]} if "owner" in body else body


def _post(client, address, things, **headers):
    return client.post(_path(address, things), _body(address, things), content_type="application/json", headers=headers)


@pytest.mark.parametrize("address", [*READS, *DECISIONS])
def test_nobody_unknown_gets_an_answer(client, things, address):
    answer = client.get(_path(address, things)) if address in READS else _post(client, address, things)
    assert answer.status_code == 401


@pytest.mark.parametrize("address", READS)
def test_a_key_reads_with_the_scope_and_with_no_other(client, things, api_key, address):
    scope = READS[address]
    others = [other for other in Scope.values if other != scope]
    path = _path(address, things)
    assert client.get(path, headers={"Authorization": api_key(scope)}).status_code == 200
    assert client.get(path, headers={"Authorization": api_key(*others)}).status_code == 403


@pytest.mark.parametrize("address", [address for address in READS if "{" in address])
def test_another_teams_thing_does_not_exist(as_user, client, things, api_key, outsider, member, away, address):
    path = _path(address, things)
    assert as_user(outsider).get(path).status_code == 404
    key = api_key(Scope.AUDITS_READ, Scope.FLAGS_READ, team=away, actor=member("administrator", team=away))
    assert client.get(path, headers={"Authorization": key}).status_code == 404


@pytest.mark.parametrize("address", [address for address in READS if "{" not in address])
def test_another_teams_things_are_not_listed(as_user, things, outsider, reviewer, address):
    path = _path(address, things)
    assert as_user(outsider).get(path).json()["results"] == []
    assert len(as_user(reviewer).get(path).json()["results"]) == 1


@pytest.mark.parametrize("address", DECISIONS)
def test_a_key_decides_nothing(client, things, api_key, address):
    answer = _post(client, address, things, Authorization=api_key())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:probity:problem:people_only")


@pytest.mark.parametrize("address", DECISIONS)
def test_an_auditor_decides_nothing(as_user, things, auditor, address):
    answer = _post(as_user(auditor), address, things)
    assert answer.status_code == 403


@pytest.mark.parametrize("address", DECISIONS)
def test_another_teams_thing_is_not_decided(as_user, things, member, away, address):
    stranger = member("reviewer", "approver", team=away)
    assert _post(as_user(stranger), address, things).status_code == 404


def test_nobody_in_no_team_is_told_so(as_user, nobody, things):
    assert as_user(nobody).get("/api/v1/findings/").status_code == 403


def test_flags_are_not_for_managers(as_user, manager, things):
    assert as_user(manager).get("/api/v1/flags/").status_code == 403


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
