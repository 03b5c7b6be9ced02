"""Findings as people and integrations look at them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from audits.models import Cycle, Finding, FindingEvent, FindingEvidence, Remediation
from audits.queries.waiting import WAITING
from audits.states import SEVERITY_RANK
from portal.accounts.models import User
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import Invalid, NotFound

# Gravest first, as a sortable number.
SEVERITY_ORDER = Case(
    *(When(severity=severity, then=Value(-rank)) for severity, rank in SEVERITY_RANK.items()),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What a list of findings is narrowed to; empty means everything.

    `states`, `severities`, `kinds` are stored values, `assistant` is a slug, `cycle` an id, `waiting` one of
    audits.queries.waiting.WAITING: the list behind a count of the home page.
    """

    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    assistant: str = ""
    owner: int | None = None
    cycle: int | None = None
    waiting: str = ""


def findings_for(actor: Actor, filters: FindingFilters | None = None) -> QuerySet[Finding]:
    """The findings that `actor` may see, gravest and then longest due first, with their assistants and owners.

    Raises Invalid for a `waiting` that does not exist or that the actor, being no person, cannot have.
    """
    filters = filters or FindingFilters()
    findings = restrict(Finding.objects.all(), actor, "audits.view")
    if filters.states:
        findings = findings.filter(state__in=filters.states)
    if filters.severities:
        findings = findings.filter(severity__in=filters.severities)
    if filters.kinds:
        findings = findings.filter(kind__in=filters.kinds)
    if filters.assistant:
        findings = findings.filter(assistant__slug=filters.assistant)
    if filters.owner is not None:
        findings = findings.filter(owner=filters.owner)
    if filters.cycle is not None:
        findings = findings.filter(pk__in=Finding.objects.filter(seen_in__cycle=filters.cycle).values("pk"))
    if filters.waiting:
        if filters.waiting not in WAITING or not isinstance(actor, User):
            raise Invalid(f"One of {', '.join(WAITING)}.", field="waiting")
        findings = findings.filter(WAITING[filters.waiting](actor))
    return findings.select_related("assistant", "claimed_by", "owner").order_by(SEVERITY_ORDER, "due_at", "pk")


def finding_for(actor: Actor, finding_id: int) -> Finding:
    """One finding with its runs and people. Raises NotFound for another team's, Denied without the role."""
    finding = (
        Finding.objects.select_related(
            "assistant__team",
            "raised_by_run__cycle",
            "latest_run",
            "verified_by_run",
            "duplicate_of",
            "regression_of",
            "dismissed_by",
            "risk_accepted_by",
            "claimed_by",
            "confirmed_by",
            "owner",
            "remediated_by",
            "signed_by",
            "dismissal_proposed_by",
        )
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", finding)
    return finding


def finding_history(finding: Finding) -> list[FindingEvent]:
    """Every step, oldest first, with who took it."""
    return list(finding.events.select_related("person").order_by("at", "pk"))


def finding_evidence(finding: Finding) -> list[FindingEvidence]:
    """The conversations that show it, the latest first, without their transcripts."""
    evidence = finding.evidence.select_related("conversation__assistant", "conversation__release")
    return list(evidence.defer("conversation__sealed").order_by("-conversation__started_at", "pk"))


def finding_remediations(finding: Finding) -> list[Remediation]:
    """Every attempt, the latest first."""
    people = ("drafted_by", "approved_by", "implemented_by", "release")
    return list(finding.remediations.select_related(*people).order_by("-pk"))


def findings_of_cycle(cycle: Cycle) -> QuerySet[Finding]:
    """What the checks of this cycle found, whether they raised it or saw it again."""
    found = Finding.objects.filter(pk__in=Finding.objects.filter(seen_in__cycle=cycle).values("pk"))
    return found.select_related("assistant", "owner").order_by(SEVERITY_ORDER, "due_at", "pk")
