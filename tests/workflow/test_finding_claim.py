"""A claim is exclusive, short, and given back or lost without a decision."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audits.models import Finding
from audits.services.claims import claims_expire
from audits.services.findings import finding_claim, finding_confirm, finding_release
from portal.core.errors import Conflict, Denied, NotFound
from tests.workflow.making import ledger_of, steps


def _expire(finding):
    Finding.objects.filter(pk=finding.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_finding_claim_lasts_five_minutes_and_is_recorded(finding, reviewer, noon):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    assert (finding.state, finding.claimed_by) == ("new", reviewer)
    assert finding.claimed_until == noon + timedelta(minutes=5)
    assert steps(finding, after="finding.raised") == [("finding.claimed", reviewer.actor_ref, "", "")]
    assert ledger_of(finding, after="finding.raised") == [("finding.claimed", reviewer.actor_ref, {})]


def test_finding_claim_of_a_colleague_is_respected_by_name_only(finding, reviewer, approver):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict) as refused:
        finding_claim(finding_id=finding.pk, actor=approver)
    assert refused.value.message == "Rita Reviewer is working on this right now."
    with pytest.raises(Conflict):
        finding_confirm(finding_id=finding.pk, actor=approver)


def test_finding_claim_names_nobody_by_address(finding, member, approver):
    unnamed = member("reviewer")
    type(unnamed).objects.filter(pk=unnamed.pk).update(name="")
    finding_claim(finding_id=finding.pk, actor=unnamed)
    with pytest.raises(Conflict, match=r"^A colleague is working on this right now\.$"):
        finding_claim(finding_id=finding.pk, actor=approver)


def test_finding_claim_again_extends_it(finding, reviewer, noon):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    Finding.objects.filter(pk=finding.pk).update(claimed_until=noon + timedelta(seconds=5))
    finding_claim(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    assert finding.claimed_until == noon + timedelta(minutes=5)


def test_finding_claim_that_ran_out_is_free(finding, reviewer, approver):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    _expire(finding)
    assert finding_claim(finding_id=finding.pk, actor=approver).claimed_by == approver


def test_finding_claim_without_the_role_or_of_another_team(finding, manager, outsider):
    with pytest.raises(Denied):
        finding_claim(finding_id=finding.pk, actor=manager)
    with pytest.raises(NotFound):
        finding_claim(finding_id=finding.pk, actor=outsider)
    with pytest.raises(NotFound):
        finding_claim(finding_id=finding.pk + 1000, actor=outsider)


def test_finding_claim_is_for_new_findings(finding, reviewer):
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict, match="This finding is confirmed"):
        finding_claim(finding_id=finding.pk, actor=reviewer)


def test_finding_release_is_recorded_apart_from_a_decision(finding, reviewer, approver):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Conflict):
        finding_release(finding_id=finding.pk, actor=approver)
    finding_release(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    assert (finding.state, finding.claimed_by, finding.claimed_until) == ("new", None, None)
    assert steps(finding, after="finding.claimed") == [("finding.released", reviewer.actor_ref, "", "")]


def test_claims_expire_by_the_clock_once(finding, reviewer):
    finding_claim(finding_id=finding.pk, actor=reviewer)
    assert claims_expire() == 0
    _expire(finding)
    assert (claims_expire(), claims_expire()) == (1, 0)
    finding.refresh_from_db()
    assert (finding.claimed_by, finding.claimed_until) == (None, None)
    assert ledger_of(finding, after="finding.claimed") == [("finding.released", "system", {"expired": True})]


@pytest.mark.django_db(transaction=True)
def test_finding_claim_of_two_at_once_has_exactly_one_winner(finding, reviewer, approver):
    together = threading.Barrier(2, timeout=10)
    outcomes: dict[int, str] = {}

    def claim(person) -> None:
        try:
            together.wait()
            finding_claim(finding_id=finding.pk, actor=person)
            outcomes[person.pk] = "won"
        except Conflict as lost:
            outcomes[person.pk] = lost.code
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(person,)) for person in (reviewer, approver)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes.values()) == ["claimed_by_another", "won"]
    finding.refresh_from_db()
    assert outcomes[finding.claimed_by_id] == "won"
    assert [action for action, *_ in steps(finding)] == ["finding.raised", "finding.claimed"]
