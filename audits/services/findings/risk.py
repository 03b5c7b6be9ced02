"""A confirmed risk that an approver accepts until a day, after which the finding is confirmed again."""

from __future__ import annotations

from datetime import UTC, date, timedelta

from django.db import transaction
from django.utils import timezone

from audits.models import Finding
from audits.queries.four_eyes import risk_refusal
from audits.services.findings.records import finding_locked, move, record, require_state
from audits.services.notes import written
from audits.states import FindingState
from portal.accounts.models import User
from portal.core.actors import SYSTEM
from portal.core.errors import Denied, Invalid

RISK_AT_MOST = timedelta(days=365)


@transaction.atomic
def finding_accept_risk(*, finding_id: int, until: date, note: str, actor: User) -> Finding:
    """Accept the risk of a confirmed finding until the end of the UTC day `until`, at most a year away.

    Whoever confirmed the finding cannot accept its risk. Raises NotFound, Denied, Conflict, and Invalid for a day
    that is past or too far off or a missing note. Writes `finding.risk_accepted`; mails the owner after commit.
    """
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.risk_accept")
    require_state(finding, FindingState.CONFIRMED)
    refusal = risk_refusal(finding, actor)
    if refusal:
        raise Denied(refusal, code="four_eyes")
    today = timezone.now().astimezone(UTC).date()
    if not today < until <= today + RISK_AT_MOST:
        raise Invalid("Choose a day after today and within a year.", field="until")
    text = written(note)
    finding.risk_accepted_by = actor
    finding.risk_accepted_until = until
    before = move(finding, FindingState.RISK_ACCEPTED, "risk_accepted_by", "risk_accepted_until")
    data = {"until": until.isoformat()}
    record(finding=finding, actor=actor, action="finding.risk_accepted", from_state=before, note=text, data=data)
    return finding


def risk_acceptances_expire() -> int:
    """Confirm again every finding whose accepted risk has run out; returns how many. Safe to repeat at any time.

    Each in a transaction of its own; one that somebody is working on is left for the next time. Writes
    `finding.risk_expired`; mails the owner.
    """
    today = timezone.now().astimezone(UTC).date()
    over = Finding.objects.filter(state=FindingState.RISK_ACCEPTED, risk_accepted_until__lt=today)
    return sum(_expire(pk, today) for pk in over.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _expire(finding_id: int, today: date) -> bool:
    finding = (
        Finding.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("assistant")
        .filter(pk=finding_id, state=FindingState.RISK_ACCEPTED, risk_accepted_until__lt=today)
        .first()
    )
    if finding is None:
        return False
    finding.risk_accepted_by = None
    finding.risk_accepted_until = None
    before = move(finding, FindingState.CONFIRMED, "risk_accepted_by", "risk_accepted_until")
    record(finding=finding, actor=SYSTEM, action="finding.risk_expired", from_state=before)
    return True
