"""Retention rules and runs as an actor may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from consent.models import LegalHold, RetentionRule, RetentionRun
from consent.states import RuleState
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound


def rules_for(actor: Actor) -> QuerySet[RetentionRule]:
    """Every version of every rule of the actor's teams, by kind of data."""
    rules = RetentionRule.objects.select_related("team", "purpose", "created_by", "activated_by")
    return restrict(rules, actor, "retention.view").order_by("team__name", "data_class", "purpose__code", "-version")


def rules_at_work(actor: Actor) -> QuerySet[RetentionRule]:
    """The rules in force and the drafts."""
    return rules_for(actor).exclude(state=RuleState.RETIRED)


def rule_for(actor: Actor, pk: int) -> RetentionRule:
    """Raises NotFound, Denied."""
    rule = RetentionRule.objects.select_related("team", "purpose", "created_by", "activated_by").filter(pk=pk).first()
    if rule is None:
        raise NotFound("There is no such item.")
    require(actor, "retention.view", rule)
    return rule


def versions_of(rule: RetentionRule) -> QuerySet[RetentionRule]:
    """All versions of a rule, the latest first."""
    return RetentionRule.objects.filter(series=rule.series).select_related("activated_by").order_by("-version")


def runs_for(actor: Actor) -> QuerySet[RetentionRun]:
    """Finished and running runs of the actor's teams, the latest first."""
    runs = RetentionRun.objects.select_related("team")
    return restrict(runs, actor, "retention.view").order_by("-started_at", "-pk")


def latest_counts(actor: Actor) -> QuerySet[RetentionRun]:
    """The last finished run of each team, dry or not: what its figures say is the latest known."""
    return (
        runs_for(actor).filter(finished_at__isnull=False).order_by("team__name", "-started_at").distinct("team__name")
    )


def hold_for(actor: Actor, pk: int) -> LegalHold:
    """Raises NotFound, Denied."""
    hold = LegalHold.objects.select_related("team", "subject", "placed_by", "released_by").filter(pk=pk).first()
    if hold is None:
        raise NotFound("There is no such item.")
    require(actor, "holds.view", hold)
    return hold
