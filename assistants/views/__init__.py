"""The registry's pages: the list of assistants, an assistant's page, and its life."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assistants.models import Assistant
from assistants.panels import panels_for
from assistants.queries.profiles import recent_conversations, with_last_version
from assistants.queries.registry import assistant_for, assistants_for
from assistants.services.registry import assistant_move
from assistants.states import ASSISTANT, AssistantState
from portal.accounts.models import User
from portal.core.access import can, can_anywhere
from portal.core.errors import Denied

PAGE = 30
CONVERSATIONS = 10
_SECTIONS = (
    ("releases", "Releases"),
    ("sources", "Data sources"),
    ("training-data", "Training data"),
    ("declared", "What is declared"),
)


@dataclass(frozen=True, slots=True)
class Move:
    """A step in an assistant's life that the viewer may take. A final one asks first."""

    state: str
    label: str
    icon: str
    style: str
    final: bool


_MOVES = {
    AssistantState.IN_REVIEW: ("Hand in for review", "send", "btn-primary"),
    AssistantState.APPROVED: ("Approve", "check", "btn-primary"),
    AssistantState.REJECTED: ("Reject", "circle-x", ""),
    AssistantState.LIVE: ("Take live", "player-play", "btn-primary"),
    AssistantState.RESTRICTED: ("Restrict", "eye", ""),
    AssistantState.RETIRED: ("Retire", "archive", "btn-outline-danger"),
}
_APPROVERS = frozenset({AssistantState.APPROVED, AssistantState.REJECTED})


@never_cache
@require_safe
@login_required
def assistant_list(request: HttpRequest) -> HttpResponse:
    """The assistants of the viewer's teams."""
    user = _viewer(request)
    if not can_anywhere(user, "assistants.view"):
        raise Denied("Your role does not open this page.", code="role_missing")
    may_register = can_anywhere(user, "assistants.change")
    page = Paginator(with_last_version(assistants_for(user)), PAGE).get_page(request.GET.get("page"))
    return render(request, "assistants/list.html", {"page": page, "may_register": may_register})


@never_cache
@require_safe
@login_required
def assistant_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What an assistant is, what it learned from, and what audits found."""
    user = _viewer(request)
    assistant = assistant_for(user, slug)
    conversations = None
    if can(user, "conversations.view", assistant):
        conversations = recent_conversations(assistant)[:CONVERSATIONS]
    panels = panels_for(assistant, user)
    context = {
        "assistant": assistant,
        "sections": [
            *(section for _, filled in panels for section in filled.get("sections", ())),
            *([] if conversations is None else [("conversations", "Conversations")]),
            *_SECTIONS,
        ],
        "releases": assistant.releases.order_by("-released_at").prefetch_related("trainings__dataset"),
        "datasets": assistant.datasets.prefetch_related("trainings__release"),
        "may_register_datasets": can(user, "datasets.change", assistant),
        "data_sources": assistant.data_sources.prefetch_related("releases"),
        "attributes": assistant.audited_attributes.all(),
        "purposes": assistant.purposes.all(),
        "disclosures": sorted(assistant.disclosure_texts.items()),
        "conversations": conversations,
        "moves": _moves(assistant, user),
        "may_change": can(user, "assistants.change", assistant),
        "panels": [
            render_to_string(template, {**filled, "assistant": assistant}, request=request)
            for template, filled in panels
        ],
    }
    return render(request, "assistants/detail.html", context)


@never_cache
@require_POST
@login_required
def assistant_step(request: HttpRequest, slug: str, state: str) -> HttpResponse:
    """Move an assistant on in its life."""
    user = _viewer(request)
    assistant = assistant_for(user, slug)
    if state not in AssistantState.values:
        raise Http404
    moved = assistant_move(assistant_id=assistant.pk, state=AssistantState(state), actor=user)
    messages.success(request, f"{moved.name} is now {moved.get_state_display().lower()}.")
    return redirect(reverse("assistants:detail", args=[slug]))


def _viewer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


def _moves(assistant: Assistant, user: User) -> list[Move]:
    followers = ASSISTANT.table[AssistantState(assistant.state)]
    return [
        Move(state, *_MOVES[state], final=state in ASSISTANT.terminal)
        for state in AssistantState
        if state in followers
        and can(user, "assistants.approve" if state in _APPROVERS else "assistants.change", assistant)
    ]
