"""Revealing one masked value: the reason on a page of its own, which a script may show as a dialog."""

from __future__ import annotations

import uuid

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from assistants.models import Conversation
from audits.forms import RevealForm
from audits.queries.conversations import conversation_with_scan, transcript_shown
from audits.queries.masking import Mask, Place, asks_for_step_up
from audits.services.reveals import mask_at, reveals_end, span_reveal
from audits.type_words import words
from audits.views.conversations import TURNS
from audits.views.viewers import viewer
from portal.accounts.step_up import recently_reauthenticated
from portal.core.access import require
from portal.core.errors import Conflict, Denied, Invalid, TooMany
from portal.core.forms import add_invalid
from portal.core.partials import asks_for_part


@never_cache
@sensitive_post_parameters("reason")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def conversation_reveal(
    request: HttpRequest, public_id: uuid.UUID, revision: int, turn: int, start: int, end: int
) -> HttpResponse:
    """Ask for the reason; a post reveals the value and leads back to its turn.

    A grave type asks for the step-up login before the form is shown, so that no reason has to wait in the session.
    """
    user = viewer(request)
    shown = conversation_with_scan(public_id=public_id, actor=user)
    require(user, "conversations.reveal", shown)
    if shown.revision != revision:
        raise Conflict("This conversation was handed over again meanwhile. Look at it anew.", code="revised")
    mask = mask_at(shown, Place(turn, start, end))
    if request.method != "POST":
        page = _after_step_up if asks_for_step_up(mask.types) else _page
        return page(request, shown, mask, RevealForm())
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, mask, form, status=422)
    try:
        span_reveal(
            conversation=public_id,
            revision=revision,
            turn=turn,
            start=start,
            end=end,
            reason=form.cleaned_data["reason"],
            reauthenticated=recently_reauthenticated(request),
            actor=user,
        )
    except Invalid as error:
        add_invalid(form, error)
        return _page(request, shown, mask, form, status=error.status)
    except (Denied, TooMany) as error:
        form.add_error(None, error.message)
        page = _page(request, shown, mask, form, status=error.status)
        if isinstance(error, TooMany):
            page["Retry-After"] = str(error.retry_after)
        return page
    return redirect(_turn_address(shown, turn))


@never_cache
@require_POST
@login_required
def conversation_mask(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mask again what the viewer has revealed here."""
    if reveals_end(conversation=public_id, actor=viewer(request)):
        messages.success(request, "Masked again.")
    return redirect(reverse("audits:conversation", args=[public_id]))


@reauthentication_required
def _after_step_up(request: HttpRequest, shown: Conversation, mask: Mask, form: RevealForm) -> HttpResponse:
    return _page(request, shown, mask, form)


def _page(
    request: HttpRequest, shown: Conversation, mask: Mask, form: RevealForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "conversation": shown,
        "form": form,
        "kind": words(mask.type),
        "asked": mask.place,
        "turn": transcript_shown(shown).turns[mask.place.turn],
        "minutes": settings.PROBITY_REVEAL_MINUTES,
        "back": _turn_address(shown, mask.place.turn),
    }
    partial = asks_for_part(request)
    response = render(request, "audits/_reveal.html" if partial else "audits/reveal.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _turn_address(shown: Conversation, turn: int) -> str:
    """The page of the conversation that the turn is on; `turn` counts from 0."""
    number = turn // TURNS + 1
    query = f"?page={number}" if number > 1 else ""
    return f"{reverse('audits:conversation', args=[shown.public_id])}{query}#turn-{turn + 1}"
