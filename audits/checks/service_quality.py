"""Is the service as good for every group? Scores, waits, turns and repeat contact, by each group of customers.

One question a figure and dimension. First comes how much is known by group (who answers differs), then the comparison:
numbers by rank on the scales of audits.engine.bias.scales, repeat contact as a rate. The scores of the figure decide
the verdict; answers that are missing unevenly turn a pass into a watch and never make a disparity by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.gap_questions import gaps_audited
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
from audits.checks.known_shares import KnownShare, known_family, known_share, preposition_of, rate_columns, rate_row
from audits.checks.service_quality_words import RANK_COLUMNS, rank_row, rank_sentence, title_of
from audits.checks.tables import table
from audits.engine.bias.comparisons import GapFamily, TableCounts
from audits.engine.bias.cube import Cube
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.ordered_gap import DELTA, OrderedPlan, OrderedTable, audit_ordered_plans
from audits.engine.bias.scales import SCORES, SECONDS, TURNS, Scale
from audits.engine.bias.sentence import Wording, table_sentence
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.ranks import SEED
from audits.pack_layout import QUALITY as QUALITY_COUNTED
from audits.pack_layout import SCORES as SCORES_COUNTED
from audits.queries.cubes import window_margins
from audits.states import CheckKind, Severity
from portal.core.languages import language_name
from portal.core.names import name_words

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


@dataclass(frozen=True, slots=True)
class _Question:
    """One question and what is compared: what is known of whom, then ranks or rates of those of whom it is.

    `known` is None where the reference that it names has no members.
    """

    params: QualityParams
    counted: GroupValues
    policy: Policy
    known: GapFamily | None
    ranks: OrderedPlan | None = None
    rates: GapFamily | None = None

    @property
    def name(self) -> str:
        return dimension_name(self.params.dimension)

    @property
    def title(self) -> str:
        return title_of(self.params.figure, self.name)

    def named(self, label: str) -> str:
        return language_name(label) if self.params.dimension == "language" else label


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """First what is known, then what it says; from counts alone."""
    cube = window_margins(assistant=contexts[0].assistant, window=contexts[0].window, measures=MEASURES)
    questions = [_question(cube, msgspec.convert(context.params, QualityParams)) for context in contexts]
    gaps = gaps_audited(family for question in questions for family in (question.known, question.rates))
    ranked = iter(audit_ordered_plans([question.ranks for question in questions if question.ranks is not None]))
    outcomes = []
    for question, known, rates in zip(questions, gaps[::2], gaps[1::2], strict=True):
        ranks = next(ranked) if question.ranks is not None else None
        if known is not None and ranks is not None:
            outcomes.append(_of_ranks(question, _known_share(question, known), ranks))
        elif known is not None and rates is not None:
            outcomes.append(_of_rates(question, _known_share(question, known), rates))
        else:
            outcomes.append(_reference_missing(question))
    return outcomes


def _question(cube: Cube, params: QualityParams) -> _Question:
    counted = group_values(cube, dimension=params.dimension, whole="total", figure=params.measure)
    policy = Policy(alpha=params.alpha, minimum_n=params.minimum_n)
    name, reference = dimension_name(params.dimension), params.reference or None
    try:
        known = known_family(counted.known(), policy=policy, reference=reference, attribute=name)
        if params.figure == REPEAT_CONTACT:
            table = TableCounts((name,), _came_back(params, counted), reference)
            return _Question(params, counted, policy, known, rates=GapFamily.of([table], policy=policy))
        scale = _scale(params)
        ranks = OrderedPlan.of(
            {group: scale.counts(counted.values.get(group, {})) for group in counted.totals},
            scale=scale,
            policy=replace(policy, delta=params.delta),
            reference=reference,
            attribute=name,
        )
        return _Question(params, counted, policy, known, ranks=ranks)
    except LookupError:
        return _Question(params, counted, policy, None)


def _scale(params: QualityParams) -> Scale:
    return DERIVED.get(params.figure, SCORES)


def _good(params: QualityParams) -> str:
    return "false" if params.better == "lower" else "true"


def _came_back(params: QualityParams, counted: GroupValues) -> tuple[GroupCount, ...]:
    """Repeat contact: a rate like any outcome, of those of whom it is known."""
    return tuple(
        GroupCount(group, counted.of(group, _good(params)), sum(counted.values.get(group, {}).values()))
        for group in counted.totals
    )


def _reference_missing(question: _Question) -> CheckOutcome:
    counted = question.counted
    return reference_missing(
        question.params.reference, policy=question.policy, n=counted.n, hidden=counted.hidden, title=question.title
    )


def _known_share(question: _Question, gap: GapTable) -> KnownShare:
    words = name_words(question.params.figure)
    return known_share(
        gap,
        what=_KNOWN.get(question.params.figure, f"a {words} score was given"),
        noun="conversations",
        title=f"First: where {words} is known",
        named=question.named,
    )


def _of_ranks(question: _Question, known: KnownShare, ranks: OrderedTable) -> CheckOutcome:
    """Numbers, compared by rank."""
    params, named, scale = question.params, question.named, _scale(question.params)
    said = rank_sentence(ranks, figure=params.figure, better=params.better, named=named)
    return CheckOutcome(
        state=known.held_back(STATES[ranks.verdict]),
        sentence=" ".join(filter(None, (known.sentence, said))),
        result={
            "tables": [
                known.table,
                table(
                    f"{name_words(params.figure)} compared",
                    RANK_COLUMNS,
                    [rank_row(row, scale, named) for row in ranks.groups],
                ),
            ],
            "figures": {
                **_figures(question.counted, known, ranks.comparisons, [row.verdict for row in ranks.compared]),
                "seed": SEED,
            },
            "known": known.gap.to_json(),
            "ranks": ranks.to_json(),
            "policy": ranks.policy.to_json(),
        },
        n=known.gap.n,
        title=question.title,
        severity=_severity(ranks),
    )


def _of_rates(question: _Question, known: KnownShare, gap: GapTable) -> CheckOutcome:
    """Repeat contact, compared as outcomes are."""
    told = languages_named(gap) if question.params.dimension == "language" else gap
    wording = Wording("conversations", "did not bring the customer back", preposition_of(question.name))
    return CheckOutcome(
        state=known.held_back(STATES[gap.verdict]),
        sentence=" ".join(filter(None, (known.sentence, table_sentence(told, wording=wording)))),
        result={
            "tables": [
                known.table,
                table(
                    "Repeat contact compared",
                    rate_columns(
                        "Known", "Did not come back" if _good(question.params) == "false" else "Came back", "Rate"
                    ),
                    [rate_row(row, question.named) for row in gap.groups],
                ),
            ],
            "figures": _figures(question.counted, known, gap.comparisons, [row.verdict for row in gap.compared]),
            "known": known.gap.to_json(),
            "gap": gap.to_json(),
            "policy": question.policy.to_json(),
        },
        n=known.gap.n,
        title=question.title,
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


def _severity(ranks: OrderedTable) -> Severity:
    """By Vargha & Delaney's (2000) words for the largest disparity: large is critical, medium is high."""
    found = [row.superiority for row in ranks.compared if row.verdict is Verdict.DISPARITY]
    largest = max((abs(value - 0.5) for value in found if value is not None), default=0.0)
    if largest >= 0.21:
        return Severity.CRITICAL
    return Severity.HIGH if largest >= 0.14 else Severity.MEDIUM


CHECK = Check(kind=CheckKind.SERVICE_QUALITY, settings=QualitySettings, expand=expand, answer=answer)
