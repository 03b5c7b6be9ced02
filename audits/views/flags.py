"""A flag's page: the doubt, the masked conversation, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits.forms import DismissForm, OptionalNoteForm, PromoteForm, Unasked
from audits.models import Finding, Flag
from audits.queries.conversations import conversation_with_scan, transcript_shown
from audits.queries.flags import checks_that_can_prove, flag_for
from audits.services.flags import WAITING, flag_claim, flag_confirm, flag_dismiss, flag_promote, flag_release
from audits.services.reveals import transcript_read
from audits.states import FlagSource, FlagState
from audits.views.claims import claim_shown
from audits.views.conversations import TURNS
from audits.views.decisions import PASSING, Offered
from audits.views.people import name_of
from audits.views.viewers import next_page, viewer
from portal.accounts.models import User
from portal.core.access import can
from portal.core.errors import Invalid
from portal.core.forms import add_invalid


@dataclass(frozen=True, slots=True)
class FlagDecision:
    """One thing that can be done with a flag. `act` takes the flag, the person and the form's cleaned data."""

    label: str
    key: str
    done: str
    act: Callable[[Flag, User, Mapping[str, Any]], object]
    form: type[forms.Form] = Unasked
    icon: str = ""
    style: str = ""
    choices: Callable[[Flag], dict[str, Any]] = lambda flag: {}


DECISIONS: Mapping[str, FlagDecision] = {
    "claim": FlagDecision(
        "Claim",
        "c",
        "It is yours while you work on it, and for five minutes after.",
        lambda flag, user, data: flag_claim(flag_id=flag.pk, actor=user),
        icon="user",
    ),
    "release": FlagDecision(
        "Release",
        "r",
        "Given back to the queue.",
        lambda flag, user, data: flag_release(flag_id=flag.pk, actor=user),
        icon="arrow-back-up",
    ),
    "confirm": FlagDecision(
        "Confirm",
        "y",
        "Confirmed. Promote it to a finding if it needs a remedy.",
        lambda flag, user, data: flag_confirm(flag_id=flag.pk, actor=user, **data),
        form=OptionalNoteForm,
        icon="check",
        style="btn-primary",
    ),
    "dismiss": FlagDecision(
        "Dismiss",
        "x",
        "Dismissed.",
        lambda flag, user, data: flag_dismiss(flag_id=flag.pk, actor=user, **data),
        form=DismissForm,
        icon="circle-minus",
    ),
    "promote": FlagDecision(
        "Promote to a finding",
        "p",
        "Promoted to a finding.",
        lambda flag, user, data: flag_promote(
            flag_id=flag.pk, severity=data["severity"], check_run_id=data["check_run"].pk, actor=user
        ),
        form=PromoteForm,
        icon="arrow-up-right",
        style="btn-primary",
        choices=lambda flag: {"checks": checks_that_can_prove(flag)},
    ),
}


@never_cache
@require_safe
@login_required
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """One flag."""
    user = viewer(request)
    return _page(request, user, flag_for(user, pk))


@never_cache
@require_POST
@login_required
def flag_decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Carry out one decision; a form that is not in order comes back opened on the flag's page."""
    user = viewer(request)
    shown = flag_for(user, pk)
    if name not in DECISIONS:
        raise Http404
    form = flag_form(name, shown, request.POST)
    if form.is_valid():
        try:
            made = DECISIONS[name].act(shown, user, form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, DECISIONS[name].done)
            page = reverse("audits:flag", args=[pk])
            if isinstance(made, Finding):
                return redirect(reverse("audits:finding", args=[made.pk]))
            return redirect(page if name == "confirm" else next_page(request, page))
    return _page(request, user, shown, bound=(name, form), status=422)


def flag_form(name: str, shown: Flag, data: QueryDict | None = None) -> forms.Form:
    """The form of one decision, filled with `data` where given."""
    decision = DECISIONS[name]
    return decision.form(data, auto_id=f"{name}-%s", **decision.choices(shown))


def flag_context(user: User, shown: Flag, *, bound: tuple[str, forms.Form] | None = None) -> dict[str, Any]:
    """What the flag partial needs: the masked conversation only for those who may open it."""
    conversation = shown.conversation
    context: dict[str, Any] = {
        "flag": shown,
        "flag_raiser": FlagSource(shown.source).raiser,
        "flag_turn": None if shown.turn is None else shown.turn + 1,
        "flag_turn_page": 1 if shown.turn is None else shown.turn // TURNS + 1,
        "claim": claim_shown(shown, user),
        "decided_by": name_of(shown.decided_by),
        "offered": _offered(user, shown, bound),
    }
    if can(user, "conversations.view", conversation):
        opened = conversation_with_scan(public_id=conversation.public_id, actor=user)
        transcript = transcript_shown(opened)
        if not transcript.withheld:
            transcript_read(conversation=opened, actor=user)
        context["transcript"] = transcript
        context["may_reveal"] = can(user, "conversations.reveal", opened)
        context["first_turns"] = transcript.turns[:TURNS]
        context["other_turns"] = len(transcript.turns) - TURNS
    return context


def _page(
    request: HttpRequest,
    user: User,
    shown: Flag,
    *,
    bound: tuple[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    back = next_page(request, "")
    context = {**flag_context(user, shown, bound=bound), "stay": back, "go_on": back}
    return render(request, "audits/flag.html", context, status=status)


def _offered(user: User, shown: Flag, bound: tuple[str, forms.Form] | None) -> list[Offered]:
    if not can(user, "flags.triage", shown):
        return []
    mine = _held(shown) and shown.claimed_by_id == user.pk
    if shown.state == FlagState.CONFIRMED:
        names, denied = ["promote"], ""
    elif shown.state not in WAITING:
        names, denied = [], ""
    elif mine:
        names, denied = ["confirm", "dismiss", "release"], ""
    else:
        busy = f"{name_of(shown.claimed_by)} is working on this right now." if _held(shown) else ""
        names, denied = ["claim"], busy
    if bound is not None and bound[0] not in names:
        names = [*names, bound[0]]
    return [
        Offered(
            name=name,
            label=DECISIONS[name].label,
            key=DECISIONS[name].key,
            icon=DECISIONS[name].icon,
            style=DECISIONS[name].style,
            form=bound[1] if bound is not None and bound[0] == name else flag_form(name, shown),
            denied_reason=denied,
            opened=bound is not None and bound[0] == name,
            lasting=name not in PASSING,
        )
        for name in names
    ]


def _held(shown: Flag) -> bool:
    return shown.state == FlagState.CLAIMED and shown.claimed_until is not None and shown.claimed_until > timezone.now()
