"""Data-subject requests: the list by what is due, one request with its checklist, and what can be done with it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.models import Certificate, SubjectRequest, SubjectRequestEvent
from consent.queries.holds import held
from consent.queries.requests import (
    SOON,
    Item,
    checklist,
    package_of,
    request_details,
    request_for,
    request_history,
    requests_for,
    requests_of,
)
from consent.request_forms import FindForm, ReceiveForm, RequestFilter
from consent.request_states import PACKAGED, RequestKind, RequestState
from consent.services.erasures import person_of
from consent.services.lookups import subject_look_up
from consent.services.requests.erasing import request_erase
from consent.services.requests.handling import request_receive
from consent.services.requests.packaging import package_download
from consent.services.requests.records import today
from consent.templatetags.deadlines import days_off, days_to_spare
from consent.traces import traces
from consent.views.request_actions import ACTIONS, action_form, offered_actions
from portal.accounts.models import User
from portal.accounts.step_up import recently_reauthenticated
from portal.core.access import can, can_anywhere
from portal.core.errors import Conflict, Denied, Invalid, NotFound, ProbityError
from portal.core.forms import add_invalid
from portal.core.ledger import action_label

PAGE = 30
ERASING = timedelta(minutes=10)


def _viewer(request: HttpRequest, permission: str = "") -> User:
    user = request.user
    assert isinstance(user, User)  # login_required
    if permission and not can_anywhere(user, permission):
        raise Denied("Your role does not open this page.", code="role_missing")
    return user


@never_cache
@require_safe
@login_required
def requests(request: HttpRequest) -> HttpResponse:
    """The requests of the viewer's teams, open ones first, by what is due."""
    user = _viewer(request, "requests.list")
    form = RequestFilter(request.GET or None)
    page = Paginator(requests_for(user, form.chosen, today=today()), PAGE).get_page(request.GET.get("page"))
    return render(request, "consent/requests.html", {"form": form, "page": page, **_listing(user)})


