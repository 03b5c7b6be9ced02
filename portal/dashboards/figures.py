"""The managers' figures: what is overdue, what got worse, which assistant is riskiest. Four statements in all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from assistants.models import Assistant
from audits.models import CheckRun, CountCell, Cycle, Finding
from audits.states import CheckState, FindingState, Severity
from portal.accounts.models import User
from portal.core.access import restrict, teams_with

WEEKS = 12
_WEIGHT = {Severity.CRITICAL: 100, Severity.HIGH: 20, Severity.MEDIUM: 4, Severity.LOW: 1}
_OPEN = [
    FindingState.NEW,
    FindingState.CONFIRMED,
    FindingState.IN_REMEDIATION,
    FindingState.VERIFYING,
    FindingState.VERIFIED,
]
_MEASURES = ["outcome.resolved", "scan.disclosed", "total"]


@dataclass(slots=True)
class Rate:
    """A share with its counts. `change` is against the period before, in percentage points."""

    hits: int = 0
    n: int = 0
    before_hits: int = 0
    before_n: int = 0

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def percent(self) -> float | None:
        return None if self.value is None else 100 * self.value

    @property
    def change(self) -> float | None:
        if not self.n or not self.before_n:
            return None
        return 100 * (self.hits / self.n - self.before_hits / self.before_n)


@dataclass(slots=True)
class AssistantFigures:
    """One assistant's row. `risk` orders rows: open findings weighted by severity, overdue ones doubled."""

    assistant: Assistant
    open_by_severity: dict[str, int] = field(default_factory=dict)
    open: int = 0
    overdue: int = 0
    risk: int = 0
    cycle: Cycle | None = None
    verdicts: dict[str, int] = field(default_factory=dict)
    conversations: int = 0
    resolved: Rate = field(default_factory=Rate)
    disclosed: Rate = field(default_factory=Rate)
    weekly_resolved: list[float | None] = field(default_factory=list)

    @property
    def failed_checks(self) -> int:
        return self.verdicts.get(CheckState.FAILED, 0)

    @property
    def passed_checks(self) -> int:
        return self.verdicts.get(CheckState.PASSED, 0)


def assistant_figures(user: User, *, today: date | None = None) -> list[AssistantFigures]:
    """One row an assistant of the viewer's teams, riskiest first."""
    today = today or timezone.now().date()
    assistants = restrict(Assistant.objects.select_related("team"), user, "audits.view")
    rows = {assistant.pk: AssistantFigures(assistant) for assistant in assistants}
    _add_findings(rows, user)
    _add_cycles(rows, user)
    _add_counts(rows, user, today)
    return sorted(rows.values(), key=lambda row: (-row.risk, row.assistant.name))


def _add_findings(rows: dict[int, AssistantFigures], user: User) -> None:
    overdue = Count("pk", filter=Q(due_at__lt=timezone.now()))
    open_findings = restrict(Finding.objects.filter(state__in=_OPEN), user, "audits.view")
    for assistant_id, severity, n, late in open_findings.values_list("assistant_id", "severity").annotate(
        n=Count("pk"), late=overdue
    ):
        row = rows[assistant_id]
        row.open_by_severity[severity] = n
        row.open += n
        row.overdue += late
        row.risk += _WEIGHT[Severity(severity)] * (n + late)


def _add_cycles(rows: dict[int, AssistantFigures], user: User) -> None:
    """The latest cycle that has been checked, with how its checks ended."""
    checked = restrict(Cycle.objects.filter(checked_at__isnull=False), user, "audits.view")
    latest = {cycle.pk: cycle for cycle in checked.order_by("assistant_id", "-checked_at").distinct("assistant_id")}
    for cycle in latest.values():
        rows[cycle.assistant_id].cycle = cycle
    for cycle_id, state, n in (
        CheckRun.objects.filter(cycle__in=latest).values_list("cycle_id", "state").annotate(n=Count("pk"))
    ):
        rows[latest[cycle_id].assistant_id].verdicts[state] = n


def _add_counts(rows: dict[int, AssistantFigures], user: User, today: date) -> None:
    """Rates of the last four weeks against the four before, and weekly resolution for a sparkline."""
    start = today - timedelta(weeks=WEEKS) + timedelta(days=1)
    cells = (
        CountCell.objects.filter(
            assistant__team__in=teams_with(user, "audits.view"), measure__in=_MEASURES, day__gte=start, day__lte=today
        )
        .values_list("assistant_id", "day", "measure", "value")
        .annotate(n=Sum("n"))
    )
    weekly: dict[int, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in range(WEEKS)])
    for assistant_id, day, measure, value, n in cells:
        row, age = rows[assistant_id], (today - day).days
        if measure == "total":
            row.conversations += n
            continue
        rate = row.resolved if measure == "outcome.resolved" else row.disclosed
        _add_to_rate(rate, age=age, hit=value == "true", n=n)
        if measure == "outcome.resolved":
            week = weekly[assistant_id][WEEKS - 1 - age // 7]
            week[0] += n if value == "true" else 0
            week[1] += n
    for assistant_id, weeks in weekly.items():
        rows[assistant_id].weekly_resolved = [hits / n if n else None for hits, n in weeks]


def _add_to_rate(rate: Rate, *, age: int, hit: bool, n: int) -> None:
    if age < 28:
        rate.n += n
        rate.hits += n if hit else 0
    elif age < 56:
        rate.before_n += n
        rate.before_hits += n if hit else 0


def worsened(rows: list[AssistantFigures], *, points: float = 2.0) -> list[tuple[AssistantFigures, str, Rate]]:
    """Rates that fell by at least `points` percentage points, worst first."""
    falls: list[tuple[float, AssistantFigures, str, Rate]] = []
    for row in rows:
        for label, rate in (("resolved", row.resolved), ("saying that it is an AI", row.disclosed)):
            if rate.change is not None and rate.change <= -points:
                falls.append((rate.change, row, label, rate))
    return [(row, label, rate) for _, row, label, rate in sorted(falls, key=lambda fall: fall[0])]


def totals(rows: list[AssistantFigures]) -> dict[str, Any]:
    """The figures at the head of the dashboard."""
    return {
        "assistants": len(rows),
        "conversations": sum(row.conversations for row in rows),
        "open": sum(row.open for row in rows),
        "overdue": sum(row.overdue for row in rows),
        "severe": sum(
            row.open_by_severity.get(severity, 0) for row in rows for severity in (Severity.CRITICAL, Severity.HIGH)
        ),
    }
