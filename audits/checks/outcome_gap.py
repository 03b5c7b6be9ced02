"""Do groups get an outcome at different rates? One question an outcome and dimension.

The chance of any false alarm, `alpha`, is shared evenly over all questions of a cycle; inside a question Holm's method
shares it over the groups. Groups of fewer than ten conversations of a customer attribute are counted with the unknown,
and no example conversations are picked by an attribute: results must not tell which group a person belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from audits.checks.contract import MOST_EVIDENCE, Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.gap_onset import began_with, gap_onset, onset_tables
from audits.checks.tables import table
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import GroupCount, Level
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.sentence import outcome_wording, table_sentence
from audits.engine.bias.verdict import Policy, Verdict
from audits.queries.counts import ATTRIBUTE, group_counts
from audits.queries.evidence import with_outcome
from audits.states import CheckKind, CheckState, Severity
from portal.core.languages import language_name

DEFAULT_OUTCOME = "resolved"
#: Outcomes for which "no" is the good answer, unless the programme says otherwise.
ADVERSE_OUTCOMES = frozenset(
    {"abandoned", "complaint", "escalated", "refused", "repeat_contact", "transferred_to_human", "unresolved"}
)
_SMALL_CELL = 10
_STATES = {
    Verdict.DISPARITY: CheckState.FAILED,
    Verdict.WATCH: CheckState.WATCH,
    Verdict.NO_MATERIAL_DIFFERENCE: CheckState.PASSED,
    Verdict.NOT_ENOUGH_DATA: CheckState.INSUFFICIENT_DATA,
}
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

Proportion = Annotated[float, Meta(gt=0, lt=1)]


class OutcomeGapSettings(Settings, frozen=True, kw_only=True):
    """`outcomes` and `dimensions` limit what is compared; null means all there are.

    `favourable` says for an outcome whether true or false is the good answer. The thresholds are those of
    audits.engine.bias.verdict.Policy.
    """

    outcomes: list[str] | None = None
    dimensions: list[str] | None = None
    favourable: dict[str, bool] = {}
    alpha: Proportion = 0.05
    delta: Proportion = 0.05
    impact_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.80
    adverse_ratio: Annotated[float, Meta(ge=1)] = 1.25
    minimum_n: Annotated[int, Meta(ge=1)] = 30


class OutcomeGapParams(Settings, frozen=True, kw_only=True):
    """One frozen question; `alpha` is this question's part."""

    outcome: str
    favourable: bool
    dimension: str
    reference: str
    alpha: Proportion
    delta: Proportion
    impact_ratio: float
    adverse_ratio: float
    minimum_n: int


def expand(settings: OutcomeGapSettings, scope: Scope) -> list[CheckSpec]:
    """Each outcome by each declared attribute, and by language and channel where there is more than one."""
    outcomes = settings.outcomes
    if outcomes is None:
        outcomes = list(scope.outcomes) or [DEFAULT_OUTCOME]
    dimensions = [f"{ATTRIBUTE}{name}" for name in scope.attributes]
    dimensions += [name for name in ("language", "channel") if scope.groups.get(name, 0) > 1]
    if settings.dimensions is not None:
        dimensions = [name for name in dimensions if name in settings.dimensions]
    questions = [(outcome, dimension) for outcome in outcomes for dimension in dimensions]
    return [
        CheckSpec(
            kind=CheckKind.OUTCOME_GAP,
            target=f"{outcome} by {dimension_name(dimension)}",
            params=msgspec.to_builtins(
                OutcomeGapParams(
                    outcome=outcome,
                    favourable=settings.favourable.get(outcome, outcome not in ADVERSE_OUTCOMES),
                    dimension=dimension,
                    reference=scope.attributes.get(dimension_name(dimension), ""),
                    alpha=settings.alpha / len(questions),
                    delta=settings.delta,
                    impact_ratio=settings.impact_ratio,
                    adverse_ratio=settings.adverse_ratio,
                    minimum_n=settings.minimum_n,
                )
            ),
        )
        for outcome, dimension in questions
    ]


