"""One data subject: what is decided for each purpose, why, and the events behind it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.forms import AsKnownForm
from consent.models import ConsentEvent
from consent.queries import decisions_by_purpose, subject_by_public_id, timeline
from consent.queries.timelines import TimelineEntry
from consent.states import GRANTS, RESTRICTIONS, ConsentState
from portal.accounts.models import User
from portal.core.access import require
from portal.core.errors import NotFound
from portal.core.languages import language_name

EVENTS = 50


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One event in the words of the history component."""

    at: datetime
    title: str
    text: str
    actor: str
    icon: str
    tone: str


@never_cache
@require_safe
@login_required
def subject(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The data subject's page, as of now or of the times in the address."""
    user = request.user
    assert isinstance(user, User)  # login_required
    shown = subject_by_public_id(public_id=public_id)
    if shown is None:
        raise NotFound("There is no such item.")
    require(user, "consent.view", shown)
    form = AsKnownForm(request.GET or None)
    times = form.cleaned_data if form.is_valid() else {}
    known_at = times.get("known_at") or timezone.now()
    at = times.get("at") or known_at
    page = Paginator(timeline(subject=shown, known_at=known_at)[::-1], EVENTS).get_page(request.GET.get("page"))
    context = {
        "subject": shown,
        "form": form,
        "at": at,
        "known_at": known_at,
        "asked": bool(times.get("known_at") or times.get("at")),
        "decisions": decisions_by_purpose(subject=shown, use_time=at, known_at=known_at),
        "page": page,
        "events": [_line(entry) for entry in page],
    }
    return render(request, "consent/subject.html", context)


def _line(entry: TimelineEntry) -> TimelineLine:
    event = entry.event
    tone, icon = _look(entry)
    return TimelineLine(
        at=event.occurred_at,
        title=f"{event.get_state_display()}: {event.purpose.name} (event {event.pk})",
        text=" ".join(_facts(entry)),
        actor=event.get_given_by_display(),
        icon=icon,
        tone=tone,
    )


def _look(entry: TimelineEntry) -> tuple[str, str]:
    if entry.voided_by is not None:
        return "neutral", "ban"
    if entry.event.state in GRANTS or entry.event.state == ConsentState.OBJECTION_LIFTED:
        return "success", "check"
    return ("warning", "alert-triangle") if entry.event.state in RESTRICTIONS else ("neutral", "circle-minus")


def _facts(entry: TimelineEntry) -> list[str]:
    event = entry.event
    facts = [f"From then on: {entry.decision.status.label.lower()}. {entry.decision.reason.label}."]
    if entry.voided_by is not None:
        facts.insert(0, f"Taken back from its beginning by event {entry.voided_by}.")
    if event.notice is not None:
        language = language_name(event.notice.language)
        facts.append(f"Notice {event.notice.code}, version {event.notice.version} ({language}).")
    facts += _times(event)
    if event.verification:
        facts.append(f"Verification: {event.verification}.")
    facts.append(f"Source {event.source}, recorded {_day(event.recorded_at)}.")
    return facts


def _times(event: ConsentEvent) -> list[str]:
    times = []
    if event.valid_from > event.occurred_at:
        times.append(f"Valid from {_day(event.valid_from)}.")
    if event.valid_until is not None:
        times.append(f"Valid until {_day(event.valid_until)}.")
    if event.clock_uncertainty_s:
        times.append(f"Clock uncertain by {event.clock_uncertainty_s} s.")
    if event.clamped:
        times.append("The source's time lay in the future; the time of recording counts.")
    return times


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%-d %b %Y, %H:%M} {local.tzname()}"
