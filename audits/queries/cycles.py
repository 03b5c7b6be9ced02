"""Cycles and their check runs as people and integrations look at them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from audits.models import CheckRun, Cycle
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class CycleFilters:
    """What a list of cycles is narrowed to; empty means everything. `states` are stored values."""

    states: tuple[str, ...] = ()
    assistant: str = ""


def cycles_for(actor: Actor, filters: CycleFilters | None = None) -> QuerySet[Cycle]:
    """The cycles that `actor` may see, the latest first, with their assistants."""
    filters = filters or CycleFilters()
    cycles = restrict(Cycle.objects.all(), actor, "audits.view")
    if filters.states:
        cycles = cycles.filter(state__in=filters.states)
    if filters.assistant:
        cycles = cycles.filter(assistant__slug=filters.assistant)
    return cycles.select_related("assistant").order_by("-opened_at", "-pk")


def cycle_for(actor: Actor, cycle_id: int) -> Cycle:
    """One cycle. Raises NotFound for another team's, Denied without the role."""
    cycle = Cycle.objects.select_related("assistant", "opened_by", "closed_by").filter(pk=cycle_id).first()
    if cycle is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", cycle)
    return cycle


def check_runs_of(cycle: Cycle) -> QuerySet[CheckRun]:
    """The questions that a cycle asked, by kind and target, with their releases."""
    return cycle.check_runs.select_related("release", "dataset").order_by("kind", "target", "pk")
