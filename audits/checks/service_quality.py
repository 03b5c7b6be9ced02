"""Is the service as good for every group? Scores, waits, turns and repeat contact, by each group of customers.

One question a figure and dimension. First comes how much is known by group (who answers differs), then the comparison:
numbers by rank on the scales of audits.engine.bias.scales, repeat contact as a rate. The scores of the figure decide
the verdict; answers that are missing unevenly turn a pass into a watch and never make a disparity by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.gap_settings import (
    STATES,
    Proportion,
    dimension_name,
    dimensions_asked,
    languages_named,
    reference_missing,
    severity_of_gaps,
)
from audits.checks.group_values import GroupValues, group_values
from audits.checks.known_shares import KnownShare, known_share, preposition_of, rate_columns, rate_row
from audits.checks.service_quality_words import RANK_COLUMNS, figure_words, rank_row, rank_sentence, title_of
from audits.checks.tables import table
from audits.cube_packs import QUALITY as QUALITY_COUNTED
from audits.cube_packs import SCORES as SCORES_COUNTED
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.ordered_gap import DELTA, OrderedTable, audit_ordered
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.scales import SCORES, SECONDS, TURNS, Scale
from audits.engine.bias.sentence import Wording, table_sentence
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.ranks import SEED
from audits.states import CheckKind, Severity
from portal.core.languages import language_name

DERIVED: Mapping[str, Scale] = {"first_answer": SECONDS, "duration": SECONDS, "turns": TURNS}
REPEAT_CONTACT = "repeat_contact"
MEASURES = ("total", SCORES_COUNTED, QUALITY_COUNTED, f"outcome.{REPEAT_CONTACT}")
_KNOWN: Mapping[str, str] = {
    "first_answer": "the wait for the first answer is known",
    "duration": "the duration is known",
    "turns": "the number of turns is known",
    REPEAT_CONTACT: "it is known whether the customer came back",
}
Direction = Literal["higher", "lower"]


class QualitySettings(Settings, frozen=True, kw_only=True):
    """`figures`: numbers of the outcome by name, and `first_answer`, `duration`, `turns`, `repeat_contact`.

    A figure is asked about where the period has it. `better` says of a figure whether higher or lower is the good side.
    `delta` is the smallest distance of the probability of superiority from 0.5 that matters.
    """

    figures: tuple[str, ...] = ("csat", "first_answer", "turns", REPEAT_CONTACT)
    dimensions: list[str] | None = None
    better: dict[str, Direction] = {}
    alpha: Proportion = 0.05
    delta: Annotated[float, Meta(gt=0, lt=0.5)] = DELTA
    minimum_n: Annotated[int, Meta(ge=1)] = 30


class QualityParams(Settings, frozen=True, kw_only=True):
    """One frozen question; `alpha` is this question's part, `measure` what is counted."""

    figure: str
    measure: str
    better: Direction
    dimension: str
    reference: str
    alpha: Proportion
    delta: float
    minimum_n: int


def expand(settings: QualitySettings, scope: Scope) -> list[CheckSpec]:
    """Each figure that the period has, by each declared attribute, and by language where there are several."""
    measures = {figure: measure for figure in settings.figures if (measure := _measure(figure, scope))}
    dimensions = dimensions_asked(scope, settings.dimensions)
    questions = [(figure, dimension) for figure in measures for dimension in dimensions]
    return [
        CheckSpec(
            kind=CheckKind.SERVICE_QUALITY,
            target=f"{figure} by {dimension_name(dimension)}",
            params=msgspec.to_builtins(
                QualityParams(
                    figure=figure,
                    measure=measures[figure],
                    better=settings.better.get(figure, _better(figure)),
                    dimension=dimension,
                    reference=scope.attributes.get(dimension_name(dimension), ""),
                    alpha=settings.alpha / len(questions),
                    delta=settings.delta,
                    minimum_n=settings.minimum_n,
                )
            ),
        )
        for figure, dimension in questions
    ]


def _measure(figure: str, scope: Scope) -> str:
    """What counts the figure in this period; empty where nothing does. What an integration sends comes first."""
    if figure == REPEAT_CONTACT and figure in scope.outcomes:
        return f"outcome.{figure}"
    derived = figure in DERIVED or figure == REPEAT_CONTACT
    measure = f"{'quality' if derived else 'score'}.{figure}"
    return measure if measure in scope.measures else ""


def _better(figure: str) -> Direction:
    return "lower" if figure in DERIVED or figure == REPEAT_CONTACT else "higher"


