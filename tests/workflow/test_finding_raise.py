"""One open finding per fingerprint: raised, seen again, come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audits.fingerprints import fingerprint_of
from audits.models import Finding
from audits.services.findings import finding_raise
from portal.core.models import Job, LedgerEntry
from tests.factories import AssistantFactory, ConversationFactory
from tests.workflow.making import finding_make, run_make


def _ledger(finding: Finding) -> list[str]:
    return list(
        LedgerEntry.objects.filter(object_type="audits.finding", object_id=str(finding.pk))
        .order_by("seq")
        .values_list("action", flat=True)
    )


def _raise(run, *, severity="medium", evidence=()):
    return finding_raise(run=run, title="Gap", sentence=f"Seen by run {run.pk}.", severity=severity, evidence=evidence)


def test_finding_raise_makes_a_new_finding_with_due_date_evidence_history_and_ledger(assistant):
    run = run_make(assistant)
    conversation = ConversationFactory(assistant=assistant)
    finding = _raise(run, severity="high", evidence=[(conversation.pk, "Not resolved.")])
    finding.refresh_from_db()
    assert (finding.state, finding.times_seen, finding.regression_of) == ("new", 1, None)
    assert finding.due_at - finding.raised_at == timedelta(days=30)
    assert (finding.raised_by_run, finding.latest_run) == (run, run)
    assert list(finding.seen_in.all()) == [run]
    assert list(finding.evidence.values_list("conversation_id", "why")) == [(conversation.pk, "Not resolved.")]
    assert list(finding.events.values_list("action", "actor", "person")) == [("finding.raised", "system", None)]
    assert _ledger(finding) == ["finding.raised"]
    assert finding.fingerprint == fingerprint_of(
        assistant_id=assistant.pk, kind="outcome_gap", target="resolved by age_group"
    )


def test_finding_raise_tells_by_a_job_that_holds_ids_only(assistant):
    finding = _raise(run_make(assistant))
    assert Job.objects.get(task="audits.notify").payload == {
        "finding_id": finding.pk,
        "action": "finding.raised",
        "by": "system",
    }


@pytest.mark.parametrize("state", ["new", "confirmed", "in_remediation", "verifying"])
def test_finding_raise_sees_an_open_finding_again(assistant, state):
    first = _raise(run_make(assistant))
    Finding.objects.filter(pk=first.pk).update(state=state)
    later = run_make(assistant)
    again = _raise(later)
    again.refresh_from_db()
    assert (again.pk, again.state, again.times_seen) == (first.pk, state, 2)
    assert (again.raised_by_run_id, again.latest_run) == (first.raised_by_run_id, later)
    assert again.sentence == f"Seen by run {later.pk}."
    assert _ledger(again) == ["finding.raised", "finding.seen_again"]


def test_finding_raise_sees_an_accepted_risk_again(assistant, approver):
    first = _raise(run_make(assistant))
    Finding.objects.filter(pk=first.pk).update(
        state="risk_accepted", risk_accepted_by=approver, risk_accepted_until="2030-01-01"
    )
    assert _raise(run_make(assistant)).pk == first.pk


def test_finding_raise_is_safe_to_repeat_for_one_run(assistant):
    run = run_make(assistant)
    first, second = _raise(run), _raise(run)
    assert (second.pk, second.times_seen) == (first.pk, 1)
    assert _ledger(first) == ["finding.raised"]


def test_finding_raise_lets_severity_rise_and_takes_back_a_proposed_dismissal(assistant, reviewer):
    first = _raise(run_make(assistant), severity="high")
    Finding.objects.filter(pk=first.pk).update(dismissal_proposed_by=reviewer, dismiss_reason="explained")
    again = _raise(run_make(assistant), severity="critical")
    again.refresh_from_db()
    assert (again.severity, again.dismissal_proposed_by, again.dismiss_reason) == ("critical", None, "")
    assert again.due_at < first.due_at
    assert '"severity":{"from":"high","to":"critical"}' in LedgerEntry.objects.latest("seq").body


def test_finding_raise_never_lets_severity_fall(assistant):
    first = _raise(run_make(assistant), severity="high")
    again = _raise(run_make(assistant), severity="low")
    again.refresh_from_db()
    assert (again.severity, again.due_at) == ("high", first.due_at)


def test_finding_raise_after_a_dismissal_is_a_new_finding_that_names_the_old(assistant, reviewer):
    old = _raise(run_make(assistant))
    Finding.objects.filter(pk=old.pk).update(state="dismissed", dismissed_by=reviewer)
    new = _raise(run_make(assistant))
    assert (new.pk != old.pk, new.state, new.regression_of) == (True, "new", old)
    old.refresh_from_db()
    assert old.times_seen == 1


def test_finding_raise_counts_a_duplicate_as_its_original(assistant):
    original = finding_make(assistant, run=run_make(assistant, target="resolved by region"))
    duplicate = _raise(run_make(assistant))
    Finding.objects.filter(pk=duplicate.pk).update(state="duplicate", duplicate_of=original)
    again = _raise(run_make(assistant))
    assert (again.pk, again.times_seen) == (original.pk, 2)


def test_finding_raise_keeps_assistants_and_targets_apart(assistant, home):
    other = AssistantFactory(team=home)
    pks = {
        _raise(run_make(assistant)).pk,
        _raise(run_make(assistant, target="resolved by region")).pk,
        _raise(run_make(other)).pk,
    }
    assert len(pks) == 3
