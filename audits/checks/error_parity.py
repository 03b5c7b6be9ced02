"""Is a decision wrong equally often for every group? Asked where the truth was imported beside the decision.

A pair names a decision, whose `true` is the unfavourable answer, and the outcome that says whether it was deserved:
`{"refund_refused": "refund_not_due"}`. Of those who did not deserve it, how many got it (false positive rate); of those
who did, how many were spared (false negative rate): each with its own denominator. How often the truth is known comes
first, for whose case is looked into is nobody's random choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.gap_questions import gaps_audited
from audits.checks.gap_settings import (
    STATES,
    Proportion,
    dimension_name,
    dimensions_asked,
    reference_missing,
    severity_of_gaps,
)
from audits.checks.group_values import GroupValues, group_values
from audits.checks.known_shares import known_family, known_share, preposition_of
from audits.checks.repeat_customers import AllSums, error_effects, error_sums
from audits.checks.tables import table
from audits.engine.bias.comparisons import GapFamily
from audits.engine.bias.cube import Cube
from audits.engine.bias.error_rates import IMPOSSIBILITY, ErrorCounts, ErrorFamily, audit_error_families
from audits.engine.bias.error_table import ErrorCount, ErrorRate, ErrorTable, GroupErrors
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.verdict import Policy, Verdict
from audits.pack_layout import OUTCOMES, TRUTHS
from audits.queries.cubes import window_margins
from audits.queries.truths import LONGEST_PAIR, truth_measure
from audits.states import CheckKind
from portal.core.languages import language_name

_COLUMNS = (
    ("Group", "text"),
    ("Wrong", "count"),
    ("Of", "count"),
    ("Rate", "share"),
    ("Plausible range", "interval"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
    ("Ratio", "ratio"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)

MEASURES = (OUTCOMES, TRUTHS)
_FELT = 1.05


class ErrorParitySettings(Settings, frozen=True, kw_only=True):
    """`pairs` maps decisions to their truths, both true/false outcomes. Without any, nothing is asked."""

    pairs: dict[str, str] = {}
    dimensions: list[str] | None = None
    alpha: Proportion = 0.05
    delta: Proportion = 0.05
    adverse_ratio: Annotated[float, Meta(ge=1)] = 1.25
    minimum_n: Annotated[int, Meta(ge=1)] = 30

    def __post_init__(self) -> None:
        for decision, truth in self.pairs.items():
            if decision == truth or not (decision and truth):
                raise ValueError(f"{decision!r} needs another outcome as its truth")
            if len(decision) + len(truth) > LONGEST_PAIR:
                raise ValueError(f"the names of a pair have at most {LONGEST_PAIR} characters together")


class ErrorParityParams(Settings, frozen=True, kw_only=True):
    """One frozen question; `alpha` is this question's part."""

    decision: str
    truth: str
    dimension: str
    reference: str
    alpha: Proportion
    delta: float
    adverse_ratio: float
    minimum_n: int


def expand(settings: ErrorParitySettings, scope: Scope) -> list[CheckSpec]:
    """Each pair by each declared attribute, and by language where there are several."""
    dimensions = dimensions_asked(scope, settings.dimensions)
    questions = [(pair, dimension) for pair in settings.pairs.items() for dimension in dimensions]
    return [
        CheckSpec(
            kind=CheckKind.ERROR_PARITY,
            target=f"{decision} against {truth} by {dimension_name(dimension)}",
            params=msgspec.to_builtins(
                ErrorParityParams(
                    decision=decision,
                    truth=truth,
                    dimension=dimension,
                    reference=scope.attributes.get(dimension_name(dimension), ""),
                    alpha=settings.alpha / len(questions),
                    delta=settings.delta,
                    adverse_ratio=settings.adverse_ratio,
                    minimum_n=settings.minimum_n,
                )
            ),
        )
        for (decision, truth), dimension in questions
    ]


@dataclass(frozen=True, slots=True)
class _Question:
    """One question and what is compared: whose truth is known, then both error rates of those.

    Both are None where the reference that it names has no members.
    """

    params: ErrorParityParams
    policy: Policy
    decided: GroupValues
    known: GapFamily | None
    errors: ErrorFamily | None

    @property
    def name(self) -> str:
        return dimension_name(self.params.dimension)

    @property
    def title(self) -> str:
        return f"{_words(self.params.decision).capitalize()} is wrong unequally often by {self.name.replace('_', ' ')}"

    def named(self, label: str) -> str:
        return language_name(label) if self.params.dimension == "language" else label


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """How often the truth is known, then both error rates; from counts alone."""
    cube = window_margins(assistant=contexts[0].assistant, window=contexts[0].window, measures=MEASURES)
    asked = [msgspec.convert(context.params, ErrorParityParams) for context in contexts]
    sums = error_sums(contexts[0], {(params.decision, params.truth, params.dimension) for params in asked})
    questions = [_question(cube, sums, params) for params in asked]
    gaps = gaps_audited(question.known for question in questions)
    errors = iter(audit_error_families([question.errors for question in questions if question.errors is not None]))
    return [
        _reference_missing(question) if gap is None else _outcome(question, gap, next(errors)[0])
        for question, gap in zip(questions, gaps, strict=True)
    ]


