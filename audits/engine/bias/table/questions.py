"""The questions of a table's audit share its alpha, so that the audit as a whole calls a false disparity no oftener.

A question (do rates differ, do they within strata, is the outcome wrong equally often) is a family of tests. Holm's
method inside it makes its smallest adjusted p-value one of "no gap in any of its comparisons". These p-values, one a
question, go through Holm's method once more: the smallest of m has to pass alpha / m, the next alpha / (m - 1), and so
on until one does not. A question that passes keeps its verdicts, as if it had been asked alone; a disparity in one that
does not is held back to `watch`. Then

* without any gap, at most alpha of audits call a disparity, whatever is asked;
* a question without any gap calls one in at most alpha of audits, whatever gaps there are in the others;
* inside a question, no group without a gap is named in more than alpha of audits.

Nothing is assumed of how the questions hang together, and a question that is asked alone is judged as before.
Source: Holm (1979), Scand. J. Stat. 6:65-70, of p-values of families; that it holds follows from the closure principle
of Marcus, Peritz & Gabriel (1976), Biometrika 63:655-660.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from msgspec.structs import replace as replaced

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.error_table import ErrorRate, ErrorTable
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.verdict import Judgement, Verdict, overall

Row = TypeVar("Row", GroupResult, ErrorRate)


class Question(StrEnum):
    """What an audit of a table asks."""

    AGGREGATE = "aggregate"
    WITHIN_STRATA = "within strata"
    ERROR_RATES = "error rates"


@dataclass(frozen=True, slots=True)
class Answers:
    """The tables of an audit, and at which level each question that it asked is judged."""

    gaps: Sequence[GapTable]
    errors: Sequence[ErrorTable | None]
    levels: Mapping[Question, float]


def alpha_shared(gaps: Sequence[GapTable], errors: Sequence[ErrorTable | None], *, alpha: float) -> Answers:
    """The same tables, all of which were judged at alpha, with what the questions together do not bear held back."""
    asked = {question: p for question, p in _smallest(gaps, errors).items() if p is not None}
    levels = question_levels(asked, alpha=alpha)
    held = {question: level for question, level in levels.items() if asked[question] > level}
    if aggregate := held.get(Question.AGGREGATE):
        gaps = [_aggregate_held(table, aggregate) for table in gaps]
    if within := held.get(Question.WITHIN_STRATA):
        gaps = [_within_held(table, within) for table in gaps]
    if wrong := held.get(Question.ERROR_RATES):
        errors = [table and _errors_held(table, wrong) for table in errors]
    return Answers(gaps, errors, levels)


def question_levels(smallest: Mapping[Question, float], *, alpha: float) -> dict[Question, float]:
    """The level at which each question is judged: alpha where it passes, else the part of alpha that it fails at.

    `smallest` is the smallest adjusted p-value of each question that tests anything. A question that tests nothing
    leaves its part to the others: what is tested is decided by sizes, beside who the reference is.
    """
    levels = dict.fromkeys(smallest, alpha)
    ordered = sorted(smallest, key=lambda question: smallest[question])
    for passed, question in enumerate(ordered):
        level = alpha / (len(ordered) - passed)
        if smallest[question] > level:
            return levels | dict.fromkeys(ordered[passed:], level)
    return levels


def _smallest(gaps: Sequence[GapTable], errors: Sequence[ErrorTable | None]) -> dict[Question, float | None]:
    """Each question's smallest adjusted p-value; of pairs without the reference only disparities are on record."""
    groups = [group for table in gaps for group in table.groups]
    between = [pair.p_adjusted for table in gaps for pair in table.between]
    adjusted = [group.adjusted.p_adjusted for group in groups if group.adjusted is not None and group.adjusted.strata]
    wrong = [rate.p_adjusted for table in errors if table for group in table.groups for rate in group.tested]
    return {
        Question.AGGREGATE: _least((*between, *(group.p_adjusted for group in groups))),
        Question.WITHIN_STRATA: _least(adjusted),
        Question.ERROR_RATES: _least(wrong),
    }


def _least(p_values: Iterable[float | None]) -> float | None:
    return min((p for p in p_values if p is not None), default=None)


def _aggregate_held(table: GapTable, level: float) -> GapTable:
    groups = tuple(_held(group, level) for group in table.groups)
    between = tuple(
        replace(pair, verdict=Verdict.WATCH, reasons=(*pair.reasons, _reason(level))) for pair in table.between
    )
    verdicts = [group.verdict for group in groups if group.tested] + [pair.verdict for pair in between]
    return replace(table, groups=groups, between=between, verdict=overall(verdicts))


def _within_held(table: GapTable, level: float) -> GapTable:
    def held(group: GroupResult) -> GroupResult:
        if group.adjusted is None or group.adjusted.verdict is not Verdict.DISPARITY:
            return group
        return replaced(group, adjusted=_adjusted_held(group.adjusted, level))

    return replace(table, groups=tuple(map(held, table.groups)))


def _adjusted_held(gap: AdjustedGap, level: float) -> AdjustedGap:
    return replace(gap, judgement=Judgement(Verdict.WATCH, (*gap.judgement.reasons, _reason(level))))


def _errors_held(table: ErrorTable, level: float) -> ErrorTable:
    groups = [replace(group, fpr=_held(group.fpr, level), fnr=_held(group.fnr, level)) for group in table.groups]
    return replace(table, groups=tuple(groups))


def _held(row: Row, level: float) -> Row:
    if row.verdict is not Verdict.DISPARITY:
        return row
    return replaced(row, verdict=Verdict.WATCH, reasons=(*row.reasons, _reason(level)))


def _reason(level: float) -> str:
    return f"but the questions of the audit share its alpha, and this one does not pass {level:.2g}"
