"""What is done about a finding: planned by one person, approved by another, carried out, then proved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from assistants.models import Release
from audits.models import Finding, Remediation
from audits.queries.four_eyes import approval_refusal
from audits.queries.newer_data import proof_begins, release_is_newer
from audits.queries.rechecks import recheck_stated
from audits.services.findings.proof import open_remediation_locked
from audits.services.findings.records import finding_locked, move, record, require_state
from audits.services.notes import written
from audits.states import FAIRNESS_KINDS, REMEDIATION, FindingState, RemediationState, Remedy
from portal.accounts.models import User
from portal.core.errors import Conflict, Denied, Invalid, NotFound

MOST_RECHECK_DAYS = 365
_EDITABLE = frozenset({RemediationState.DRAFT, RemediationState.CHANGES_REQUESTED})


@transaction.atomic
def remediation_draft(
    *, finding_id: int, plan: str, actor: User, remedy: str = "", recheck_days: int | None = None
) -> Remediation:
    """Write the plan for a confirmed finding, or rewrite it while it is a draft or changes are requested.

    `remedy` is a Remedy, for a finding about groups. The re-check is planned along: after `recheck_days` days or, for a
    finding about groups, as many as it needs, with the gap that it will be able to detect. Other findings without
    `recheck_days` are re-checked by hand. Whoever rewrites becomes its author; everybody who ever wrote on it is barred
    from approving it. Raises NotFound, Denied, Invalid for an empty plan, an unknown remedy or impossible days, and
    Conflict while a plan is submitted or further. Writes `remediation.drafted`.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_remediate")
    require_state(finding, FindingState.CONFIRMED, FindingState.IN_REMEDIATION)
    values = {
        "plan": written(plan, field="plan"),
        "remedy": _remedy(finding, remedy),
        "recheck": _recheck(finding, recheck_days),
        "drafted_by": actor,
    }
    remediation = open_remediation_locked(finding)
    if remediation is None:
        remediation = Remediation.objects.create(finding=finding, **values)
    elif remediation.state in _EDITABLE:
        for name, value in values.items():
            setattr(remediation, name, value)
        remediation.save(update_fields=[*values])
    else:
        raise Conflict(
            f"A remediation is {remediation.get_state_display().lower()} already.", code="remediation_under_way"
        )
    _record(finding, remediation, actor, "remediation.drafted")
    return remediation


@transaction.atomic
def remediation_submit(*, remediation_id: int, actor: User) -> Remediation:
    """Hand the plan to an approver; a confirmed finding is then in remediation.

    Raises NotFound, Denied, Conflict. Writes `remediation.submitted`; mails after commit.
    """
    finding, remediation = _locked(remediation_id, actor, "audits.finding_remediate")
    require_state(finding, FindingState.CONFIRMED, FindingState.IN_REMEDIATION)
    remediation.submitted_at = timezone.now()
    _move(remediation, RemediationState.SUBMITTED, "submitted_at")
    before = None
    if finding.state == FindingState.CONFIRMED:
        before = move(finding, FindingState.IN_REMEDIATION)
    _record(finding, remediation, actor, "remediation.submitted", from_state=before)
    return remediation


@transaction.atomic
def remediation_request_changes(*, remediation_id: int, note: str, actor: User) -> Remediation:
    """Send a submitted plan back to its author with what is missing.

    Raises NotFound, Denied (also to its author), Conflict, Invalid. Writes `remediation.changes_requested`.
    """
    finding, remediation = _to_be_decided(remediation_id, actor)
    text = written(note)
    _move(remediation, RemediationState.CHANGES_REQUESTED)
    _record(finding, remediation, actor, "remediation.changes_requested", note=text)
    return remediation


@transaction.atomic
def remediation_approve(*, remediation_id: int, actor: User, note: str = "") -> Remediation:
    """Approve a submitted plan that somebody else wrote.

    Raises NotFound, Denied, Conflict. Writes `remediation.approved`; mails after commit.
    """
    finding, remediation = _to_be_decided(remediation_id, actor)
    text = written(note, required=False)
    remediation.approved_by = actor
    remediation.approved_at = timezone.now()
    _move(remediation, RemediationState.APPROVED, "approved_by", "approved_at")
    _record(finding, remediation, actor, "remediation.approved", note=text)
    return remediation


