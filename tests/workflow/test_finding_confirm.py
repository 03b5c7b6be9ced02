from __future__ import annotations

import pytest

from audits.services.findings import finding_claim, finding_confirm, finding_dismiss
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.workflow.making import ledger_of, steps


def test_finding_confirm_names_finder_and_owner_and_ends_the_claim(finding, reviewer, manager):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    finding_confirm(finding_id=finding.pk, actor=reviewer, note="Real: Ann is 71.", owner=manager)
    finding.refresh_from_db()
    assert (finding.state, finding.confirmed_by, finding.owner) == ("confirmed", reviewer, manager)
    assert (finding.claimed_by, finding.claimed_until) == (None, None)
    assert steps(finding, after="finding.claimed") == [("finding.confirmed", reviewer.actor_ref, "new", "confirmed")]
    assert ledger_of(finding, after="finding.claimed") == [
        ("finding.confirmed", reviewer.actor_ref, {"from": "new", "to": "confirmed", "owner": manager.pk})
    ]
    assert finding.events.get(action="finding.confirmed").note == "Real: Ann is 71."


def test_finding_confirm_keeps_the_note_out_of_the_ledger(finding, reviewer):
    finding_confirm(finding_id=finding.pk, actor=reviewer, note="Real: Ann is 71.")
    assert [entry.seq for entry in LedgerEntry.objects.all() if "Ann" in entry.body] == []


def test_finding_confirm_moves_its_cycle_to_remediation(finding, reviewer):
    cycle = finding.raised_by_run.cycle
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    cycle.refresh_from_db()
    assert cycle.state == "remediation"
    assert ledger_of(cycle) == [("cycle.moved", "system", {"from": "in_review", "to": "remediation"})]


def test_finding_confirm_withdraws_a_proposed_dismissal(finding, reviewer, approver):
    finding_dismiss(finding_id=finding.pk, reason="explained", note="Holiday.", actor=reviewer)
    finding_confirm(finding_id=finding.pk, actor=approver)
    finding.refresh_from_db()
    assert (finding.state, finding.dismissal_proposed_by, finding.dismiss_reason) == ("confirmed", None, "")


def test_finding_confirm_takes_an_owner_who_can_remediate(finding, reviewer, auditor, outsider, nobody):
    for owner in (auditor, outsider, nobody):
        with pytest.raises(Invalid) as refused:
            finding_confirm(finding_id=finding.pk, actor=reviewer, owner=owner)
        assert refused.value.field == "owner"


@pytest.mark.parametrize("persona", ["manager", "auditor", "privacy_officer", "administrator"])
def test_finding_confirm_without_the_role(finding, persona, request):
    with pytest.raises(Denied):
        finding_confirm(finding_id=finding.pk, actor=request.getfixturevalue(persona))


def test_finding_confirm_of_another_team(finding, outsider):
    with pytest.raises(NotFound):
        finding_confirm(finding_id=finding.pk, actor=outsider)


def test_finding_confirm_twice_is_a_conflict(finding, reviewer, approver):
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict):
        finding_confirm(finding_id=finding.pk, actor=approver)


def test_finding_confirm_refuses_an_endless_note(finding, reviewer):
    with pytest.raises(Invalid) as refused:
        finding_confirm(finding_id=finding.pk, actor=reviewer, note="x" * 5001)
    assert refused.value.field == "note"
