"""Any people, in any order, doing anything: what gets through never breaks four eyes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audits.models import Finding, Remediation
from audits.queries.finding_actions import allowed_actions
from audits.queries.signing import sign_off_still_matches
from audits.services.findings import (
    finding_accept_risk,
    finding_claim,
    finding_confirm,
    finding_dismiss,
    finding_verification_decided,
)
from audits.services.remediations import (
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_request_changes,
    remediation_submit,
)
from audits.services.sign_off import finding_send_back, finding_sign_off
from audits.services.verification import finding_verify
from portal.accounts.models import User
from portal.core import ledger
from portal.core.errors import ProbityError
from portal.core.roles import Role
from tests.factories import AssistantFactory, MembershipFactory, TeamFactory, UserFactory
from tests.workflow.making import finding_make

EVERYTHING = [Role.REVIEWER, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR]
ACTIONS = [
    "claim",
    "confirm",
    "dismiss",
    "accept-risk",
    "remediation",
    "submit",
    "approve",
    "request-changes",
    "implement",
    "verify",
    "pass",
    "fail",
    "sign-off",
    "send-back",
]
# The way to the end, so that random steps in between are tried near every state.
ROAD = ["confirm", "remediation", "submit", "approve", "implement", "verify", "pass", "sign-off"]
steps_taken = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2)), max_size=4)
journeys = st.lists(st.tuples(steps_taken, st.integers(0, 2)), min_size=len(ROAD), max_size=len(ROAD))


def _do(action: str, finding: Finding, actor: User) -> None:
    pk = finding.pk
    remediation = finding.remediations.exclude(state__in=["signed_off", "failed"]).first() or Remediation(pk=0)
    services: dict[str, Any] = {
        "claim": lambda: finding_claim(finding_id=pk, actor=actor),
        "confirm": lambda: finding_confirm(finding_id=pk, actor=actor),
        "dismiss": lambda: finding_dismiss(finding_id=pk, reason="explained", note="Why.", actor=actor),
        "accept-risk": lambda: finding_accept_risk(
            finding_id=pk, until=timezone.now().date() + timedelta(days=9), note="Why.", actor=actor
        ),
        "remediation": lambda: remediation_draft(finding_id=pk, plan="Mend.", actor=actor),
        "submit": lambda: remediation_submit(remediation_id=remediation.pk, actor=actor),
        "approve": lambda: remediation_approve(remediation_id=remediation.pk, actor=actor),
        "request-changes": lambda: remediation_request_changes(remediation_id=remediation.pk, note="How?", actor=actor),
        "implement": lambda: remediation_implement(remediation_id=remediation.pk, actor=actor),
        "verify": lambda: finding_verify(finding_id=pk, actor=actor),
        "pass": lambda: _decide(finding, "passed"),
        "fail": lambda: _decide(finding, "failed"),
        "sign-off": lambda: finding_sign_off(finding_id=pk, actor=actor, reauthenticated=True),
        "send-back": lambda: finding_send_back(finding_id=pk, note="Why.", actor=actor),
    }
    services[action]()


def _decide(finding: Finding, state: str) -> None:
    run = finding.verification_runs.filter(state="queued").order_by("-pk").first()
    if run is not None:
        run.state, run.finished_at = state, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        finding_verification_decided(run=run)


def _people() -> list[User]:
    team = TeamFactory()
    people = [UserFactory() for _ in range(3)]
    for person in people:
        for role in EVERYTHING:
            MembershipFactory(user=person, team=team, role=role)
    return [User.objects.get(pk=person.pk) for person in people]


def _who(finding: Finding, *actions: str) -> set[int]:
    return set(finding.events.filter(action__in=actions).values_list("person_id", flat=True))


@pytest.mark.django_db
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(severity="medium", journey=[([("claim", 0), ("claim", 0)], 0), *[([], 0)] * (len(ROAD) - 1)])
@given(severity=st.sampled_from(["medium", "critical"]), journey=journeys)
def test_no_order_of_steps_breaks_four_eyes(severity, journey):
    _check(_travel(severity, journey), severity)


@pytest.mark.django_db
def test_three_people_in_their_own_parts_reach_the_end():
    parts = [0, 1, 1, 2, 1, 1, 0, 2]
    finding = _travel("critical", [([], person) for person in parts])
    assert finding.state == "closed"
    _check(finding, "critical")


@pytest.mark.django_db
@pytest.mark.parametrize("signer", [0, 1])
def test_two_people_never_reach_the_end(signer):
    parts = [0, 1, 1, 0, 1, 1, 0, signer]
    assert _travel("critical", [([], person) for person in parts]).state == "verified"


def _travel(severity: str, journey: list[tuple[list[tuple[str, int]], int]]) -> Finding:
    """Let three people who hold every role walk the road, with detours; what a service refuses is passed over."""
    people = _people()
    team_id = next(iter(people[0].team_ids()))
    finding = finding_make(AssistantFactory(team_id=team_id), severity=severity)
    before = finding.pk
    for wanted, (detour, person) in zip(ROAD, journey, strict=True):
        for action, actor in [*detour, (wanted, person)]:
            finding = Finding.objects.get(pk=before)
            offered = {one.name: one.denied_reason for one in allowed_actions(finding, people[actor])}
            try:
                _do(action, finding, people[actor])
            except ProbityError:
                continue
            # Claiming again what one holds prolongs the claim; the page offers to release it instead.
            renewed = action == "claim" and finding.claimed_by_id == people[actor].pk
            if not renewed and action not in ("pass", "fail"):
                assert offered.get(action) == "", f"{action} went through although the page shut it"
    return Finding.objects.get(pk=before)


def _check(finding: Finding, severity: str) -> None:
    if finding.state == "closed":
        part = _who(finding, "finding.confirmed", "remediation.drafted", "remediation.implemented")
        assert finding.signed_by_id not in part
        assert finding.verified_by_run is not None
        assert (finding.verified_by_run.state, finding.verified_by_run.verifies_id) == ("passed", finding.pk)
        assert sign_off_still_matches(finding) is True
    if finding.state == "dismissed" and severity == "critical":
        assert len(_who(finding, "finding.dismissal_proposed", "finding.dismissed")) == 2
    if finding.state == "risk_accepted":
        assert finding.risk_accepted_by_id != finding.confirmed_by_id
    for remediation in finding.remediations.exclude(approved_by=None):
        assert remediation.approved_by_id != remediation.drafted_by_id
    assert ledger.verify().intact is True
