"""Re-checks that start by themselves on the day that was set when a fix was carried out."""

from __future__ import annotations

from datetime import date

import structlog

from audits.models import Remediation
from audits.services.verification import finding_recheck
from audits.states import FindingState, RemediationState
from portal.core.errors import Conflict

log = structlog.get_logger(__name__)


def due_rechecks_start(*, today: date) -> int:
    """Start the verification of every carried-out remediation whose day has come; returns how many.

    A transaction each, safe to repeat: what somebody started by hand meanwhile is under way already, and what has no
    newer data yet waits for the next time.
    """
    due = Remediation.objects.filter(
        state=RemediationState.IMPLEMENTED, recheck_on__lte=today, finding__state=FindingState.IN_REMEDIATION
    )
    started = 0
    for finding_id in due.order_by("pk").values_list("finding_id", flat=True):
        try:
            finding_recheck(finding_id=finding_id)
        except Conflict as conflict:
            log.info("recheck_waits", finding=finding_id, code=conflict.code)
        else:
            started += 1
    return started
