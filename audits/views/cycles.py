"""Audit cycles: the list with its form to open one, a cycle with live progress, and closing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audits.check_areas import AREAS
from audits.checks.consent_coverage import SOURCES
from audits.filters import CycleFilter
from audits.forms import CycleOpenForm, OptionalNoteForm
from audits.frozen_words import frozen_in_words
from audits.models import CheckRun, Cycle
from audits.queries.cycle_figures import (
    UNDER_WAY,
    VERDICTS,
    Progress,
    check_run_for,
    cycles_with_figures,
    progress_of,
    states_of,
    verdict_counts,
)
from audits.queries.cycles import check_runs_of, cycle_for, cycles_for
from audits.queries.findings import findings_of_cycle
from audits.services.checking import check_run_retry
from audits.services.cycle_states import cycle_close
from audits.services.cycles import cycle_open
from audits.states import CheckKind, CheckState, CycleState
from audits.views.evidence import run_shown
from audits.views.people import name_of
from audits.views.viewers import viewer, viewer_with
from portal.accounts.models import User
from portal.core.access import can, can_anywhere
from portal.core.errors import Denied, Invalid
from portal.core.forms import add_invalid

PAGE = 30
_STANDING_OUT = frozenset({CheckState.FAILED, CheckState.ERROR, CheckState.WATCH})
_WORST_FIRST = [str(state) for state in VERDICTS]


@never_cache
@require_safe
@login_required
def cycles(request: HttpRequest) -> HttpResponse:
    """All cycles of the viewer's teams, the latest first."""
    user = viewer_with(request, "audits.view")
    form = CycleOpenForm(actor=user, initial={"assistant": request.GET.get("assistant")})
    return _list(request, user, form)


@never_cache
@require_POST
@login_required
def cycle_new(request: HttpRequest) -> HttpResponse:
    """Open a cycle; the work goes on in the background."""
    user = viewer_with(request, "audits.view")
    if not can_anywhere(user, "audits.cycle_open"):
        raise Denied("Your role does not open audit cycles.", code="role_missing")
    form = CycleOpenForm(request.POST, actor=user)
    if form.is_valid():
        try:
            opened = cycle_open(
                assistant=form.cleaned_data["assistant"],
                period_from=form.cleaned_data["first_day"],
                period_until=form.period_until,
                kinds=form.kinds,
                actor=user,
            )
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The cycle is open. You can leave the page; the work goes on.")
            return redirect(reverse("audits:cycle", args=[opened.pk]))
    return _list(request, user, form, status=422)


@never_cache
@require_safe
@login_required
def cycle(request: HttpRequest, pk: int) -> HttpResponse:
    """One cycle: progress, results by kind, findings, and closing it."""
    user = viewer(request)
    return _page(request, user, cycle_for(user, pk), OptionalNoteForm())


@never_cache
@require_safe
@login_required
def cycle_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, asked for again and again by the cycle's page; at the end it asks for the whole page."""
    shown = cycle_for(viewer(request), pk)
    progress = progress_of(shown, states_of(shown))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("audits:cycle", args=[pk]))
    response = render(request, "audits/_cycle_progress.html", {"cycle": shown, "progress": progress})
    if progress.finished:
        response["HX-Refresh"] = "true"
    return response


@never_cache
@require_POST
@login_required
def cycle_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a cycle whose findings are all decided and signed."""
    user = viewer(request)
    shown = cycle_for(user, pk)
    form = OptionalNoteForm(request.POST)
    if form.is_valid():
        try:
            cycle_close(cycle_id=shown.pk, actor=user, **form.cleaned_data)
        except Invalid as error:
            add_invalid(form, error)
        else:
            messages.success(request, "The cycle is closed.")
            return redirect(reverse("audits:cycle", args=[pk]))
    return _page(request, user, shown, form, status=422)


@never_cache
@require_safe
@login_required
def check_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One check run with every number and what it was asked."""
    user = viewer(request)
    run = check_run_for(user, pk)
    context = {
        "run": run,
        "shown": run_shown(run, "Result"),
        "asked": frozen_in_words(run.kind, run.params),
        "findings": run.findings.order_by("pk"),
        "may_retry": run.state == CheckState.ERROR and run.cycle_id is not None and can(user, "audits.cycle_open", run),
        "exposure": run.kind == CheckKind.PERSONAL_DATA,
        "outside": run.kind == CheckKind.CONSENT_COVERAGE
        and run.target != SOURCES
        and can(user, "coverage.view", run.assistant),
    }
    return render(request, "audits/check_run.html", context)


