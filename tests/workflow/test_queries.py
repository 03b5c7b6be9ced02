"""Lists, counts and buttons: they agree with one another and with the services, at constant cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.models import Finding, Flag
from audits.queries.finding_actions import allowed_actions
from audits.queries.findings import (
    FindingFilters,
    finding_evidence,
    finding_for,
    finding_history,
    findings_for,
    findings_of_cycle,
)
from audits.queries.flags import FlagFilters, flag_for, flags_for
from audits.queries.queue import QueueFilters, review_queue
from audits.queries.waiting import WAITING, InMenu, Waiting, waiting_for, waiting_in_menu
from audits.services.findings import finding_claim, finding_dismiss
from audits.services.flags import flag_claim, flag_raise
from audits.services.remediations import remediation_draft, remediation_submit
from portal.core.errors import Denied, Invalid, NotFound
from tests.factories import AssistantFactory, ConversationFactory
from tests.workflow.making import bring, finding_make, run_make

MORNING = datetime(2025, 5, 5, 9, tzinfo=UTC)


@pytest.fixture
def many(assistant, reviewer, manager, approver) -> dict[str, Finding]:
    """One finding in each state on the road."""
    road = ["new", "confirmed", "in_remediation", "implemented", "verifying", "verified", "closed"]
    found = {}
    for step in road:
        found[step] = finding_make(assistant, run=run_make(assistant, target=step))
        if step != "new":
            bring(found[step], step, finder=reviewer, fixer=manager, approver=approver)
    return found


def test_waiting_for_counts_what_each_person_can_do(many, reviewer, manager, approver, auditor, outsider):
    Finding.objects.filter(pk=many["confirmed"].pk).update(due_at=timezone.now() - timedelta(days=1))
    assert waiting_for(reviewer) == Waiting(1, 0, 0, 0, 1, 0, high=6)
    assert waiting_for(manager) == Waiting(0, 4, 0, 0, 1, 0, high=6)
    assert waiting_for(approver) == Waiting(1, 0, 1, 1, 1, 0, to_close=1, high=6)
    assert waiting_for(auditor) == Waiting(0, 0, 0, 0, 1, 0, high=6)
    assert waiting_for(outsider) == Waiting(0, 0, 0, 0, 0, 0)
    assert waiting_for(approver).total == 4


@pytest.mark.parametrize("persona", ["reviewer", "manager", "approver", "auditor", "outsider"])
def test_the_list_behind_a_count_has_as_many(many, persona, request):
    person = request.getfixturevalue(persona)
    counted = waiting_for(person)
    listed = {name: findings_for(person, FindingFilters(waiting=name)).count() for name in WAITING}
    assert listed == {name: getattr(counted, name) for name in WAITING}
    assert waiting_in_menu(person) == InMenu(queue=counted.queue, requests=counted.requests)


def test_to_sign_leaves_out_who_had_a_part(many, reviewer, manager, home):
    for person in (reviewer, manager):
        person.memberships.create(team=home, role="approver")
        person = type(person).objects.get(pk=person.pk)
        assert waiting_for(person).to_sign == 0


def test_to_approve_leaves_out_the_author(finding, reviewer, member, approver):
    both = member("manager", "approver")
    bring(finding, "confirmed", finder=reviewer, fixer=both, approver=approver)
    draft = remediation_draft(finding_id=finding.pk, plan="Mend.", actor=both)
    remediation_submit(remediation_id=draft.pk, actor=both)
    assert (waiting_for(both).to_approve, waiting_for(approver).to_approve) == (0, 1)


def test_review_queue_is_gravest_then_longest_due_first(assistant, reviewer):
    made = {
        name: finding_make(assistant, severity=severity, run=run_make(assistant, target=name))
        for name, severity in [("a", "low"), ("b", "critical"), ("c", "high"), ("d", "critical")]
    }
    Finding.objects.filter(pk=made["d"].pk).update(due_at=timezone.now())
    assert list(review_queue(reviewer).findings) == [made["d"], made["b"], made["c"], made["a"]]
    grave = review_queue(reviewer, QueueFilters(severities=("critical",)))
    assert list(grave.findings) == [made["d"], made["b"]]


def test_review_queue_hides_what_a_colleague_holds_and_ones_own_proposals(assistant, finding, reviewer, approver):
    conversation = ConversationFactory(assistant=assistant)
    flag = flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
    finding_claim(finding_id=finding.pk, actor=reviewer)
    flag_claim(flag_id=flag.pk, actor=reviewer)
    mine, theirs = review_queue(reviewer, QueueFilters(mine=True)), review_queue(approver)
    assert (list(mine.findings), list(mine.flags)) == ([finding], [flag])
    assert (list(theirs.findings), list(theirs.flags)) == ([], [])
    past = timezone.now() - timedelta(seconds=1)
    Finding.objects.update(claimed_until=past)
    Flag.objects.update(claimed_until=past)
    assert (list(review_queue(approver).findings), list(review_queue(approver).flags)) == ([finding], [flag])
    finding_dismiss(finding_id=finding.pk, reason="explained", note="Why.", actor=reviewer)
    assert list(review_queue(reviewer).findings) == []
    assert list(review_queue(approver).findings) == [finding]


def test_review_queue_filters_by_kind_and_assistant(assistant, finding, home, reviewer):
    other = AssistantFactory(team=home)
    conversation = ConversationFactory(assistant=other)
    flag = flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
    here = review_queue(reviewer, QueueFilters(assistant=assistant.slug))
    there = review_queue(reviewer, QueueFilters(assistant=other.slug))
    assert (list(here.findings), list(here.flags)) == ([finding], [])
    assert (list(there.findings), list(there.flags)) == ([], [flag])
    wrong = review_queue(reviewer, QueueFilters(kinds=("wrong",)))
    assert (list(wrong.findings), list(wrong.flags)) == ([], [flag])


def test_review_queue_is_empty_for_another_team_and_for_readers(finding, outsider, auditor):
    assert list(review_queue(outsider).findings) == []
    assert list(review_queue(auditor).findings) == []


def test_review_queue_costs_two_queries_at_any_length(assistant, reviewer):
    def cost(rows: int) -> int:
        for number in range(Finding.objects.count(), rows):
            finding_make(assistant, run=run_make(assistant, target=f"outcome {number}"))
            conversation = ConversationFactory(assistant=assistant)
            flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
        person = type(reviewer).objects.get(pk=reviewer.pk)
        person.team_ids()
        with CaptureQueriesContext(connection) as queries:
            queue = review_queue(person)
            names = [(row.assistant.name, row.claimed_by) for row in queue.findings]
            names += [(row.conversation.assistant.name, row.claimed_by) for row in queue.flags]
        assert len(names) == 2 * rows
        return len(queries)

    assert (cost(1), cost(30)) == (2, 2)


def test_waiting_for_costs_two_queries(many, reviewer):
    reviewer.team_ids()
    with CaptureQueriesContext(connection) as queries:
        waiting_for(reviewer)
    assert len(queries) == 2


def test_findings_for_filters(many, assistant, home, reviewer, manager):
    other = finding_make(AssistantFactory(team=home), severity="low")
    assert list(findings_for(reviewer, FindingFilters(states=("closed",)))) == [many["closed"]]
    assert list(findings_for(reviewer, FindingFilters(severities=("low",)))) == [other]
    assert list(findings_for(reviewer, FindingFilters(assistant=other.assistant.slug))) == [other]
    assert list(findings_for(reviewer, FindingFilters(kinds=("flag",)))) == []
    assert findings_for(reviewer, FindingFilters(owner=manager.pk)).count() == 6
    cycle = many["new"].raised_by_run.cycle
    assert list(findings_for(reviewer, FindingFilters(cycle=cycle.pk))) == [many["new"]]
    assert list(findings_of_cycle(cycle)) == [many["new"]]
    with pytest.raises(Invalid) as refused:
        findings_for(reviewer, FindingFilters(waiting="odd"))
    assert refused.value.field == "waiting"


def test_finding_for_and_its_parts(assistant, reviewer, outsider):
    days = [ConversationFactory(assistant=assistant, started_at=MORNING + timedelta(days=day)) for day in (1, 3, 2)]
    finding = finding_make(assistant, evidence=days)
    found = finding_for(reviewer, finding.pk)
    assert [event.action for event in finding_history(found)] == ["finding.raised"]
    assert [row.conversation for row in finding_evidence(found)] == [days[1], days[2], days[0]]
    for pk, person in [(finding.pk, outsider), (finding.pk + 1000, reviewer)]:
        with pytest.raises(NotFound):
            finding_for(person, pk)


def test_flags_for_filters_and_hides(assistant, reviewer, outsider, manager):
    conversation = ConversationFactory(assistant=assistant)
    flag = flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
    for filters in (
        FlagFilters(),
        FlagFilters(states=("open",), kinds=("wrong",), sources=("reviewer",), assistant=assistant.slug),
    ):
        assert list(flags_for(reviewer, filters)) == [flag]
    for filters in (FlagFilters(states=("dismissed",)), FlagFilters(kinds=("other",)), FlagFilters(assistant="x")):
        assert list(flags_for(reviewer, filters)) == []
    assert list(flags_for(outsider)) == []
    with pytest.raises(NotFound):
        flag_for(outsider, flag.pk)
    with pytest.raises(Denied):
        flag_for(manager, flag.pk)


NAMES = {
    "new": ["claim", "confirm", "dismiss", "duplicate", "assign", "comment"],
    "confirmed": ["remediation", "accept-risk", "assign", "comment"],
    "in_remediation": ["approve", "request-changes", "assign", "comment"],
    "implemented": ["verify", "assign", "comment"],
    "verifying": ["assign", "comment"],
    "verified": ["sign-off", "send-back", "assign", "comment"],
    "closed": ["comment"],
}


@pytest.mark.parametrize("step", NAMES)
def test_allowed_actions_follow_the_state(many, step, member):
    anyone = member("reviewer", "approver", "manager")
    finding = finding_for(anyone, many[step].pk)
    offered = allowed_actions(finding, anyone)
    assert [action.name for action in offered] == NAMES[step]
    assert [action.denied_reason for action in offered] == [""] * len(offered)
    keys = [action.key for action in offered]
    assert len(keys) == len(set(keys))


def test_allowed_actions_leave_out_what_the_role_rules_out(many, auditor, manager):
    assert allowed_actions(finding_for(auditor, many["new"].pk), auditor) == []
    names = [action.name for action in allowed_actions(finding_for(manager, many["verified"].pk), manager)]
    assert names == ["assign", "comment"]


def test_allowed_actions_explain_what_four_eyes_shut(many, reviewer, approver, home):
    reviewer.memberships.create(team=home, role="approver")
    finder = type(reviewer).objects.get(pk=reviewer.pk)
    shut = {
        step: next(iter(allowed_actions(finding_for(finder, many[step].pk), finder))).denied_reason
        for step in ("verified",)
    }
    assert shut == {"verified": "You confirmed this finding: somebody else signs."}
    finding_claim(finding_id=many["new"].pk, actor=approver)
    reasons = {
        action.denied_reason
        for action in allowed_actions(finding_for(finder, many["new"].pk), finder)
        if action.name in ("claim", "confirm", "dismiss", "duplicate")
    }
    assert reasons == {"Abel Approver is working on this right now."}
