"""The result of a check run as pages show it: one chart, and its tables with every number behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from audits.checks.tables import rate_interval
from audits.engine.bias.verdict import Verdict
from audits.group_words import group_words
from audits.models import CheckRun
from audits.states import CheckKind
from audits.views.grouped_charts import grouped_charts, rate_row
from portal.core.charts import ForestRow, Share, TrendMarker, TrendPoint, bars, evidence_curve, forest_plot, trend

NUMBERS = frozenset(
    {"count", "share", "points", "gap", "ratio", "p", "value", "interval", "points_interval", "ratio_interval"}
)
MISSING = "–"
_FIRST_ROWS, _FEWEST_FOLDED = 8, 5
_STANDING_OUT = frozenset({Verdict.DISPARITY.value, Verdict.WATCH.value})
_RANGES = {"interval": ("share",), "points_interval": ("points", "gap"), "ratio_interval": ("ratio",)}
_SEVERAL_CHARTS = frozenset(
    {CheckKind.SERVICE_QUALITY, CheckKind.ERROR_PARITY, CheckKind.TRAINING_SHARES, CheckKind.TRAINING_LABELS}
)
_WITHIN_STRATA = frozenset({CheckKind.ADJUSTED_GAP, CheckKind.LANGUAGE_PARITY})
_RATES: Mapping[str, str] = {
    CheckKind.DISCLOSURE: "Disclosed at the start",
    CheckKind.PERSONAL_DATA: "With sensitive data",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` as shown, with its plausible range `below` it; `verdict` instead where the cell is a badge."""

    text: str
    number: bool = False
    verdict: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table of a result, ready to print. The first cell of a row is its heading."""

    title: str
    head: list[Cell]
    rows: list[list[Cell]]

    @property
    def first_rows(self) -> list[list[Cell]]:
        return self.rows[: len(self.rows) - len(self.folded)]

    @property
    def folded(self) -> list[list[Cell]]:
        """What a page that tells more than this table leaves to a click: no row that stands out, and none at all where
        they are few."""
        standing_out = [
            number for number, row in enumerate(self.rows, 1) if any(cell.verdict in _STANDING_OUT for cell in row)
        ]
        rest = self.rows[max([_FIRST_ROWS, *standing_out]) :]
        return rest if len(rest) >= _FEWEST_FOLDED else []


def tables_of(run: CheckRun) -> list[ResultTable]:
    """The tables of a decided run (audits.checks.tables says how they are kept)."""
    return [
        ResultTable(
            title=table["title"].replace("_", " "),
            head=_folded([Cell(column["label"], column["kind"] in NUMBERS) for column in table["columns"]], table),
            rows=[
                _folded(
                    [_cell(value, column["kind"]) for value, column in zip(row, table["columns"], strict=True)], table
                )
                for row in table["rows"]
            ],
        )
        for table in run.result.get("tables", [])
        if table["rows"]
    ]


def _folded(cells: list[Cell], table: Mapping[str, Any]) -> list[Cell]:
    """The same row with each range below the number that it belongs to, which saves a column."""
    kinds = [column["kind"] for column in table["columns"]]
    row: list[Cell] = []
    for number, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
        if kind in _RANGES and number and kinds[number - 1] in _RANGES[kind]:
            row[-1] = replace(row[-1], below="" if cell.text == MISSING else cell.text)
        else:
            row.append(cell)
    return row


def chart_of(run: CheckRun, *, beside: CheckRun | None = None) -> SafeString | str:
    """The chart of a decided run, on one scale with that of the run `beside` it; empty where a table says it all."""
    if not run.result.get("figures", {}).get("n"):
        return ""
    if run.kind in _SEVERAL_CHARTS:
        return grouped_charts(run, beside=beside)
    if run.kind == CheckKind.CONSENT_COVERAGE:
        return _consent_chart(run)
    if run.result.get("curve"):
        return _evidence_chart(run)
    if len(run.result.get("trend", {}).get("points", [])) > 1:
        return _trend_chart(run)
    if run.kind in _WITHIN_STRATA:
        return _adjusted_chart(run, beside=beside)
    rows = _rates(run)
    if not rows:
        return ""
    title = rows[0].label if run.kind in _RATES else f"Rate by group: {run.target_words}"
    return forest_plot(
        rows,
        title=title,
        description=f"{run.sentence} One row a group: its rate and plausible range.",
        axis_holds=[] if beside is None else _bounds(beside),
    )


def _cell(value: Any, kind: str) -> Cell:
    if kind == "verdict":
        return Cell("" if value else MISSING, verdict=value or "")
    if value is None:
        return Cell(MISSING, number=kind in NUMBERS)
    show = _SHOWN.get(kind)
    return Cell(str(value) if show is None else show(value), number=kind in NUMBERS)


def points_text(value: float) -> str:
    """A difference of rates in points, signed unless it is none: "−13.0", "+2.1", "0.0"."""
    shown = f"{100 * value:+.1f}".replace("-", "−")
    return "0.0" if shown in ("+0.0", "−0.0") else shown


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "count": lambda value: f"{value:,}",
    "share": lambda value: f"{100 * value:.1f} %",
    "points": lambda value: f"{points_text(value)} points",
    "gap": lambda value: f"{100 * value:.1f} points",
    "ratio": lambda value: f"{value:.2f}",
    "p": lambda value: f"{value:.3f}" if value >= 0.001 else "< 0.001",
    "interval": lambda pair: f"{100 * pair[0]:.1f}–{100 * pair[1]:.1f} %",
    "points_interval": lambda pair: f"{points_text(pair[0])} to {points_text(pair[1])}",
    "ratio_interval": lambda pair: f"{pair[0]:.2f}–{pair[1]:.2f}",
}


def _rates(run: CheckRun) -> list[ForestRow]:
    """The rates that the run is about; none where it is about something else."""
    if run.kind in (CheckKind.OUTCOME_GAP, CheckKind.INTERSECTIONS):
        return [rate_row(group) for group in run.result.get("gap", {}).get("groups", [])]
    if run.kind not in _RATES:
        return []
    figures = run.result["figures"]
    if run.kind == CheckKind.PERSONAL_DATA and not figures["rate"]:
        return []  # what has failed then is a contact given away, which is no rate
    return [ForestRow(_RATES[run.kind], figures["rate"], figures["lower"], figures["upper"], figures["n"])]


def _bounds(run: CheckRun) -> list[float]:
    rows = _rates(run) if run.result.get("figures", {}).get("n") else []
    return [bound for row in rows for bound in (row.low, row.high) if bound is not None]


def _evidence_chart(run: CheckRun) -> SafeString:
    """The evidence of the group that carries the verdict of a watched question."""
    told = run.result["curve"]
    return evidence_curve(
        [TrendPoint(date.fromisoformat(day), value) for day, value in told["points"]],
        alarm=told["alarm"],
        title=f"Evidence against “no difference”, day by day: {told['group']} against {told['reference']}",
        description=run.sentence,
        markers=[TrendMarker(date.fromisoformat(day), f"Release {version}") for version, day in told["releases"]],
    )


def _adjusted_chart(run: CheckRun, *, beside: CheckRun | None) -> SafeString | str:
    """Each group's difference from the reference as it was, and at equal questions."""
    rows = _differences(run)
    if not rows:
        return ""
    reference = " × ".join(map(str, (run.result["gap"]["reference"] or {}).values()))
    held = [bound for row in ([] if beside is None else _differences(beside)) for bound in (row.low, row.high)]
    return forest_plot(
        rows,
        title=f"Difference from {reference}, in points: {run.target_words}",
        description=f"{run.sentence} Two rows a group: the difference as it was, and at equal questions.",
        unit="points",
        axis_holds=[0.0, *(bound for bound in held if bound is not None)],
    )


