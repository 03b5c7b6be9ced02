"""Probe runs of an assistant: the list, starting one, its progress and its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistants.queries.registry import assistant_for
from audits.models import CheckRun, ProbeRun
from audits.probe_run_forms import OUTCOMES, ProbeFilter, ProbeStartForm
from audits.probe_states import ProbeRunState
from audits.queries.probe_figures import (
    checks_of,
    comparisons_of,
    floors_of,
    intents_of,
    labels_for,
    verdicts_of,
    worst_of,
)
from audits.queries.probe_judgements import is_asked, judging_progress
from audits.queries.probing import (
    UNDER_WAY,
    connectors_of,
    failures_of,
    pair_results,
    probe_run_for,
    probe_runs_for,
    progress_of,
)
from audits.services.probing.runs import Estimate, probe_estimate, probe_run_start, probe_run_stop
from audits.views.people import name_of
from audits.views.probe_judging import ShownReading, shown_reading
from audits.views.results import points_text
from audits.views.viewers import viewer
from portal.core.access import can, require
from portal.core.charts import ForestRow, forest_plot
from portal.core.errors import Conflict, Invalid
from portal.core.forms import add_invalid

PAGE = 30
LONG = 120  # minutes, from which hours are said
_WORDS = dict(OUTCOMES)
_WHY = {
    "address": "the address is not allowed",
    "busy": "it asked to wait, again and again",
    "encoding": "it answered in a packed form",
    "malformed": "it answered something that is not JSON",
    "name": "its name was not found",
    "network": "the connection broke",
    "no_text": "its answer had no text",
    "not_found": "there is no such endpoint",
    "protocol": "it does not speak HTTP as it should",
    "redirect": "it sent elsewhere",
    "rejected": "it rejected the question",
    "server": "it failed",
    "timeout": "it did not answer in time",
    "too_large": "its answer was too large",
    "unauthorised": "it did not accept the secret",
    # of a judge
    "late": "its reading had ended",
    "no_judgement": "its reply was no judgement",
    "withheld": "the answer was too long to be judged, or could not be masked",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the result part of a run's page is about: one outcome of one cue, by group and by intent."""

    outcome: str
    outcome_words: str
    cue: str
    cue_words: str
    chart: SafeString | str
    rows: list[dict[str, Any]]
    floor: Mapping[str, Any] | None
    floor_percent: str
    intents: list[dict[str, Any]]
    reading: ShownReading | None


@never_cache
@require_safe
@login_required
def probes(request: HttpRequest, slug: str) -> HttpResponse:
    """The assistant's connectors and probe runs."""
    user = viewer(request)
    assistant = assistant_for(user, slug, permission="audits.view")
    connectors = list(connectors_of(assistant))
    page = Paginator(probe_runs_for(user, assistant=slug), PAGE).get_page(request.GET.get("page"))
    context = {
        "assistant": assistant,
        "connectors": connectors,
        "page": page,
        "runs": verdicts_of(list(page.object_list)),
        "may_change": can(user, "probes.connector_change", assistant),
        "may_start": can(user, "probes.start", assistant) and any(connector.active for connector in connectors),
    }
    return render(request, "audits/probes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def probe_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to ask, see what it costs, start."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "probes.start", assistant)
    form = ProbeStartForm(request.POST if request.method == "POST" else None, assistant=assistant)
    estimate: Estimate | None = None
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        plan = {"cues": given["cues"], "pairs_per_template": given["pairs_per_template"]}
        judge = given["judge"]
        try:
            estimate = probe_estimate(connector=given["connector"], version=given["probe_set"], judge=judge, **plan)
            allowed = given["budget_requests"]
            if allowed is not None and allowed < estimate.requests:
                form.add_error("budget_requests", f"The plan needs {estimate.requests:,} requests.")
            elif request.POST.get("step") == "start":
                run = probe_run_start(
                    connector_id=given["connector"].pk,
                    version_id=given["probe_set"].pk,
                    budget_requests=given["budget_requests"],
                    judge_id=None if judge is None else judge.pk,
                    judge_budget_requests=given["judge_budget_requests"] if judge else None,
                    actor=user,
                    **plan,
                )
                messages.success(request, "The probe has started. You can leave the page; the work goes on.")
                return redirect(reverse("audits:probe-run", args=[run.pk]))
        except Invalid as error:
            add_invalid(form, error)
        except Conflict as error:
            form.add_error(None, error.message)
    if form.errors:
        status = 422
    context = {
        "assistant": assistant,
        "form": form,
        "estimate": estimate,
        "minutes": _minutes(estimate),
        "can_be_asked": any(connector.active for connector in connectors_of(assistant)),
        "may_change": can(user, "probes.connector_change", assistant),
    }
    return render(request, "audits/probe_start.html", context, status=status)


