"""A claim lasts while its holder is at it, and is nobody's once it has run out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audits.models import Finding, Flag
from audits.services.claims import claim_prolong, claims_prolong_about
from audits.services.findings import finding_claim
from audits.services.flags import flag_claim, flag_raise
from portal.accounts.models import Membership, User
from tests.audits.conversations import Told, conversations_make
from tests.workflow.making import finding_make, ledger_of, steps

pytestmark = pytest.mark.usefixtures("noon")


def left(item, seconds: float):
    """The item with so much left of its claim, as a page has read it."""
    type(item).objects.filter(pk=item.pk).update(claimed_until=timezone.now() + timedelta(seconds=seconds))
    return type(item).objects.get(pk=item.pk)


def seconds_left(item) -> float:
    return (type(item).objects.get(pk=item.pk).claimed_until - timezone.now()).total_seconds()


@pytest.fixture
def conversation(assistant):
    return conversations_make(assistant, [Told(turns=(("customer", "Where is it?"),))])[0]


@pytest.fixture
def claimed(assistant, conversation, reviewer) -> list[Finding | Flag]:
    finding = finding_make(assistant, evidence=[conversation])
    flag = flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
    return [finding_claim(finding_id=finding.pk, actor=reviewer), flag_claim(flag_id=flag.pk, actor=reviewer)]


def test_claim_prolong_starts_the_minutes_anew_and_leaves_no_step(claimed, reviewer):
    for item in claimed:
        before = ledger_of(item)
        item = left(item, 20)
        assert claim_prolong(item=item, actor=reviewer)
        assert seconds_left(item) == 300
        assert ledger_of(item) == before
    assert [step[0] for step in steps(claimed[0], after="finding.raised")] == ["finding.claimed"]


def test_claim_prolong_writes_only_what_is_worth_it(claimed, reviewer, django_assert_num_queries):
    item = left(claimed[0], 290)
    claim_prolong(item=item, actor=reviewer)
    with django_assert_num_queries(0):
        assert claim_prolong(item=item, actor=reviewer)
    assert seconds_left(item) == 290


def test_claim_that_ran_out_or_is_a_colleagues_is_not_prolonged(claimed, reviewer, approver):
    for item in claimed:
        assert not claim_prolong(item=left(item, 20), actor=approver)
        assert seconds_left(item) == 20
        assert not claim_prolong(item=left(item, -1), actor=reviewer)
        assert seconds_left(item) < 0


def test_claim_taken_over_meanwhile_is_not_taken_back(claimed, reviewer, approver):
    for item in claimed:
        read = left(item, 20)
        type(item).objects.filter(pk=item.pk).update(claimed_by=approver)
        assert not claim_prolong(item=read, actor=reviewer)
        assert seconds_left(item) == 20


def test_claim_of_somebody_without_the_role_any_more_runs_out(claimed, reviewer):
    Membership.objects.filter(user=reviewer).delete()
    dismissed = User.objects.get(pk=reviewer.pk)
    for item in claimed:
        assert not claim_prolong(item=left(item, 20), actor=dismissed)


def test_reading_the_conversation_prolongs_what_is_about_it(claimed, conversation, assistant, reviewer, approver):
    for item in claimed:
        left(item, 20)
    [other] = conversations_make(assistant, [Told(turns=(("customer", "And mine?"),))])
    claims_prolong_about(conversation=other, actor=reviewer)
    claims_prolong_about(conversation=conversation, actor=approver)
    assert all(seconds_left(item) < 60 for item in claimed)
    claims_prolong_about(conversation=conversation, actor=reviewer)
    assert [seconds_left(item) for item in claimed] == [300, 300]
