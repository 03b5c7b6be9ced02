"""Do groups get an outcome at different rates? One question an outcome and dimension.

The chance of any false alarm, `alpha`, is shared evenly over all questions of a cycle; inside a question Holm's method
shares it over the groups. Groups of fewer than ten conversations of a customer attribute are counted with the unknown,
and no example conversations are picked by an attribute: results must not tell which group a person belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from audits.checks.contract import MOST_EVIDENCE, Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_onset import began_with, gap_onset, onset_tables
from audits.checks.gap_questions import GapQuestion, gap_question, gaps_audited, missing_outcome
from audits.checks.gap_settings import (
    STATES,
    GapParams,
    GapSettings,
    asked,
    dimension_name,
    dimensions_asked,
    gap_figures,
    languages_named,
    severity_of_gaps,
)
from audits.checks.known_shares import rate_row
from audits.checks.repeat_customers import (
    repeats_figures,
    repeats_sentence,
    repeats_table,
    told_json,
    window_sums,
)
from audits.checks.tables import table
from audits.engine.bias.cube import ATTRIBUTE
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.sentence import outcome_wording, table_sentence
from audits.engine.bias.verdict import Verdict
from audits.group_words import level_words
from audits.queries.cubes import stamped_cube
from audits.queries.evidence import with_outcome
from audits.states import CheckKind, Severity

_COLUMNS = (
    ("Group", "text"),
    ("Conversations", "count"),
    ("Favourable", "count"),
    ("Rate", "share"),
    ("Plausible range", "interval"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
    ("Impact ratio", "ratio"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)


class OutcomeGapSettings(GapSettings, frozen=True, kw_only=True):
    """`dimensions` limits what groups are made by; null means declared attributes, language and channel."""

    dimensions: list[str] | None = None


class OutcomeGapParams(GapParams, frozen=True, kw_only=True):
    """One frozen question."""


def expand(settings: OutcomeGapSettings, scope: Scope) -> list[CheckSpec]:
    """Each outcome by each declared attribute, and by language and channel where there is more than one."""
    dimensions = dimensions_asked(scope, settings.dimensions, others=("language", "channel"))
    questions = [(outcome, dimension) for outcome in settings.outcomes_in(scope) for dimension in dimensions]
    return [
        CheckSpec(
            kind=CheckKind.OUTCOME_GAP,
            target=f"{outcome} by {dimension_name(dimension)}",
            params=asked(settings, outcome, dimension, scope, questions=len(questions)),
        )
        for outcome, dimension in questions
    ]


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Compare the groups by counts alone."""
    stamp, cube = stamped_cube(assistant=contexts[0].assistant, window=contexts[0].window)
    sums = window_sums(contexts[0], cube, stamp)
    questions = [
        gap_question(context, msgspec.convert(context.params, OutcomeGapParams), cube, sums) for context in contexts
    ]
    gaps = gaps_audited(question.family for question in questions)
    return [_outcome(question, gap) for question, gap in zip(questions, gaps, strict=True)]


def _outcome(question: GapQuestion[OutcomeGapParams], gap: GapTable | None) -> CheckOutcome:
    context, params, name, repeats = question.context, question.params, question.name, question.repeats
    title = f"{params.outcome.replace('_', ' ').capitalize()} differs by {name.replace('_', ' ')}"
    if gap is None:
        return missing_outcome(question, title=title)
    policy = gap.policy
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    steps = gap_onset(
        context, gap, measure=params.measure, favourable=params.good, dimension=params.dimension, policy=policy
    )
    since = began_with(steps)
    told = gap
    weighed = repeats_table(repeats, [row.label for row in gap.groups if row.known])
    if params.dimension == "language":
        told, wording = languages_named(gap), replace(wording, preposition="in")
    return CheckOutcome(
        state=STATES[gap.verdict],
        sentence=table_sentence(told, wording=wording)
        + (f" It began with release {since}." if since else "")
        + repeats_sentence(gap),
        result={
            "tables": [
                table(f"{params.outcome} by {name}", _COLUMNS, map(_row, told.groups)),
                *onset_tables(steps, told),
                *([weighed] if any(row.design_effect > 1 for row in gap.groups) else []),
            ],
            "figures": {
                **gap_figures(gap, {row.label: row.verdict for row in gap.compared}, hidden=question.hidden),
                **repeats_figures(gap, repeats, private=question.private),
            },
            "gap": told_json(gap, repeats, private=question.private),
            "since_release": since,
            "policy": policy.to_json(),
        },
        n=gap.n,
        title=title,
        severity=severity_of(gap),
        evidence=_evidence(context, params, gap),
    )


def severity_of(gap: GapTable) -> Severity:
    """By the largest gap that is a disparity; see `severity_of_gaps`."""
    rows = _disparities(gap)
    differences = [*(row.difference or 0.0 for row in rows), *(pair.difference for pair in gap.between)]
    return severity_of_gaps(differences, [row.impact_ratio for row in rows if row.impact_ratio])


def _disparities(gap: GapTable) -> list[GroupResult]:
    return [row for row in gap.groups if row.verdict is Verdict.DISPARITY]


def _row(row: GroupResult) -> list[Any]:
    *figures, p_value, verdict = rate_row(row, str)
    return [*figures, row.impact_ratio, p_value, verdict]


def _evidence(context: CheckContext, params: OutcomeGapParams, gap: GapTable) -> list[tuple[int, str]]:
    if gap.verdict is not Verdict.DISPARITY or params.dimension.startswith(ATTRIBUTE):
        return []
    rows = _disparities(gap)
    if rows:
        worst = max(rows, key=lambda row: abs(row.difference or 0.0))
        reference = gap.reference
        behind = reference if reference is not None and (worst.difference or 0.0) > 0 else worst
        group = behind.label
    else:
        group = max(gap.between, key=lambda pair: abs(pair.difference)).label
    shown = level_words(params.dimension, group)
    why = f"{dimension_name(params.dimension)} {shown}: {params.outcome.replace('_', ' ')} was "
    why += "false" if params.favourable else "true"
    ids = with_outcome(
        assistant=context.assistant,
        window=context.window,
        outcome=params.outcome,
        value=not params.favourable,
        dimension=params.dimension,
        group=group,
        most=MOST_EVIDENCE,
    )
    return [(pk, why) for pk in ids]


CHECK = Check(kind=CheckKind.OUTCOME_GAP, settings=OutcomeGapSettings, expand=expand, answer=answer)