@transaction.atomic
def remediation_implement(
    *, remediation_id: int, actor: User, release: Release | None = None, note: str = ""
) -> Remediation:
    """Say that an approved plan has been carried out, in `release` where a release carries the fix.

    From then on the actor is the finding's fixer, who cannot sign, and the planned re-check has its day. Raises
    NotFound, Denied, Conflict, and Invalid for a release of another assistant, one still to come, or one that the
    failed check has looked at. Writes `remediation.implemented`.
    """
    finding, remediation = _locked(remediation_id, actor, "audits.finding_remediate")
    if release is not None:
        _require_fixing(release, finding)
    text = written(note, required=False)
    remediation.implemented_by = actor
    remediation.implemented_at = timezone.now()
    remediation.release = release
    remediation.recheck_on = _recheck_day(remediation, finding)
    _move(remediation, RemediationState.IMPLEMENTED, "implemented_by", "implemented_at", "release", "recheck_on")
    finding.remediated_by = actor
    finding.save(update_fields=["remediated_by"])
    _record(finding, remediation, actor, "remediation.implemented", note=text)
    return remediation


def _locked(remediation_id: int, actor: User, permission: str) -> tuple[Finding, Remediation]:
    """The finding and then its remediation, locked in the order that all services keep."""
    finding_id = Remediation.objects.filter(pk=remediation_id).values_list("finding_id", flat=True).first()
    if finding_id is None:
        raise NotFound("There is no such item.")
    finding = finding_locked(finding_id=finding_id, actor=actor, permission=permission)
    return finding, Remediation.objects.select_for_update().get(pk=remediation_id)


def _to_be_decided(remediation_id: int, actor: User) -> tuple[Finding, Remediation]:
    finding, remediation = _locked(remediation_id, actor, "audits.remediation_approve")
    refusal = approval_refusal(remediation, actor)
    if refusal:
        raise Denied(refusal, code="four_eyes")
    return finding, remediation


def _require_fixing(release: Release, finding: Finding) -> None:
    if release.assistant_id != finding.assistant_id:
        raise Invalid("This release belongs to another assistant.", field="release")
    if release.released_at > timezone.now():
        raise Invalid("This release is not out yet.", field="release")
    if not release_is_newer(release, baseline=finding.raised_by_run):
        raise Invalid("The check that failed has looked at this release: name a newer one.", field="release")


def _remedy(finding: Finding, remedy: str) -> str:
    if not remedy:
        return ""
    if finding.kind not in FAIRNESS_KINDS:
        raise Invalid("Only a finding about groups has such a remedy.", field="remedy")
    if remedy not in Remedy.values:
        raise Invalid(f"There is no remedy {remedy!r}; they are {', '.join(Remedy.values)}.", field="remedy")
    return remedy


def _recheck(finding: Finding, days: int | None) -> dict[str, Any]:
    if days is not None and not 1 <= days <= MOST_RECHECK_DAYS:
        raise Invalid(f"Choose 1 to {MOST_RECHECK_DAYS} days.", field="recheck_days")
    return recheck_stated(finding, days=days)


def _recheck_day(remediation: Remediation, finding: Finding) -> date | None:
    """The day after the last of the planned days, which begin with the first that can prove the fix."""
    days = remediation.recheck.get("days")
    if days is None or remediation.implemented_at is None:
        return None
    first = proof_begins(
        baseline=finding.raised_by_run, implemented_at=remediation.implemented_at, release=remediation.release
    )
    return first + timedelta(days=days)


def _move(remediation: Remediation, to: RemediationState, *fields: str) -> None:
    REMEDIATION.require(remediation.state, to)
    remediation.state = to
    remediation.save(update_fields=["state", *fields])


def _record(
    finding: Finding,
    remediation: Remediation,
    actor: User,
    action: str,
    *,
    from_state: str | None = None,
    note: str = "",
) -> None:
    data = {"remediation": remediation.pk, "state": remediation.state, "release": remediation.release_id}
    record(finding=finding, actor=actor, action=action, from_state=from_state, note=note, data=data)
