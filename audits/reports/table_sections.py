"""The sections of a table's page: for each attribute or pair a chart, and tables of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString, mark_safe

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.error_table import ErrorRate, ErrorTable, GroupErrors
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import group_key
from audits.engine.bias.json_numbers import Range
from audits.engine.bias.table.audit import AuditedTable, TableAudit
from audits.engine.bias.table.figures import p_value, percent, percent_range, plain, plain_range, points
from audits.engine.bias.table.report import SEVERITY, shown_groups
from audits.engine.bias.table.strata import StratumGap, stratum_gaps
from audits.engine.bias.table.words import VERDICT_WORDS, between_words
from audits.engine.bias.verdict import Verdict
from audits.engine.statistics.stratified import Test
from portal.core.badges import beside_badge
from portal.core.charts import ForestRow, forest_plot

MOST_ROWS = 1_000
_MOST_CHARTED = 24
_MOST_STRATA = 60
_MOST_STRATIFIED_GROUPS = 8
_GAP_COLUMNS = (
    "Group",
    "Verdict",
    "n",
    "Favourable",
    "Rate %",
    "Difference, points",
    "Impact ratio",
    "Adverse ratio",
    "Adjusted p",
    "Detectable, points",
)
_ADJUSTED_COLUMNS = (
    "Group",
    "Verdict",
    "Crude difference, points",
    "Within strata",
    "Odds ratio",
    "CMH",
    "Adjusted p",
    "Breslow–Day",
    "Woolf",
)
_ERROR_COLUMNS = ("Group", "Verdict", "FPR %", "Ratio", "Adjusted p", "FNR %", "Ratio", "Adjusted p")
_STRATUM_COLUMNS = ("Stratum", "Group, rate %", "Reference, rate %", "Difference, points")

Cell = tuple[str, str]
"""A figure, and what stands in small letters below it: its range or the counts behind it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A verdict as a page shows it: its value names the look, words say it."""

    value: str
    words: str

    @classmethod
    def of(cls, verdict: Verdict) -> Shown:
        return cls(verdict.value, VERDICT_WORDS[verdict].capitalize())


@dataclass(frozen=True, slots=True)
class Row:
    """One line of figures; `verdict` is absent in tables that have none, `note` stands below it."""

    label: str
    cells: Sequence[Cell]
    verdict: Shown | None = None
    reference: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures with what stands above and below it."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Row]
    heading: str = ""
    charts: Sequence[SafeString] = ()
    chart_note: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One attribute or pair of attributes."""

    title: str
    verdict: Shown
    sentence: str
    chart: SafeString
    chart_note: str
    figures: Sequence[Figures]


def section(audit: TableAudit, table: AuditedTable) -> Section:
    gaps = table.gaps
    title = " × ".join(gaps.attributes)
    figures = [_gap_figures(gaps)]
    if any(group.adjusted is not None and group.adjusted.strata for group in gaps.groups):
        figures += [_adjusted_figures(table), *_stratum_figures(audit, table)]
    if table.errors is not None and table.errors.reference is not None:
        figures.append(_error_figures(table.errors, title))
    return Section(
        title=title,
        verdict=Shown.of(table.verdict),
        sentence=beside_badge(table.sentence, table.verdict),
        chart=_rate_chart(gaps, title, table.sentence),
        chart_note=_chart_note(len(gaps.groups), _MOST_CHARTED, rows=min(len(gaps.groups), MOST_ROWS)),
        figures=figures,
    )


def _chart_note(groups: int, most: int, *, rows: int) -> str:
    """What a chart leaves out of so many groups, if it does, and how many of them are `rows` of its table."""
    if groups <= most:
        return ""
    having = f"all {groups:,}" if rows == groups else f"{rows:,} of {groups:,}"
    return f"The chart has the {most} groups that stand out most; the table has {having}."


def _rate_chart(gaps: GapTable, title: str, sentence: str) -> SafeString:
    rows = [
        ForestRow(
            label=group.label,
            rate=group.rate,
            low=group.rate_interval[0],
            high=group.rate_interval[1],
            n=group.n,
            reference=group.is_reference,
            verdict="" if group.is_reference or not group.known else group.verdict.value,
        )
        for group in shown_groups(gaps, _MOST_CHARTED)
    ]
    return forest_plot(rows, title=f"Favourable rate by {title}", description=sentence)


def _gap_figures(gaps: GapTable) -> Figures:
    shown = shown_groups(gaps, MOST_ROWS)
    notes = [f"{group.label}: {group.excluded}." for group in shown if group.excluded][:_MOST_CHARTED]
    left = len(gaps.groups) - len(shown)
    if left:
        notes.append(f"{left:,} more groups; --json has all of them, here are the worst.")
    notes += between_words(gaps)
    rows = [Row(g.label, _gap_cells(g), _row_verdict(g), g.is_reference) for g in shown]
    return Figures("Rates of the favourable outcome, each group against the reference", _GAP_COLUMNS, rows, notes=notes)


