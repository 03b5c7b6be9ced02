"""The conversation page: masked turns, facts, consents, flags. What cannot be masked for certain is not shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assistants.models import Conversation
from audits.forms import FlagRaiseForm
from audits.models import ConversationScan
from audits.queries.conversations import conversation_with_scan, scan_of, transcript_shown
from audits.queries.reveals import places_open_to
from audits.services.claims import claims_prolong_about
from audits.services.flags import flag_raise
from audits.services.reveals import transcript_read
from audits.states import FlagSource
from audits.views.viewers import viewer
from consent.states import Reason
from portal.accounts.models import User
from portal.core.access import can
from portal.core.errors import Invalid
from portal.core.forms import add_invalid
from portal.core.languages import language_name
from portal.core.names import name_title

TURNS = 100
MEASURES = {
    "disclosed": "Said at the start that it is an AI",
    "pii_originated": "The assistant brought up personal data",
    "pii_echoed": "The assistant repeated personal data",
    "pii_volunteered": "The customer typed personal data",
    "secrets_from_customer": "The customer typed payment data or a secret",
    "human_requested": "The customer asked for a person",
    "human_request_met": "That request was met",
    "refused": "The assistant refused something",
}


@never_cache
@require_safe
@login_required
def conversation(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One conversation, masked."""
    user = viewer(request)
    shown = conversation_with_scan(public_id=public_id, actor=user)
    claims_prolong_about(conversation=shown, actor=user)
    return _page(request, user, shown, FlagRaiseForm(turn_count=shown.turn_count))


@never_cache
@require_POST
@login_required
def conversation_flag(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Raise a flag on the conversation."""
    user = viewer(request)
    shown = conversation_with_scan(public_id=public_id, actor=user)
    form = FlagRaiseForm(request.POST, turn_count=shown.turn_count)
    if form.is_valid():
        try:
            flag = flag_raise(
                conversation=shown,
                kind=form.cleaned_data["kind"],
                source=FlagSource.REVIEWER,
                turn=form.turn_index,
                note=form.cleaned_data["note"],
                actor=user,
            )
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The flag waits in the review queue.")
            return redirect(reverse("audits:flag", args=[flag.pk]))
    return _page(request, user, shown, form, status=422)


def _page(
    request: HttpRequest, user: User, shown: Conversation, form: FlagRaiseForm, *, status: int = 200
) -> HttpResponse:
    revealed = places_open_to(user, shown)
    transcript = transcript_shown(shown, revealed=revealed)
    if not transcript.withheld:
        transcript_read(conversation=shown, actor=user)
    scan = scan_of(shown)
    consents = [
        (snapshot, Reason(snapshot.reason).label if snapshot.reason in Reason.values else snapshot.reason)
        for snapshot in shown.consents.select_related("purpose").order_by("purpose__code")
    ]
    context = {
        "conversation": shown,
        "transcript": transcript,
        "page": Paginator(transcript.turns, TURNS).get_page(request.GET.get("page")),
        "facts": _facts(shown),
        "outcome": _outcome(shown),
        "consents": consents,
        "scan": scan,
        "measures": _measures(scan),
        "revisions": shown.revisions.defer("sealed").order_by("-revision"),
        "flags": shown.flags.order_by("-pk") if can(user, "flags.view", shown) else None,
        "may_reveal": can(user, "conversations.reveal", shown),
        "open_until": max(revealed.values(), default=None),
        "may_flag": can(user, "flags.raise", shown) and not transcript.erased,
        "form": form,
    }
    return render(request, "audits/conversation.html", context, status=status)


def _facts(shown: Conversation) -> Mapping[str, Any]:
    return {
        "Release": shown.release or "not stated",
        "Channel": shown.channel,
        "Language": language_name(shown.language),
        "Intent": shown.intent or "not stated",
        "Turns": shown.turn_count,
        "Revision": shown.revision,
    }


def _outcome(shown: Conversation) -> list[tuple[str, Any]]:
    words = {True: "Yes", False: "No"}
    return [
        (name_title(name), words[value] if isinstance(value, bool) else value)
        for name, value in sorted(shown.outcome.items())
    ]


def _measures(scan: ConversationScan | None) -> list[tuple[str, bool]]:
    measures = {} if scan is None else scan.measures
    return [(label, measures[name]) for name, label in MEASURES.items() if name in measures]
