"""One data subject: what is decided for each purpose, why, and the events behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.evaluation import Decision
from consent.forms import AgeForm, AsKnownForm, MergeForm, RestrictionForm
from consent.models import ConsentEvent, DataSubject, Notice, Purpose, SubjectLinkEvent
from consent.queries import decisions_by_purpose, subject_by_public_id, timeline
from consent.queries.holds import held
from consent.queries.requests import requests_of
from consent.queries.standing import age_notes_of, merges_of, names_of, renewals_due, restrictions_of
from consent.queries.timelines import TimelineEntry
from consent.states import GRANTS, RESTRICTIONS, ConsentActor, ConsentState, LinkState, Reason
from portal.accounts.models import User
from portal.core.access import can, require
from portal.core.errors import NotFound
from portal.core.languages import language_name
from portal.core.templatetags.ui import timestamp

EVENTS = 50
REQUESTS = 10


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One event in the words of the history component."""

    at: datetime
    title: str
    text: str
    actor: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A purpose, its decision, and the version of the notice that has to be asked for, where it changed."""

    purpose: Purpose
    decision: Decision
    renewal: Notice | None


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
    return subject_page(request, user, shown)


def subject_page(
    request: HttpRequest,
    user: User,
    shown: DataSubject,
    *,
    merge_form: MergeForm | None = None,
    age_form: AgeForm | None = None,
    restriction_form: RestrictionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; a form that was sent and refused is shown with what is wrong with it."""
    form = AsKnownForm(request.GET or None)
    times = form.cleaned_data if form.is_valid() else {}
    known_at = times.get("known_at") or timezone.now()
    at = times.get("at") or known_at
    page = Paginator(timeline(subject=shown, known_at=known_at)[::-1], EVENTS).get_page(request.GET.get("page"))
    merges = merges_of(subject=shown, known_at=known_at)
    actors = names_of(step.actor for merge in merges for step in merge.steps)
    asked = bool(times.get("known_at") or times.get("at"))
    context = {
        "subject": shown,
        "form": form,
        "at": at,
        "known_at": known_at,
        "asked": asked,
        "decisions": _decisions(shown, at, known_at),
        "page": page,
        "events": [_line(entry, shown) for entry in page],
        "merge_open": any(merge.state == LinkState.PROPOSED for merge in merges),
        "merges": [{"merge": merge, "steps": [_step(step, actors) for step in merge.steps[::-1]]} for merge in merges],
        "age_notes": age_notes_of(subject=shown, known_at=known_at),
        "restrictions": restrictions_of(subject=shown, known_at=known_at),
        "requests": requests_of(user, shown)[:REQUESTS],
        "held": can(user, "holds.view", shown) and bool(held([shown.pk])),
        "may_record": can(user, "consent.record", shown) and not asked and shown.erased_at is None,
        "may_confirm": can(user, "consent.confirm", shown),
        "merge_form": merge_form or MergeForm(subject=shown),
        "age_form": age_form or AgeForm(),
        "restriction_form": restriction_form or RestrictionForm(),
        "receipt_query": f"?{urlencode({'known_at': times['known_at'].isoformat()})}" if times.get("known_at") else "",
    }
    return render(request, "consent/subject.html", context, status=status)


def _decisions(shown: DataSubject, at: datetime, known_at: datetime) -> list[DecisionRow]:
    found = decisions_by_purpose(subject=shown, use_time=at, known_at=known_at)
    stale = [pk for one in found if one.decision.reason == Reason.NOTICE_CHANGED for pk in one.decision.event_ids]
    due = renewals_due(event_ids=stale, use_time=at, known_at=known_at)
    return [
        DecisionRow(one.purpose, one.decision, next((due[pk] for pk in one.decision.event_ids if pk in due), None))
        for one in found
    ]


def _step(step: SubjectLinkEvent, actors: Mapping[str, str]) -> TimelineLine:
    tone, icon = {"proposed": ("warning", "help-circle"), "confirmed": ("success", "check")}.get(
        step.state, ("neutral", "ban")
    )
    return TimelineLine(
        at=step.recorded_at,
        title=f"Merge {step.get_state_display().lower()}",
        text=f"{step.get_reason_display()}. Source {step.source}.",
        actor=actors.get(step.actor, step.actor),
        icon=icon,
        tone=tone,
    )


def _line(entry: TimelineEntry, shown: DataSubject) -> TimelineLine:
    event = entry.event
    tone, icon = _look(entry)
    return TimelineLine(
        at=event.occurred_at,
        title=f"{event.get_state_display()}: {event.purpose.name} (event {event.pk})",
        text=_facts(entry, shown),
        actor="The customer" if event.given_by == ConsentActor.SUBJECT else event.get_given_by_display(),
        icon=icon,
        tone=tone,
    )


def _look(entry: TimelineEntry) -> tuple[str, str]:
    if entry.voided_by is not None:
        return "neutral", "ban"
    if entry.event.state in GRANTS or entry.event.state == ConsentState.OBJECTION_LIFTED:
        return "success", "check"
    return ("warning", "alert-triangle") if entry.event.state in RESTRICTIONS else ("neutral", "circle-minus")


def _facts(entry: TimelineEntry, shown: DataSubject) -> SafeString:
    event = entry.event
    facts: list[str] = [f"From then on: {entry.decision.status.label.lower()}. {entry.decision.reason.label}."]
    if entry.voided_by is not None:
        facts.insert(0, f"Taken back from its beginning by event {entry.voided_by}.")
    if event.notice is not None:
        language = language_name(event.notice.language)
        facts.append(f"Notice {event.notice.code}, version {event.notice.version} ({language}).")
    facts += _times(event)
    if event.verification:
        facts.append(f"Verification: {event.verification}.")
    if event.subject_id != shown.pk:
        facts.append(f"Recorded under the merged record {event.subject.public_id}.")
    if event.controller:
        facts.append(f"Controller: {event.controller}.")
    facts.append(format_html("Source {}, recorded {}.", event.source, timestamp(event.recorded_at)))
    return format_html_join(" ", "{}", ((fact,) for fact in facts))


def _times(event: ConsentEvent) -> list[str]:
    times: list[str] = []
    if event.valid_from > event.occurred_at:
        times.append(format_html("Valid from {}.", timestamp(event.valid_from)))
    if event.valid_until is not None:
        times.append(format_html("Valid until {}.", timestamp(event.valid_until)))
    if event.clock_uncertainty_s:
        times.append(f"Clock uncertain by {event.clock_uncertainty_s} s.")
    if event.clamped:
        times.append("The source's time lay in the future; the time of recording counts.")
    return times
