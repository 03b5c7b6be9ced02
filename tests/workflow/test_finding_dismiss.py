from __future__ import annotations

import pytest

from audits.models import Finding
from audits.services.findings import finding_confirm, finding_dismiss
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.workflow.making import finding_make, ledger_of, run_make, steps


def _dismiss(finding, actor, *, reason="explained", note="A holiday."):
    finding_dismiss(finding_id=finding.pk, reason=reason, note=note, actor=actor)
    finding.refresh_from_db()
    return finding


@pytest.mark.parametrize("severity", ["low", "medium"])
def test_finding_dismiss_of_a_slight_one_takes_one_person(assistant, reviewer, severity):
    finding = _dismiss(finding_make(assistant, severity=severity), reviewer)
    assert (finding.state, finding.dismissed_by, finding.dismiss_reason) == ("dismissed", reviewer, "explained")
    assert steps(finding, after="finding.raised") == [("finding.dismissed", reviewer.actor_ref, "new", "dismissed")]
    data = {"from": "new", "to": "dismissed", "reason": "explained"}
    assert ledger_of(finding, after="finding.raised") == [("finding.dismissed", reviewer.actor_ref, data)]
    assert finding.events.get(action="finding.dismissed").note == "A holiday."


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_finding_dismiss_of_a_grave_one_takes_a_second_person(assistant, reviewer, approver, severity):
    finding = _dismiss(finding_make(assistant, severity=severity), reviewer)
    assert (finding.state, finding.dismissal_proposed_by, finding.dismissed_by) == ("new", reviewer, None)
    with pytest.raises(Denied) as refused:
        _dismiss(finding, reviewer)
    assert refused.value.message == (
        "You proposed this dismissal: for a high or critical finding, a second person decides."
    )
    _dismiss(finding, approver, reason="false_positive")
    assert (finding.state, finding.dismissed_by, finding.dismiss_reason) == (
        "dismissed",
        approver,
        "false_positive",
    )
    assert steps(finding, after="finding.raised") == [
        ("finding.dismissal_proposed", reviewer.actor_ref, "", ""),
        ("finding.dismissed", approver.actor_ref, "new", "dismissed"),
    ]


def test_finding_dismiss_of_what_got_graver_starts_anew(assistant, reviewer, approver):
    finding = _dismiss(finding_make(assistant, severity="high"), reviewer)
    finding_make(assistant, severity="critical", run=run_make(assistant))
    _dismiss(finding, approver)
    assert (finding.state, finding.dismissal_proposed_by) == ("new", approver)


def test_finding_dismiss_of_the_last_lets_the_cycle_await_its_closing(assistant, reviewer):
    finding = _dismiss(finding_make(assistant, severity="low"), reviewer)
    assert finding.raised_by_run.cycle.state == "awaiting_sign_off"


def test_finding_dismiss_asks_why(finding, reviewer):
    with pytest.raises(Invalid) as refused:
        _dismiss(finding, reviewer, note="  ")
    assert refused.value.field == "note"
    with pytest.raises(Invalid) as refused:
        _dismiss(finding, reviewer, reason="boring")
    assert refused.value.field == "reason"


def test_finding_dismiss_without_the_role_of_another_team_in_another_state(finding, manager, outsider, reviewer):
    with pytest.raises(Denied):
        _dismiss(finding, manager)
    with pytest.raises(NotFound):
        _dismiss(finding, outsider)
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict):
        _dismiss(finding, reviewer)
    assert Finding.objects.get(pk=finding.pk).state == "confirmed"
