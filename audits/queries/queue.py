"""The review queue: what a reviewer decides next."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from audits.models import Finding, Flag
from audits.queries.findings import SEVERITY_ORDER
from audits.queries.waiting import flags_to_triage, to_triage
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the queue is narrowed to; empty means everything. `mine` leaves only what the actor has claimed."""

    severities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    assistant: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """Findings, gravest and then longest due first, and flags, oldest first. Each is one query when read."""

    findings: QuerySet[Finding]
    flags: QuerySet[Flag]


def review_queue(actor: User, filters: QueueFilters | None = None) -> ReviewQueue:
    """What waits for a decision of `actor`: nothing that a colleague holds, nothing of another team.

    `severities` narrows findings only, which alone have one; `kinds` holds check kinds and flag kinds alike.
    """
    filters = filters or QueueFilters()
    findings = Finding.objects.filter(to_triage(actor))
    flags = Flag.objects.filter(flags_to_triage(actor))
    if filters.severities:
        findings = findings.filter(severity__in=filters.severities)
    if filters.kinds:
        findings = findings.filter(kind__in=filters.kinds)
        flags = flags.filter(kind__in=filters.kinds)
    if filters.assistant:
        findings = findings.filter(assistant__slug=filters.assistant)
        flags = flags.filter(conversation__assistant__slug=filters.assistant)
    if filters.mine:
        held = Q(claimed_by=actor, claimed_until__gt=timezone.now())
        findings, flags = findings.filter(held), flags.filter(held)
    return ReviewQueue(
        findings=findings.select_related("assistant", "claimed_by", "dismissal_proposed_by", "raised_by_run").order_by(
            SEVERITY_ORDER, "due_at", "pk"
        ),
        flags=flags.select_related("conversation__assistant", "claimed_by")
        .defer("conversation__sealed")
        .order_by("raised_at", "pk"),
    )
