"""What the database refuses even when the services are passed by."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audits.models import Finding, Flag, Remediation
from audits.services.flags import flag_raise
from tests.factories import ConversationFactory
from tests.workflow.making import bring, finding_make, run_make, verification_make


def _refused(name: str, change) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


def _set(finding, **values):
    return lambda: Finding.objects.filter(pk=finding.pk).update(**values)


@pytest.fixture
def verified(finding, reviewer, manager, approver):
    return bring(finding, "verified", finder=reviewer, fixer=manager, approver=approver)


def test_the_database_refuses_a_signature_of_finder_or_fixer(verified, reviewer, manager):
    _refused("finding_signer_is_not_finder", _set(verified, signed_by=reviewer))
    _refused("finding_signer_is_not_fixer", _set(verified, signed_by=manager))


@pytest.mark.parametrize("missing", ["signed_by", "verified_by_run", "confirmed_by", "remediated_by"])
def test_the_database_refuses_to_close_without_all_of_the_proof(verified, approver, missing):
    values = {"signed_by": approver, "state": "closed", missing: None}
    _refused("finding_closed_is_proven_and_signed", _set(verified, **values))


def test_the_database_refuses_verified_without_a_run(finding):
    _refused("finding_verified_names_run", _set(finding, state="verified"))


def test_the_database_refuses_to_dismiss_a_grave_finding_alone(finding, reviewer):
    name = "finding_dismissed_by_second_person"
    _refused(name, _set(finding, state="dismissed"))
    _refused(name, _set(finding, state="dismissed", dismissed_by=reviewer))
    _refused(name, _set(finding, state="dismissed", dismissed_by=reviewer, dismissal_proposed_by=reviewer))


def test_the_database_refuses_a_second_open_finding_of_a_fingerprint(finding):
    twin = Finding.objects.get(pk=finding.pk)
    twin.pk = None
    _refused("finding_open_once", twin.save)


def test_the_database_refuses_half_a_state(finding, reviewer):
    _refused("finding_duplicate_names_original", _set(finding, state="duplicate"))
    _refused("finding_risk_accepted_expires", _set(finding, state="risk_accepted"))
    _refused("finding_claim_ends", _set(finding, claimed_by=reviewer))


def test_the_database_refuses_a_risk_accepted_by_its_finder(finding, reviewer):
    values = {"confirmed_by": reviewer, "risk_accepted_by": reviewer}
    _refused("finding_risk_accepted_by_another", _set(finding, **values))


def test_the_database_refuses_a_plan_approved_by_its_author(finding, manager):
    _refused(
        "remediation_approved_by_another",
        lambda: Remediation.objects.create(
            finding=finding, plan="Mend.", drafted_by=manager, approved_by=manager, state="approved"
        ),
    )


def test_the_database_refuses_unnamed_approval_and_implementation(finding, manager, approver):
    def make(**values):
        return lambda: Remediation.objects.create(finding=finding, plan="Mend.", drafted_by=manager, **values)

    _refused("remediation_approval_named", make(state="approved"))
    _refused("remediation_implementation_named", make(state="implemented", approved_by=approver))


def test_the_database_refuses_two_remediations_at_once(finding, manager):
    Remediation.objects.create(finding=finding, plan="Mend.", drafted_by=manager)
    _refused(
        "remediation_open_once",
        lambda: Remediation.objects.create(finding=finding, plan="Other.", drafted_by=manager),
    )


def test_the_database_refuses_twin_and_half_flags(assistant, reviewer):
    conversation = ConversationFactory(assistant=assistant)
    flag = flag_raise(conversation=conversation, kind="wrong", source="reviewer", actor=reviewer)
    rows = Flag.objects.filter(pk=flag.pk)
    _refused("flag_claimed_by_someone", lambda: rows.update(state="claimed"))
    _refused("flag_promoted_names_finding", lambda: rows.update(state="promoted"))
    _refused("flag_dismissed_with_reason", lambda: rows.update(state="dismissed"))
    _refused(
        "flag_waits_once",
        lambda: Flag.objects.create(
            conversation=conversation,
            kind="wrong",
            source="reviewer",
            raised_by="user:1",
            raised_at=timezone.now(),
        ),
    )


@pytest.mark.parametrize("state", ["failed", "watch", "insufficient_data", "error", "queued"])
def test_the_database_refuses_to_close_by_a_run_that_did_not_pass(verified, approver, state):
    run = verification_make(verified, state=state)
    values = {"state": "closed", "signed_by": approver, "verified_by_run": run}
    _refused("closes by proof", _set(verified, **values))


def test_the_database_refuses_to_close_by_a_run_that_proves_something_else(verified, assistant, approver):
    other = finding_make(assistant, run=run_make(assistant, target="other"))
    loosened = verification_make(verified, state="passed")
    type(loosened).objects.filter(pk=loosened.pk).update(config_hash="f" * 64)
    for run in (verification_make(other, state="passed"), run_make(assistant, state="passed"), loosened):
        values = {"state": "closed", "signed_by": approver, "verified_by_run": run}
        _refused("closes by proof", _set(verified, **values))


def test_the_database_refuses_to_close_without_a_signature_row(verified, approver):
    _refused("closes by proof", _set(verified, state="closed", signed_by=approver))
