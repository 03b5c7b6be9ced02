"""Retention rules: drafted, previewed, put in force, changed by a new version, retired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.jurisdictions import MESSAGE, is_jurisdiction
from consent.models import Purpose, RetentionRule
from consent.queries.holds import holds_in_force
from consent.queries.retention_due import figures, rules_in_force
from consent.retention.classes import data_class as data_class_named
from consent.retention.durations import duration
from consent.states import RETENTION_RULE, Anchor, RuleState
from portal.accounts.models import Team, User
from portal.core import ledger
from portal.core.access import require
from portal.core.errors import Conflict, Invalid, NotFound

# How old a preview may be when its rule comes into force.
PREVIEW_HOLDS = timedelta(hours=1)


@transaction.atomic
def retention_rule_add(
    *,
    team: Team,
    data_class: str,
    anchor: str,
    period: str,
    justification: str,
    actor: User,
    grace: str = "P0D",
    purpose: Purpose | None = None,
    jurisdiction: str = "",
) -> RetentionRule:
    """Draft a rule. Nothing is disposed of before it was previewed and activated.

    `period` and `grace` are ISO 8601 durations. Raises Denied, Invalid. Writes `retention.rule_drafted`.
    """
    require(actor, "retention.change", team)
    jurisdiction = jurisdiction.strip().upper()
    if jurisdiction and not is_jurisdiction(jurisdiction):
        raise Invalid(f"{MESSAGE} Empty: anywhere.", field="jurisdiction")
    if purpose is not None and purpose.team_id != team.pk:
        raise Invalid("There is no such purpose.", field="purpose")
    rule = RetentionRule(
        team=team,
        data_class=data_class,
        purpose=purpose,
        jurisdiction=jurisdiction,
        anchor=anchor,
        period=period.strip().upper(),
        grace=grace.strip().upper() or "P0D",
        justification=justification.strip(),
        created_by=actor,
    )
    _check(rule)
    rule.save()
    _record("retention.rule_drafted", rule, actor)
    return rule


@transaction.atomic
def retention_rule_change(
    *, rule_id: int, period: str, grace: str, justification: str, anchor: str, actor: User
) -> RetentionRule:
    """Draft the next version of a rule; the version in force stays so until the draft is activated.

    What a rule is about (kind of data, purpose, jurisdiction) never changes: that is another rule. Changing a draft
    replaces it and takes its preview away. Raises Denied, NotFound, Invalid, and Conflict for a retired rule. Writes
    `retention.rule_drafted`.
    """
    rule = _locked(rule_id, actor)
    if rule.state == RuleState.RETIRED:
        raise Conflict("This version is retired; change the one in force.", code="rule_retired")
    draft = RetentionRule.objects.select_for_update().filter(series=rule.series, state=RuleState.DRAFT).first()
    if draft is not None:
        _retire(draft)
    latest = RetentionRule.objects.filter(series=rule.series).order_by("-version").values_list("version", flat=True)
    changed = RetentionRule(
        team=rule.team,
        series=rule.series,
        version=latest[0] + 1,
        data_class=rule.data_class,
        purpose=rule.purpose,
        jurisdiction=rule.jurisdiction,
        anchor=anchor,
        period=period.strip().upper(),
        grace=grace.strip().upper() or "P0D",
        justification=justification.strip(),
        created_by=actor,
    )
    _check(changed)
    changed.save()
    _record("retention.rule_drafted", changed, actor)
    return changed


@transaction.atomic
def retention_rule_preview(*, rule_id: int, actor: User) -> RetentionRule:
    """Count what the next night would dispose of with this draft in force, and what it would without.

    The counts are kept on the draft: now and within 30 days, what is held, by assistant. Changes no data and writes
    nothing to the ledger. Raises Denied, NotFound, and Conflict for what is not a draft.
    """
    rule = _locked(rule_id, actor)
    if rule.state != RuleState.DRAFT:
        raise Conflict("Only a draft is previewed.", code="rule_not_draft")
    now = timezone.now()
    kind = data_class_named(rule.data_class)
    active = rules_in_force(team_id=rule.team_id).get(rule.data_class, [])
    replaced = set(
        RetentionRule.objects.filter(series=rule.series, state=RuleState.ACTIVE).values_list("pk", flat=True)
    )
    drafted = [one for one in active if one.id not in replaced] + [rule.deciding]
    holds = holds_in_force(team_id=rule.team_id)
    groups = []
    for group in kind.groups(rule.team_id):
        place: dict[str, Any] = {"team_id": rule.team_id, "now": now, "holds": holds}
        after, before = figures(kind, group, drafted, **place), figures(kind, group, active, **place)
        groups.append(after.as_dict() | {"due_without": before.due, "soon_without": before.soon})
    rule.preview = {"groups": groups, "due": sum(one["due"] for one in groups)}
    rule.preview |= {name: sum(one[name] for one in groups) for name in ("soon", "held", "due_without")}
    rule.previewed_at = now
    rule.save(update_fields=["preview", "previewed_at"])
    return rule


@transaction.atomic
def retention_rule_activate(*, rule_id: int, actor: User) -> RetentionRule:
    """Put a draft in force in place of the version before. The next nightly run follows it.

    Raises Denied, NotFound, and Conflict: without a preview of the last hour, where the draft was replaced, or where
    another rule about the same has the same anchor. Writes `retention.rule_activated` with the previewed counts.
    """
    rule = _locked(rule_id, actor)
    RETENTION_RULE.require(rule.state, RuleState.ACTIVE)
    now = timezone.now()
    if rule.previewed_at is None or rule.previewed_at < now - PREVIEW_HOLDS:
        raise Conflict("See first what it would dispose of: its preview is missing or old.", code="preview_missing")
    for before in RetentionRule.objects.select_for_update().filter(series=rule.series, state=RuleState.ACTIVE):
        _retire(before)
    rule.state, rule.activated_by, rule.activated_at = RuleState.ACTIVE, actor, now
    try:
        with transaction.atomic():
            rule.save(update_fields=["state", "activated_by", "activated_at"])
    except IntegrityError as error:
        raise Conflict(
            "Another rule in force is about the same data, purpose, jurisdiction and anchor. Change that one.",
            code="rule_exists",
        ) from error
    previewed = {name: rule.preview[name] for name in ("due", "soon", "held")}
    _record("retention.rule_activated", rule, actor, previewed=previewed)
    return rule


@transaction.atomic
def retention_rule_retire(*, rule_id: int, actor: User) -> RetentionRule:
    """Take a rule out of force, or drop a draft. What it would have disposed of is kept from now on.

    Raises Denied, NotFound, Conflict. Writes `retention.rule_retired`.
    """
    rule = _locked(rule_id, actor)
    RETENTION_RULE.require(rule.state, RuleState.RETIRED)
    _retire(rule)
    _record("retention.rule_retired", rule, actor)
    return rule


def _check(rule: RetentionRule) -> None:
    kind = data_class_named(rule.data_class)
    if rule.anchor not in kind.anchors:
        offered = ", ".join(sorted(Anchor(anchor).label for anchor in kind.anchors))
        raise Invalid(f"{kind.label} can be counted from: {offered}.", field="anchor")
    duration(rule.period, field="period")
    duration(rule.grace, field="grace")
    if not rule.justification:
        raise Invalid("Say why the data is needed this long, such as the law that asks for it.", field="justification")


def _locked(rule_id: int, actor: User) -> RetentionRule:
    rule = RetentionRule.objects.select_for_update(of=("self",)).select_related("team", "purpose")
    found = rule.filter(pk=rule_id).first()
    if found is None:
        raise NotFound("There is no such item.")
    require(actor, "retention.change", found)
    return found


def _retire(rule: RetentionRule) -> None:
    rule.state, rule.retired_at = RuleState.RETIRED, timezone.now()
    rule.save(update_fields=["state", "retired_at"])


def _record(action: str, rule: RetentionRule, actor: User, **more: Any) -> None:
    data = {
        "series": str(rule.series),
        "version": rule.version,
        "data_class": rule.data_class,
        "purpose": rule.purpose_id,
        "jurisdiction": rule.jurisdiction,
        "anchor": rule.anchor,
        "period": rule.period,
        "grace": rule.grace,
        **more,
    }
    ledger.append(action=action, actor=actor, obj=rule, team_id=rule.team_id, data=data)
