"""An assistant's own patterns: written down, tried, taken live, retired."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistants.models import Assistant
from assistants.queries.registry import assistant_for
from audits.forms import PatternForm, PatternRescanForm
from audits.models import DetectionPattern
from audits.queries.patterns import pattern_for
from audits.services.patterns import activation_refusal, pattern_activate, pattern_draft, pattern_retire, pattern_try
from audits.services.rescans import default_since
from audits.states import PatternState
from audits.type_words import words
from audits.views.people import name_of
from audits.views.viewers import viewer
from portal.accounts.models import User
from portal.core.access import can, require
from portal.core.errors import Invalid
from portal.core.forms import add_invalid


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pattern_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a pattern down; it is a draft until it has been tried and taken live."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.pattern_change", assistant)
    form = PatternForm(request.POST if request.method == "POST" else None)
    return _drafting(request, user, assistant, None, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pattern_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Rewrite a draft, or draft the next version of a live or retired pattern."""
    user = viewer(request)
    pattern = pattern_for(user, pk, slug=slug)
    require(user, "audits.pattern_change", pattern)
    form = PatternForm(request.POST) if request.method == "POST" else PatternForm(initial=_initial(pattern))
    form.fields["type"].disabled = True
    form.initial["type"] = pattern.type
    return _drafting(request, user, pattern.assistant, pattern, form)


def _drafting(
    request: HttpRequest, user: User, assistant: Assistant, pattern: DetectionPattern | None, form: PatternForm
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            draft = pattern_draft(assistant_id=assistant.pk, actor=user, **form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The draft is written down. Try it before it goes live.")
            return redirect(reverse("audits:pattern", args=[assistant.slug, draft.pk]))
    context = {"assistant": assistant, "form": form, "pattern": pattern}
    return render(request, "audits/pattern_form.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@login_required
def pattern(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One version: what it says, what the trial found, and what can be done with it."""
    user = viewer(request)
    form = PatternRescanForm(initial={"since": default_since()})
    return _page(request, user, pattern_for(user, pk, slug=slug), form)


@never_cache
@require_POST
@login_required
def pattern_step(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """Try it, take it live, or retire it (`name`)."""
    user = viewer(request)
    shown = pattern_for(user, pk, slug=slug)
    if name not in ("try", "activate", "retire"):
        raise Http404
    form = PatternRescanForm(request.POST)
    if not form.is_valid():
        return _page(request, user, shown, form, status=422)
    since = form.cleaned_data["since"]
    if name == "try":
        pattern_try(pattern_id=pk, actor=user)
        said = "The trial is over."
    elif name == "activate":
        pattern_activate(pattern_id=pk, actor=user, rescan_since=since)
        said = "The pattern is live."
    else:
        pattern_retire(pattern_id=pk, actor=user, rescan_since=since)
        said = "The pattern is retired."
    messages.success(request, said)
    return redirect(reverse("audits:pattern", args=[slug, pk]))


def _page(
    request: HttpRequest, user: User, shown: DetectionPattern, form: PatternRescanForm, *, status: int = 200
) -> HttpResponse:
    may_change = can(user, "audits.pattern_change", shown)
    others = shown.assistant.patterns.filter(type=shown.type).exclude(pk=shown.pk).defer("must_match", "must_not_match")
    context = {
        "assistant": shown.assistant,
        "pattern": shown,
        "type_words": words(shown.type),
        "may_change": may_change,
        # Examples may repeat what customers wrote: only those who write them see them.
        "examples": shown.examples if may_change else None,
        "drafted_by": name_of(shown.drafted_by),
        "activated_by": name_of(shown.activated_by),
        "retired_by": name_of(shown.retired_by),
        "others": others.order_by("-version"),
        "trial": _trial(shown.trial),
        "refusal": activation_refusal(shown) if shown.state == PatternState.DRAFT else "",
        "is_draft": shown.state == PatternState.DRAFT,
        "is_live": shown.state == PatternState.LIVE,
        "form": form,
    }
    return render(request, "audits/pattern.html", context, status=status)


def _trial(trial: dict[str, Any]) -> dict[str, Any]:
    """The trial with its types and faults in words; empty where there was none."""
    if not trial:
        return {}
    faults = {
        "must_match": "Must find, line {}: nothing was found.",
        "must_not_match": "Must not find, line {}: something was found.",
    }
    return {
        **trial,
        "taken": [(words(type_), n) for type_, n in trial["taken"].items()],
        "left": [(words(type_), n) for type_, n in trial["left"].items()],
        "faults": [faults[name].format(number) for name, number in trial["example_faults"]],
        "roles": list(trial["roles"].items()),
    }


def _initial(pattern: DetectionPattern) -> dict[str, Any]:
    must_match, must_not_match = pattern.examples
    return {
        "name": pattern.name,
        "pattern": pattern.pattern,
        "context": "\n".join(f"{language}: {listed}" for language, listed in pattern.words),
        "must_match": "\n".join(must_match),
        "must_not_match": "\n".join(must_not_match),
        "score": pattern.score,
    }
