"""Does a gap survive adjustment for what customers asked? One question an outcome and declared attribute.

Groups are compared within strata, by default of intent and channel, and the strata's answers are put together
(Cochran–Mantel–Haenszel). Only what was fixed before the conversation may be held constant: what the assistant itself
brings about (an escalation, a duration) would explain away the harm that it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import msgspec

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_questions import GapQuestion, gap_question, gaps_audited, missing_outcome
from audits.checks.gap_settings import (
    STATES,
    GapParams,
    GapSettings,
    asked,
    attribute_dimensions,
    dimension_name,
    gap_figures,
    severity_of_gaps,
)
from audits.checks.repeat_customers import (
    repeats_figures,
    repeats_sentence,
    repeats_table,
    told_json,
    window_sums,
)
from audits.checks.strata_tables import StrataAsked, adjusted_table, methods_table, strata_tables
from audits.engine.bias.adjusted_sentence import adjusted_sentence, adjusted_verdict
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.sentence import outcome_wording
from audits.engine.bias.verdict import Verdict
from audits.queries.cubes import RELEASE, stamped_cube
from audits.states import CheckKind
from portal.core.languages import language_name

Stratum = Literal["intent", "channel", "language", "release"]
MIXES: Mapping[str, str] = {
    "intent": "questions",
    "channel": "channels",
    "language": "languages",
    "release": "releases",
}


class AdjustedGapSettings(GapSettings, frozen=True, kw_only=True):
    """`strata`: what is held constant. Only what was fixed before the conversation can be named."""

    strata: tuple[Stratum, ...] = ("intent", "channel")


class AdjustedGapParams(GapParams, frozen=True, kw_only=True):
    strata: tuple[Stratum, ...]


def expand(settings: AdjustedGapSettings, scope: Scope) -> list[CheckSpec]:
    """Each outcome by each declared attribute."""
    questions = [
        (outcome, dimension) for outcome in settings.outcomes_in(scope) for dimension in attribute_dimensions(scope)
    ]
    return [
        CheckSpec(
            kind=CheckKind.ADJUSTED_GAP,
            target=f"{outcome} by {dimension_name(dimension)} at equal questions",
            params={
                **asked(settings, outcome, dimension, scope, questions=len(questions)),
                "strata": list(dict.fromkeys(settings.strata)),
            },
        )
        for outcome, dimension in questions
    ]


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Compare the groups within strata."""
    asked_of = [msgspec.convert(context.params, AdjustedGapParams) for context in contexts]
    return adjusted_outcomes(contexts, asked_of, title="{outcome} differs by {name} even at equal questions")


def adjusted_outcomes(
    contexts: Sequence[CheckContext], asked_of: Sequence[AdjustedGapParams], *, title: str
) -> list[CheckOutcome]:
    """The answers within strata: the crude gap beside the adjusted one, every stratum, and where they part.

    `title` of a finding has places for the `{outcome}` and the `{name}` of the dimension.
    """
    stamp, cube = stamped_cube(assistant=contexts[0].assistant, window=contexts[0].window)
    sums = window_sums(contexts[0], cube, stamp)
    questions = [
        gap_question(context, params, cube, sums, strata=params.strata, languages_named=True)
        for context, params in zip(contexts, asked_of, strict=True)
    ]
    gaps = gaps_audited(question.family for question in questions)
    strata = iter(
        strata_tables(_strata_asked(question, gap) for question, gap in zip(questions, gaps, strict=True) if gap)
    )
    return [
        missing_outcome(question, title=_title(question, title))
        if gap is None
        else _outcome(question, gap, *next(strata), title=_title(question, title))
        for question, gap in zip(questions, gaps, strict=True)
    ]


def _title(question: GapQuestion[AdjustedGapParams], title: str) -> str:
    outcome, name = question.params.outcome.replace("_", " "), question.name.replace("_", " ")
    return title.format(outcome=outcome.capitalize(), name=name)


def _strata_asked(question: GapQuestion[AdjustedGapParams], gap: GapTable) -> StrataAsked:
    params = question.params
    return StrataAsked(
        f"{params.outcome} by {question.name} within {' and '.join(params.strata)}",
        gap,
        question.members,
        name=_stratum_names(question.context, params.strata),
        private=question.private,
    )


def _outcome(
    question: GapQuestion[AdjustedGapParams],
    gap: GapTable,
    by_stratum: dict[str, Any],
    cells_hidden: int,
    *,
    title: str,
) -> CheckOutcome:
    params, name, private = question.params, question.name, question.private
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    if params.dimension == "language":
        wording = replace(wording, preposition="in")
    verdict = adjusted_verdict(gap)
    left = {row.label: row.adjusted for row in gap.compared if row.adjusted is not None}
    of_disparities = [one.risk_difference.value for one in left.values() if one.verdict is Verdict.DISPARITY]
    return CheckOutcome(
        state=STATES[verdict],
        sentence=adjusted_sentence(gap, wording=replace(wording, mix=_mix(params.strata))) + repeats_sentence(gap),
        result={
            "tables": [
                adjusted_table(f"{params.outcome} by {name}: as it was, and at equal questions", gap),
                by_stratum,
                methods_table("The same by other methods, and whether the strata agree", gap),
                repeats_table(question.repeats, [row.label for row in gap.groups if row.known]),
            ],
            "figures": {
                **gap_figures(gap, {label: one.verdict for label, one in left.items()}, hidden=question.hidden),
                "strata": len({count.stratum for count in question.counts}),
                "cells_hidden": cells_hidden,
                **repeats_figures(gap, question.repeats, private=private),
            },
            "gap": told_json(gap, question.repeats, private=private),
            "simpson": [label for label, one in left.items() if one.simpson],
            "held_constant": list(params.strata),
            "policy": params.policy.to_json(),
        },
        n=gap.n,
        title=title,
        severity=severity_of_gaps(of_disparities),
    )


def _mix(strata: Sequence[str]) -> str:
    if list(strata) == ["intent"]:
        return "what they asked about"
    words = [MIXES[one] for one in strata]
    return f"the mix of {' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))}"


def _stratum_names(context: CheckContext, strata: Sequence[str]) -> Callable[[Hashable], str]:
    """How a stratum, the tuple of its levels, is called: languages by name, releases by version."""
    versions = {}
    if RELEASE in strata:
        versions = {str(pk): version for pk, version in context.assistant.releases.values_list("pk", "version")}

    def name(stratum: Hashable) -> str:
        levels = stratum if isinstance(stratum, tuple) else (stratum,)
        words = {"language": language_name, RELEASE: lambda level: f"release {versions.get(level, level)}"}
        told = [words.get(one, _plain)(str(level)) for one, level in zip(strata, levels, strict=True)]
        return " · ".join(told)

    return name


def _plain(level: str) -> str:
    return level.replace("_", " ")


CHECK = Check(kind=CheckKind.ADJUSTED_GAP, settings=AdjustedGapSettings, expand=expand, answer=answer)
