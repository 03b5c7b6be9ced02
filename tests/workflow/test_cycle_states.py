"""A cycle stands where its findings stand; a person closes it."""

from __future__ import annotations

import pytest

from audits.models import Finding
from audits.services.cycle_states import cycle_close, cycle_refresh, state_for
from audits.services.findings import finding_dismiss
from audits.states import CYCLE
from portal.core.errors import Conflict, Denied, NotFound
from tests.workflow.making import bring, cycle_make, finding_make, ledger_of, run_make


@pytest.mark.parametrize(
    ("current", "findings", "expected"),
    [
        ("in_review", [], "awaiting_sign_off"),
        ("in_review", ["new", "confirmed"], "in_review"),
        ("in_review", ["confirmed", "dismissed"], "remediation"),
        ("in_review", ["dismissed", "duplicate", "risk_accepted"], "awaiting_sign_off"),
        ("remediation", ["verifying", "closed"], "remediation"),
        ("remediation", ["verified", "closed"], "awaiting_sign_off"),
        ("remediation", ["new"], "remediation"),
        ("awaiting_sign_off", ["verified"], "awaiting_sign_off"),
        ("awaiting_sign_off", ["in_remediation"], "remediation"),
        ("awaiting_sign_off", ["new"], "remediation"),
    ],
)
def test_state_for_follows_the_findings(current, findings, expected):
    assert state_for(current, findings) == expected
    assert current == expected or CYCLE.allows(current, expected)


def test_cycle_refresh_without_findings_awaits_sign_off_and_repeats_nothing(assistant):
    cycle = cycle_make(assistant)
    assert cycle_refresh(cycle_id=cycle.pk).state == "awaiting_sign_off"
    assert cycle_refresh(cycle_id=cycle.pk).state == "awaiting_sign_off"
    assert ledger_of(cycle) == [("cycle.moved", "system", {"from": "in_review", "to": "awaiting_sign_off"})]


@pytest.mark.parametrize("state", ["scheduled", "running", "closed", "cancelled", "failed"])
def test_cycle_refresh_leaves_other_states_alone(assistant, state):
    cycle = cycle_make(assistant, state=state)
    assert (cycle_refresh(cycle_id=cycle.pk).state, ledger_of(cycle)) == (state, [])


def test_cycle_refresh_of_none_is_not_found(db):
    with pytest.raises(NotFound):
        cycle_refresh(cycle_id=1)


def test_every_cycle_that_saw_a_finding_waits_for_it(assistant, reviewer, manager, approver):
    finding = finding_make(assistant)
    finding_make(assistant, run=run_make(assistant))
    cycles = [run.cycle for run in finding.seen_in.order_by("pk")]
    bring(finding, "verified", finder=reviewer, fixer=manager, approver=approver)
    for cycle in cycles:
        cycle.refresh_from_db()
    assert [cycle.state for cycle in cycles] == ["awaiting_sign_off", "awaiting_sign_off"]


@pytest.fixture
def awaiting(finding, reviewer, manager, approver):
    bring(finding, "closed", finder=reviewer, fixer=manager, approver=approver)
    return finding.raised_by_run.cycle


def test_cycle_close_by_an_approver(awaiting, approver):
    awaiting.refresh_from_db()
    cycle_close(cycle_id=awaiting.pk, actor=approver, note="All done.")
    awaiting.refresh_from_db()
    assert (awaiting.state, awaiting.closed_by, awaiting.closing_note) == ("closed", approver, "All done.")
    assert ledger_of(awaiting)[-1] == (
        "cycle.closed",
        approver.actor_ref,
        {"from": "awaiting_sign_off", "to": "closed"},
    )
    with pytest.raises(Conflict):
        cycle_close(cycle_id=awaiting.pk, actor=approver)


def test_cycle_close_waits_for_the_last_signature(finding, reviewer, manager, approver):
    bring(finding, "verified", finder=reviewer, fixer=manager, approver=approver)
    with pytest.raises(Conflict, match="Still to be signed: 1"):
        cycle_close(cycle_id=finding.raised_by_run.cycle_id, actor=approver)


def test_cycle_close_without_the_role_of_another_team_in_another_state(
    awaiting, assistant, manager, member, away, approver
):
    with pytest.raises(Denied):
        cycle_close(cycle_id=awaiting.pk, actor=manager)
    with pytest.raises(NotFound):
        cycle_close(cycle_id=awaiting.pk, actor=member("approver", team=away))
    with pytest.raises(NotFound):
        cycle_close(cycle_id=awaiting.pk + 1000, actor=approver)
    with pytest.raises(Conflict):
        cycle_close(cycle_id=cycle_make(assistant).pk, actor=approver)


def test_a_cycle_goes_from_review_to_sign_off_when_all_is_dismissed(assistant, reviewer):
    cycle = cycle_make(assistant)
    for target in ("a", "b"):
        finding_make(assistant, severity="low", run=run_make(assistant, cycle=cycle, target=target))
    states = []
    for finding in Finding.objects.order_by("pk"):
        finding_dismiss(finding_id=finding.pk, reason="explained", note="Why.", actor=reviewer)
        cycle.refresh_from_db()
        states.append(cycle.state)
    assert states == ["in_review", "awaiting_sign_off"]
