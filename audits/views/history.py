"""A finding's history as the timeline component shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audits.models import Finding, FindingEvent
from audits.queries.findings import finding_history
from audits.views.people import name_of
from portal.core.ledger import action_label

_LOOKS = {
    "finding.raised": ("flag", "warning"),
    "finding.seen_again": ("eye", "warning"),
    "finding.claimed": ("user", "neutral"),
    "finding.released": ("arrow-back-up", "neutral"),
    "finding.confirmed": ("check", "danger"),
    "finding.dismissal_proposed": ("circle-minus", "neutral"),
    "finding.dismissed": ("circle-minus", "neutral"),
    "finding.marked_duplicate": ("copy", "neutral"),
    "finding.assigned": ("user-check", "neutral"),
    "finding.commented": ("message", "neutral"),
    "finding.risk_accepted": ("player-pause", "warning"),
    "finding.risk_expired": ("clock-exclamation", "warning"),
    "finding.verification_started": ("refresh", "info"),
    "finding.verified": ("circle-check", "success"),
    "finding.verification_failed": ("circle-x", "danger"),
    "finding.verification_undecided": ("hourglass", "neutral"),
    "finding.sent_back": ("arrow-back-up", "warning"),
    "finding.signed_off": ("rosette-discount-check", "success"),
    "remediation.drafted": ("pencil", "info"),
    "remediation.submitted": ("send", "info"),
    "remediation.changes_requested": ("pencil", "warning"),
    "remediation.approved": ("check", "success"),
    "remediation.implemented": ("tool", "info"),
}

# What a person asks of the next one, and what moves nothing in between.
_ASKING = frozenset(
    {"remediation.changes_requested", "finding.sent_back", "finding.dismissal_proposed", "finding.risk_accepted"}
)
_BESIDE = frozenset(
    {"finding.commented", "finding.assigned", "finding.claimed", "finding.released", "finding.seen_again"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the timeline component."""

    at: datetime
    action: str
    title: str
    actor: str
    text: str
    icon: str
    tone: str


def steps_of(finding: Finding) -> list[Step]:
    """Every step, the latest first."""
    return [_step(event) for event in reversed(finding_history(finding))]


def last_word(steps: Sequence[Step]) -> Step | None:
    """What somebody wrote when they asked for what comes next, as long as nobody has answered; `steps` latest first."""
    latest = next((step for step in steps if step.action not in _BESIDE), None)
    return latest if latest is not None and latest.action in _ASKING and latest.text else None


def _step(event: FindingEvent) -> Step:
    icon, tone = _LOOKS.get(event.action, ("circle", "neutral"))
    return Step(
        at=event.at,
        action=event.action,
        title=action_label(event.action),
        actor=_actor(event),
        text=event.note,
        icon=icon,
        tone=tone,
    )


def _actor(event: FindingEvent) -> str:
    if event.person is not None:
        return name_of(event.person)
    return "Probity" if event.actor == "system" else "An integration"
