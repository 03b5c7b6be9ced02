from __future__ import annotations

import pytest

from audits.services.findings import finding_assign, finding_comment, finding_dismiss
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.workflow.making import finding_make, ledger_of, steps


def test_finding_assign_names_the_owner(finding, reviewer, manager):
    finding_assign(finding_id=finding.pk, owner=manager, actor=reviewer)
    finding.refresh_from_db()
    assert finding.owner == manager
    assert steps(finding, after="finding.raised") == [("finding.assigned", reviewer.actor_ref, "", "")]
    assert ledger_of(finding, after="finding.raised") == [
        ("finding.assigned", reviewer.actor_ref, {"from": None, "to": manager.pk})
    ]


def test_finding_assign_takes_only_who_can_remediate(finding, reviewer, auditor, outsider):
    for owner in (auditor, outsider):
        with pytest.raises(Invalid) as refused:
            finding_assign(finding_id=finding.pk, owner=owner, actor=reviewer)
        assert refused.value.field == "owner"


def test_finding_assign_without_the_role_or_of_another_team(finding, manager, auditor, outsider):
    with pytest.raises(Denied):
        finding_assign(finding_id=finding.pk, owner=manager, actor=auditor)
    with pytest.raises(NotFound):
        finding_assign(finding_id=finding.pk, owner=manager, actor=outsider)


@pytest.mark.parametrize("persona", ["reviewer", "approver", "privacy_officer", "manager", "administrator"])
def test_finding_comment_is_kept_encrypted_and_out_of_the_ledger(finding, persona, request):
    person = request.getfixturevalue(persona)
    finding_comment(finding_id=finding.pk, note=" Looks real. ", actor=person)
    event = finding.events.get(action="finding.commented")
    assert (event.note, event.person) == ("Looks real.", person)
    assert ledger_of(finding, after="finding.raised") == [("finding.commented", person.actor_ref, {})]


def test_finding_comment_is_not_for_readers_or_strangers_and_says_something(finding, auditor, outsider, reviewer):
    with pytest.raises(Denied):
        finding_comment(finding_id=finding.pk, note="Hm.", actor=auditor)
    with pytest.raises(NotFound):
        finding_comment(finding_id=finding.pk, note="Hm.", actor=outsider)
    with pytest.raises(Invalid):
        finding_comment(finding_id=finding.pk, note="", actor=reviewer)


def test_finding_assign_of_what_is_over_is_a_conflict(assistant, reviewer, manager):
    slight = finding_make(assistant, severity="low")
    finding_dismiss(finding_id=slight.pk, reason="explained", note="Why.", actor=reviewer)
    with pytest.raises(Conflict):
        finding_assign(finding_id=slight.pk, owner=manager, actor=reviewer)
