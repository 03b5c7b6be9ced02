"""What a privacy officer sees of an assistant: which personal data was said by whom, since when, and what leaked."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assistants.models import Assistant, Conversation
from assistants.queries.registry import assistant_for
from audits.checks.personal_data import CONTACT, SENSITIVE
from audits.checks.release_trend import released_on
from audits.checks.severity import DataClass, class_of
from audits.checks.tables import rate_interval, share, share_text
from audits.filters import ExposureFilter
from audits.forms import RescanForm
from audits.queries.exposure_figures import (
    ORIGINS,
    Line,
    ReleaseFigures,
    TypeFigures,
    days_counted,
    leaks,
    release_figures,
    scan_states,
    type_figures,
    weekly_figures,
)
from audits.queries.exposures import GivenAway
from audits.queries.outdated import outdated_figures
from audits.queries.patterns import live_types, patterns_of
from audits.queries.windows import Window
from audits.services.rescans import default_since, rescan_ask
from audits.states import PatternState
from audits.type_words import types_joined, words
from audits.views.spreadsheets import as_text
from audits.views.viewers import viewer
from portal.accounts.models import User
from portal.core.access import can, require
from portal.core.charts import TrendMarker, TrendPoint, trend
from portal.core.errors import Invalid
from portal.core.forms import add_invalid
from portal.core.partials import asks_for_part

DAYS = 90
LEAKS = 20
_SAID = {
    "volunteered": "customers typed",
    "echoed": "the assistant repeated",
    "originated": "the assistant brought up",
}
_CLASS = {
    DataClass.SECRET: "Secret",
    DataClass.SENSITIVE: "Sensitive",
    DataClass.CONTACT: "Contact",
    DataClass.OTHER: "Other",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of conversations with its share; `range` is the plausible range of the share, in words."""

    n: int
    share: str
    range: str


@dataclass(frozen=True, slots=True)
class Row:
    """One type with a cell for each originator."""

    name: str
    kind: str
    own: bool
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release; `change` says in words how it differs from the one before."""

    version: str
    n: int
    cell: Cell
    change: str
    rose: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A conversation in which another customer's value was said."""

    conversation: Conversation
    types: str


@never_cache
@require_safe
@login_required
def exposure(request: HttpRequest, slug: str) -> HttpResponse:
    """Types by originator, releases side by side, the trend, leaks, and the assistant's own patterns."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    return _page(request, user, assistant, RescanForm(initial={"since": default_since()}))


@never_cache
@require_POST
@login_required
def exposure_rescan(request: HttpRequest, slug: str) -> HttpResponse:
    """Have conversations scanned again that an earlier version has read."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    form = RescanForm(request.POST)
    if form.is_valid():
        try:
            count = rescan_ask(assistant_id=assistant.pk, since=form.cleaned_data["since"], actor=user)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, f"{count:,} conversations will be scanned again. You can leave the page.")
            return redirect(reverse("audits:exposure", args=[slug]))
    return _page(request, user, assistant, form, status=422)


@never_cache
@require_safe
@login_required
def exposure_download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same figures as CSV: one line a release, type and originator."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    window, _, _ = _asked(request, assistant)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="exposure-{slug}-{window.since}-{window.until}.csv"'
    writer = csv.writer(response)
    writer.writerow(["release", "type", "originator", "conversations", "scanned", "share", "low", "high"])
    for release in [window.release] if window.release else [None, *assistant.releases.order_by("released_at", "pk")]:
        narrowed = Window(window.since, window.until, release)
        scanned, _ = scan_states(assistant=assistant, window=narrowed)
        name = as_text(release.version) if release else "all"
        for row in type_figures(assistant=assistant, window=narrowed) if scanned else []:
            for origin, n in zip(ORIGINS, row.by_origin, strict=True):
                figures = [round(share(n, scanned), 6), *(round(bound, 6) for bound in rate_interval(n, scanned))]
                writer.writerow([name, row.type, origin, n, scanned, *figures])
    return response


