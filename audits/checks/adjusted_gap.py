"""Does a gap survive adjustment for what customers asked? One question an outcome and declared attribute.

Groups are compared within strata, by default of intent and channel, and the strata's answers are put together
(Cochran–Mantel–Haenszel). Only what was fixed before the conversation may be held constant: what the assistant itself
brings about (an escalation, a duration) would explain away the harm that it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_settings import (
    STATES,
    GapParams,
    GapSettings,
    asked,
    attribute_dimensions,
    dimension_name,
    gap_figures,
    reference_missing,
    severity_of_gaps,
    shown_cube,
)
from audits.checks.repeat_customers import (
    repeats_figures,
    repeats_of,
    repeats_sentence,
    repeats_table,
    told_json,
)
from audits.checks.strata_tables import adjusted_table, methods_table, strata_table
from audits.engine.bias.adjusted_sentence import adjusted_sentence, adjusted_verdict
from audits.engine.bias.cube import ATTRIBUTE
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.sentence import outcome_wording
from audits.engine.bias.verdict import Verdict
from audits.queries.cubes import RELEASE, window_cube
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


def run(context: CheckContext) -> CheckOutcome:
    """Compare the groups within strata."""
    params = msgspec.convert(context.params, AdjustedGapParams)
    name = dimension_name(params.dimension).replace("_", " ")
    title = f"{params.outcome.replace('_', ' ').capitalize()} differs by {name} even at equal questions"
    return adjusted_outcome(context, params, strata=params.strata, title=title)


def adjusted_outcome(context: CheckContext, params: GapParams, *, strata: Sequence[str], title: str) -> CheckOutcome:
    """The answer within these strata: the crude gap beside the adjusted one, every stratum, and where they part."""
    name = dimension_name(params.dimension)
    cube = window_cube(assistant=context.assistant, window=context.window)
    repeats = repeats_of(context, params, cube, named=params.dimension == "language")
    cube, hidden = shown_cube(cube, params.dimension, params.measure)
    counts = cube.group_counts(params.measure, params.good, groups=[params.dimension], strata=strata)
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    if params.dimension == "language":
        counts = [replace(one, group=None if one.group is None else language_name(one.label)) for one in counts]
        wording = replace(wording, preposition="in")
    try:
        gap = audit_gap(
            counts,
            policy=params.policy,
            reference=params.reference or None,
            attribute=name,
            effects=repeats.effects,
        )
    except LookupError:
        return reference_missing(
            params.reference, policy=params.policy, n=sum(count.n for count in counts), hidden=hidden, title=title
        )
    verdict, private = adjusted_verdict(gap), params.dimension.startswith(ATTRIBUTE)
    left = {row.label: row.adjusted for row in gap.compared if row.adjusted is not None}
    of_disparities = [one.risk_difference.value for one in left.values() if one.verdict is Verdict.DISPARITY]
    by_stratum, cells_hidden = strata_table(
        f"{params.outcome} by {name} within {' and '.join(strata)}",
        gap,
        counts,
        name=_stratum_names(context, strata),
        private=private,
    )
    return CheckOutcome(
        state=STATES[verdict],
        sentence=adjusted_sentence(gap, wording=replace(wording, mix=_mix(strata))) + repeats_sentence(gap),
        result={
            "tables": [
                adjusted_table(f"{params.outcome} by {name}: as it was, and at equal questions", gap),
                by_stratum,
                methods_table("The same by other methods, and whether the strata agree", gap),
                repeats_table(repeats, [row.label for row in gap.groups if row.known]),
            ],
            "figures": {
                **gap_figures(gap, {label: one.verdict for label, one in left.items()}, hidden=hidden),
                "strata": len({count.stratum for count in counts}),
                "cells_hidden": cells_hidden,
                **repeats_figures(gap, repeats, private=private),
            },
            "gap": told_json(gap, repeats, private=private),
            "simpson": [label for label, one in left.items() if one.simpson],
            "held_constant": list(strata),
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


CHECK = Check(kind=CheckKind.ADJUSTED_GAP, settings=AdjustedGapSettings, expand=expand, run=run)
