"""Sums over the count cube: one statement each, and what every rate is made of.

A dimension is `language`, `channel`, `intent`, or `attribute:<name>` for a declared customer attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from psycopg import sql

from assistants.models import Assistant
from audits.engine.bias.cube import ATTRIBUTE
from audits.engine.bias.groups import GroupCount
from audits.queries.windows import Window

__all__ = [
    "ATTRIBUTE",
    "boolean_outcomes",
    "daily_counts",
    "daily_group_counts",
    "dimension_counts",
    "group_counts",
    "total",
    "value_counts",
]

_COLUMNS = ("language", "channel", "intent")
_CELLS = sql.SQL("""
    FROM audits_countcell
    WHERE assistant_id = %(assistant)s AND measure = %(measure)s AND day >= %(since)s AND day < %(until)s
      AND (%(release)s::bigint IS NULL OR release_id = %(release)s)
""")


def group_counts(
    *,
    assistant: Assistant,
    measure: str,
    favourable: str,
    dimension: str,
    window: Window,
    stratum: str | None = None,
) -> list[GroupCount]:
    """How many conversations of each group had `measure` at all, and how many of them the favourable value.

    The unknown group is None. With `stratum`, another dimension, one count for each group in each stratum.
    Raises LookupError for a dimension that does not exist.
    """
    strata = _dimension(stratum, "stratum_name") if stratum is not None else sql.SQL("NULL::text")
    query = sql.SQL("""
        SELECT {group} AS grp, {stratum} AS str,
               COALESCE(sum(n) FILTER (WHERE value = %(favourable)s), 0)::bigint, sum(n)::bigint
        {cells} GROUP BY grp, str ORDER BY grp NULLS LAST, str NULLS LAST
    """).format(group=_dimension(dimension, "group_name"), stratum=strata, cells=_CELLS)
    values = {
        **_place(assistant, measure, window),
        "favourable": favourable,
        "group_name": dimension.removeprefix(ATTRIBUTE),
        "stratum_name": (stratum or "").removeprefix(ATTRIBUTE),
    }
    return [
        GroupCount(group=group, favourable=hits, n=n, stratum=None if stratum is None else layer or "unknown")
        for group, layer, hits, n in _rows(query, values)
    ]


def daily_group_counts(
    *,
    assistant: Assistant,
    measure: str,
    favourable: str,
    dimension: str,
    strata: Sequence[str],
    window: Window,
) -> dict[str, dict[tuple[date, str], tuple[int, int]]]:
    """Each known group's (favourable, n) by day and stratum, in one statement.

    A stratum is the text of its levels, such as `billing · web`. The dimension itself is never a stratum. Raises
    LookupError for a dimension that does not exist.
    """
    columns = [name for name in strata if name != dimension]
    layers = [
        sql.SQL("COALESCE({}, 'unknown')").format(_dimension(name, f"stratum_{i}")) for i, name in enumerate(columns)
    ]
    query = sql.SQL("""
        SELECT day, {group} AS grp, concat_ws(' · ', {strata}) AS str,
               COALESCE(sum(n) FILTER (WHERE value = %(favourable)s), 0)::bigint, sum(n)::bigint
        {cells} GROUP BY day, grp, str
    """).format(
        group=_dimension(dimension, "group_name"), strata=sql.SQL(", ").join([*layers, sql.SQL("NULL")]), cells=_CELLS
    )
    values = {
        **_place(assistant, measure, window),
        "favourable": favourable,
        "group_name": dimension.removeprefix(ATTRIBUTE),
        **{f"stratum_{i}": name.removeprefix(ATTRIBUTE) for i, name in enumerate(columns)},
    }
    groups: dict[str, dict[tuple[date, str], tuple[int, int]]] = {}
    for day, group, stratum, k, n in _rows(query, values):
        if group is not None:
            groups.setdefault(group, {})[day, stratum] = (k, n)
    return groups


def value_counts(*, assistant: Assistant, measure: str, window: Window) -> dict[str, int]:
    """How many conversations had which value of the measure."""
    query = sql.SQL("SELECT value, sum(n)::bigint {cells} GROUP BY value ORDER BY value").format(cells=_CELLS)
    return dict(_rows(query, _place(assistant, measure, window)))


def daily_counts(
    *, assistant: Assistant, measure: str, value: str, window: Window
) -> dict[tuple[int | None, date], int]:
    """How many conversations of each release and day had the measure with this value."""
    cells = assistant.count_cells.filter(measure=measure, value=value, day__gte=window.since, day__lt=window.until)
    if window.release is not None:
        cells = cells.filter(release=window.release)
    summed = cells.values_list("release_id", "day").annotate(n=Sum("n")).order_by("day", "release_id")
    return {(release_id, day): n for release_id, day, n in summed}


def total(*, assistant: Assistant, window: Window) -> int:
    """How many conversations there were, scanned or not; erased ones are in no count."""
    return value_counts(assistant=assistant, measure="total", window=window).get("", 0)


def dimension_counts(*, assistant: Assistant, dimension: str, window: Window) -> dict[str | None, int]:
    """How many conversations each group of the dimension has; the unknown group is None."""
    groups = group_counts(assistant=assistant, measure="total", favourable="", dimension=dimension, window=window)
    return {None if count.group is None else str(count.group): count.n for count in groups}


def boolean_outcomes(*, assistant: Assistant, window: Window, at_least: int = 1) -> list[str]:
    """The names of the true/false outcomes that `at_least` so many conversations of the window have, sorted."""
    cells = assistant.count_cells.filter(
        day__gte=window.since, day__lt=window.until, measure__startswith="outcome.", value__in=["true", "false"]
    )
    if window.release is not None:
        cells = cells.filter(release=window.release)
    measures = cells.values("measure").annotate(conversations=Sum("n")).filter(conversations__gte=at_least)
    return [
        measure.removeprefix("outcome.") for measure in measures.order_by("measure").values_list("measure", flat=True)
    ]


def scale_measures(*, assistant: Assistant, window: Window, at_least: int = 1) -> list[str]:
    """The measures that say how good the service was, as far as `at_least` so many conversations have them, sorted.

    Numbers of the outcome (`score.…`) and what is counted of every conversation (`quality.…`).
    """
    cells = assistant.count_cells.filter(
        Q(measure__startswith="score.") | Q(measure__startswith="quality."),
        day__gte=window.since,
        day__lt=window.until,
    ).exclude(value="pending")
    measures = cells.values("measure").annotate(conversations=Sum("n")).filter(conversations__gte=at_least)
    return list(measures.order_by("measure").values_list("measure", flat=True))


def _dimension(name: str, placeholder: str) -> sql.Composable:
    """The group as text, NULL where it is not known. `placeholder` stands for an attribute's name."""
    if name in _COLUMNS:
        return sql.SQL("NULLIF({}, '')").format(sql.Identifier(name))
    if name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE):
        return sql.SQL("NULLIF(attributes ->> {}, '')").format(sql.Placeholder(placeholder))
    raise LookupError(f"there is no dimension {name!r}")


def _place(assistant: Assistant, measure: str, window: Window) -> dict[str, Any]:
    return {
        "assistant": assistant.pk,
        "measure": measure,
        "since": window.since,
        "until": window.until,
        "release": None if window.release is None else window.release.pk,
    }


def _rows(query: sql.Composed, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
