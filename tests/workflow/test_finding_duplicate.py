from __future__ import annotations

import pytest

from audits.services.findings import finding_confirm, finding_dismiss, finding_mark_duplicate
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.factories import AssistantFactory
from tests.workflow.making import finding_make, ledger_of, run_make, steps


@pytest.fixture
def original(assistant):
    return finding_make(assistant, run=run_make(assistant, target="resolved by region"))


def _mark(finding, of, actor):
    finding_mark_duplicate(finding_id=finding.pk, of=of.pk, actor=actor)
    finding.refresh_from_db()
    return finding


def test_finding_mark_duplicate_names_the_original(finding, original, reviewer):
    _mark(finding, original, reviewer)
    assert (finding.state, finding.duplicate_of) == ("duplicate", original)
    assert steps(finding, after="finding.raised") == [
        ("finding.marked_duplicate", reviewer.actor_ref, "new", "duplicate")
    ]
    data = {"from": "new", "to": "duplicate", "of": original.pk}
    assert ledger_of(finding, after="finding.raised") == [("finding.marked_duplicate", reviewer.actor_ref, data)]


def test_finding_mark_duplicate_does_not_hide_a_graver_finding(finding, assistant, reviewer):
    slight = finding_make(assistant, severity="low", run=run_make(assistant, target="resolved by region"))
    with pytest.raises(Invalid, match="less severe"):
        _mark(finding, slight, reviewer)


def test_finding_mark_duplicate_refuses_an_original_that_is_over(assistant, finding, reviewer):
    over = finding_make(assistant, severity="medium", run=run_make(assistant, target="resolved by region"))
    finding_dismiss(finding_id=over.pk, reason="explained", note="A holiday.", actor=reviewer)
    with pytest.raises(Invalid, match="The original is dismissed"):
        _mark(finding, over, reviewer)


def test_finding_mark_duplicate_refuses_itself_and_other_assistants(finding, home, reviewer):
    with pytest.raises(Invalid, match="its own duplicate"):
        _mark(finding, finding, reviewer)
    with pytest.raises(Invalid, match="another assistant"):
        _mark(finding, finding_make(AssistantFactory(team=home)), reviewer)


def test_finding_mark_duplicate_knows_nothing_of_another_teams_original(finding, away, reviewer):
    with pytest.raises(NotFound):
        _mark(finding, finding_make(AssistantFactory(team=away)), reviewer)


def test_finding_mark_duplicate_without_the_role_of_another_team_in_another_state(
    finding, original, manager, outsider, reviewer
):
    with pytest.raises(Denied):
        _mark(finding, original, manager)
    with pytest.raises(NotFound):
        _mark(finding, original, outsider)
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict):
        _mark(finding, original, reviewer)
