"""A plan is written by one person, approved by another, and carried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audits.models import Remediation
from audits.services.findings import finding_confirm
from audits.services.remediations import (
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_request_changes,
    remediation_submit,
)
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.factories import ReleaseFactory
from tests.workflow.making import ledger_of, steps


@pytest.fixture
def confirmed(finding, reviewer):
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    return finding


@pytest.fixture
def draft(confirmed, manager) -> Remediation:
    return remediation_draft(finding_id=confirmed.pk, plan="Mend the prompt.", actor=manager)


@pytest.fixture
def submitted(draft, manager) -> Remediation:
    return remediation_submit(remediation_id=draft.pk, actor=manager)


@pytest.fixture
def approved(submitted, approver) -> Remediation:
    return remediation_approve(remediation_id=submitted.pk, actor=approver)


def test_remediation_draft_keeps_the_plan_encrypted(confirmed, draft, manager):
    draft.refresh_from_db()
    assert (draft.state, draft.plan, draft.drafted_by) == ("draft", "Mend the prompt.", manager)
    confirmed.refresh_from_db()
    assert confirmed.state == "confirmed"
    data = {"remediation": draft.pk, "state": "draft", "release": None}
    assert ledger_of(confirmed, after="finding.confirmed") == [("remediation.drafted", manager.actor_ref, data)]


def test_remediation_draft_again_rewrites_it(confirmed, draft, reviewer):
    again = remediation_draft(finding_id=confirmed.pk, plan="Retrain.", actor=reviewer)
    draft.refresh_from_db()
    assert (again.pk, draft.plan, draft.drafted_by) == (draft.pk, "Retrain.", reviewer)


def test_remediation_draft_is_refused_once_submitted(confirmed, submitted, manager):
    with pytest.raises(Conflict, match="submitted already"):
        remediation_draft(finding_id=confirmed.pk, plan="Other.", actor=manager)


def test_remediation_draft_needs_a_plan_and_a_confirmed_finding(finding, confirmed, manager, reviewer):
    with pytest.raises(Invalid) as refused:
        remediation_draft(finding_id=confirmed.pk, plan=" ", actor=manager)
    assert refused.value.field == "plan"
    type(finding).objects.filter(pk=finding.pk).update(state="new")
    with pytest.raises(Conflict):
        remediation_draft(finding_id=finding.pk, plan="Mend.", actor=manager)


def test_remediation_submit_puts_the_finding_in_remediation(confirmed, submitted, manager):
    confirmed.refresh_from_db()
    assert (submitted.state, confirmed.state) == ("submitted", "in_remediation")
    assert steps(confirmed, after="remediation.drafted") == [
        ("remediation.submitted", manager.actor_ref, "confirmed", "in_remediation")
    ]


def test_remediation_approve_by_its_author_is_denied(confirmed, member):
    both = member("manager", "approver")
    draft = remediation_draft(finding_id=confirmed.pk, plan="Mend.", actor=both)
    remediation_submit(remediation_id=draft.pk, actor=both)
    with pytest.raises(Denied, match="You wrote this plan"):
        remediation_approve(remediation_id=draft.pk, actor=both)


def test_remediation_approve_by_an_earlier_author_is_denied(confirmed, member, manager):
    both = member("manager", "approver")
    draft = remediation_draft(finding_id=confirmed.pk, plan="Mend.", actor=both)
    remediation_draft(finding_id=confirmed.pk, plan="Mend it.", actor=manager)
    remediation_submit(remediation_id=draft.pk, actor=manager)
    with pytest.raises(Denied, match="You wrote this plan"):
        remediation_approve(remediation_id=draft.pk, actor=both)


def test_remediation_approve_names_the_approver(confirmed, approved, approver):
    assert (approved.state, approved.approved_by) == ("approved", approver)
    assert steps(confirmed, after="remediation.submitted") == [("remediation.approved", approver.actor_ref, "", "")]


def test_remediation_request_changes_and_submit_again(confirmed, submitted, approver, manager):
    with pytest.raises(Invalid):
        remediation_request_changes(remediation_id=submitted.pk, note="", actor=approver)
    remediation_request_changes(remediation_id=submitted.pk, note="Say how.", actor=approver)
    remediation_draft(finding_id=confirmed.pk, plan="By release 2.", actor=manager)
    again = remediation_submit(remediation_id=submitted.pk, actor=manager)
    assert again.state == "submitted"
    assert [action for action, *_ in steps(confirmed, after="finding.confirmed")] == [
        "remediation.drafted",
        "remediation.submitted",
        "remediation.changes_requested",
        "remediation.drafted",
        "remediation.submitted",
    ]


def test_remediation_implement_names_the_fixer_and_the_release(confirmed, approved, manager):
    release = ReleaseFactory(assistant=confirmed.assistant)
    remediation_implement(remediation_id=approved.pk, actor=manager, release=release)
    approved.refresh_from_db()
    confirmed.refresh_from_db()
    assert (approved.state, approved.implemented_by, approved.release) == ("implemented", manager, release)
    assert confirmed.remediated_by == manager
    data = {"remediation": approved.pk, "state": "implemented", "release": release.pk}
    assert ledger_of(confirmed, after="remediation.approved") == [("remediation.implemented", manager.actor_ref, data)]


def test_remediation_implement_refuses_a_release_that_proves_nothing(confirmed, approved, manager):
    baseline = confirmed.raised_by_run
    inside = timezone.now().replace(year=2025, month=3, day=10)
    releases = {
        "another assistant": ReleaseFactory(),
        "not out yet": ReleaseFactory(assistant=confirmed.assistant, released_at=timezone.now() + timedelta(days=1)),
        "has looked at this release": ReleaseFactory(assistant=confirmed.assistant, released_at=inside),
    }
    assert inside.date() < baseline.window_until
    for why, release in releases.items():
        with pytest.raises(Invalid, match=why) as refused:
            remediation_implement(remediation_id=approved.pk, actor=manager, release=release)
        assert refused.value.field == "release"


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        (remediation_submit, {}),
        (remediation_request_changes, {"note": "Say how."}),
        (remediation_approve, {}),
        (remediation_implement, {}),
    ],
)
def test_remediation_services_refuse_wrong_role_other_team_and_wrong_state(
    draft, auditor, member, away, home, service, extra
):
    with pytest.raises(Denied):
        service(remediation_id=draft.pk, actor=auditor, **extra)
    with pytest.raises(NotFound):
        service(remediation_id=draft.pk, actor=member("manager", "approver", team=away), **extra)
    with pytest.raises(NotFound):
        service(remediation_id=draft.pk + 1000, actor=auditor, **extra)
    Remediation.objects.filter(pk=draft.pk).update(
        state="signed_off", approved_by=auditor, implemented_by=auditor, implemented_at=timezone.now()
    )
    with pytest.raises(Conflict):
        service(remediation_id=draft.pk, actor=member("manager", "approver"), **extra)
