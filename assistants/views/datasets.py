"""The pages of training data sets: list, register, one data set, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistants.forms import DatasetForm, DatasetPolicyForm, ReferenceForm, SelectionForm, TrainedForm
from assistants.models import Assistant, Dataset, DatasetReference
from assistants.panels import dataset_panels_for
from assistants.queries.datasets import dataset_for, datasets_for, row_figures, selection_under_way, without_consent
from assistants.queries.registry import assistant_for
from assistants.services.datasets import (
    dataset_change,
    dataset_freeze,
    dataset_reference_declare,
    dataset_register,
    dataset_rows_select,
    dataset_withdraw,
    release_trained_on,
)
from assistants.states import DatasetState
from portal.accounts.models import User
from portal.core.access import can, can_anywhere, restrict
from portal.core.errors import Denied, Invalid
from portal.core.forms import add_invalid

PAGE = 30


@never_cache
@require_safe
@login_required
def dataset_list(request: HttpRequest) -> HttpResponse:
    """The training data sets of the viewer's teams."""
    user = _viewer(request)
    if not can_anywhere(user, "datasets.view"):
        raise Denied("Your role does not open this page.", code="role_missing")
    page = Paginator(datasets_for(user), PAGE).get_page(request.GET.get("page"))
    assistants = restrict(Assistant.objects.order_by("name"), user, "datasets.change")
    return render(request, "datasets/list.html", {"page": page, "assistants": assistants})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dataset_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a data set of an assistant."""
    user = _viewer(request)
    assistant = assistant_for(user, slug, permission="datasets.change")
    form = DatasetForm(request.POST if request.method == "POST" else None, assistant=assistant)
    if form.is_valid():
        try:
            made = dataset_register(assistant_id=assistant.pk, actor=user, **form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The data set is registered as a draft. Fill it next.")
            return redirect(reverse("datasets:detail", args=[made.slug]))
    context = {"form": form, "assistant": assistant}
    return render(request, "datasets/form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dataset_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is declared about a data set, and its policy."""
    user = _viewer(request)
    dataset = dataset_for(user, slug, permission="datasets.change")
    form = DatasetPolicyForm(request.POST) if request.method == "POST" else DatasetPolicyForm.of(dataset)
    if form.is_valid():
        try:
            dataset_change(dataset_id=dataset.pk, actor=user, **form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "Saved. Audits and exports from now on go by this policy.")
            return redirect(reverse("datasets:detail", args=[slug]))
    context = {"form": form, "assistant": dataset.assistant, "dataset": dataset}
    return render(request, "datasets/form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def dataset_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What a data set holds, what audits found, what left, and which releases learned from it."""
    user = _viewer(request)
    return _page(request, user, dataset_for(user, slug))


@never_cache
@require_POST
@login_required
def dataset_select(request: HttpRequest, slug: str) -> HttpResponse:
    """Start copying pairs from conversations."""

    def act(user: User, dataset: Dataset, form: SelectionForm) -> str:
        if not dataset_rows_select(dataset_id=dataset.pk, selection=form.selection, actor=user):
            return "No conversation fits this selection: nothing will be copied."
        return "The selection has started. You can leave the page; the work goes on."

    return _act(request, slug, "datasets.fill", "selection", act)


@never_cache
@require_POST
@login_required
def dataset_trained(request: HttpRequest, slug: str) -> HttpResponse:
    """Say which release learned from the data set."""

    def act(user: User, dataset: Dataset, form: TrainedForm) -> str:
        given = form.cleaned_data
        at = min(datetime.combine(given["day"], time(12), UTC), timezone.now())
        trained = release_trained_on(dataset_id=dataset.pk, release=given["release"], trained_at=at, actor=user)
        if without := without_consent(trained):
            people = f"{without:,} {'person' if without == 1 else 'people'}"
            messages.warning(request, f"Consent did not stand for {people} when the release learned from their data.")
        return f"Release {given['release'].version} is on record."

    return _act(request, slug, "datasets.change", "trained", act)


@never_cache
@require_POST
@login_required
def dataset_reference(request: HttpRequest, slug: str) -> HttpResponse:
    """Say whom the data set is meant for."""

    def act(user: User, dataset: Dataset, form: ReferenceForm) -> str:
        dataset_reference_declare(dataset_id=dataset.pk, actor=user, **form.cleaned_data)
        return "The reference is declared. The next audit holds the data set against it."

    return _act(request, slug, "datasets.change", "reference", act)


@never_cache
@require_POST
@login_required
def dataset_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Freeze a data set, or put it out of use."""
    steps = {
        "freeze": (dataset_freeze, "The data set is frozen."),
        "withdraw": (dataset_withdraw, "The data set is out of use."),
    }
    if step not in steps:
        raise Http404
    user = _viewer(request)
    dataset = dataset_for(user, slug, permission="datasets.change")
    service, told = steps[step]
    try:
        service(dataset_id=dataset.pk, actor=user)
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return redirect(reverse("datasets:detail", args=[slug]))


def _act(
    request: HttpRequest, slug: str, permission: str, name: str, act: Callable[[User, Dataset, Any], str]
) -> HttpResponse:
    """Read the form called `name`, carry it out, and show it again where it does not do."""
    user = _viewer(request)
    dataset = dataset_for(user, slug, permission=permission)
    form = _FORMS[name](request.POST, dataset)
    if form.is_valid():
        try:
            told = act(user, dataset, form)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, told)
            return redirect(reverse("datasets:detail", args=[slug]))
    return _page(request, user, dataset, status=422, **{name: form})


_FORMS: dict[str, Callable[[QueryDict, Dataset], SelectionForm | TrainedForm | ReferenceForm]] = {
    "selection": lambda posted, dataset: SelectionForm(posted, assistant=dataset.assistant),
    "trained": lambda posted, dataset: TrainedForm(posted, assistant=dataset.assistant),
    "reference": lambda posted, dataset: ReferenceForm(posted),
}


def _page(
    request: HttpRequest, user: User, dataset: Dataset, *, status: int = 200, **forms_: forms.Form
) -> HttpResponse:
    draft = dataset.state == DatasetState.DRAFT
    may_change, may_fill = can(user, "datasets.change", dataset), can(user, "datasets.fill", dataset)
    shown: dict[str, Any] = {
        "selection": SelectionForm(assistant=dataset.assistant) if draft and may_fill else None,
        "trained": TrainedForm(assistant=dataset.assistant)
        if may_change and dataset.state == DatasetState.FROZEN
        else None,
        "reference": ReferenceForm.of(dataset) if may_change and dataset.state != DatasetState.WITHDRAWN else None,
        **forms_,
    }
    trainings = list(dataset.trainings.select_related("release"))
    context = {
        "dataset": dataset,
        "figures": row_figures(dataset),
        "declared_reference": DatasetReference.objects.filter(dataset=dataset).first(),
        "trainings": trainings,
        "withdrawals": max((one.withdrawals for one in trainings), default=0),
        "may_change": may_change and dataset.state != DatasetState.WITHDRAWN,
        "may_fill": may_fill and draft,
        "filling": selection_under_way(dataset),
        "panels": [
            render_to_string(template, {**filled, "dataset": dataset}, request=request)
            for template, filled in dataset_panels_for(dataset, user)
        ],
        **shown,
    }
    return render(request, "datasets/detail.html", context, status=status)


def _viewer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user
