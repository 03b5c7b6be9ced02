"""Connectors of an assistant: written down, changed, tried, switched off. Their secrets are shown to nobody."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistants.models import Assistant
from assistants.queries.registry import assistant_for
from audits.endpoints.secret_places import SECRET_MARK, template_shown, url_shown
from audits.models import ProbeConnector
from audits.probe_run_forms import ConnectorForm
from audits.queries.probing import connector_for
from audits.services.probing.budgets import left_this_month
from audits.services.probing.connectors import HARMLESS, Trial, connector_save, connector_switch, connector_try
from audits.views.people import name_of
from audits.views.viewers import viewer
from portal.accounts.models import User
from portal.core.access import can, require
from portal.core.errors import Invalid
from portal.core.forms import add_invalid


@sensitive_post_parameters("secret")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def connector_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down how the assistant's endpoint is asked."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "probes.connector_change", assistant)
    form = ConnectorForm(request.POST if request.method == "POST" else None)
    saved = _save(request, form, assistant, user)
    if saved is not None:
        messages.success(request, "The connector is saved. Try it before you probe with it.")
        return redirect(reverse("audits:connector", args=[slug, saved.pk]))
    return _form(request, assistant, None, form)


@sensitive_post_parameters("secret")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def connector_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change it. Runs under way end where it asks otherwise than what they have on record."""
    user = viewer(request)
    connector = connector_for(user, pk, slug=slug)
    require(user, "probes.connector_change", connector)
    form = ConnectorForm(request.POST if request.method == "POST" else None, connector=connector)
    saved = _save(request, form, connector.assistant, user, connector)
    if saved is not None:
        messages.success(request, "The connector is changed.")
        return redirect(reverse("audits:connector", args=[slug, pk]))
    return _form(request, connector.assistant, connector, form)


@never_cache
@require_safe
@login_required
def connector(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One connector: what it asks, what it may cost, and what is left this month."""
    user = viewer(request)
    return _page(request, user, connector_for(user, pk, slug=slug))


@never_cache
@require_POST
@login_required
def connector_trial(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask one harmless question now, and show the answer once."""
    user = viewer(request)
    shown = connector_for(user, pk, slug=slug)
    trial = connector_try(connector_id=shown.pk, actor=user)
    return _page(request, user, connector_for(user, pk, slug=slug), trial)


@never_cache
@require_POST
@login_required
def connector_turn(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """Switch it `on` or `off`."""
    user = viewer(request)
    shown = connector_for(user, pk, slug=slug)
    try:
        connector_switch(connector_id=shown.pk, active=name == "on", actor=user)
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The connector is on." if name == "on" else "The connector is off.")
    return redirect(reverse("audits:connector", args=[slug, pk]))


def _save(
    request: HttpRequest,
    form: ConnectorForm,
    assistant: Assistant,
    user: User,
    connector: ProbeConnector | None = None,
) -> ProbeConnector | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return connector_save(
            assistant_id=assistant.pk,
            connector_id=None if connector is None else connector.pk,
            values=form.cleaned_data,
            secret=form.secret_given,
            actor=user,
        )
    except Invalid as error:
        add_invalid(form, error)
        return None


def _form(
    request: HttpRequest, assistant: Assistant, connector: ProbeConnector | None, form: ConnectorForm
) -> HttpResponse:
    context = {"assistant": assistant, "connector": connector, "form": form}
    return render(request, "audits/connector_form.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, user: User, shown: ProbeConnector, trial: Trial | None = None) -> HttpResponse:
    requests_left, characters_left = left_this_month(shown)
    url, body = url_shown(shown.url), template_shown(shown.body_template)
    context = {
        "assistant": shown.assistant,
        "connector": shown,
        "url": url,
        "body": body,
        "in_clear": (url, body) != (shown.url, shown.body_template),
        "has_secret": bool(shown.secret),
        "secret_placed": SECRET_MARK in shown.url + shown.body_template,
        "has_instructions": bool(shown.instructions),
        "requests_left": requests_left,
        "characters_left": characters_left,
        "changed_by": name_of(shown.changed_by, "Probity"),
        "may_change": can(user, "probes.connector_change", shown),
        "question": HARMLESS,
        "trial": trial,
    }
    return render(request, "audits/connector.html", context)
