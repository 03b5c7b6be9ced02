"""Charts of checks that need several: what is known before what is compared, and one of each attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from audits.group_words import group_words
from audits.models import CheckRun
from portal.core.charts import ForestRow, forest_plot

_OF_PAIRS = "How often a group’s value is the higher one of a pair (50 % is alike)"
_ERRORS = {
    "fpr": "Wrongly “{decision}”, by group (false positives)",
    "fnr": "Wrongly not “{decision}”, by group (false negatives)",
}


def grouped_charts(run: CheckRun, *, beside: CheckRun | None = None) -> SafeString:
    """One plot of known shares, unless everything is known, and one of each thing that is compared.

    Each has a caption, and one scale with that of the run `beside` it.
    """
    others = {} if beside is None else _plots(beside)
    description = f"{run.sentence} One row a group, with its plausible range."
    charts = [
        (title, forest_plot(rows, title=title, description=description, axis_holds=_bounds(others.get(title, ()))))
        for title, rows in _plots(run).items()
    ]
    return format_html_join("", '<figure class="evidence-figure"><figcaption>{}</figcaption>{}</figure>', charts)


def _plots(run: CheckRun) -> dict[str, list[ForestRow]]:
    result = run.result
    plots: dict[str, list[ForestRow]] = {}
    known = result.get("known", {}).get("groups", [])
    if any(group["favourable"] < group["n"] for group in known):
        plots["First: what is known, by group"] = [rate_row(group) for group in known]
    if "ranks" in result:
        groups = [group for group in result["ranks"]["groups"] if group["n"]]
        plots[_OF_PAIRS] = [_rank_row(group) for group in groups]
    if "gap" in result:
        groups = [group for group in result["gap"]["groups"] if group["n"]]
        plots["Customers who did not come back, by group"] = [rate_row(group) for group in groups]
    if "errors" in result:
        reference = result["errors"]["reference"]
        decision = run.params["decision"].replace("_", " ")
        for name, title in _ERRORS.items():
            rows = [_error_row(group, name, reference) for group in result["errors"]["groups"]]
            plots[title.format(decision=decision)] = rows
    for one in result.get("shares", ()):
        plots[f"Shares by {one['attribute'].replace('_', ' ')}, beside what is expected"] = [
            _share_row(group) for group in one["groups"] if group["group"] is not None and "share" in group
        ]
    for one in result.get("gaps", ()):
        plots[f"Good labels by {one['attributes'][0].replace('_', ' ')}"] = [
            rate_row(group) for group in one["groups"] if group["n"]
        ]
    return plots


def _share_row(group: Mapping[str, Any]) -> ForestRow:
    """A group with what is expected of it. Those of too few people have no numbers, and no row."""
    expected = group["reference"]
    low, high = group["share_interval"] or (None, None)
    return ForestRow(
        label=group["group"] if expected is None else f"{group['group']} (expected {100 * expected:.0f} %)",
        rate=group["share"],
        low=low,
        high=high,
        n=group["n"],
        verdict=group["verdict"] if group["p_adjusted"] is not None else "",
    )


def _bounds(rows: Iterable[ForestRow]) -> list[float]:
    return [bound for row in rows for bound in (row.low, row.high) if bound is not None]


def rate_row(group: Mapping[str, Any]) -> ForestRow:
    """A group of a GapTable kept as JSON: its rate, interval and verdict."""
    return ForestRow(
        label=group_words(group["group"]),
        rate=group["rate"],
        low=group["rate_interval"][0],
        high=group["rate_interval"][1],
        n=group["n"],
        reference=group["is_reference"],
        verdict="" if group["p_adjusted"] is None else group["verdict"],
    )


def _rank_row(group: Mapping[str, Any]) -> ForestRow:
    reference = group["is_reference"]
    low, high = group["superiority_interval"] or ((0.5, 0.5) if reference else (None, None))
    return ForestRow(
        label=group_words(group["group"]),
        rate=0.5 if reference else group["superiority"],
        low=low,
        high=high,
        n=group["n"],
        reference=reference,
        verdict="" if group["p_adjusted"] is None else group["verdict"],
    )


def _error_row(group: Mapping[str, Any], name: str, reference: Mapping[str, Any] | None) -> ForestRow:
    errors, spared = ("fp", "tn") if name == "fpr" else ("fn", "tp")
    low, high = group[f"{name}_interval"]
    tested = group[f"{name}_p_adjusted"] is not None
    return ForestRow(
        label=group_words(group["group"]),
        rate=group[name],
        low=low,
        high=high,
        n=group[errors] + group[spared],
        reference=group["group"] == reference,
        verdict=group[f"{name}_verdict"] if tested else "",
    )
