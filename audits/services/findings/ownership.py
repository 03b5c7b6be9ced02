"""Who sees to a finding, and what people say about it."""

from __future__ import annotations

from django.db import transaction

from audits.models import Finding
from audits.services.findings.records import finding_locked, record
from audits.services.notes import written
from audits.states import FINDING
from portal.accounts.models import User
from portal.core.access import can
from portal.core.errors import Conflict, Invalid


@transaction.atomic
def finding_assign(*, finding_id: int, owner: User, actor: User) -> Finding:
    """Name who is to see to an open finding.

    Raises NotFound, Denied, Conflict for a finding that is over, Invalid for an owner who cannot remediate. Writes
    `finding.assigned`; mails the owner after commit.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_assign")
    if finding.state not in FINDING.open:
        raise Conflict(f"This finding is {finding.get_state_display().lower()}.", code="finding_over")
    require_able_owner(finding, owner)
    before = finding.owner_id
    finding.owner = owner
    finding.save(update_fields=["owner"])
    data = {"from": before, "to": owner.pk}
    record(finding=finding, actor=actor, action="finding.assigned", data=data)
    return finding


@transaction.atomic
def finding_comment(*, finding_id: int, note: str, actor: User) -> Finding:
    """Add a remark to the history, in any state. Raises NotFound, Denied, Invalid. Writes `finding.commented`."""
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_comment")
    record(finding=finding, actor=actor, action="finding.commented", note=written(note))
    return finding


def require_able_owner(finding: Finding, owner: User) -> None:
    """Raise Invalid unless `owner` may remediate this finding: a role in its team, an active account."""
    if not can(owner, "audits.finding_remediate", finding):
        raise Invalid("Choose someone of this team who may remediate.", field="owner")
