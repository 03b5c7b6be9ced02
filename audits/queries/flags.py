"""Flags as people and integrations look at them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from audits.models import CheckRun, Flag
from audits.states import CheckState
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound

_PROVING = [CheckState.PASSED, CheckState.FAILED, CheckState.WATCH, CheckState.INSUFFICIENT_DATA]


@dataclass(frozen=True, slots=True)
class FlagFilters:
    """What a list of flags is narrowed to; empty means everything. `states`, `kinds`, `sources` are stored values."""

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    assistant: str = ""


def flags_for(actor: Actor, filters: FlagFilters | None = None) -> QuerySet[Flag]:
    """The flags that `actor` may see, newest first, with their conversations and assistants."""
    filters = filters or FlagFilters()
    flags = restrict(Flag.objects.all(), actor, "flags.view")
    if filters.states:
        flags = flags.filter(state__in=filters.states)
    if filters.kinds:
        flags = flags.filter(kind__in=filters.kinds)
    if filters.sources:
        flags = flags.filter(source__in=filters.sources)
    if filters.assistant:
        flags = flags.filter(conversation__assistant__slug=filters.assistant)
    return (
        flags.select_related("conversation__assistant", "claimed_by", "decided_by")
        .defer("conversation__sealed")
        .order_by("-pk")
    )


def flag_for(actor: Actor, flag_id: int) -> Flag:
    """One flag. Raises NotFound for another team's, Denied without the role."""
    flag = (
        Flag.objects.select_related("conversation__assistant", "conversation__release", "claimed_by", "decided_by")
        .defer("conversation__sealed")
        .filter(pk=flag_id)
        .first()
    )
    if flag is None:
        raise NotFound("There is no such item.")
    require(actor, "flags.view", flag)
    return flag


def checks_that_can_prove(flag: Flag) -> QuerySet[CheckRun]:
    """The checks whose re-run can prove the fix of what a flag is about: the latest finished run of each check of its
    assistant, by kind and target."""
    runs = CheckRun.objects.filter(assistant=flag.conversation.assistant_id, cycle__isnull=False, state__in=_PROVING)
    latest = runs.order_by("kind", "target", "-pk").distinct("kind", "target").values("pk")
    return runs.filter(pk__in=latest).order_by("kind", "target")
