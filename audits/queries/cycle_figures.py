"""What lists and pages say of a cycle in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from audits.models import CheckRun, Cycle, Finding
from audits.states import CHECK_DECIDED, CheckState, CycleState
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Job, JobState

VERDICTS = (
    CheckState.FAILED,
    CheckState.WATCH,
    CheckState.INSUFFICIENT_DATA,
    CheckState.ERROR,
    CheckState.PASSED,
)
UNDER_WAY = frozenset({CycleState.SCHEDULED, CycleState.RUNNING})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a cycle is. `total` is 0 while nobody knows how many steps there are."""

    label: str
    done: int
    total: int
    finished: bool


def cycles_with_figures(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """Each cycle with `checks`, `checks_done`, `<verdict>_count` of each verdict, and `findings`, in one query."""
    verdicts = {f"{state}_count": Count("check_runs", filter=Q(check_runs__state=state)) for state in VERDICTS}
    found = (
        Finding.objects.filter(seen_in__cycle=OuterRef("pk"))
        .order_by()
        .values("seen_in__cycle")
        .annotate(n=Count("pk", distinct=True))
        .values("n")
    )
    return cycles.annotate(
        checks=Count("check_runs"),
        checks_done=Count("check_runs", filter=Q(check_runs__state__in=CHECK_DECIDED)),
        findings=Coalesce(Subquery(found, output_field=IntegerField()), Value(0)),
        **verdicts,
    )


def verdict_counts(cycle: Any) -> list[tuple[str, int]]:
    """The verdicts that a cycle of `cycles_with_figures` has, worst first."""
    counts = [(str(state), getattr(cycle, f"{state}_count")) for state in VERDICTS]
    return [(state, count) for state, count in counts if count]


def progress_of(cycle: Cycle, states: Mapping[str, int]) -> Progress:
    """How far the cycle is; `states` counts its check runs by state."""
    if cycle.state == CycleState.SCHEDULED:
        return _scanning(cycle)
    decided = sum(count for state, count in states.items() if state in CHECK_DECIDED)
    total = sum(states.values())
    if cycle.state == CycleState.RUNNING:
        return Progress("Running checks", decided, total, finished=False)
    return Progress("All checks are decided" if decided == total else "Stopped", decided, total, finished=True)


def _scanning(cycle: Cycle) -> Progress:
    """Before its checks a cycle waits for the scans of its assistant's conversations and for the counts."""
    unfinished = [JobState.QUEUED, JobState.RUNNING]
    scans = Job.objects.filter(
        task="audits.scan", payload__assistant_id=cycle.assistant_id, state__in=unfinished
    ).aggregate(done=Sum("progress_done", default=0), total=Sum("progress_total", default=0))
    return Progress("Scanning and counting conversations", scans["done"], scans["total"], finished=False)


def states_of(cycle: Cycle) -> dict[str, int]:
    """The cycle's check runs by state."""
    return dict(cycle.check_runs.order_by().values_list("state").annotate(n=Count("pk")))


def check_run_for(actor: Actor, run_id: int) -> CheckRun:
    """One check run. Raises NotFound for another team's, Denied without the role."""
    run = (
        CheckRun.objects.select_related("assistant", "cycle", "verifies", "release", "dataset")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", run)
    return run
