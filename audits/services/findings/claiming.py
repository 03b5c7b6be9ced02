"""Who is looking at a new finding right now: a claim of a few minutes that ends by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audits.models import Finding
from audits.services.findings.records import claim_conflict, drop_claim, finding_locked, record, require_state
from audits.states import FindingState
from portal.accounts.models import User
from portal.core.access import require
from portal.core.errors import Conflict, NotFound

CLAIM_LASTS = timedelta(minutes=5)


@transaction.atomic
def finding_claim(*, finding_id: int, actor: User) -> Finding:
    """Claim a new finding for five minutes; claiming one's own again starts them anew.

    The claim is one conditional UPDATE: of two people exactly one wins. Raises NotFound, Denied, and Conflict where
    the finding is past triage or a colleague, named by name, holds it. Writes `finding.claimed`.
    """
    finding = _visible(finding_id, actor)
    now = timezone.now()
    until = now + CLAIM_LASTS
    free = Q(claimed_by__isnull=True) | Q(claimed_by=actor) | Q(claimed_until__lte=now)
    won = Finding.objects.filter(free, pk=finding_id, state=FindingState.NEW).update(
        claimed_by=actor, claimed_until=until
    )
    finding = _visible(finding_id, actor)
    if not won:
        require_state(finding, FindingState.NEW)
        raise claim_conflict(finding.claimed_by)
    record(finding=finding, actor=actor, action="finding.claimed")
    return finding


@transaction.atomic
def finding_release(*, finding_id: int, actor: User) -> Finding:
    """Give one's claim back undecided. Raises NotFound, Denied, Conflict. Writes `finding.released`."""
    finding = finding_locked(finding_id=finding_id, actor=actor, permission="audits.finding_triage")
    if finding.claimed_by_id != actor.pk:
        raise Conflict("You have not claimed this finding.", code="not_claimed")
    finding.save(update_fields=drop_claim(finding))
    record(finding=finding, actor=actor, action="finding.released")
    return finding


def _visible(finding_id: int, actor: User) -> Finding:
    finding = Finding.objects.select_related("assistant", "claimed_by").filter(pk=finding_id).first()
    if finding is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.finding_triage", finding)
    return finding