def _differences(run: CheckRun) -> list[ForestRow]:
    rows = []
    for group in run.result.get("gap", {}).get("groups", []):
        left = group.get("adjusted")
        if left is None or group["p_adjusted"] is None or left["risk_difference"] is None:
            continue
        label = group_words(group["group"])
        rows.append(
            _difference_row(f"{label}, as it was", group["difference"], group["difference_interval"], group["n"])
        )
        at_equal = left["risk_difference"], left["risk_difference_interval"]
        row = _difference_row(f"{label}, at equal questions", *at_equal, group["n"])
        rows.append(replace(row, verdict=left["verdict"]))
    return rows


def _difference_row(label: str, value: float, bounds: Sequence[float | None], n: int) -> ForestRow:
    low, high = (None if bound is None else round(100 * bound, 1) for bound in bounds)
    return ForestRow(label, round(100 * value, 1), low, high, n)


def _trend_chart(run: CheckRun) -> SafeString:
    """The weekly share that the run compared from release to release."""
    told = run.result["trend"]
    points = []
    for week, k, n in told["points"]:
        low, high = rate_interval(k, n)
        points.append(TrendPoint(date.fromisoformat(week), k / n, low, high))
    return trend(
        points,
        title=f"Conversations with {told['series']}, week by week",
        description=f"{run.sentence} One point a week: the share of scanned conversations and its plausible range.",
        markers=[TrendMarker(date.fromisoformat(day), f"Release {version}") for version, day in told["releases"]],
    )


def _consent_chart(run: CheckRun) -> SafeString:
    figures = run.result["figures"]
    return bars(
        [
            Share("Permitted", figures["permitted"], "good"),
            Share("Denied", figures["denied"], "bad"),
            Share("Unknown", figures["unknown"], "unknown"),
        ],
        title=f"Consent for {run.result.get('purpose', run.target_words)}",
        description=run.sentence,
    )