def _gap_cells(group: GroupResult) -> list[Cell]:
    alone = group.is_reference
    return [
        (f"{group.n:,}", ""),
        (f"{group.favourable:,}", ""),
        (percent(group.rate), _span(percent_range(group.rate_interval))),
        ("", "") if alone else _difference(group.difference, group.difference_interval),
        (plain(group.impact_ratio), _span(plain_range(group.impact_ratio_interval))),
        (plain(group.adverse_ratio), ""),
        (p_value(group.p_adjusted), _unadjusted(group.p_value)),
        (percent(group.detectable_difference), ""),
    ]


def _difference(value: float | None, bounds: Range | None) -> Cell:
    """Points and their range, with the sign of each."""
    span = "" if bounds is None else f"{points(bounds[0])} to {points(bounds[1])}"
    return points(value).replace("-", "−"), span.replace("-", "−")


def _span(shown: str) -> str:
    """A range of rates or ratios as charts write it."""
    return shown.replace(" … ", "–")


def _unadjusted(p: float | None) -> str:
    return "" if p is None else f"p {p_value(p)}"


def _row_verdict(group: GroupResult | GroupErrors) -> Shown:
    if group.is_reference:
        return Shown("reference", "Reference")
    return Shown.of(group.verdict) if group.known else Shown("unknown", "Not compared")


