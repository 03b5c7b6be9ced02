"""Claims that have run out, of findings and flags alike. Beat's tick calls this."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audits.models import Finding, Flag
from audits.services.findings.records import drop_claim, record
from audits.services.flags import flag_reopen
from audits.states import FlagState
from portal.core.actors import SYSTEM


def claims_expire() -> int:
    """Release every claim whose time is over; returns how many. Safe to repeat at any time.

    Each in a transaction of its own; one that somebody is deciding on is left alone. Writes `finding.released` and
    `flag.released`.
    """
    now = timezone.now()
    findings = Finding.objects.filter(claimed_until__lte=now).order_by("pk").values_list("pk", flat=True)
    flags = (
        Flag.objects.filter(state=FlagState.CLAIMED, claimed_until__lte=now).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_release_finding(pk) for pk in findings) + sum(_release_flag(pk) for pk in flags)


@transaction.atomic
def _release_finding(finding_id: int) -> bool:
    finding = (
        Finding.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("assistant")
        .filter(pk=finding_id, claimed_until__lte=timezone.now())
        .first()
    )
    if finding is None:
        return False
    finding.save(update_fields=drop_claim(finding))
    record(finding=finding, actor=SYSTEM, action="finding.released", data={"expired": True})
    return True


@transaction.atomic
def _release_flag(flag_id: int) -> bool:
    flag = (
        Flag.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("conversation__assistant")
        .filter(pk=flag_id, state=FlagState.CLAIMED, claimed_until__lte=timezone.now())
        .first()
    )
    if flag is None:
        return False
    flag_reopen(flag, actor=SYSTEM, expired=True)
    return True
