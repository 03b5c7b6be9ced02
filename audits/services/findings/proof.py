"""What a verification run's verdict means for its finding and the remediation under way."""

from __future__ import annotations

from django.db import transaction

from audits.models import CheckRun, Finding, Remediation
from audits.services.findings.records import move, record
from audits.states import REMEDIATION, CheckState, FindingState, RemediationState
from portal.core.actors import SYSTEM

UNDECIDED = frozenset({CheckState.INSUFFICIENT_DATA, CheckState.ERROR})


def finding_verification_decided(*, run: CheckRun) -> Finding | None:
    """Take in the verdict of a verification run, inside the caller's transaction; returns the finding it moved.

    Passed: the finding is verified and waits for a signature. Failed or watch: back to remediation, and this
    remediation has failed. Not enough data or an error: the finding stays, its history says what was missing, and
    verification can be started again. A run that is no longer the finding's latest, or was taken in already, changes
    nothing and returns None. Call it before the caller's own ledger entries. Raises ValueError for any other run.
    """
    if run.verifies_id is None:
        raise ValueError(f"{run} verifies no finding")
    with transaction.atomic():
        finding = Finding.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=run.verifies_id)
        latest = finding.verification_runs.order_by("-pk").values_list("pk", flat=True).first()
        if finding.state != FindingState.VERIFYING or latest != run.pk:
            return None
        if run.state in UNDECIDED:
            return _note_undecided(finding, run)
        if run.state == CheckState.PASSED:
            finding.verified_by_run = run
            before = move(finding, FindingState.VERIFIED, "verified_by_run")
            action = "finding.verified"
        else:
            before = back_to_remediation(finding)
            action = "finding.verification_failed"
        data = {"run": run.pk, "verdict": run.state}
        record(finding=finding, actor=SYSTEM, action=action, from_state=before, note=run.sentence, data=data)
        return finding


def back_to_remediation(finding: Finding) -> str:
    """The fix did not hold: its remediation has failed, a new one is needed. Returns the state before."""
    remediation = open_remediation_locked(finding)
    if remediation is not None:
        REMEDIATION.require(remediation.state, RemediationState.FAILED)
        remediation.state = RemediationState.FAILED
        remediation.save(update_fields=["state"])
    finding.verified_by_run = None
    finding.remediated_by = None
    return move(finding, FindingState.IN_REMEDIATION, "verified_by_run", "remediated_by")


def open_remediation_locked(finding: Finding) -> Remediation | None:
    """The remediation under way, locked after its finding."""
    over = [RemediationState.SIGNED_OFF, RemediationState.FAILED]
    return (
        Remediation.objects.select_for_update(of=("self",))
        .select_related("release")
        .filter(finding=finding)
        .exclude(state__in=over)
        .first()
    )


def _note_undecided(finding: Finding, run: CheckRun) -> Finding | None:
    action = "finding.verification_undecided"
    data = {"run": run.pk, "verdict": run.state}
    record(finding=finding, actor=SYSTEM, action=action, note=run.sentence or run.error, data=data)
    return finding
