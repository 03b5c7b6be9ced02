"""Registering assistants, releases and data sources, and changing what is declared about an assistant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assistants.models import Assistant
from assistants.queries.registry import assistant_for
from assistants.registration_forms import AssistantForm, DataSourceForm, ReleaseForm
from assistants.services.registry import (
    assistant_change,
    assistant_register,
    data_source_register,
    release_register,
)
from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.errors import Denied, Invalid
from portal.core.forms import add_invalid


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assistant_new(request: HttpRequest) -> HttpResponse:
    """Propose an assistant."""
    user = _viewer(request)
    if not can_anywhere(user, "assistants.change"):
        raise Denied("Your role does not open this page.", code="role_missing")
    form = AssistantForm(request.POST if request.method == "POST" else None, actor=user)
    made = _saved(form, lambda values: assistant_register(actor=user, **values))
    if made is not None:
        messages.success(request, f"{made} is registered. Add its first release.")
        return redirect(reverse("assistants:release-new", args=[made.slug]))
    context = {
        "title": "Register an assistant",
        "sentence": "Say what it is and what it may not do. Then its conversations can be handed over.",
        "button": "Register the assistant",
    }
    return _page(request, form, reverse("assistants:list"), "Assistants", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assistant_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is declared about an assistant."""
    user = _viewer(request)
    assistant = assistant_for(user, slug, permission="assistants.change")
    form = AssistantForm(request.POST if request.method == "POST" else None, actor=user, assistant=assistant)
    made = _saved(form, lambda values: assistant_change(assistant_id=assistant.pk, actor=user, **values))
    if made is not None:
        messages.success(request, "Saved.")
        return redirect(_of(assistant))
    context = {
        "title": f"Change what is declared about {assistant.name}",
        "sentence": "The ledger says which fields changed. Conversations keep the consent noted when they came in.",
        "button": "Save",
    }
    return _page(request, form, _of(assistant), assistant.name, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def release_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a release."""
    user = _viewer(request)
    assistant = assistant_for(user, slug, permission="assistants.change")
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    made = _saved(form, lambda values: release_register(assistant_id=assistant.pk, actor=user, **values))
    if made is not None:
        messages.success(request, f"Release {made} is registered.")
        return redirect(_of(assistant))
    context = {
        "title": f"Register a release of {assistant.name}",
        "sentence": "A release is evidence: once registered, it stays as it is. The next release mends a mistake.",
        "button": "Register the release for good",
    }
    return _page(request, form, _of(assistant), assistant.name, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def source_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a data source."""
    user = _viewer(request)
    assistant = assistant_for(user, slug, permission="assistants.change")
    form = DataSourceForm(request.POST if request.method == "POST" else None, assistant=assistant)
    made = _saved(form, lambda values: data_source_register(assistant_id=assistant.pk, actor=user, **values))
    if made is not None:
        messages.success(request, f"{made} is registered.")
        return redirect(_of(assistant))
    context = {
        "title": f"Register a data source of {assistant.name}",
        "sentence": "What it learned from or looks things up in, where that comes from, and what allows its use.",
        "button": "Register the data source",
    }
    return _page(request, form, _of(assistant), assistant.name, context)


def _saved(form: forms.Form, save: Callable[[dict[str, Any]], Any]) -> Any:
    """What the service made; None where there was nothing to save or something is wrong, which the form then says."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return save(form.cleaned_data)
    except Invalid as error:
        add_invalid(form, error)
        return None


def _page(request: HttpRequest, form: forms.Form, back_url: str, back: str, context: dict[str, str]) -> HttpResponse:
    shown = {**context, "form": form, "back_url": back_url, "back": back}
    return render(request, "assistants/form.html", shown, status=422 if form.is_bound else 200)


def _of(assistant: Assistant) -> str:
    return reverse("assistants:detail", args=[assistant.slug])


def _viewer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user
