"""The last step: a person who neither found nor fixed it signs exactly what stands there, or sends it back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audits.models import Finding, SignOff
from audits.queries.four_eyes import sign_off_refusal
from audits.queries.signing import signed_hash
from audits.services.findings.proof import back_to_remediation, open_remediation_locked
from audits.services.findings.records import finding_locked, move, record, require_state
from audits.services.notes import written
from audits.states import REMEDIATION, FindingState, RemediationState
from portal.accounts.models import User
from portal.core.errors import Conflict, Denied

MEANING = (
    "I have looked at the finding, its remediation and both runs of the check, and I confirm that the remediation has "
    "been carried out and that the check has passed on newer data."
)


@transaction.atomic
def finding_sign_off(*, finding_id: int, actor: User, reauthenticated: bool, note: str = "") -> Finding:
    """Close a verified finding. The signer is neither its finder nor its planner nor its fixer.

    `reauthenticated` says that the signer has proved a moment ago who they are. The signature keeps the SHA-256 of
    what it covers (audits.queries.signing). Raises NotFound, Denied with the reasons in words, and Conflict from any
    other state or where the check has failed again since. Writes `finding.signed_off`; mails the owner after commit.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_sign")
    require_state(finding, FindingState.VERIFIED)
    refusal = sign_off_refusal(finding, actor)
    if refusal:
        raise Denied(refusal, code="four_eyes")
    if not reauthenticated:
        raise Denied("Sign in again before you sign.", code="reauthentication_required")
    _require_unrefuted(finding)
    text = written(note, required=False)
    remediation = open_remediation_locked(finding)
    if remediation is None:
        raise Conflict("There is no remediation to sign off.", code="nothing_implemented")
    signature = SignOff.objects.create(
        finding=finding,
        signer=actor,
        meaning=MEANING,
        note=text,
        signed_hash=signed_hash(finding.pk),
        signed_at=timezone.now(),
    )
    REMEDIATION.require(remediation.state, RemediationState.SIGNED_OFF)
    remediation.state = RemediationState.SIGNED_OFF
    remediation.save(update_fields=["state"])
    finding.signed_by = actor
    finding.closed_at = signature.signed_at
    before = move(finding, FindingState.CLOSED, "signed_by", "closed_at")
    data = {
        "signed_hash": signature.signed_hash,
        "raised_by_run": finding.raised_by_run_id,
        "verified_by_run": finding.verified_by_run_id,
        "remediation": remediation.pk,
    }
    record(finding=finding, actor=actor, action="finding.signed_off", from_state=before, note=text, data=data)
    return finding


@transaction.atomic
def finding_send_back(*, finding_id: int, note: str, actor: User) -> Finding:
    """Refuse the signature: the remediation has failed, the finding needs another one.

    Raises NotFound, Denied, Conflict, Invalid without a note. Writes `finding.sent_back`; mails after commit.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_sign")
    require_state(finding, FindingState.VERIFIED)
    text = written(note)
    before = back_to_remediation(finding)
    record(finding=finding, actor=actor, action="finding.sent_back", from_state=before, note=text)
    return finding


def _require_unrefuted(finding: Finding) -> None:
    """Raise Conflict where a later run has seen the finding on data from after the fix."""
    proof = finding.verified_by_run
    if proof is None:
        raise Conflict("No verification has passed.", code="not_proven")
    later = finding.seen_in.filter(window_from__gte=proof.window_from, finished_at__gt=proof.finished_at)
    if later.exists():
        raise Conflict("The check has failed again since the fix was verified: send it back.", code="seen_again")
