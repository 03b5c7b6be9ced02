"""What a person can do with a finding now: the buttons of its page, and why one is shut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from audits.models import Finding, Remediation
from audits.queries.four_eyes import approval_refusal, dismissal_refusal, risk_refusal, sign_off_refusal
from audits.states import FINDING, CheckState, FindingState, RemediationState
from portal.accounts.models import User
from portal.core.access import can

Note = Literal["no", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `name` is the last part of its API address, `key` the keyboard's.

    `fields` are what it takes beside the note. `denied_reason` says why this person must not, in words; such an action
    is shown shut, because the rule is worth knowing. What the role or the state rules out is not listed at all.
    """

    name: str
    label: str
    key: str
    permission: str
    note: Note = "no"
    fields: tuple[str, ...] = ()
    remediation_id: int | None = None
    denied_reason: str = ""


def allowed_actions(finding: Finding, actor: User) -> list[Action]:
    """The actions that the finding's state and the actor's roles leave, the likeliest first.

    The services decide; this only foretells them, from the same conditions.
    """
    remediation = finding.remediations.exclude(state__in=[RemediationState.SIGNED_OFF, RemediationState.FAILED]).first()
    offered = [*_BY_STATE.get(FindingState(finding.state), _nothing)(finding, remediation, actor), *_always(finding)]
    return [action for action in offered if can(actor, action.permission, finding)]


def _nothing(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    return iter(())


def _new(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    triage = "audits.finding_triage"
    held = finding.claimed_by_id is not None and (finding.claimed_until or timezone.now()) > timezone.now()
    busy = ""
    if held and finding.claimed_by_id != actor.pk and finding.claimed_by is not None:
        busy = f"{finding.claimed_by.name or 'A colleague'} is working on this right now."
    if held and finding.claimed_by_id == actor.pk:
        yield Action("release", "Release", "r", triage)
    else:
        yield Action("claim", "Claim", "c", triage, denied_reason=busy)
    yield Action("confirm", "Confirm", "y", triage, "optional", ("owner",), denied_reason=busy)
    refusal = busy or dismissal_refusal(finding, actor)
    yield Action("dismiss", "Dismiss", "x", triage, "required", ("reason",), denied_reason=refusal)
    yield Action("duplicate", "Mark as duplicate", "d", triage, "optional", ("of",), denied_reason=busy)


def _confirmed(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    yield from _planning(remediation)
    refusal = risk_refusal(finding, actor)
    yield Action(
        "accept-risk", "Accept the risk", "t", "audits.risk_accept", "required", ("until",), denied_reason=refusal
    )


def _in_remediation(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    yield from _planning(remediation)
    if remediation is None:
        return
    if remediation.state == RemediationState.SUBMITTED:
        approve, refusal = "audits.remediation_approve", approval_refusal(remediation, actor)
        pk = remediation.pk
        yield Action("approve", "Approve the plan", "y", approve, "optional", (), pk, refusal)
        yield Action("request-changes", "Request changes", "x", approve, "required", (), pk, refusal)
    elif remediation.state == RemediationState.APPROVED:
        remediate = "audits.finding_remediate"
        yield Action("implement", "Mark as carried out", "i", remediate, "optional", ("release",), remediation.pk)
    elif remediation.state == RemediationState.IMPLEMENTED:
        yield Action("verify", "Start the verification", "v", "audits.finding_remediate")


def _planning(remediation: Remediation | None) -> Iterator[Action]:
    remediate = "audits.finding_remediate"
    if remediation is None:
        yield Action("remediation", "Plan a remediation", "p", remediate, fields=("plan",))
    elif remediation.state in (RemediationState.DRAFT, RemediationState.CHANGES_REQUESTED):
        yield Action("submit", "Submit the plan", "s", remediate, remediation_id=remediation.pk)
        yield Action("remediation", "Change the plan", "p", remediate, fields=("plan",))


def _verifying(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    last = finding.verification_runs.order_by("-pk").values_list("state", flat=True).first()
    if last in (CheckState.INSUFFICIENT_DATA, CheckState.ERROR):
        yield Action("verify", "Verify again", "v", "audits.finding_remediate")


def _verified(finding: Finding, remediation: Remediation | None, actor: User) -> Iterator[Action]:
    sign = "audits.finding_sign"
    refusal = sign_off_refusal(finding, actor)
    yield Action("sign-off", "Sign off", "s", sign, "optional", denied_reason=refusal)
    yield Action("send-back", "Send back", "x", sign, "required")


def _always(finding: Finding) -> Iterator[Action]:
    if finding.state in FINDING.open:
        yield Action("assign", "Assign", "a", "audits.finding_assign", fields=("owner",))
    yield Action("comment", "Comment", "m", "audits.finding_comment", "required")


_BY_STATE: dict[FindingState, Callable[[Finding, Remediation | None, User], Iterator[Action]]] = {
    FindingState.NEW: _new,
    FindingState.CONFIRMED: _confirmed,
    FindingState.IN_REMEDIATION: _in_remediation,
    FindingState.VERIFYING: _verifying,
    FindingState.VERIFIED: _verified,
}
