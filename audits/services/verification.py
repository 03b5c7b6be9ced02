"""A finding closes by proof: the same frozen check has to pass on newer data or a newer release."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audits.models import Finding
from audits.queries.newer_data import verification_window
from audits.services.checking import check_run_queue_verification
from audits.services.findings.proof import UNDECIDED, open_remediation_locked
from audits.services.findings.records import finding_locked, move, record, require_state
from audits.states import REMEDIATION, FindingState, RemediationState
from portal.accounts.models import User
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict


@transaction.atomic
def finding_verify(*, finding_id: int, actor: User) -> Finding:
    """Start the re-run that is to prove an implemented remediation; again, where the last one could not decide.

    Raises NotFound, Denied, and Conflict without an implemented remediation, while a re-run is under way, or while
    there is no newer data to run on. Writes `finding.verification_started`.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_remediate")
    return _verify(finding, actor)


@transaction.atomic
def finding_recheck(*, finding_id: int) -> Finding:
    """Start a planned re-check whose day has come: `finding_verify` by the clock. Raises Conflict as it does."""
    findings = Finding.objects.select_for_update(of=("self",)).select_related("assistant", "raised_by_run")
    return _verify(findings.get(pk=finding_id), SYSTEM)


def _verify(finding: Finding, actor: Actor) -> Finding:
    require_state(finding, FindingState.IN_REMEDIATION, FindingState.VERIFYING)
    remediation = open_remediation_locked(finding)
    if finding.state == FindingState.VERIFYING:
        _require_undecided(finding)
    elif remediation is None or remediation.state != RemediationState.IMPLEMENTED:
        raise Conflict("There is no implemented remediation to verify.", code="nothing_implemented")
    if remediation is None or remediation.implemented_at is None:
        raise Conflict("There is no implemented remediation to verify.", code="nothing_implemented")
    window_from, window_until = verification_window(
        baseline=finding.raised_by_run,
        implemented_at=remediation.implemented_at,
        release=remediation.release,
        now=timezone.now(),
    )
    before = None
    if finding.state == FindingState.IN_REMEDIATION:
        REMEDIATION.require(remediation.state, RemediationState.VERIFYING)
        remediation.state = RemediationState.VERIFYING
        remediation.save(update_fields=["state"])
        before = move(finding, FindingState.VERIFYING)
    days = {"from_day": window_from.isoformat(), "until_day": window_until.isoformat()}
    data = {**days, "remediation": remediation.pk, "config": finding.raised_by_run.config_hash}
    record(finding=finding, actor=actor, action="finding.verification_started", from_state=before, data=data)
    # After the ledger: its lock comes before those of waiting jobs, here as in every other service.
    check_run_queue_verification(
        finding=finding,
        window_from=window_from,
        window_until=window_until,
        release=remediation.release,
        actor=actor,
    )
    return finding


def _require_undecided(finding: Finding) -> None:
    last = finding.verification_runs.order_by("-pk").first()
    if last is not None and last.state not in UNDECIDED:
        raise Conflict("The verification is under way.", code="verification_under_way")
