"""What a privacy officer does on a customer's page: merges, age notes, restrictions; and the receipt."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from consent.forms import AgeForm, AsKnownForm, MergeForm, RestrictionForm
from consent.models import DataSubject
from consent.queries import receipt, receipt_text, subject_by_public_id
from consent.services.ages import subject_age_note
from consent.services.links import merge_confirm, subjects_merge, subjects_unmerge
from consent.services.restrictions import restriction_impose, restriction_lift
from consent.states import LinkReason
from consent.views.subject import subject_page
from portal.accounts.models import User
from portal.core.access import require
from portal.core.errors import Invalid, NotFound


@never_cache
@sensitive_post_parameters("merge-other")
@require_POST
@login_required
def merge_propose(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Propose that another record is the same person."""
    user, shown = _asked(request, public_id, "consent.record")
    form = MergeForm(request.POST, subject=shown)
    if form.is_valid():
        try:
            subjects_merge(
                subject_id=shown.pk,
                other_id=form.cleaned_data["other"].pk,
                reason=form.cleaned_data["reason"],
                actor=user,
            )
        except Invalid as error:
            form.add_error("other", error.message)
        else:
            messages.success(request, "The merge is proposed. Until it is confirmed, the stricter record decides.")
            return redirect("consent:subject", public_id=public_id)
    return subject_page(request, user, shown, merge_form=form, status=422)


@never_cache
@require_POST
@login_required
def merge_step(request: HttpRequest, public_id: uuid.UUID, merge: uuid.UUID, name: str) -> HttpResponse:
    """Confirm a merge or take it back."""
    user, _ = _asked(request, public_id, "consent.record")
    if name == "confirm":
        merge_confirm(merge=merge, reason=LinkReason.IDENTITY_CHECKED, actor=user)
        messages.success(request, "The merge is confirmed: both records have one history now.")
    else:
        subjects_unmerge(merge=merge, reason=LinkReason.DIFFERENT_PEOPLE, actor=user)
        messages.success(request, "The merge is taken back: each record is decided by its own events again.")
    return redirect("consent:subject", public_id=public_id)


@never_cache
@require_POST
@login_required
def age_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note what is known of the customer's age."""
    user, shown = _asked(request, public_id, "consent.record")
    form = AgeForm(request.POST)
    if form.is_valid():
        try:
            subject_age_note(subject_id=shown.pk, actor=user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The age is noted.")
            return redirect("consent:subject", public_id=public_id)
    return subject_page(request, user, shown, age_form=form, status=422)


@never_cache
@require_POST
@login_required
def restrict(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Restrict processing."""
    user, shown = _asked(request, public_id, "consent.record")
    form = RestrictionForm(request.POST)
    if form.is_valid():
        restriction_impose(subject_id=shown.pk, ground=form.cleaned_data["ground"], actor=user)
        messages.success(request, "Processing is restricted from now on.")
        return redirect("consent:subject", public_id=public_id)
    return subject_page(request, user, shown, restriction_form=form, status=422)


@never_cache
@require_POST
@login_required
def restriction_end(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Lift a restriction of this customer."""
    user, shown = _asked(request, public_id, "consent.record")
    if not shown.restrictions.filter(pk=pk).exists():
        raise NotFound("There is no such item.")
    restriction_lift(restriction_id=pk, actor=user)
    messages.success(request, "The restriction is lifted.")
    return redirect("consent:subject", public_id=public_id)


@never_cache
@require_safe
@login_required
def receipt_download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The customer's receipt, as it is known now or was on the time in the address."""
    _, shown = _asked(request, public_id, "consent.view")
    form = AsKnownForm(request.GET or None)
    known_at = (form.cleaned_data.get("known_at") if form.is_valid() else None) or timezone.now()
    answer = HttpResponse(receipt_text(receipt(subject=shown, known_at=known_at)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="consent-receipt-{public_id}.json"'
    return answer


def _asked(request: HttpRequest, public_id: uuid.UUID, permission: str) -> tuple[User, DataSubject]:
    user = request.user
    assert isinstance(user, User)  # login_required
    shown = subject_by_public_id(public_id=public_id)
    if shown is None:
        raise NotFound("There is no such item.")
    require(user, permission, shown)
    return user, shown
