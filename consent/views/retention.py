"""Retention: the rules, what is due by them, what the nights did; a rule's draft, preview and versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.models import RetentionRule
from consent.queries.retention_rules import latest_counts, rule_for, rules_at_work, runs_for, versions_of
from consent.retention.classes import DataClass, data_class, data_classes
from consent.retention.durations import duration
from consent.retention_forms import RuleChangeForm, RuleForm
from consent.services.retention_rules import (
    retention_rule_activate,
    retention_rule_add,
    retention_rule_change,
    retention_rule_preview,
    retention_rule_retire,
)
from consent.services.retention_runs import retention_run_now
from consent.states import RuleState
from consent.views.viewers import viewer_with
from portal.accounts.models import Team
from portal.core.access import can, can_anywhere, teams_with
from portal.core.errors import Conflict, Invalid
from portal.core.forms import add_invalid

RUNS = 10


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words."""

    rule: RetentionRule
    kind: DataClass
    kept_for: str
    grace: str


@dataclass(frozen=True, slots=True)
class DueLine:
    """What is due of one kind of data in one group."""

    kind: str
    label: str
    figures: dict[str, Any]


def in_words(rule: RetentionRule) -> RuleLine:
    return RuleLine(rule, data_class(rule.data_class), str(duration(rule.period)), str(duration(rule.grace)))


@never_cache
@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Rules in force and drafts, what is due, the last nights."""
    user = viewer_with(request, "retention.view")
    seen = teams_with(user, "retention.view")
    counted = [(run, due_lines(run.figures)) for run in latest_counts(user)]
    context = {
        "rules": [in_words(rule) for rule in rules_at_work(user)],
        "counted": counted,
        "uncounted": Team.objects.filter(pk__in=seen.difference(run.team_id for run, _ in counted)).order_by("name"),
        "runs": runs_for(user).filter(dry=False)[:RUNS],
        "may_change": can_anywhere(user, "retention.change"),
        "many_teams": len(seen) > 1,
    }
    return render(request, "consent/retention.html", context)


@never_cache
@require_POST
@login_required
def count(request: HttpRequest) -> HttpResponse:
    """Count what is due now, without disposing of anything."""
    user = viewer_with(request, "retention.view")
    for team in Team.objects.filter(pk__in=teams_with(user, "retention.view")).order_by("name"):
        retention_run_now(team=team, dry=True, actor=user)
    messages.success(request, "Counted anew. Nothing was disposed of.")
    return redirect("retention:overview")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_new(request: HttpRequest) -> HttpResponse:
    """Draft a rule."""
    user = viewer_with(request, "retention.change")
    form = RuleForm(request.POST if request.method == "POST" else None, actor=user)
    if form.is_valid():
        try:
            made = retention_rule_add(actor=user, **form.cleaned_data)
            retention_rule_preview(rule_id=made.pk, actor=user)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The draft is not in force yet. See below what it would dispose of.")
            return redirect("retention:rule", pk=made.pk)
    context = {"form": form, "kinds": data_classes()}
    return render(request, "consent/retention_rule_form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, what it would do or does, its history."""
    user = viewer_with(request, "retention.view")
    shown = rule_for(user, pk)
    context = {
        "line": in_words(shown),
        "rule": shown,
        "preview": due_lines([one | {"data_class": shown.data_class} for one in shown.preview.get("groups", [])]),
        "versions": [in_words(one) for one in versions_of(shown)],
        "may_change": can(user, "retention.change", shown) and shown.state != RuleState.RETIRED,
        "is_draft": shown.state == RuleState.DRAFT,
    }
    return render(request, "consent/retention_rule.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the next version of a rule."""
    user = viewer_with(request, "retention.view")
    shown = rule_for(user, pk)
    if not can(user, "retention.change", shown):
        viewer_with(request, "retention.change")
    line = in_words(shown)
    given = {"anchor": shown.anchor, "justification": shown.justification, "period": line.kept_for}
    given["grace"] = "" if shown.grace == "P0D" else line.grace
    form = RuleChangeForm(request.POST if request.method == "POST" else None, rule=shown, initial=given)
    if form.is_valid():
        try:
            made = retention_rule_change(rule_id=pk, actor=user, **form.cleaned_data)
            retention_rule_preview(rule_id=made.pk, actor=user)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The new version is a draft. The one in force stays until you activate it.")
            return redirect("retention:rule", pk=made.pk)
    context = {"form": form, "rule": shown, "line": line}
    return render(request, "consent/retention_rule_form.html", context, status=422 if form.is_bound else 200)


_STEPS = {
    "preview": (retention_rule_preview, "Counted anew."),
    "activate": (retention_rule_activate, "The rule is in force. The next nightly run follows it."),
    "retire": (retention_rule_retire, "The rule is retired. What it would have disposed of is kept."),
}


@never_cache
@require_POST
@login_required
def rule_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Preview, activate or retire."""
    user = viewer_with(request, "retention.view")
    if step not in _STEPS:
        raise Http404
    service, said = _STEPS[step]
    try:
        service(rule_id=pk, actor=user)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("retention:rule", pk=pk)


def due_lines(figures: list[dict[str, Any]]) -> list[DueLine]:
    """Figures as lines; of kinds of data that this installation still knows."""
    labels = {kind.name: kind.label for kind in data_classes()}
    return [DueLine(labels[one["data_class"]], one["label"], one) for one in figures if one["data_class"] in labels]