def _question(cube: Cube, sums: AllSums, params: ErrorParityParams) -> _Question:
    name, reference = dimension_name(params.dimension), params.reference or None
    policy = Policy(
        alpha=params.alpha, delta=params.delta, adverse_ratio=params.adverse_ratio, minimum_n=params.minimum_n
    )
    decided = group_values(
        cube,
        dimension=params.dimension,
        whole=f"outcome.{params.decision}",
        figure=truth_measure(params.decision, params.truth),
    )
    counts = tuple(
        ErrorCount(group, **{kind: decided.of(group, kind) for kind in ("tn", "fp", "fn", "tp")})
        for group in decided.totals
    )
    try:
        known = known_family(decided.known(), policy=policy, reference=reference, attribute=name)
        effects = error_effects(sums, decision=params.decision, truth=params.truth, dimension=params.dimension)
        errors = ErrorFamily.of([ErrorCounts((name,), counts, reference, effects=effects)], policy=policy)
    except LookupError:
        return _Question(params, policy, decided, None, None)
    return _Question(params, policy, decided, known, errors)


def _reference_missing(question: _Question) -> CheckOutcome:
    decided = question.decided
    return reference_missing(
        question.params.reference, policy=question.policy, n=decided.n, hidden=decided.hidden, title=question.title
    )


def _outcome(question: _Question, gap: GapTable, errors: ErrorTable) -> CheckOutcome:
    params, decided, named = question.params, question.decided, question.named
    known = known_share(
        gap,
        what=f"the truth ({_words(params.truth)}) is known",
        noun="decisions",
        title="First: where the truth is known",
        named=named,
    )
    rates = [rate for group in errors.groups for rate in group.tested]
    wrongly, spared = _rate_titles(params)
    return CheckOutcome(
        state=known.held_back(STATES[errors.verdict]),
        sentence=" ".join(filter(None, (known.sentence, _sentence(errors, params, named), _repeats(errors)))),
        result={
            "tables": [
                known.table,
                table(wrongly, _COLUMNS, [_row(group, group.fpr, named) for group in errors.groups]),
                table(spared, _COLUMNS, [_row(group, group.fnr, named) for group in errors.groups]),
            ],
            "figures": {
                "n": decided.n,
                "known": sum(row.favourable for row in known.gap.groups),
                "groups_hidden": decided.hidden,
                "unknown": decided.totals.get(None, 0),
                "excluded": [
                    {"group": row.label, "reason": "value not known"} for row in errors.groups if not row.known
                ],
                "comparisons": errors.comparisons,
                "passed": sum(rate.verdict is Verdict.NO_MATERIAL_DIFFERENCE for rate in rates),
                "failed": sum(rate.verdict is Verdict.DISPARITY for rate in rates),
                "seed": None,
            },
            "known": known.gap.to_json(),
            "errors": errors.to_json(),
            "note": IMPOSSIBILITY,
            "policy": question.policy.to_json(),
        },
        n=decided.n,
        title=question.title,
        severity=severity_of_gaps([rate.difference or 0.0 for rate in rates if rate.verdict is Verdict.DISPARITY]),
    )


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _rate_titles(params: ErrorParityParams) -> tuple[str, str]:
    decision, truth = _words(params.decision), _words(params.truth)
    return (
        f"“{decision}”, although “{truth}” was false (false positives)",
        f"Not “{decision}”, although “{truth}” was true (false negatives)",
    )


def _sentence(errors: ErrorTable, params: ErrorParityParams, named: Callable[[str], str]) -> str:
    reference = errors.reference
    found = [
        (group, rate, kind)
        for group in errors.groups
        for rate, kind in ((group.fpr, "fpr"), (group.fnr, "fnr"))
        if rate.p_adjusted is not None and rate.verdict is errors.verdict
    ]
    if reference is None or not found:
        return "Not enough data: fewer than two known groups have enough cases with a known truth to compare."
    group, rate, kind = max(found, key=lambda one: abs(one[1].difference or 0.0))
    base = reference.fpr if kind == "fpr" else reference.fnr
    decision, truth = _words(params.decision), _words(params.truth)
    case = f"“{truth}” was {'false' if kind == 'fpr' else 'true'}"
    wrong = f"“{decision}” all the same" if kind == "fpr" else f"not “{decision}”"
    preposition = preposition_of(errors.attributes[0])
    told = (
        f"Of 100 cases in which {case}, about {100 * (rate.rate or 0.0):.0f} {preposition} {named(group.label)} and "
        f"{100 * (base.rate or 0.0):.0f} {preposition} {named(reference.label)} were {wrong}"
    )
    if rate.difference_interval is not None:
        low, high = (f"{100 * bound:+.0f}".replace("-", "−") for bound in rate.difference_interval)
        told += f" (difference plausibly {low} to {high} points)"
    word = {
        Verdict.DISPARITY: "Disparity",
        Verdict.WATCH: "Watch",
        Verdict.NO_MATERIAL_DIFFERENCE: "No material difference",
        Verdict.NOT_ENOUGH_DATA: "Not enough data",
    }[errors.verdict]
    return f"{word}: {told}."


def _repeats(errors: ErrorTable) -> str:
    """Said where it is felt; by how much would come close to telling how many customers a small group has."""
    felt = any(rate.design_effect > _FELT for group in errors.groups for rate in (group.fpr, group.fnr))
    return "Some customers came several times, which ranges and tests allow for." if felt else ""


def _row(group: GroupErrors, rate: ErrorRate, named: Callable[[str], str]) -> list[Any]:
    compared = rate.p_adjusted is not None
    label = named(group.label)
    return [
        f"{label} (reference)" if group.is_reference else label,
        rate.errors,
        rate.n,
        rate.rate,
        list(rate.rate_interval),
        rate.difference if compared else None,
        list(rate.difference_interval) if compared and rate.difference_interval else None,
        rate.ratio if compared else None,
        rate.p_adjusted,
        rate.verdict.value if compared else None,
    ]


CHECK = Check(kind=CheckKind.ERROR_PARITY, settings=ErrorParitySettings, expand=expand, answer=answer)