@never_cache
@require_POST
@login_required
def check_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a question again that ended in an error."""
    user = viewer(request)
    check_run_retry(run_id=check_run_for(user, pk).pk, actor=user)
    messages.success(request, "The check runs again in the background.")
    return redirect(reverse("audits:check-run", args=[pk]))


def _list(request: HttpRequest, user: User, form: CycleOpenForm, *, status: int = 200) -> HttpResponse:
    filter_form = CycleFilter(request.GET or None, actor=user, auto_id="filter-%s")
    page = Paginator(cycles_for(user, filter_form.chosen), PAGE).get_page(request.GET.get("page"))
    numbered = cycles_with_figures(Cycle.objects.filter(pk__in=[row.pk for row in page]))
    figures = {row.pk: row for row in numbered}
    context = {
        "filter_form": filter_form,
        "form": form if can_anywhere(user, "audits.cycle_open") else None,
        "page": page,
        "rows": [(row, figures[row.pk], verdict_counts(figures[row.pk])) for row in page],
    }
    return render(request, "audits/cycles.html", context, status=status)


def _page(request: HttpRequest, user: User, shown: Cycle, form: OptionalNoteForm, *, status: int = 200) -> HttpResponse:
    runs = list(check_runs_of(shown))
    states: dict[str, int] = {}
    for run in runs:
        states[run.state] = states.get(run.state, 0) + 1
    progress: Progress | None = progress_of(shown, states) if shown.state in UNDER_WAY else None
    context = {
        "cycle": shown,
        "progress": progress,
        **_sorted_out(runs),
        "states": sorted(states.items(), key=lambda one: _rank(one[0])),
        "checks": len(runs),
        "findings": findings_of_cycle(shown),
        "opened_by": name_of(shown.opened_by, "Probity, on schedule" if shown.scheduled else "Probity"),
        "closed_by": name_of(shown.closed_by),
        "may_close": can(user, "audits.cycle_close", shown) and shown.state == CycleState.AWAITING_SIGN_OFF,
        "form": form,
    }
    return render(request, "audits/cycle.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Area:
    """What a cycle asked about one area, without what stands out: the passed apart from what is open."""

    name: str
    passed: list[CheckRun]
    others: list[CheckRun]


def _sorted_out(runs: Sequence[CheckRun]) -> dict[str, Any]:
    """`standing_out`: what failed or is to be watched, worst first; `areas`: all the rest by what it is about."""
    order = {kind: number for number, kind in enumerate(kind for _, kinds in AREAS for kind in kinds)}
    ranked = sorted(runs, key=lambda run: (_rank(run.state), order[CheckKind(run.kind)], run.target))
    rest = [run for run in ranked if run.state not in _STANDING_OUT]
    areas = [_area(name, [run for run in rest if run.kind in kinds]) for name, kinds in AREAS]
    return {
        "standing_out": [run for run in ranked if run.state in _STANDING_OUT],
        "areas": [area for area in areas if area.passed or area.others],
    }


def _area(name: str, runs: Sequence[CheckRun]) -> Area:
    passed = [run for run in runs if run.state == CheckState.PASSED]
    return Area(name, passed, [run for run in runs if run.state != CheckState.PASSED])


def _rank(state: str) -> int:
    """Worst first; what is not decided yet comes last."""
    return _WORST_FIRST.index(state) if state in _WORST_FIRST else len(_WORST_FIRST)
