"""The signature: exactly what is signed, a step-up login, and the act itself."""

from __future__ import annotations

import json

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audits.forms import SignForm
from audits.models import Finding
from audits.queries.finding_actions import allowed_actions
from audits.queries.findings import finding_for, finding_remediations
from audits.queries.rechecks import recheck_words
from audits.queries.signing import DECISIONS, signed_hash, signed_statement
from audits.services.sign_off import MEANING, finding_sign_off
from audits.states import FindingState
from audits.views.decisions import SIGN_OFF
from audits.views.evidence import runs_shown
from audits.views.history import steps_of
from audits.views.viewers import viewer
from portal.accounts.models import User
from portal.accounts.step_up import recently_reauthenticated
from portal.core.access import require
from portal.core.errors import Conflict, Invalid, ProbityError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a signature covers; a post signs it, after a step-up login. Nothing to sign: back to the finding."""
    user = viewer(request)
    shown = finding_for(user, pk)
    require(user, "audits.finding_sign", shown)
    if shown.state != FindingState.VERIFIED:
        messages.error(
            request, f"This finding is {shown.get_state_display().lower()}; only a verified finding is signed."
        )
        return redirect(reverse("audits:finding", args=[shown.pk]))
    if request.method == "POST":
        return _sign(request, user, shown)
    return _page(request, user, shown, SignForm(initial={"statement": signed_hash(shown.pk)}))


@reauthentication_required
def _sign(request: HttpRequest, user: User, shown: Finding) -> HttpResponse:
    """Sign, if what stands there now is what the signer has seen. A refusal is told on the finding's page."""
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, user, shown, form, status=422)
    page = redirect(reverse("audits:finding", args=[shown.pk]))
    try:
        if not constant_time_compare(form.cleaned_data["statement"], signed_hash(shown.pk)):
            raise Conflict("What you were about to sign has changed meanwhile. Look at it again.")
        finding_sign_off(
            finding_id=shown.pk,
            actor=user,
            reauthenticated=recently_reauthenticated(request),
            note=form.cleaned_data["note"],
        )
    except Invalid as error:
        form.add_error("note", error.message)
        return _page(request, user, shown, form, status=422)
    except ProbityError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Signed. The finding is closed.")
    return page


def _page(request: HttpRequest, user: User, shown: Finding, form: SignForm, *, status: int = 200) -> HttpResponse:
    statement = signed_statement(shown.pk)
    action = next((action for action in allowed_actions(shown, user) if action.name == SIGN_OFF), None)
    remediation = finding_remediations(shown)[0]
    context = {
        "finding": shown,
        "form": form,
        "runs": runs_shown(shown),
        "remediation": remediation,
        "recheck": recheck_words(remediation.recheck),
        "steps": [step for step in steps_of(shown) if step.action in DECISIONS],
        "statement": json.dumps(statement, indent=2, ensure_ascii=False),
        "hash": signed_hash(shown.pk),
        "meaning": MEANING,
        "denied_reason": action.denied_reason if action is not None else "",
    }
    return render(request, "audits/sign_off.html", context, status=status)