@never_cache
@require_safe
@login_required
def probe_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how far it is, what it found, what it used."""
    user = viewer(request)
    run = probe_run_for(user, pk)
    checks = checks_of(run)
    judged = judging_progress(run)
    form = ProbeFilter(request.GET or None, run=run)
    context = {
        "run": run,
        "judged": judged,
        "judge_failures": [(_WHY.get(error, error), n) for error, n in judged.failures] if judged else [],
        "under_way": run.state in UNDER_WAY,
        "progress": progress_of(run),
        "checks": checks,
        "shown": _shown(run, checks, form),
        "filter_form": form,
        "findings": sorted(
            {finding.pk: finding for check in checks for finding in check.findings.all()}.values(),
            key=lambda finding: finding.pk,
        ),
        "failures": [(_WHY.get(error, error), n) for error, n in failures_of(run)],
        "requested_by": name_of(run.requested_by, "Probity"),
        "stopped_by": name_of(run.stopped_by),
        "may_stop": is_asked(run, judged) and can(user, "probes.start", run),
        "may_start": can(user, "probes.start", run),
        "may_read": can(user, "probes.answers_view", run),
    }
    return render(request, "audits/probe_run.html", context)


@never_cache
@require_safe
@login_required
def probe_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, asked for again and again by the run's page; at the end it asks for the whole page."""
    run = probe_run_for(viewer(request), pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("audits:probe-run", args=[pk]))
    under_way = run.state in UNDER_WAY
    context = {"run": run, "progress": progress_of(run), "judged": judging_progress(run), "under_way": under_way}
    response = render(request, "audits/_probe_progress.html", context)
    if run.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@never_cache
@require_POST
@login_required
def probe_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask no further question."""
    user = viewer(request)
    probe_run_stop(run_id=probe_run_for(user, pk).pk, actor=user)
    messages.success(request, "The probe is stopped. What was answered stays readable; it is not judged.")
    return redirect(reverse("audits:probe-run", args=[pk]))


def _minutes(estimate: Estimate | None) -> str:
    if estimate is None or estimate.minutes < 1:
        return "less than a minute"
    minutes = round(estimate.minutes)
    if minutes >= LONG:
        return f"at least {minutes / 60:,.1f} hours"
    return f"at least {minutes:,} minute{'s' if minutes > 1 else ''}"


def _shown(run: ProbeRun, checks: Sequence[CheckRun], form: ProbeFilter) -> Shown | None:
    """The comparison that was asked for, or else the one that matters most. None before there is a judgement."""
    comparisons = comparisons_of(checks)
    worst = worst_of(comparisons)
    if worst is None or run.state != ProbeRunState.JUDGED:
        return None
    chosen = form.cleaned_data if form.is_valid() else {}
    cue, outcome = chosen.get("cue") or worst["cue"], chosen.get("outcome") or worst["outcome"]
    form.initial = {"cue": cue, "outcome": outcome}
    labels = labels_for(run)
    rows = [row for row in comparisons if row["cue"] == cue and row["outcome"] == outcome]
    floor = next((one for one in floors_of(checks) if one["outcome"] == outcome and one["n"]), None)
    words = _WORDS[outcome]
    return Shown(
        outcome=outcome,
        outcome_words=words,
        cue=cue,
        cue_words=labels.get(cue, cue).lower(),
        chart=_chart(rows, labels, words),
        rows=[_row(row, labels) for row in rows],
        floor=floor,
        floor_percent="" if floor is None else f"{100 * floor['rate']:.0f}",
        intents=[
            {**asdict(row), "words": row.intent.replace("_", " ").capitalize()}
            for row in intents_of(pair_results(run, cue=cue), cue=cue, outcome=outcome)
        ],
        reading=shown_reading(checks, comparisons, cue=cue, outcome=outcome, labels=labels),
    )


def _chart(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], words: str) -> SafeString | str:
    if not rows:
        return ""
    plotted = [ForestRow("No difference", 0.0, 0.0, 0.0, max(row["n"] for row in rows), reference=True)]
    for row in rows:
        low, high = row["difference_interval"] or (None, None)
        plotted.append(
            ForestRow(
                _begun(labels.get(_key(row), row["group"])),
                _points(row["difference"]),
                _points(low),
                _points(high),
                row["n"],
                verdict=row["verdict"],
            )
        )
    return forest_plot(
        plotted,
        title=f"{words}: difference to the reference group, in points",
        description="One row a group: how many points more often its messages had this outcome than the same messages "
        "of the reference group, with the plausible range.",
        unit="points",
    )


def _points(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _row(row: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        **row,
        "label": labels.get(_key(row), row["group"]),
        "against": labels.get(f"{row['cue']}={row['reference']}", row["reference"]),
        "cue_label": labels.get(row["cue"], row["cue"]),
        "rate_percent": _percent(row["rate"]),
        "reference_percent": _percent(row["reference_rate"]),
        "points": "–" if row["difference"] is None else points_text(row["difference"]),
        "between": " to ".join(map(points_text, row["difference_interval"] or ())),
    }


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['cue']}={row['group']}"
