"""Repeat customers: what a design effect needs of every customer's conversations in a window.

Conversations of one customer are alike, so that they say less than as many of different customers. One aggregate over
the window's conversations gives the sums over customers for every group and outcome at once; a process keeps the last
few answers, so that the checks of a cycle cost it once. No page asks for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Literal, NamedTuple

import numpy as np
from django.db import connection
from psycopg import sql

from assistants.models import Assistant
from audits.engine.bias.cube import ATTRIBUTE
from audits.engine.statistics.clusters import ClusterSums
from audits.queries.cubes import Stamp, stamp_of
from audits.queries.windows import Window

DIMENSIONS = ("language", "channel")
"""Besides `attribute:<name>`, what customers are told apart by."""
_KEPT = 4
_CUSTOMERS = """
    WITH customer AS MATERIALIZED (
        SELECT c.subject_id, c.language, {channel} AS channel, a.values AS attributes, {counts}
        FROM assistants_conversation c LEFT JOIN assistants_auditattributes a ON a.conversation_id = c.id
        WHERE c.assistant_id = {assistant} AND c.day >= {since} AND c.day < {until} AND c.state <> 'erased'
            AND ({release}::bigint IS NULL OR c.release_id = {release})
        GROUP BY 1, 2, 3, 4
    ) {groups}
"""
_COUNTS = """
    count(*) FILTER (WHERE jsonb_typeof(c.outcome -> {name}) = 'boolean' AND {where}) AS {n},
    count(*) FILTER (WHERE c.outcome -> {name} = {yes} AND {where}) AS {k}
"""
_GROUP = """
    SELECT {dimension} AS dimension, level, {sums} FROM (
        SELECT subject_id, {level} AS level, {totals} FROM customer GROUP BY 1, 2
    ) of_group GROUP BY level
"""
_SUMS = "count(*) FILTER (WHERE {n} > 0), sum({k}), sum({n}), sum({k} * {k}), sum({k} * {n}), sum({n} * {n})"

Sums = Mapping[str | None, tuple[int, int, int, int, int, int]]
ErrorKind = Literal["fp", "fn"]


class Errors(NamedTuple):
    """A decision that was wrong: false positives among those whose truth is false, false negatives among the others."""

    decision: str
    truth: str
    kind: ErrorKind


Counted = str | Errors
"""A true/false outcome by its name, or one kind of error of a decision."""

_answers: OrderedDict[tuple[Any, ...], tuple[Any, dict[tuple[str, Counted], Sums]]] = OrderedDict()
_lock = Lock()


def customer_sums(
    *,
    assistant: Assistant,
    window: Window,
    dimensions: Sequence[str],
    outcomes: Sequence[Counted],
    stamp: Stamp | None = None,
) -> dict[tuple[str, Counted], Sums]:
    """By (dimension, outcome) the levels, the unknown as None, each with its customers and Σk, Σn, Σk², Σkn, Σn².

    k of a customer's n conversations with the outcome had it true, or of those that the error could befall were in
    error. Dimensions are those of `DIMENSIONS` and `attribute:<name>`. A customer who is in two groups counts in each.
    Conversations that retention has disposed of are in it as long as their row is there; erased ones are not. Two
    statements, one where this process has lately answered the same, and one less where the window's `stamp` is known.
    """
    if not outcomes or not dimensions:
        return {}
    if stamp is None:
        stamp = stamp_of(assistant=assistant, window=window)
    release = None if window.release is None else window.release.pk
    key = (connection.alias, assistant.pk, window.since, window.until, release, tuple(dimensions), tuple(outcomes))
    with _lock:
        kept = _answers.get(key)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    answer: dict[tuple[str, Counted], dict[str | None, tuple[int, int, int, int, int, int]]] = {
        (dimension, outcome): {} for dimension in dimensions for outcome in outcomes
    }
    with connection.cursor() as cursor:
        # Composed whole: beside placeholders, a name with a percent sign would be read as one.
        cursor.execute(_statement(assistant, window, dimensions, outcomes))
        for dimension, level, *sums in cursor.fetchall():
            for number, outcome in enumerate(outcomes):
                found = tuple(int(one) for one in sums[6 * number : 6 * number + 6])
                answer[dimension, outcome][level] = found  # type: ignore[assignment]
    with _lock:
        _answers[key] = stamp, dict(answer)
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)
    return dict(answer)


def cluster_sums(sums: Sums, *, favourable: str) -> tuple[list[str | None], ClusterSums]:
    """The levels and their sums as the engine takes them, of customers whose favourable answer is `favourable`."""
    levels = list(sums)
    clusters, k, n, kk, kn, nn = np.array([sums[level] for level in levels], dtype=np.float64).reshape(-1, 6).T
    if favourable == "false":
        k, kk, kn = n - k, nn - 2 * kn + kk, nn - kn
    return levels, ClusterSums(clusters, k, n, kk, kn, nn)


def _statement(
    assistant: Assistant, window: Window, dimensions: Sequence[str], outcomes: Sequence[Counted]
) -> sql.Composed:
    names = [(sql.Identifier(f"n{i}"), sql.Identifier(f"k{i}")) for i in range(len(outcomes))]
    counts = [_counts(outcome, n=n, k=k) for outcome, (n, k) in zip(outcomes, names, strict=True)]
    sums = sql.SQL(", ").join(sql.SQL(_SUMS).format(n=n, k=k) for n, k in names)
    totals = sql.SQL(", ").join(sql.SQL("sum({one}) AS {one}").format(one=one) for pair in names for one in pair)
    groups = [
        sql.SQL(_GROUP).format(dimension=sql.Literal(dimension), level=_level(dimension), sums=sums, totals=totals)
        for dimension in dimensions
    ]
    channel = sql.SQL("c.channel" if "channel" in dimensions else "''::text")
    return sql.SQL(_CUSTOMERS).format(
        channel=channel,
        counts=sql.SQL(", ").join(counts),
        groups=sql.SQL(" UNION ALL ").join(groups),
        assistant=sql.Literal(assistant.pk),
        since=sql.Literal(window.since),
        until=sql.Literal(window.until),
        release=sql.Literal(None if window.release is None else window.release.pk),
    )


def _counts(outcome: Counted, *, n: sql.Identifier, k: sql.Identifier) -> sql.Composed:
    if isinstance(outcome, str):
        return sql.SQL(_COUNTS).format(
            name=sql.Literal(outcome), yes=sql.Literal("true"), where=sql.SQL("true"), n=n, k=k
        )
    positive = outcome.kind == "fp"
    where = sql.SQL("c.outcome -> {truth} = {answer}").format(
        truth=sql.Literal(outcome.truth), answer=sql.Literal("false" if positive else "true")
    )
    yes = sql.Literal("true" if positive else "false")
    return sql.SQL(_COUNTS).format(name=sql.Literal(outcome.decision), yes=yes, where=where, n=n, k=k)


def _level(dimension: str) -> sql.Composable:
    if dimension in DIMENSIONS:
        return sql.SQL("NULLIF({}, '')").format(sql.Identifier(dimension))
    if dimension.startswith(ATTRIBUTE):
        return sql.SQL("NULLIF(attributes ->> {}, '')").format(sql.Literal(dimension.removeprefix(ATTRIBUTE)))
    raise LookupError(f"customers are not told apart by {dimension!r}")