@never_cache
@sensitive_post_parameters("reference")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """The requests of one customer, whose reference comes in the body. The look-up is written to the ledger."""
    user = _viewer(request, "consent.view")
    form = FindForm(request.POST if request.method == "POST" else None, actor=user)
    found = None
    if form.is_valid():
        team, reference = form.cleaned_data["team"], form.cleaned_data["reference"]
        subject = subject_look_up(team=team, reference=reference, actor=user)
        if subject is None:
            form.add_error("reference", "No customer of this team has this reference.")
        else:
            found = list(requests_of(user, subject)[:PAGE])
    context = {"form": form, "found": found, **_listing(user)}
    return render(request, "consent/requests_find.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("customer_ref", "details")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receive(request: HttpRequest) -> HttpResponse:
    """File a request that came in by mail, telephone or otherwise."""
    user = _viewer(request, "requests.receive")
    form = ReceiveForm(request.POST if request.method == "POST" else None, actor=user)
    if form.is_valid():
        try:
            made = request_receive(actor=user, **form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The request is filed, and its clock runs.")
            return redirect("requests:request", public_id=made.public_id)
    return render(request, "consent/request_new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
@login_required
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One request with its checklist, history and what the viewer can do."""
    user = _viewer(request)
    return _page(request, user, request_for(user, public_id))


@never_cache
@sensitive_post_parameters()
@require_POST
@login_required
def act(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Carry out one action; a form that is not in order comes back opened on the request's page."""
    user = _viewer(request)
    shown = request_for(user, public_id, permission="requests.act")
    action = ACTIONS.get(name)
    if action is None or action.link:
        raise Http404
    form = action_form(name, shown, request.POST)
    if form.is_valid():
        try:
            action.act(shown, user, form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("requests:request", public_id=public_id)
        else:
            messages.success(request, action.done)
            return redirect("requests:request", public_id=public_id)
    shown = request_for(user, public_id)
    return _page(request, user, shown, bound=(name, form), status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def erase(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what an erasure takes, and order it after a step-up login."""
    user = _viewer(request)
    shown = request_for(user, public_id, permission="requests.act")
    if shown.kind != RequestKind.ERASURE or shown.state != RequestState.IN_PROGRESS or shown.subject is None:
        raise Conflict("Only a request for erasure that is in progress ends here.", code="transition_not_allowed")
    if request.method == "POST":
        return _erase(request, user, shown)
    people = person_of(shown.subject)
    found = [(trace.label, trace.look(people)) for trace in traces()]
    context = {
        "shown": shown,
        "found": [(label, rows) for label, rows in found if rows],
        "merged": len(people) - 1,
        "held": bool(held(people)),
    }
    return render(request, "consent/request_erase.html", context)


@reauthentication_required
def _erase(request: HttpRequest, user: User, shown: SubjectRequest) -> HttpResponse:
    try:
        request_erase(public_id=shown.public_id, actor=user, reauthenticated=recently_reauthenticated(request))
    except ProbityError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The erasure is under way. Its check and certificate appear here in a moment.")
    return redirect("requests:request", public_id=shown.public_id)


@never_cache
@require_POST
@login_required
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The package, written to the ledger as downloaded."""
    user = _viewer(request)
    package, content = package_download(public_id=public_id, actor=user)
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="request-{str(public_id)[:8]}.zip"'
    answer["X-Content-SHA256"] = package.sha256
    return answer


@never_cache
@require_safe
@login_required
def certificate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The certificate of an erasure, to be read and printed."""
    shown, found = _certificate(request, public_id)
    body = json.loads(found.body)
    erased = [{**one, "at": datetime.fromisoformat(one["erased_at"])} for one in body["erased"]]
    context = {"shown": shown, "certificate": found, "body": body, "erased": erased}
    return render(request, "consent/certificate.html", context)


@never_cache
@require_safe
@login_required
def certificate_json(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The signed statement itself: `body` is exactly what was hashed and signed."""
    _, found = _certificate(request, public_id)
    document = {"body": found.body, "sha256": found.sha256, "signature": found.signature, "algorithm": "Ed25519"}
    answer = HttpResponse(json.dumps(document, indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="certificate-{str(public_id)[:8]}.json"'
    return answer


def _certificate(request: HttpRequest, public_id: uuid.UUID) -> tuple[SubjectRequest, Certificate]:
    shown = request_for(_viewer(request), public_id)
    found = Certificate.objects.filter(request=shown).first()
    if found is None:
        raise NotFound("There is no certificate (yet).")
    return shown, found


def _listing(user: User) -> dict[str, Any]:
    return {
        "today": today(),
        "soon": today() + SOON,
        "may_open": can_anywhere(user, "requests.view"),
        "may_file": can_anywhere(user, "requests.receive"),
        "may_find": can_anywhere(user, "consent.view"),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the timeline component."""

    at: datetime
    title: str
    actor: str
    text: str
    icon: str
    tone: str


_LOOKS = {
    "request.identity_verified": ("user-check", "info"),
    "request.started": ("progress", "info"),
    "request.held": ("player-pause", "warning"),
    "request.extended": ("calendar", "warning"),
    "request.reminded": ("clock-exclamation", "warning"),
    "request.erasure_ordered": ("alert-triangle", "danger"),
    "request.erasure_unclean": ("alert-octagon", "danger"),
    "request.fulfilled": ("check", "success"),
    "request.refused": ("circle-minus", "warning"),
}


def _page(
    request: HttpRequest,
    user: User,
    shown: SubjectRequest,
    *,
    bound: tuple[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    acts = can(user, "requests.act", shown)
    under_way = _under_way(shown)
    package = package_of(shown) if shown.kind in PACKAGED else None
    contents = package.contents if package else {}
    built = package is not None and package.deleted_at is None
    steps_to_do = checklist(shown)
    context = {
        "shown": shown,
        "today": today(),
        "soon": today() + SOON,
        "details": request_details(shown) if acts else "",
        "may_act": acts,
        "checklist": steps_to_do,
        "situation": _situation(shown, steps_to_do),
        "steps": [_step(event, note if acts else "") for event, note in request_history(shown)],
        "offered": [] if _being_erased(shown) else offered_actions(shown, user, bound=bound, built=built),
        "under_way": under_way,
        "package": package,
        "contents": [
            (name.replace("_", " ").replace("-", " ").capitalize(), count) for name, count in sorted(contents.items())
        ],
        "certificate": Certificate.objects.filter(request=shown).first(),
        "may_see_subject": shown.subject_id is not None and can(user, "consent.view", shown),
        "in_ledger": shown._meta.label_lower if can(user, "core.ledger_view", shown) else "",
        "post_to": reverse("requests:request", args=[shown.public_id]),
    }
    return render(request, "consent/request.html", context, status=status)


def _situation(shown: SubjectRequest, steps: list[Item]) -> str:
    """Where it stands, in a sentence: how long there is left, and what comes next."""
    if shown.closed_at is not None:
        closed = timezone.localdate(shown.closed_at)
        return f"{shown.get_state_display()} on {closed:%-d %B %Y}, {days_to_spare(shown.due_on, shown.closed_at)}."
    todo = next((item.words for item in steps if not item.done), "")
    following = f" Next: {todo[0].lower()}{todo[1:]}." if todo and shown.state != RequestState.ON_HOLD else ""
    left = days_off(shown.due_on, today()) if shown.running else "the clock stands still"
    return f"{'Was due' if shown.overdue(today()) else 'Due'} on {shown.due_on:%-d %B %Y}: {left}.{following}"


def _under_way(shown: SubjectRequest) -> str:
    """What a job is doing for the request, in words."""
    last = shown.events.order_by("-at", "-pk").values_list("action", flat=True).first()
    words = {
        "request.erasure_ordered": "The erasure is under way.",
        "request.package_ordered": "The package is being built.",
    }
    return words.get(str(last), "") if shown.state == RequestState.IN_PROGRESS else ""


def _being_erased(shown: SubjectRequest) -> bool:
    """Whether an erasure was just ordered; one that is not done soon was lost and can be ordered again."""
    last = shown.events.order_by("-at", "-pk").first()
    return last is not None and last.action == "request.erasure_ordered" and timezone.now() - last.at < ERASING


def _step(event: SubjectRequestEvent, note: str) -> Step:
    icon, tone = _LOOKS.get(event.action, ("circle", "neutral"))
    actor = event.person.name or "A colleague" if event.person is not None else ""
    if not actor:
        actor = "Probity" if event.actor == "system" else "An integration"
    text = " ".join(filter(None, (_facts(event), note)))
    return Step(event.at, action_label(event.action), actor, text, icon, tone)


def _facts(event: SubjectRequestEvent) -> str:
    """What is known of a step without its note, in words."""
    facts = event.facts
    if event.action == "request.rectified":
        names = [name.removeprefix("attribute ").replace("_", " ") for name in facts.get("corrected", [])]
        return f"Corrected: {', '.join(names)}."
    if event.action == "request.erasure_unclean":
        return "Left behind: " + ", ".join(f"{name} ({count})" for name, count in facts.get("found", {}).items()) + "."
    if event.action == "request.held" and not event.note_sealed:
        return "A legal hold forbids it." if facts.get("reason") == "legal_hold" else ""
    if event.action in ("request.extended", "request.resumed", "request.received") and "due_on" in facts:
        return f"Due {date.fromisoformat(facts['due_on']):%-d %b %Y}."
    return ""
