"""What a signature on a finding covers, and whether it still holds."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from audits.models import CheckRun, Finding, FindingEvent, Remediation, SignOff
from audits.states import RemediationState
from portal.core.ledger import canonical

# What people and runs decided on the way; remarks and claims decide nothing, the signature itself comes after.
DECISIONS = frozenset(
    {
        "finding.raised",
        "finding.dismissal_proposed",
        "finding.confirmed",
        "finding.risk_accepted",
        "finding.risk_expired",
        "finding.verification_started",
        "finding.verified",
        "finding.verification_failed",
        "finding.verification_undecided",
        "finding.sent_back",
        "remediation.drafted",
        "remediation.submitted",
        "remediation.changes_requested",
        "remediation.approved",
        "remediation.implemented",
    }
)


def signed_statement(finding_id: int) -> dict[str, Any]:
    """Exactly what is signed, read anew from the database: the finding, the run that raised it and the run that proves
    the fix with their results and frozen configuration, the remediation, and every decision.

    Plain JSON types only. Texts that people wrote enter as their SHA-256, so that the statement can be kept and shown.
    """
    finding = Finding.objects.select_related("raised_by_run", "verified_by_run").get(pk=finding_id)
    remediation = (
        Remediation.objects.filter(finding=finding, state__in=[RemediationState.VERIFYING, RemediationState.SIGNED_OFF])
        .order_by("-pk")
        .first()
    )
    events = FindingEvent.objects.filter(finding=finding, action__in=DECISIONS).order_by("pk")
    return {
        "finding": {
            "id": finding.pk,
            "assistant": finding.assistant_id,
            "fingerprint": finding.fingerprint,
            "kind": finding.kind,
            "title": finding.title,
            "sentence": finding.sentence,
            "severity": finding.severity,
            "times_seen": finding.times_seen,
            "confirmed_by": finding.confirmed_by_id,
            "remediated_by": finding.remediated_by_id,
            "regression_of": finding.regression_of_id,
        },
        "raised_by": _run(finding.raised_by_run),
        "verified_by": None if finding.verified_by_run is None else _run(finding.verified_by_run),
        "remediation": None if remediation is None else _remediation(remediation),
        "decisions": [_decision(event) for event in events],
    }


def signed_hash(finding_id: int) -> str:
    """SHA-256, in hex, of the canonical JSON of `signed_statement`."""
    return hashlib.sha256(canonical(signed_statement(finding_id)).encode()).hexdigest()


def sign_off_still_matches(finding: Finding) -> bool:
    """Whether what was signed is what stands there now. False without a signature, and after any material change."""
    signature = SignOff.objects.filter(finding=finding).values_list("signed_hash", flat=True).first()
    return signature is not None and hmac.compare_digest(signature, signed_hash(finding.pk))


def _run(run: CheckRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "kind": run.kind,
        "target": run.target,
        "params": run.params,
        "config_hash": run.config_hash,
        "window": [run.window_from.isoformat(), run.window_until.isoformat()],
        "release": run.release_id,
        "state": run.state,
        "n": run.n,
        "engine_version": run.engine_version,
        "result": run.result,
    }


def _remediation(remediation: Remediation) -> dict[str, Any]:
    # Left out where there is nothing of it, so that signatures from before it existed still hold.
    stated = {"remedy": remediation.remedy, "recheck": remediation.recheck}
    return {
        **{name: value for name, value in stated.items() if value},
        "id": remediation.pk,
        "plan_sha256": _digest(remediation.plan),
        "drafted_by": remediation.drafted_by_id,
        "approved_by": remediation.approved_by_id,
        "approved_at": _instant(remediation.approved_at),
        "implemented_by": remediation.implemented_by_id,
        "implemented_at": _instant(remediation.implemented_at),
        "release": remediation.release_id,
    }


def _decision(event: FindingEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "at": _instant(event.at),
        "actor": event.actor,
        "action": event.action,
        "from": event.from_state,
        "to": event.to_state,
        "note_sha256": _digest(event.note),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
