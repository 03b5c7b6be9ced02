"""Cycles, check runs and findings for the workflow's tests, made without running a check."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from assistants.models import Assistant, Conversation
from audits.models import CheckRun, Cycle, Finding, Programme, Remediation
from audits.services.findings import finding_confirm, finding_raise, finding_verification_decided
from audits.services.remediations import (
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_submit,
)
from audits.services.sign_off import finding_sign_off
from audits.states import CycleState
from portal.accounts.models import User
from portal.core.models import LedgerEntry

FROM = date(2025, 3, 1)
UNTIL = date(2025, 4, 1)


def cycle_make(assistant: Assistant, *, state: str = CycleState.IN_REVIEW, **values: Any) -> Cycle:
    programme, _ = Programme.objects.get_or_create(assistant=assistant)
    return Cycle.objects.create(
        assistant=assistant,
        programme=programme,
        period_from=FROM,
        period_until=UNTIL,
        state=state,
        config_hash="c" * 64,
        opened_at=timezone.now(),
        **values,
    )


def run_make(
    assistant: Assistant,
    *,
    cycle: Cycle | None = None,
    target: str = "resolved by age_group",
    state: str = "failed",
    **values: Any,
) -> CheckRun:
    """A decided run; in a cycle of its own unless one is named or it `verifies` a finding."""
    if cycle is None and "verifies" not in values:
        cycle = cycle_make(assistant)
    return CheckRun.objects.create(
        **{
            "assistant": assistant,
            "cycle": cycle,
            "kind": "outcome_gap",
            "target": target,
            "params": {"outcome": "resolved", "dimension": "attribute:age_group"},
            "config_hash": "a" * 64,
            "window_from": FROM,
            "window_until": UNTIL,
            "state": state,
            "sentence": "Older customers are resolved less often: 61 % against 74 %.",
            "result": {"tables": [], "figures": {"difference": -0.13, "lower": -0.17, "upper": -0.09}},
            "n": 4000,
            "finished_at": timezone.now() - timedelta(minutes=1),
            **values,
        }
    )


def finding_make(
    assistant: Assistant,
    *,
    severity: str = "high",
    evidence: list[Conversation] | None = None,
    run: CheckRun | None = None,
) -> Finding:
    """A finding as a failed run raises it: new, in the review of its cycle."""
    run = run or run_make(assistant)
    return finding_raise(
        run=run,
        title="Resolved differs by age group",
        sentence=run.sentence,
        severity=severity,
        evidence=[(conversation.pk, "Not resolved.") for conversation in evidence or []],
    )


def verification_make(finding: Finding, *, state: str) -> CheckRun:
    """The re-run of the finding's frozen check, decided with `state`."""
    baseline = finding.raised_by_run
    return run_make(
        finding.assistant,
        verifies=finding,
        target=baseline.target,
        state=state,
        window_from=UNTIL,
        window_until=UNTIL + timedelta(days=14),
        sentence="Resolution no longer differs.",
    )


def bring(finding: Finding, to: str, *, finder: User, fixer: User, approver: User, start: str = "confirmed") -> Finding:
    """Take a finding through its services, from step `start` up to `to`; the runs are decided by hand."""
    steps = ["confirmed", "in_remediation", "implemented", "verifying", "verified", "closed"]
    for step in steps[steps.index(start) : steps.index(to) + 1]:
        _STEPS[step](finding, finder, fixer, approver)
    finding.refresh_from_db()
    return finding


def _confirm(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    finding_confirm(finding_id=finding.pk, actor=finder, owner=fixer)


def _remediate(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    remediation = remediation_draft(finding_id=finding.pk, plan="Mend the prompt.", actor=fixer)
    remediation_submit(remediation_id=remediation.pk, actor=fixer)


def _implement(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    remediation = finding.remediations.get(state="submitted")
    remediation_approve(remediation_id=remediation.pk, actor=approver)
    remediation_implement(remediation_id=remediation.pk, actor=fixer)


def _start_verifying(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    Remediation.objects.filter(finding=finding, state="implemented").update(state="verifying")
    Finding.objects.filter(pk=finding.pk).update(state="verifying")


def _pass(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    finding_verification_decided(run=verification_make(finding, state="passed"))


def _sign(finding: Finding, finder: User, fixer: User, approver: User) -> None:
    finding_sign_off(finding_id=finding.pk, actor=approver, reauthenticated=True)


_STEPS = {
    "confirmed": _confirm,
    "in_remediation": _remediate,
    "implemented": _implement,
    "verifying": _start_verifying,
    "verified": _pass,
    "closed": _sign,
}


def steps(finding: Finding, *, after: str = "") -> list[tuple[str, str, str, str]]:
    """The history as (action, actor, from, to); `after` leaves out what came up to the last such action."""
    rows = list(finding.events.order_by("pk").values_list("action", "actor", "from_state", "to_state"))
    last = max((index for index, row in enumerate(rows) if row[0] == after), default=-1)
    return rows[last + 1 :]


def ledger_of(thing: models.Model, *, after: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    """The ledger entries about one row as (action, actor, data), likewise."""
    entries = LedgerEntry.objects.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))
    rows = [(entry.action, entry.actor, json.loads(entry.body)["data"]) for entry in entries.order_by("seq")]
    last = max((index for index, row in enumerate(rows) if row[0] == after), default=-1)
    return rows[last + 1 :]
