"""The list of findings, a finding's page, and every decision about it but the signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits.filters import FindingFilter
from audits.models import Finding
from audits.queries.findings import finding_for, finding_remediations, findings_for
from audits.queries.newer_data import before_fix
from audits.queries.rechecks import recheck_words
from audits.queries.signing import sign_off_still_matches
from audits.states import FINDING, FindingState
from audits.views.claims import claim_shown
from audits.views.decisions import DECISIONS, decision_form, offered_decisions
from audits.views.evidence import evidence_context
from audits.views.history import last_word, steps_of
from audits.views.people import name_of
from audits.views.triangle import triangle_context
from audits.views.viewers import next_page, viewer, viewer_with
from portal.accounts.models import User
from portal.core.access import can
from portal.core.errors import Invalid
from portal.core.forms import add_invalid

PAGE = 30


@never_cache
@require_safe
@login_required
def findings(request: HttpRequest) -> HttpResponse:
    """All findings of the viewer's teams, narrowed and sorted by the address."""
    user = viewer_with(request, "audits.view")
    form = FindingFilter(request.GET or None, actor=user)
    listed = findings_for(user, form.chosen)
    if form.sorted_by_due:
        listed = listed.order_by("due_at", "pk")
    context = {
        "form": form,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
        "now": timezone.now(),
        "running": [*FINDING.open - {FindingState.RISK_ACCEPTED}],
    }
    return render(request, "audits/findings.html", context)


@never_cache
@require_safe
@login_required
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding with its evidence, remediation, history and what the viewer can do."""
    user = viewer(request)
    return _page(request, user, finding_for(user, pk))


@never_cache
@require_POST
@login_required
def finding_decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Carry out one decision; a form that is not in order comes back opened on the finding's page."""
    user = viewer(request)
    shown = finding_for(user, pk)
    decision = DECISIONS.get(name)
    if decision is None or decision.act is None:
        raise Http404
    form = decision_form(name, shown, request.POST)
    if form.is_valid():
        try:
            decision.act(shown, user, form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            only_proposed = decision.proposed and Finding.objects.filter(pk=pk, state=shown.state).exists()
            messages.success(request, decision.proposed if only_proposed else decision.done)
            return redirect(next_page(request, reverse("audits:finding", args=[pk])))
    return _page(request, user, shown, bound=(name, form), status=422)


def _page(
    request: HttpRequest,
    user: User,
    shown: Finding,
    *,
    bound: tuple[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    back, steps = next_page(request, ""), steps_of(shown)
    context = {
        "finding": shown,
        **header_context(shown, user),
        **evidence_context(shown, user),
        **triangle_context(shown),
        "before_fix": before_fix(shown.latest_run, closed=shown.regression_of) if shown.regression_of else None,
        "people": _people(shown),
        "remediations": [(plan, recheck_words(plan.recheck)) for plan in finding_remediations(shown)],
        "steps": steps,
        "last_word": last_word(steps),
        "offered": offered_decisions(shown, user, bound=bound),
        "stay": back,
        "go_on": back,
        "signature": signature_of(shown),
        "in_ledger": shown._meta.label_lower if can(user, "core.ledger_view", shown) else "",
    }
    return render(request, "audits/finding.html", context, status=status)


def header_context(shown: Finding, user: User) -> dict[str, Any]:
    """What a finding's head says of time and claim."""
    overdue = shown.due_at < timezone.now() and shown.state in FINDING.open - {FindingState.RISK_ACCEPTED}
    return {"overdue": overdue, "claim": claim_shown(shown, user)}


def signature_of(shown: Finding) -> dict[str, Any] | None:
    """The signature of a closed finding, and whether it still covers what stands there."""
    if shown.state != FindingState.CLOSED:
        return None
    return {
        "sign_off": shown.sign_off,
        "signer": name_of(shown.signed_by),
        "holds": sign_off_still_matches(shown),
    }


def _people(shown: Finding) -> list[tuple[str, str]]:
    people = [
        ("Confirmed by", shown.confirmed_by),
        ("Owner", shown.owner),
        ("Carried out by", shown.remediated_by),
        ("Signed by", shown.signed_by),
        ("Dismissal proposed by", shown.dismissal_proposed_by),
        ("Dismissed by", shown.dismissed_by),
        ("Risk accepted by", shown.risk_accepted_by),
    ]
    return [(label, name_of(person)) for label, person in people if person is not None]
