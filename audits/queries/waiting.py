"""What waits for a person. Each kind is one condition, used to count and to list alike, so that the two agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from audits.models import Cycle, Finding, FindingEvent, Flag, Remediation
from audits.queries.four_eyes import FINDER, FIXER, PLANNER
from audits.states import FINDING, CycleState, FindingState, FlagState, RemediationState, Severity
from consent.queries.requests import requests_pressing
from consent.services.requests.records import today
from portal.accounts.models import User
from portal.core.access import can_anywhere, restrict, teams_with

MINE = [FindingState.CONFIRMED, FindingState.IN_REMEDIATION, FindingState.VERIFYING]


def _teams(actor: User, permission: str) -> Q:
    return Q(assistant__team__in=teams_with(actor, permission))


def _did(actor: User, actions: frozenset[str]) -> Exists:
    return Exists(FindingEvent.objects.filter(finding=OuterRef("pk"), person=actor, action__in=sorted(actions)))


def to_triage(actor: User) -> Q:
    """New, not held by a colleague, and not waiting for somebody else's second opinion on the actor's own proposal."""
    free = Q(claimed_by__isnull=True) | Q(claimed_by=actor) | Q(claimed_until__lte=timezone.now())
    own_proposal = Q(dismissal_proposed_by__isnull=False, dismissal_proposed_by=actor)
    return Q(state=FindingState.NEW) & free & ~own_proposal & _teams(actor, "audits.finding_triage")


def to_remediate(actor: User) -> Q:
    """The actor's own, until the fix is verified."""
    return Q(owner=actor, state__in=MINE) & _teams(actor, "audits.finding_remediate")


def to_approve(actor: User) -> Q:
    """A plan is submitted that the actor has not written on."""
    submitted = Remediation.objects.filter(finding=OuterRef("pk"), state=RemediationState.SUBMITTED)
    by_others = submitted.exclude(drafted_by=actor)
    return Q(Exists(by_others)) & ~Q(_did(actor, PLANNER)) & _teams(actor, "audits.remediation_approve")


def to_sign(actor: User) -> Q:
    """Verified, and the actor had no part in finding or mending it."""
    part = _did(actor, FINDER | PLANNER | FIXER)
    columns = Q(confirmed_by=actor, confirmed_by__isnull=False) | Q(remediated_by=actor, remediated_by__isnull=False)
    return Q(state=FindingState.VERIFIED) & ~Q(part) & ~columns & _teams(actor, "audits.finding_sign")


def overdue(actor: User) -> Q:
    """Open past its due date; an accepted risk has its own date."""
    running = sorted(FINDING.open - {FindingState.RISK_ACCEPTED})
    return Q(state__in=running, due_at__lt=timezone.now()) & _teams(actor, "audits.view")


def critical(actor: User) -> Q:
    """Critical and open in the actor's teams, whoever has to act; also where its risk is accepted for now."""
    return Q(state__in=FINDING.open, severity=Severity.CRITICAL) & _teams(actor, "audits.view")


def high(actor: User) -> Q:
    """As `critical`, of high severity."""
    return Q(state__in=FINDING.open, severity=Severity.HIGH) & _teams(actor, "audits.view")


WAITING: Mapping[str, Callable[[User], Q]] = {
    "to_triage": to_triage,
    "to_remediate": to_remediate,
    "to_approve": to_approve,
    "to_sign": to_sign,
    "overdue": overdue,
    "critical": critical,
    "high": high,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for one person: findings, flags, cycles, customers' requests.

    `overdue`, `critical` and `high` are findings of the whole team, which ask nobody in particular.
    """

    to_triage: int
    to_remediate: int
    to_approve: int
    to_sign: int
    overdue: int
    flags: int
    requests_overdue: int = 0
    requests_soon: int = 0
    to_close: int = 0
    critical: int = 0
    high: int = 0

    @property
    def total(self) -> int:
        """Everything that asks this person to act."""
        findings = self.to_triage + self.to_remediate + self.to_approve + self.to_sign
        return findings + self.flags + self.requests + self.to_close

    @property
    def queue(self) -> int:
        """What the review queue holds for this person."""
        return self.to_triage + self.flags

    @property
    def requests(self) -> int:
        """Requests that are overdue or due within a week."""
        return self.requests_overdue + self.requests_soon


@dataclass(frozen=True, slots=True)
class InMenu:
    """Those counts of `Waiting` that stand in the menu of every page."""

    queue: int
    requests: int


def flags_to_triage(actor: User) -> Q:
    """Open, or claimed by the actor, or no longer held."""
    free = Q(state=FlagState.OPEN) | Q(state=FlagState.CLAIMED, claimed_by=actor)
    lapsed = Q(state=FlagState.CLAIMED, claimed_until__lte=timezone.now())
    return (free | lapsed) & Q(conversation__assistant__team__in=teams_with(actor, "flags.triage"))


def cycles_to_close(actor: User) -> Q:
    """All their findings are decided, and none waits for its signature."""
    unsigned = Finding.objects.filter(seen_in__cycle=OuterRef("pk"), state=FindingState.VERIFIED)
    return Q(state=CycleState.AWAITING_SIGN_OFF) & ~Q(Exists(unsigned)) & _teams(actor, "audits.cycle_close")


@dataclass(frozen=True, slots=True)
class OpenFindings:
    """Findings of a person's teams that somebody has to see to, and how many of them are high or critical."""

    count: int
    grave: int


def open_findings(actor: User) -> OpenFindings:
    """One query."""
    found = restrict(Finding.objects.filter(state__in=FINDING.open), actor, "audits.view")
    grave = Q(severity__in=[Severity.CRITICAL, Severity.HIGH])
    return OpenFindings(**found.aggregate(count=Count("pk"), grave=Count("pk", filter=grave)))


def waiting_for(actor: User) -> Waiting:
    """The counts of the home page, in four queries at most, however much there is."""
    counts = restrict(Finding.objects.all(), actor, "audits.view").aggregate(
        **{name: Count("pk", filter=condition(actor)) for name, condition in WAITING.items()}
    )
    if can_anywhere(actor, "audits.cycle_close"):
        counts["to_close"] = Cycle.objects.filter(cycles_to_close(actor)).count()
    late, soon = _pressing(actor)
    return Waiting(**counts, flags=_flags(actor), requests_overdue=late, requests_soon=soon)


def waiting_in_menu(actor: User) -> InMenu:
    """What `waiting_for` counts for the menu, in three queries at most and without what costs more."""
    findings = restrict(Finding.objects.filter(to_triage(actor)), actor, "audits.view")
    return InMenu(queue=findings.count() + _flags(actor), requests=sum(_pressing(actor)))


def _flags(actor: User) -> int:
    return Flag.objects.filter(flags_to_triage(actor)).count()


def _pressing(actor: User) -> tuple[int, int]:
    """How many requests are overdue and due within a week; none for who does not act on them."""
    return requests_pressing(actor, today=today()) if can_anywhere(actor, "requests.act") else (0, 0)