def run(context: CheckContext) -> CheckOutcome:
    """First what is known, then what it says; from counts alone."""
    params = msgspec.convert(context.params, QualityParams)
    counted = group_values(context, dimension=params.dimension, whole="total", figure=params.measure, measures=MEASURES)
    policy = Policy(alpha=params.alpha, minimum_n=params.minimum_n)
    name = dimension_name(params.dimension)
    title = title_of(params.figure, name)
    try:
        known = known_share(
            counted.known(),
            policy=policy,
            reference=params.reference or None,
            attribute=name,
            what=_KNOWN.get(params.figure, f"a {figure_words(params.figure)} score was given"),
            noun="conversations",
            title=f"First: where {figure_words(params.figure)} is known",
            named=_named(params),
        )
        answer = _rates if params.figure == REPEAT_CONTACT else _ranks
        return answer(params, counted, known, policy, title)
    except LookupError:
        return reference_missing(params.reference, policy=policy, n=counted.n, hidden=counted.hidden, title=title)


def _ranks(params: QualityParams, counted: GroupValues, known: KnownShare, policy: Policy, title: str) -> CheckOutcome:
    """Numbers, compared by rank."""
    scale, name = DERIVED.get(params.figure, SCORES), dimension_name(params.dimension)
    ranks = audit_ordered(
        {group: scale.counts(counted.values.get(group, {})) for group in counted.totals},
        scale=scale,
        policy=replace(policy, delta=params.delta),
        reference=params.reference or None,
        attribute=name,
    )
    named = _named(params)
    said = rank_sentence(ranks, figure=params.figure, better=params.better, named=named)
    return CheckOutcome(
        state=known.held_back(STATES[ranks.verdict]),
        sentence=" ".join(filter(None, (known.sentence, said))),
        result={
            "tables": [
                known.table,
                table(
                    f"{figure_words(params.figure)} compared",
                    RANK_COLUMNS,
                    [rank_row(row, scale, named) for row in ranks.groups],
                ),
            ],
            "figures": {
                **_figures(counted, known, ranks.comparisons, [row.verdict for row in ranks.compared]),
                "seed": SEED,
            },
            "known": known.gap.to_json(),
            "ranks": ranks.to_json(),
            "policy": ranks.policy.to_json(),
        },
        n=known.gap.n,
        title=title,
        severity=_severity(ranks),
    )


def _rates(params: QualityParams, counted: GroupValues, known: KnownShare, policy: Policy, title: str) -> CheckOutcome:
    """Repeat contact: a rate like any outcome, of those of whom it is known."""
    good = "false" if params.better == "lower" else "true"
    name = dimension_name(params.dimension)
    counts = [
        GroupCount(group, counted.of(group, good), sum(counted.values.get(group, {}).values()))
        for group in counted.totals
    ]
    gap = audit_gap(counts, policy=policy, reference=params.reference or None, attribute=name)
    named = _named(params)
    told = languages_named(gap) if params.dimension == "language" else gap
    wording = Wording("conversations", "did not bring the customer back", preposition_of(name))
    return CheckOutcome(
        state=known.held_back(STATES[gap.verdict]),
        sentence=" ".join(filter(None, (known.sentence, table_sentence(told, wording=wording)))),
        result={
            "tables": [
                known.table,
                table(
                    "Repeat contact compared",
                    rate_columns("Known", "Did not come back" if good == "false" else "Came back", "Rate"),
                    [rate_row(row, named) for row in gap.groups],
                ),
            ],
            "figures": _figures(counted, known, gap.comparisons, [row.verdict for row in gap.compared]),
            "known": known.gap.to_json(),
            "gap": gap.to_json(),
            "policy": policy.to_json(),
        },
        n=known.gap.n,
        title=title,
        severity=severity_of_gaps(
            [row.difference or 0.0 for row in gap.groups if row.verdict is Verdict.DISPARITY]
            + [pair.difference for pair in gap.between]
        ),
    )


def _figures(counted: GroupValues, known: KnownShare, comparisons: int, verdicts: list[Verdict]) -> dict[str, Any]:
    answered = sum(row.favourable for row in known.gap.groups)
    return {
        "n": known.gap.n,
        "known": answered,
        "known_share": answered / known.gap.n if known.gap.n else None,
        "pending": counted.pending,
        "unknown": known.gap.unknown_n,
        "groups_hidden": counted.hidden,
        "comparisons": comparisons,
        "passed": sum(verdict is Verdict.NO_MATERIAL_DIFFERENCE for verdict in verdicts),
        "failed": sum(verdict is Verdict.DISPARITY for verdict in verdicts),
        "excluded": [{"group": row.label, "reason": "value not known"} for row in known.gap.groups if not row.known],
        "seed": None,
    }


def _named(params: QualityParams) -> Callable[[str], str]:
    return language_name if params.dimension == "language" else str


def _severity(ranks: OrderedTable) -> Severity:
    """By Vargha & Delaney's (2000) words for the largest disparity: large is critical, medium is high."""
    found = [row.superiority for row in ranks.compared if row.verdict is Verdict.DISPARITY]
    largest = max((abs(value - 0.5) for value in found if value is not None), default=0.0)
    if largest >= 0.21:
        return Severity.CRITICAL
    return Severity.HIGH if largest >= 0.14 else Severity.MEDIUM


CHECK = Check(kind=CheckKind.SERVICE_QUALITY, settings=QualitySettings, expand=expand, run=run)
