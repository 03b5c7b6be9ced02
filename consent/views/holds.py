"""Legal holds: the list, a hold, placing and releasing it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from consent import holds as reach
from consent.models import LegalHold
from consent.queries.holds import holds_for
from consent.queries.retention_rules import hold_for
from consent.retention_forms import HoldForm, ReleaseForm
from consent.services.holds import hold_place, hold_release
from consent.services.lookups import subject_look_up
from consent.states import HoldScope
from consent.views.viewers import viewer_with
from portal.accounts.models import User
from portal.core.access import can, can_anywhere
from portal.core.errors import Invalid
from portal.core.forms import add_invalid

PAGE = 30


@never_cache
@require_safe
@login_required
def holds(request: HttpRequest) -> HttpResponse:
    """Holds in force first, then the released ones."""
    user = viewer_with(request, "holds.view")
    page = Paginator(holds_for(user), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _named(list(page)), "may_change": can_anywhere(user, "holds.change")}
    return render(request, "consent/holds.html", context)


@never_cache
@sensitive_post_parameters("reference", "matter", "reason")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hold_new(request: HttpRequest) -> HttpResponse:
    """Place a hold. Looking the customer up is written to the ledger, as everywhere."""
    user = viewer_with(request, "holds.change")
    form = HoldForm(request.POST if request.method == "POST" else None, actor=user)
    if form.is_valid():
        try:
            made = _place(form, user)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The hold is in force.")
            return redirect("retention:hold", pk=made.pk)
    return render(request, "consent/hold_form.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("reason")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """One hold; who may release it does so here."""
    user = viewer_with(request, "holds.view")
    shown = hold_for(user, pk)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        hold_release(hold_id=pk, reason=form.cleaned_data["reason"], actor=user)
        messages.success(request, "The hold is released.")
        return redirect("retention:hold", pk=pk)
    [(_, name)] = _named([shown])
    may_release = shown.in_force and can(user, "holds.change", shown)
    context = {"hold": shown, "name": name, "form": form if may_release else None}
    return render(request, "consent/hold.html", context, status=422 if request.method == "POST" else 200)


def _place(form: HoldForm, user: User) -> LegalHold:
    given = form.cleaned_data
    subject = None
    if given["scope"] == HoldScope.SUBJECT:
        subject = subject_look_up(team=given["team"], reference=given["reference"], actor=user)
        if subject is None:
            raise Invalid("No customer of this team has this reference.", field="reference")
    return hold_place(
        team=given["team"],
        matter=given["matter"],
        reason=given["reason"],
        subject=subject,
        assistant_id=given["assistant"] if given["scope"] == HoldScope.ASSISTANT else None,
        actor=user,
    )


def _named(rows: list[LegalHold]) -> list[tuple[LegalHold, str]]:
    """Each hold with the name of the assistant that it is on. One query."""
    names = reach.assistants().names([one.assistant_id for one in rows if one.assistant_id is not None])
    return [(one, names.get(one.assistant_id or 0, "")) for one in rows]