def run(context: CheckContext) -> CheckOutcome:
    """Compare the groups by counts alone."""
    params = msgspec.convert(context.params, OutcomeGapParams)
    policy = Policy(
        alpha=params.alpha,
        delta=params.delta,
        impact_ratio=params.impact_ratio,
        adverse_ratio=params.adverse_ratio,
        minimum_n=params.minimum_n,
    )
    favourable = "true" if params.favourable else "false"
    counts = group_counts(
        assistant=context.assistant,
        measure=f"outcome.{params.outcome}",
        favourable=favourable,
        dimension=params.dimension,
        window=context.window,
    )
    hidden = 0
    if params.dimension.startswith(ATTRIBUTE):
        counts, hidden = small_groups_hidden(counts)
    name = dimension_name(params.dimension)
    title = f"{params.outcome.replace('_', ' ').capitalize()} differs by {name.replace('_', ' ')}"
    try:
        gap = audit_gap(counts, policy=policy, reference=params.reference or None, attribute=name)
    except LookupError:
        return CheckOutcome(
            state=CheckState.INSUFFICIENT_DATA,
            sentence=f"The reference group “{params.reference}” does not occur in this period.",
            result={"tables": [], "figures": {"groups_hidden": hidden}, "policy": policy.to_json()},
            n=sum(count.n for count in counts),
            title=title,
        )
    wording = outcome_wording(params.outcome, favourable, noun="conversations")
    steps = gap_onset(
        context,
        gap,
        measure=f"outcome.{params.outcome}",
        favourable=favourable,
        dimension=params.dimension,
        policy=policy,
    )
    since = began_with(steps)
    told = gap
    if params.dimension == "language":
        told, wording = _languages_named(gap), replace(wording, preposition="in")
    return CheckOutcome(
        state=_STATES[gap.verdict],
        sentence=table_sentence(told, wording=wording) + (f" It began with release {since}." if since else ""),
        result={
            "tables": [
                table(f"{params.outcome} by {name}", _COLUMNS, map(_row, told.groups)),
                *onset_tables(steps, told),
            ],
            "figures": {
                "n": gap.n,
                "unknown": gap.unknown_n,
                "groups_hidden": hidden,
                "comparisons": gap.comparisons,
            },
            "gap": gap.to_json(),
            "since_release": since,
            "policy": policy.to_json(),
        },
        n=gap.n,
        title=title,
        severity=severity_of(gap),
        evidence=_evidence(context, params, gap),
    )


def small_groups_hidden(counts: Sequence[GroupCount]) -> tuple[list[GroupCount], int]:
    """Groups too small to be shown, moved to the unknown; and how many there were."""
    small = [count for count in counts if count.group is not None and count.n < _SMALL_CELL]
    if not small:
        return list(counts), 0
    kept = [count for count in counts if count.group is not None and count.n >= _SMALL_CELL]
    merged = [*small, *(count for count in counts if count.group is None)]
    unknown = GroupCount(None, sum(c.favourable for c in merged), sum(c.n for c in merged))
    return [*kept, unknown], len(small)


def _languages_named(gap: GapTable) -> GapTable:
    """The same result for people to read: languages by name instead of by tag."""

    def named(levels: tuple[Level, ...]) -> tuple[Level, ...]:
        return tuple(level if level is None else language_name(str(level)) for level in levels)

    return replace(
        gap,
        groups=tuple(replace(row, levels=named(row.levels)) for row in gap.groups),
        between=tuple(replace(pair, levels=named(pair.levels), against=named(pair.against)) for pair in gap.between),
    )


def severity_of(gap: GapTable) -> Severity:
    """By the largest gap that is a disparity: from 20 points or half the rate critical, from 10 points high."""
    differences = [abs(row.difference or 0.0) for row in _disparities(gap)]
    differences += [abs(pair.difference) for pair in gap.between]
    ratios = [min(row.impact_ratio, 1 / row.impact_ratio) for row in _disparities(gap) if row.impact_ratio]
    largest, smallest_ratio = max(differences, default=0.0), min(ratios, default=1.0)
    if largest >= 0.20 or smallest_ratio < 0.5:
        return Severity.CRITICAL
    return Severity.HIGH if largest >= 0.10 else Severity.MEDIUM


def dimension_name(dimension: str) -> str:
    return dimension.removeprefix(ATTRIBUTE)


def _disparities(gap: GapTable) -> list[GroupResult]:
    return [row for row in gap.groups if row.verdict is Verdict.DISPARITY]


def _row(row: GroupResult) -> list[Any]:
    compared = row.tested and not row.is_reference
    return [
        f"{row.label} (reference)" if row.is_reference else row.label,
        row.n,
        row.favourable,
        row.rate,
        list(row.rate_interval),
        row.difference if compared else None,
        list(row.difference_interval) if compared and row.difference_interval else None,
        row.impact_ratio,
        row.p_adjusted,
        row.verdict.value if compared else None,
    ]


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
    shown = language_name(group) if params.dimension == "language" else group
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


CHECK = Check(kind=CheckKind.OUTCOME_GAP, settings=OutcomeGapSettings, expand=expand, run=run)
