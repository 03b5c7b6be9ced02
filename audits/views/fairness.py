"""An assistant's fairness, sliced live from counts, and the evidence of its daily watch."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assistants.models import Assistant, Release
from assistants.queries.registry import assistant_for
from audits.checks.gap_settings import dimension_name
from audits.checks.release_trend import released_on
from audits.checks.slice_asked import Asked, slice_asked
from audits.checks.slicing import FairnessSlice, fairness_slice
from audits.checks.watch_report import evidence_text
from audits.engine.bias.gap_table import GroupResult
from audits.filters import FairnessFilter
from audits.group_words import level_words
from audits.queries.same_question import checks_and_probes
from audits.queries.watch import StreamCurve, curves, hidden_streams, watch_of
from audits.views.results import points_text
from audits.views.spreadsheets import as_text
from audits.views.viewers import viewer
from portal.core.access import require
from portal.core.charts import ForestRow, TrendMarker, TrendPoint, evidence_curve, forest_plot
from portal.core.errors import Invalid
from portal.core.partials import asks_for_part
from portal.core.periods import period_words

_MOST_RUNS = 6
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One group as the table shows it; ranges in words, empty where the data does not determine them."""

    label: str
    n: int
    rate: str
    rate_range: str
    difference: str
    difference_range: str
    adjusted: str
    adjusted_range: str
    p: str
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One group's evidence in words, with its chart."""

    name: str
    question: str
    counts: str
    evidence: str
    most: str
    now: str
    state: str
    since: str
    stream: object
    chart: SafeString | str


