"""What a reviewer decides about a new finding: confirmed, dismissed, or a duplicate."""

from __future__ import annotations

from django.db import transaction

from audits.models import Finding
from audits.queries.four_eyes import dismissal_refusal, needs_second_person
from audits.services.findings.ownership import require_able_owner
from audits.services.findings.records import (
    drop_claim,
    finding_locked,
    move,
    record,
    require_state,
    require_unclaimed,
)
from audits.services.notes import written
from audits.states import FINDING, SEVERITY_RANK, DismissReason, FindingState
from portal.accounts.models import User
from portal.core.errors import Denied, Invalid


@transaction.atomic
def finding_confirm(*, finding_id: int, actor: User, note: str = "", owner: User | None = None) -> Finding:
    """Confirm that a new finding is real, and name who is to see to it.

    Ends the claim and any proposal to dismiss. Raises NotFound, Denied, Conflict, and Invalid for an owner who cannot
    remediate. Writes `finding.confirmed`; mails the owner after commit.
    """
    finding = _triaged(finding_id, actor)
    text = written(note, required=False)
    if owner is not None:
        require_able_owner(finding, owner)
    finding.confirmed_by = actor
    finding.owner = owner
    finding.dismissal_proposed_by = None
    finding.dismiss_reason = ""
    fields = ["confirmed_by", "owner", "dismissal_proposed_by", "dismiss_reason", *drop_claim(finding)]
    before = move(finding, FindingState.CONFIRMED, *fields)
    data = {"owner": None if owner is None else owner.pk}
    record(finding=finding, actor=actor, action="finding.confirmed", from_state=before, note=text, data=data)
    return finding


@transaction.atomic
def finding_dismiss(*, finding_id: int, reason: str, note: str, actor: User) -> Finding:
    """Dismiss a new finding; of a high or critical one, the first person proposes and a second completes.

    The finding stays new until the second person has decided. Raises NotFound, Denied (with the explanation, where
    the proposer wants to complete), Conflict, and Invalid for an unknown reason or a missing note. Writes
    `finding.dismissed` or `finding.dismissal_proposed`.
    """
    finding = _triaged(finding_id, actor)
    if reason not in DismissReason.values:
        raise Invalid("Choose why it is dismissed.", field="reason")
    text = written(note)
    finding.dismiss_reason = reason
    if needs_second_person(finding) and finding.dismissal_proposed_by_id is None:
        finding.dismissal_proposed_by = actor
        finding.save(update_fields=["dismiss_reason", "dismissal_proposed_by", *drop_claim(finding)])
        action, before = "finding.dismissal_proposed", None
    else:
        refusal = dismissal_refusal(finding, actor)
        if refusal:
            raise Denied(refusal, code="second_person_needed")
        finding.dismissed_by = actor
        before = move(finding, FindingState.DISMISSED, "dismissed_by", "dismiss_reason", *drop_claim(finding))
        action = "finding.dismissed"
    record(finding=finding, actor=actor, action=action, from_state=before, note=text, data={"reason": reason})
    return finding


@transaction.atomic
def finding_mark_duplicate(*, finding_id: int, of: int, actor: User, note: str = "") -> Finding:
    """Say that a new finding is another view of the open finding `of` of the same assistant.

    From then on the original stands for both: its severity must not be lower, or a grave finding could disappear
    behind a slight one without a second person. Raises NotFound, Denied, Conflict, and Invalid for such an `of`.
    Writes `finding.marked_duplicate`.
    """
    # Both in the order of their ids, so that two people who name each other's finding do not wait for ever.
    list(Finding.objects.select_for_update().filter(pk__in=[finding_id, of]).order_by("pk").values_list("pk"))
    finding = _triaged(finding_id, actor)
    if of == finding_id:
        raise Invalid("A finding cannot be its own duplicate.", field="of")
    original = finding_locked(finding_id=of, actor=actor, permission="audits.finding_triage")
    text = written(note, required=False)
    if original.assistant_id != finding.assistant_id:
        raise Invalid("The original is about another assistant.", field="of")
    if original.state not in FINDING.open:
        raise Invalid(f"The original is {original.get_state_display().lower()}.", field="of")
    if SEVERITY_RANK[original.severity] < SEVERITY_RANK[finding.severity]:
        raise Invalid("The original is less severe: dismiss this finding instead, or confirm it.", field="of")
    finding.duplicate_of = original
    before = move(finding, FindingState.DUPLICATE, "duplicate_of", *drop_claim(finding))
    action = "finding.marked_duplicate"
    record(finding=finding, actor=actor, action=action, from_state=before, note=text, data={"of": original.pk})
    return finding


def _triaged(finding_id: int, actor: User) -> Finding:
    """The finding, locked, if the actor may decide about it now. Raises NotFound, Denied, Conflict."""
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_triage")
    require_state(finding, FindingState.NEW)
    require_unclaimed(finding, actor)
    return finding