def _adjusted_figures(table: AuditedTable) -> Figures:
    strata = " × ".join(table.strata)
    shown = shown_groups(table.gaps, MOST_ROWS)
    groups = _within(shown)
    worst = _worst_within(shown, _MOST_CHARTED // 2)
    reference = table.gaps.reference
    charted = [ForestRow(reference.label, 0.0, 0.0, 0.0, reference.n, reference=True)] if reference else []
    for group, adjusted in worst:
        risk = adjusted.risk_difference
        low, high = group.difference_interval or (None, None)
        charted += [
            _difference_row(f"{group.label}, crude", group.difference, low, high, group.n, group.verdict.value),
            _difference_row(
                f"{group.label}, within", risk.value, risk.lower, risk.upper, group.n, adjusted.verdict.value
            ),
        ]
    title = f"Difference from the reference, crude and within {strata}"
    chart = forest_plot(charted, title=title, description=table.sentence, unit="points")
    return Figures(
        caption=f"Crude beside adjusted: each group against the reference, all together and within {strata}",
        columns=_ADJUSTED_COLUMNS,
        rows=[_adjusted_row(group, adjusted) for group, adjusted in groups],
        heading=f"Within {strata}",
        charts=(chart,),
        chart_note=_chart_note(len(_within(table.gaps.groups)), _MOST_CHARTED // 2, rows=len(groups)),
        notes=(
            "Small p-values of Breslow–Day or Woolf say that the strata differ among themselves: read each one below.",
        ),
    )


def _within(groups: Sequence[GroupResult]) -> list[tuple[GroupResult, AdjustedGap]]:
    """Those with members in strata of the reference."""
    return [(group, group.adjusted) for group in groups if group.adjusted is not None and group.adjusted.strata]


def _worst_within(groups: Sequence[GroupResult], most: int) -> list[tuple[GroupResult, AdjustedGap]]:
    """Of more than `most` of `_within` the worst, by adjusted verdict and then difference."""
    found = _within(groups)
    if len(found) <= most:
        return found
    return sorted(found, key=lambda one: (SEVERITY[one[1].verdict], -abs(one[1].risk_difference.value)))[:most]


def _difference_row(
    label: str, value: float | None, low: float | None, high: float | None, n: int, verdict: str
) -> ForestRow:
    rate, lower, upper = (None if number is None else 100 * number for number in (value, low, high))
    return ForestRow(label=label, rate=rate, low=lower, high=upper, n=n, verdict=verdict)


def _adjusted_cells(group: GroupResult, adjusted: AdjustedGap) -> list[Cell]:
    odds, risk = adjusted.odds_ratio, adjusted.risk_difference
    return [
        _difference(group.difference, group.difference_interval),
        _difference(risk.value, (risk.lower, risk.upper)),
        (plain(odds.value), _span(plain_range((odds.lower, odds.upper)))),
        (plain(adjusted.test.statistic), _unadjusted(adjusted.test.p_value)),
        (p_value(adjusted.p_adjusted), ""),
        _homogeneity(adjusted.breslow_day),
        _homogeneity(adjusted.woolf),
    ]


def _homogeneity(test: Test) -> Cell:
    return (plain(test.statistic), _unadjusted(test.p_value)) if test.degrees_of_freedom else ("", "")


def _adjusted_row(group: GroupResult, adjusted: AdjustedGap) -> Row:
    note = "turns round (Simpson)" if adjusted.simpson else ""
    return Row(group.label, _adjusted_cells(group, adjusted), Shown.of(adjusted.verdict), note=note)


def _stratum_figures(audit: TableAudit, table: AuditedTable) -> list[Figures]:
    reference = table.gaps.reference
    if reference is None:
        return []
    counts = audit.cube.table(table.positions).counts
    by_group = stratum_gaps(counts, reference=reference.levels, confidence=audit.policy.confidence)
    compared = [
        g for g in shown_groups(table.gaps, MOST_ROWS) if g.adjusted is not None and group_key(g.levels) in by_group
    ]
    all_compared = len(compared)
    if all_compared > _MOST_STRATIFIED_GROUPS:
        compared = [group for group, _ in _worst_within(compared, _MOST_STRATIFIED_GROUPS)]
    more = all_compared - len(compared)
    figures = []
    for group in compared:
        strata = by_group[group_key(group.levels)]
        shown = sorted(strata, key=lambda gap: -min(gap.n, gap.reference_n))[:_MOST_STRATA]
        left = len(strata) - len(shown)
        notes = [f"{left:,} smaller strata are not shown; all of them are in the adjusted figures."] if left else []
        figures.append(
            Figures(
                caption=f"{group.label} and {reference.label} (reference) in each {' × '.join(table.strata)}",
                columns=_STRATUM_COLUMNS,
                rows=[_stratum_row(gap) for gap in sorted(shown, key=lambda gap: gap.stratum)],
                notes=notes,
            )
        )
    if figures and more:
        told = f"These are the {len(figures)} groups that stand out most; the strata of {more:,} more are not shown."
        figures[-1] = replace(figures[-1], notes=[*figures[-1].notes, told])
    return figures


def _stratum_row(gap: StratumGap) -> Row:
    return Row(
        gap.stratum,
        [
            (percent(gap.rate), f"{gap.favourable:,} of {gap.n:,}"),
            (percent(gap.reference_rate), f"{gap.reference_favourable:,} of {gap.reference_n:,}"),
            _difference(gap.difference, gap.difference_interval),
        ],
    )


def _error_figures(errors: ErrorTable, title: str) -> Figures:
    groups = errors.groups[:MOST_ROWS]
    left = len(errors.groups) - len(groups)
    charts = tuple(_error_chart(errors, kind, title) for kind in ("fpr", "fnr"))
    rows = [Row(g.label, _error_cells(g), _row_verdict(g), g.is_reference) for g in groups]
    return Figures(
        caption="Error rates: false positives among those whom the truth clears, false negatives among the others",
        columns=_ERROR_COLUMNS,
        rows=rows,
        heading="Error rates",
        charts=charts,
        chart_note=_chart_note(len(errors.groups), _MOST_CHARTED, rows=len(groups)),
        notes=[f"{left:,} more groups; --json has all of them."] if left else [],
    )


def _error_chart(errors: ErrorTable, kind: str, title: str) -> SafeString:
    name = "False positive rate" if kind == "fpr" else "False negative rate"
    rows = []
    for group in _worst_errors(errors, kind):
        rate = getattr(group, kind)
        known = rate.rate is not None
        rows.append(
            ForestRow(
                label=group.label,
                rate=rate.rate,
                low=rate.rate_interval[0] if known else None,
                high=rate.rate_interval[1] if known else None,
                n=rate.n,
                reference=group.is_reference,
                verdict="" if group.is_reference or not group.known else rate.verdict.value,
            )
        )
    chart = forest_plot(rows, title=f"{name} by {title}", description=f"{name} of each group with its interval.")
    return mark_safe(f"<div><h4>{name}</h4>{chart}</div>")  # noqa: S308  (both are ours and escaped)


def _worst_errors(errors: ErrorTable, kind: str) -> list[GroupErrors]:
    """The reference, and of more than a chart has room for the worst in this rate, by verdict and then difference."""
    if len(errors.groups) <= _MOST_CHARTED:
        return list(errors.groups)

    def order(group: GroupErrors) -> tuple[bool, bool, int, float]:
        rate: ErrorRate = getattr(group, kind)
        return not group.is_reference, not group.known, SEVERITY[rate.verdict], -abs(rate.difference or 0.0)

    return sorted(errors.groups, key=order)[:_MOST_CHARTED]


def _error_cells(group: GroupErrors) -> list[Cell]:
    cells: list[Cell] = []
    for rate in (group.fpr, group.fnr):
        cells += [
            (percent(rate.rate), f"{rate.errors:,} of {rate.n:,}"),
            (plain(rate.ratio), _span(plain_range(rate.ratio_interval))),
            (p_value(rate.p_adjusted), _unadjusted(rate.p_value)),
        ]
    return cells