@never_cache
@require_safe
@login_required
def fairness(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose outcome, attribute, strata, days and release; the answer comes from counts."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    try:
        asked, wrong = slice_asked(assistant, request.GET.dict()), None
    except Invalid as error:
        asked, wrong = slice_asked(assistant, {}), error
    form = FairnessFilter(asked.values if wrong is None else {**asked.values, **request.GET.dict()}, asked=asked)
    if wrong is not None:
        form.errors.clear()
        form.add_error(wrong.field or None, wrong.message)
    context = {"assistant": assistant, "filter_form": form, "wrong": wrong, **_answer(assistant, asked, wrong)}
    partial = asks_for_part(request)
    template = "audits/_fairness_result.html" if partial else "audits/fairness.html"
    return render(request, template, context, status=422 if wrong else 200)


@never_cache
@require_safe
@login_required
def fairness_download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same numbers as CSV: one line a group, then one a group and stratum. Raises Invalid for a wrong choice."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    asked = slice_asked(assistant, request.GET.dict())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"fairness-{slug}-{asked.window.since}-{asked.window.until}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(
        [
            *("outcome", "by", "group", "stratum", "suppressed", "n", "favourable", "rate", "rate_low", "rate_high"),
            *("difference", "difference_low", "difference_high", "p_adjusted"),
            *("adjusted_difference", "adjusted_low", "adjusted_high", "adjusted_p", "verdict"),
        ]
    )
    if asked.question is not None:
        writer.writerows(_lines(fairness_slice(asked.cube, asked.question)))
    return response


@never_cache
@require_safe
@login_required
def fairness_watch(request: HttpRequest, slug: str) -> HttpResponse:
    """The evidence curve of every group that is watched, and those that have ended."""
    user = viewer(request)
    assistant = assistant_for(user, slug)
    require(user, "audits.view", assistant)
    watch = watch_of(assistant)
    releases = list(assistant.releases.order_by("released_at", "pk"))
    watched = [_watched(one, releases) for one in curves(assistant=assistant)]
    context = {
        "assistant": assistant,
        "watch": watch,
        "alarm": round(1 / watch.params["alpha"]) if watch is not None and watch.params else 20,
        "watched": watched,
        "quiet": sum(bool(one.chart) and one.state != "failed" for one in watched),
        "hidden": hidden_streams(watch),
        "ended": [_watched(one, []) for one in curves(assistant=assistant, ended=True)],
    }
    return render(request, "audits/fairness_watch.html", context)


def _answer(assistant: Assistant, asked: Asked, wrong: Invalid | None) -> dict[str, object]:
    if wrong is not None or asked.question is None:
        return {"asked": asked}
    question = asked.question
    told = fairness_slice(asked.cube, question)
    watched = curves(assistant=assistant, outcome=question.outcome, dimension=question.dimension)
    runs = checks_and_probes(
        assistant=assistant, outcome=question.outcome, dimension=question.dimension, most=_MOST_RUNS
    )
    return {
        "asked": asked,
        "slice": told,
        "n": told.gap.n,
        "period": period_words(asked.window.since, asked.last_day),
        "within": told.adjusted,
        "rows": [_row(row, adjusted=told.adjusted) for row in told.gap.groups],
        "rates": _rates(told),
        "differences": _differences(told),
        "query": urlencode({name: value for name, value in asked.values.items() if value}),
        "watched": [_watched(one, asked.releases) for one in watched],
        "runs": list(runs.select_related("cycle")),
    }


def _points(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else points_text(value)


def _point_range(bounds: tuple[float, float] | None) -> str:
    if bounds is None or not all(map(math.isfinite, bounds)):
        return ""
    return f"{_points(bounds[0])} to {_points(bounds[1])}"


def _row(row: GroupResult, *, adjusted: bool) -> Row:
    compared = row.tested and not row.is_reference
    within = row.adjusted if adjusted and compared else None
    gap = None if within is None else within.risk_difference
    p = row.p_adjusted if within is None else within.p_adjusted
    verdict = row.verdict if within is None else within.verdict
    return Row(
        label=f"{row.label} (reference)" if row.is_reference else row.label,
        n=row.n,
        rate="" if row.rate is None else f"{100 * row.rate:.1f} %",
        rate_range="" if not row.n else f"{100 * row.rate_interval[0]:.1f}–{100 * row.rate_interval[1]:.1f} %",
        difference=_points(row.difference) if compared else "",
        difference_range=_point_range(row.difference_interval) if compared else "",
        adjusted="" if gap is None else _points(gap.value),
        adjusted_range="" if gap is None else _point_range((gap.lower, gap.upper)),
        p="" if p is None or not compared else f"{p:.3f}" if p >= 0.001 else "< 0.001",
        verdict=verdict.value if compared else "",
        note=row.excluded or "",
    )


def _rates(told: FairnessSlice) -> SafeString:
    rows = [
        ForestRow(
            row.label,
            row.rate,
            row.rate_interval[0],
            row.rate_interval[1],
            row.n,
            reference=row.is_reference,
            verdict=row.verdict.value if row.tested and not row.is_reference else "",
        )
        for row in told.gap.groups
        if row.n
    ]
    return forest_plot(
        rows, title="Rate of each group", description=f"{told.sentence} One row a group: its rate and plausible range."
    )


def _differences(told: FairnessSlice) -> SafeString | str:
    """Each group against the reference, crude and then within strata, on one scale."""
    rows: list[ForestRow] = []
    for row in told.gap.groups:
        if not row.tested or row.is_reference or row.difference is None or row.difference_interval is None:
            continue
        low, high = row.difference_interval
        rows.append(_gap_row(f"{row.label}, all together", row, row.difference, low, high, row.verdict.value))
        if row.adjusted is not None and math.isfinite(row.adjusted.risk_difference.value):
            gap, verdict = row.adjusted.risk_difference, row.adjusted.verdict.value
            rows.append(_gap_row(f"{row.label}, same questions", row, gap.value, gap.lower, gap.upper, verdict))
    if not rows:
        return ""
    title = "Difference from the reference, in percentage points"
    return forest_plot(rows, title=title, description=f"{told.sentence} Below zero: behind.", unit="", axis_holds=[0.0])


def _gap_row(label: str, row: GroupResult, value: float, low: float, high: float, verdict: str) -> ForestRow:
    return ForestRow(label, 100 * value, 100 * low, 100 * high, row.n, verdict=verdict)


def _lines(told: FairnessSlice) -> list[list[object]]:
    question = told.question
    start = [as_text(question.outcome), as_text(question.name)]
    lines: list[list[object]] = []
    for row in told.gap.groups:
        compared = row.tested and not row.is_reference
        within = row.adjusted if compared else None
        gap = None if within is None else within.risk_difference
        figures = [
            row.rate,
            *row.rate_interval,
            *([row.difference, *(row.difference_interval or (None, None))] if compared else [None] * 3),
        ]
        adjusted = [None] * 4 if gap is None or within is None else [gap.value, gap.lower, gap.upper, within.p_adjusted]
        verdict = (row.verdict if within is None else within.verdict).value if compared else ""
        lines.append(
            [
                *(*start, as_text(row.label), "", "no", row.n, row.favourable, *map(_number, figures)),
                *(_number(row.p_adjusted) if compared else "", *map(_number, adjusted), verdict),
            ]
        )
    for stratum in told.strata:
        for cell in stratum.cells:
            place = [*start, as_text(cell.group), as_text(stratum.label), "yes" if cell.hidden else "no"]
            figures = ["" if cell.n is None else cell.n, "" if cell.favourable is None else cell.favourable]
            lines.append([*place, *figures, *map(_number, (cell.rate, cell.low, cell.high)), *[""] * 9])
    return lines


def _number(value: float | None) -> object:
    return "" if value is None or not math.isfinite(value) else round(value, _DECIMALS)


def _watched(one: StreamCurve, releases: Sequence[Release]) -> Watched:
    stream, last = one.stream, one.last
    name = dimension_name(stream.dimension).replace("_", " ")
    group, reference = (level_words(stream.dimension, level) for level in (stream.group, stream.reference))
    said = "Not enough conversations to show yet."
    if last is not None:
        quiet = "Nothing speaks for a gap. " if last.log_evidence < 0 else ""
        said = (
            f"{quiet}The evidence against “no difference” between {group} and {reference} is "
            f"{evidence_text(last.log_evidence)}; the alarm is at {math.exp(one.alarm):.0f} to 1."
        )
    return Watched(
        name=f"{group} against {reference}",
        question=f"{stream.outcome.replace('_', ' ').capitalize()} by {name}",
        counts="" if last is None else f"{last.k:,} of {last.n:,} against {last.reference_k:,} of {last.reference_n:,}",
        evidence=said,
        now="" if last is None else evidence_text(last.log_evidence),
        most="" if last is None else evidence_text(max(point.log_evidence for point in one.points)),
        state="failed" if stream.alarmed_on else "passed" if last is not None else "insufficient_data",
        since=f"{stream.started_on:%-d %b %Y}",
        stream=stream,
        chart=""
        if len(one.points) < 2
        else evidence_curve(
            [TrendPoint(point.day, point.log_evidence / math.log(10)) for point in one.points],
            alarm=one.alarm / math.log(10),
            title=f"Evidence, day by day: {stream.outcome.replace('_', ' ')}, {name}: {group} against {reference}",
            description=said,
            markers=[TrendMarker(released_on(release), f"Release {release.version}") for release in releases],
        ),
    )