@never_cache
@require_safe
@login_required
def exposure_leaks(request: HttpRequest, slug: str) -> HttpResponse:
    """Conversations in which another customer's value was said; the exposure page fetches them when it is open."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    window, _, _ = _asked(request, assistant)
    found = leaks(assistant=assistant, window=window, types=[*CONTACT, *SENSITIVE, *live_types(assistant)])
    context = {
        "assistant": assistant,
        "query": request.GET.urlencode(),
        "leaks": _leaks(user, assistant, found),
        "leak_count": len(found),
        "shown_leaks": LEAKS,
    }
    partial = asks_for_part(request)
    return render(request, "audits/_exposure_leaks.html" if partial else "audits/exposure_leaks.html", context)


def _asked(request: HttpRequest, assistant: Assistant) -> tuple[Window, Line, ExposureFilter]:
    """The window and the line of the trend that the address names, and the form that says so."""
    everything = days_counted(assistant)
    last_day = everything[1] if everything else default_since()
    found = set(_found_types(assistant, everything))
    looked_for = {*SENSITIVE, *CONTACT, *live_types(assistant)} - found
    types = [("Found", _named_types(found)), ("Looked for, not found", _named_types(looked_for))]
    form = ExposureFilter(
        request.GET or None, auto_id="filter-%s", assistant=assistant, types=[group for group in types if group[1]]
    )
    chosen = form.chosen
    last = chosen.get("last") or last_day
    since = chosen.get("since") or max(last - timedelta(days=DAYS - 1), everything[0] if everything else last)
    window = Window(min(since, last), last + timedelta(days=1), chosen.get("release"))
    return window, Line(chosen.get("origin") or "originated", chosen.get("type") or ""), form


def _found_types(assistant: Assistant, everything: Any) -> list[str]:
    if everything is None:
        return []
    first, last = everything
    rows = type_figures(assistant=assistant, window=Window(first, last + timedelta(days=1)))
    return [row.type for row in rows]


def _page(
    request: HttpRequest, user: User, assistant: Assistant, rescan: RescanForm, *, status: int = 200
) -> HttpResponse:
    window, line, form = _asked(request, assistant)
    scanned, unscanned = scan_states(assistant=assistant, window=window)
    figures = type_figures(assistant=assistant, window=window)
    own = live_types(assistant)
    releases = release_figures(assistant=assistant, window=Window(window.since, window.until), line=line)
    weeks = weekly_figures(assistant=assistant, window=window, line=line)
    secrets = sum(row.by_origin[0] > 0 and class_of(row.type) is DataClass.SECRET for row in figures)
    context = {
        "assistant": assistant,
        "period": f"{window.since:%-d %b %Y} – {window.until - timedelta(days=1):%-d %b %Y}",
        "filter_form": form,
        "query": request.GET.urlencode(),
        "scanned": scanned,
        "unscanned": unscanned,
        "rows": [_row(row, scanned, own) for row in sorted(figures, key=_gravest_first)],
        "sentence": _sentence(line, weeks),
        "chart": _chart(line, weeks, releases),
        "weeks": [(week, _cell(k, n), n) for week, k, n in weeks],
        "line": _line_words(line),
        "releases": [_release_row(one) for one in releases],
        "rose": any(one.step and one.step.rose for one in releases),
        "kinds_brought_up": sum(row.by_origin[2] > 0 for row in figures),
        "typed_secrets": secrets,
        "patterns": _patterns(assistant, figures),
        "may_change": can(user, "audits.pattern_change", assistant),
        "may_rescan": can(user, "audits.rescan", assistant),
        "outdated": outdated_figures(assistant),
        "rescan": rescan,
    }
    return render(request, "audits/exposure.html", context, status=status)


def _cell(k: int, n: int) -> Cell:
    low, high = rate_interval(k, n)
    if not n:
        return Cell(k, "–", "–")
    said = share_text(share(k, n))
    said = said if "." in said or k in (0, n) else said.replace(" %", ".0 %")  # in a column: as exact as its neighbours
    return Cell(k, said, f"{100 * low:.1f} – {100 * high:.1f} %")


def _row(row: TypeFigures, scanned: int, own: Sequence[str]) -> Row:
    return Row(
        name=_named(row.type),
        kind=_CLASS[class_of(row.type)],
        own=row.type in own,
        cells=[_cell(n, scanned) for n in row.by_origin],
    )


def _gravest_first(row: TypeFigures) -> int:
    return list(_CLASS).index(class_of(row.type))


def _named_types(types: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((type_, _named(type_)) for type_ in types), key=lambda one: one[1].casefold())


def _named(type_: str) -> str:
    """At the start of a line; acronyms and countries stay as they are."""
    said = words(type_)
    return said[:1].upper() + said[1:]


def _release_row(one: ReleaseFigures) -> ReleaseRow:
    if one.step is None:
        change = ""
    else:
        low, high = (f"{100 * bound:+.1f}".replace("-", "−") for bound in one.step.interval)
        points = f"{100 * one.step.difference:+.1f}".replace("-", "−")
        change = f"{points} points ({low} to {high})"
    return ReleaseRow(
        version=one.release.version if one.release else "none named",
        n=one.n,
        cell=_cell(one.k, one.n),
        change=change,
        rose=bool(one.step and one.step.rose),
    )


def _line_words(line: Line) -> str:
    what = f"a value of the type {words(line.type)}" if line.type else "personal data"
    return f"{_SAID[line.origin]} {what}"


def _sentence(line: Line, weeks: Sequence[tuple[Any, int, int]]) -> str:
    k, n = sum(k for _, k, _ in weeks), sum(n for _, _, n in weeks)
    if not n:
        return ""
    low, high = rate_interval(k, n)
    return (
        f"In {k:,} of {n:,} scanned conversations ({share_text(share(k, n))}, plausibly {100 * low:.1f} to "
        f"{100 * high:.1f} %) {_line_words(line)}."
    )


def _chart(line: Line, weeks: Sequence[tuple[Any, int, int]], releases: Sequence[ReleaseFigures]) -> SafeString | str:
    if len(weeks) < 2:
        return ""
    points = []
    for week, k, n in weeks:
        low, high = rate_interval(k, n)
        points.append(TrendPoint(week, share(k, n), low, high))
    markers = [
        TrendMarker(released_on(one.release), f"Release {one.release.version}") for one in releases if one.release
    ]
    return trend(
        points,
        title=f"Share of conversations in which {_line_words(line)}, week by week",
        description=_sentence(line, weeks),
        markers=markers,
        numbers=False,  # the page has them with the counts they rest on
    )


def _leaks(user: User, assistant: Assistant, found: Sequence[GivenAway]) -> list[Leak] | None:
    """The first of them, for those who may open conversations."""
    if not can(user, "conversations.view", assistant):
        return None
    shown = found[:LEAKS]
    rows = Conversation.objects.select_related("release").defer("sealed")
    by_id = rows.in_bulk([one.conversation_id for one in shown])
    there = [one for one in shown if one.conversation_id in by_id]
    return [Leak(by_id[one.conversation_id], types_joined(one.types, "and")) for one in there]


def _patterns(assistant: Assistant, figures: Sequence[TypeFigures]) -> list[tuple[Any, int]]:
    """Each pattern's live version and its draft, with the conversations that it was found in."""
    found = {row.type: sum(row.by_origin) for row in figures}
    shown = patterns_of(assistant).exclude(state=PatternState.RETIRED)
    return [(pattern, found.get(pattern.type, 0)) for pattern in shown]
