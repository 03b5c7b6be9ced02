"""Finding a customer without their reference ever being part of an address."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consent.forms import LookUpForm
from consent.services.lookups import subject_look_up
from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.errors import Denied


@never_cache
@sensitive_post_parameters("reference")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lookup(request: HttpRequest) -> HttpResponse:
    """Ask for a reference; lead to the data subject's page."""
    user = request.user
    assert isinstance(user, User)  # login_required
    if not can_anywhere(user, "consent.view"):
        raise Denied("Your role does not open this page.", code="role_missing")
    form = LookUpForm(request.POST if request.method == "POST" else None, actor=user)
    if form.is_valid():
        team, reference = form.cleaned_data["team"], form.cleaned_data["reference"]
        subject = subject_look_up(team=team, reference=reference, actor=user)
        if subject is not None:
            return redirect("consent:subject", public_id=subject.public_id)
        form.add_error("reference", "No customer of this team has this reference.")
    return render(request, "consent/lookup.html", {"form": form}, status=422 if form.is_bound else 200)
