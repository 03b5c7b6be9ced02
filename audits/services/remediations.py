"""What is done about a finding: planned by one person, approved by another, carried out, then proved."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from assistants.models import Release
from audits.models import Finding, Remediation
from audits.queries.four_eyes import approval_refusal
from audits.queries.newer_data import release_is_newer
from audits.services.findings.proof import open_remediation_locked
from audits.services.findings.records import finding_locked, move, record, require_state
from audits.services.notes import written
from audits.states import REMEDIATION, FindingState, RemediationState
from portal.accounts.models import User
from portal.core.errors import Conflict, Denied, Invalid, NotFound

_EDITABLE = frozenset({RemediationState.DRAFT, RemediationState.CHANGES_REQUESTED})


@transaction.atomic
def remediation_draft(*, finding_id: int, plan: str, actor: User) -> Remediation:
    """Write the plan for a confirmed finding, or rewrite it while it is a draft or changes are requested.

    Whoever rewrites becomes its author; everybody who ever wrote on it is barred from approving it. Raises NotFound,
    Denied, Invalid for an empty plan, and Conflict while a plan is submitted or further. Writes `remediation.drafted`.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_remediate")
    require_state(finding, FindingState.CONFIRMED, FindingState.IN_REMEDIATION)
    text = written(plan, field="plan")
    remediation = open_remediation_locked(finding)
    if remediation is None:
        remediation = Remediation.objects.create(finding=finding, plan=text, drafted_by=actor)
    elif remediation.state in _EDITABLE:
        remediation.plan = text
        remediation.drafted_by = actor
        remediation.save(update_fields=["plan", "drafted_by"])
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

    From then on the actor is the finding's fixer, who cannot sign. Raises NotFound, Denied, Conflict, and Invalid for
    a release of another assistant, one still to come, or one that the failed check has looked at. Writes
    `remediation.implemented`.
    """
    finding, remediation = _locked(remediation_id, actor, "audits.finding_remediate")
    if release is not None:
        _require_fixing(release, finding)
    text = written(note, required=False)
    remediation.implemented_by = actor
    remediation.implemented_at = timezone.now()
    remediation.release = release
    _move(remediation, RemediationState.IMPLEMENTED, "implemented_by", "implemented_at", "release")
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
