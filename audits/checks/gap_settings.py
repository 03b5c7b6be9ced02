"""What the checks that compare groups by an outcome have in common: thresholds, questions, states and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, structs

from audits.checks.contract import CheckOutcome, Scope, Settings
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import Level
from audits.engine.bias.verdict import Policy, Verdict
from audits.states import CheckState, Severity
from portal.core.languages import language_name

DEFAULT_OUTCOME = "resolved"
#: Outcomes for which "no" is the good answer, unless the programme says otherwise.
ADVERSE_OUTCOMES = frozenset(
    {"abandoned", "complaint", "escalated", "refused", "repeat_contact", "transferred_to_human", "unresolved"}
)
_ADVERSE_ENDINGS = ("_abandoned", "_escalated", "_refused", "_unresolved")


def is_adverse(outcome: str) -> bool:
    """Whether the name says that `true` is the bad answer: `escalated`, `refund_refused`, but not `not_refused`."""
    if outcome in ADVERSE_OUTCOMES:
        return True
    return outcome.endswith(_ADVERSE_ENDINGS) and not outcome.startswith(("no_", "not_"))


STATES = {
    Verdict.DISPARITY: CheckState.FAILED,
    Verdict.WATCH: CheckState.WATCH,
    Verdict.NO_MATERIAL_DIFFERENCE: CheckState.PASSED,
    Verdict.NOT_ENOUGH_DATA: CheckState.INSUFFICIENT_DATA,
}

Proportion = Annotated[float, Meta(gt=0, lt=1)]


class GapSettings(Settings, frozen=True, kw_only=True):
    """`outcomes` limits what is compared; null means all true/false outcomes there are.

    `favourable` says for an outcome whether true or false is the good answer. The thresholds are those of
    audits.engine.bias.verdict.Policy.
    """

    outcomes: list[str] | None = None
    favourable: dict[str, bool] = {}
    alpha: Proportion = 0.05
    delta: Proportion = 0.05
    impact_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.80
    adverse_ratio: Annotated[float, Meta(ge=1)] = 1.25
    minimum_n: Annotated[int, Meta(ge=1)] = 30

    def outcomes_in(self, scope: Scope) -> list[str]:
        return (list(scope.outcomes) or [DEFAULT_OUTCOME]) if self.outcomes is None else self.outcomes

    def is_favourable(self, outcome: str) -> bool:
        """Whether "true" is the good answer."""
        return self.favourable.get(outcome, not is_adverse(outcome))


class GapParams(Settings, frozen=True, kw_only=True):
    """One frozen question; `alpha` is this question's part, `favourable` whether "true" is the good answer."""

    outcome: str
    favourable: bool
    dimension: str
    reference: str
    alpha: Proportion
    delta: Proportion
    impact_ratio: float
    adverse_ratio: float
    minimum_n: int

    @property
    def measure(self) -> str:
        return f"outcome.{self.outcome}"

    @property
    def good(self) -> str:
        """The favourable value as the counts have it."""
        return "true" if self.favourable else "false"

    @property
    def policy(self) -> Policy:
        return policy_of(self)


def policy_of(bars: GapSettings | GapParams) -> Policy:
    """The thresholds, as the engine takes them."""
    return Policy(
        alpha=bars.alpha,
        delta=bars.delta,
        impact_ratio=bars.impact_ratio,
        adverse_ratio=bars.adverse_ratio,
        minimum_n=bars.minimum_n,
    )


def asked(settings: GapSettings, outcome: str, dimension: str, scope: Scope, *, questions: int) -> dict[str, object]:
    """The fields of GapParams for one of so many questions."""
    return {
        "outcome": outcome,
        "favourable": settings.is_favourable(outcome),
        "dimension": dimension,
        "reference": scope.attributes.get(dimension_name(dimension), ""),
        "alpha": settings.alpha / questions,
        "delta": settings.delta,
        "impact_ratio": settings.impact_ratio,
        "adverse_ratio": settings.adverse_ratio,
        "minimum_n": settings.minimum_n,
    }


def attribute_dimensions(scope: Scope) -> list[str]:
    return [f"{ATTRIBUTE}{name}" for name in scope.attributes]


def dimensions_asked(scope: Scope, wanted: Sequence[str] | None, *, others: Sequence[str] = ("language",)) -> list[str]:
    """Each declared attribute, and each of `others` that takes several values; of these the `wanted`, None is all."""
    there = attribute_dimensions(scope) + [name for name in others if scope.groups.get(name, 0) > 1]
    return there if wanted is None else [name for name in there if name in wanted]


def reference_missing(reference: str, *, policy: Policy, n: int, hidden: int, title: str) -> CheckOutcome:
    """The answer where the declared reference group has no members in the window, or too few to be shown."""
    return CheckOutcome(
        state=CheckState.INSUFFICIENT_DATA,
        sentence=f"The reference group “{reference}” does not occur in this period.",
        result={"tables": [], "figures": {"groups_hidden": hidden}, "policy": policy.to_json()},
        n=n,
        title=title,
    )


def dimension_name(dimension: str) -> str:
    """`age_group` of `attribute:age_group`."""
    return dimension.removeprefix(ATTRIBUTE)


def shown_cube(cube: Cube, dimension: str, measure: str, *, strata: Sequence[str] = ()) -> tuple[Cube, int]:
    """The counts by the dimension and these strata, and how many groups are hidden.

    Small groups of a customer attribute are counted as unknown.
    """
    asked = cube.marginal([dimension, *strata])
    if not dimension.startswith(ATTRIBUTE):
        return asked, 0
    return asked.small_hidden(dimension, measure)


def hidden_levels(cube: Cube, dimension: str, measure: str) -> set[str | None]:
    """The groups that `shown_cube` counts as unknown; none of a dimension that is no customer attribute."""
    return cube.small_levels(dimension, measure) if dimension.startswith(ATTRIBUTE) else set()


def severity_of_gaps(differences: Sequence[float], ratios: Sequence[float] = ()) -> Severity:
    """By the largest gap that is a disparity: from 20 points or half the rate critical, from 10 points high."""
    largest = max((abs(one) for one in differences), default=0.0)
    smallest_ratio = min((min(one, 1 / one) for one in ratios if one), default=1.0)
    if largest >= 0.20 or smallest_ratio < 0.5:
        return Severity.CRITICAL
    return Severity.HIGH if largest >= 0.10 else Severity.MEDIUM


def languages_named(gap: GapTable) -> GapTable:
    """The same result for people to read: languages by name instead of by tag."""

    def named(levels: tuple[Level, ...]) -> tuple[Level, ...]:
        return tuple(level if level is None else language_name(str(level)) for level in levels)

    return replace(
        gap,
        groups=tuple(structs.replace(row, levels=named(row.levels)) for row in gap.groups),
        between=tuple(replace(pair, levels=named(pair.levels), against=named(pair.against)) for pair in gap.between),
    )


def gap_figures(gap: GapTable, verdicts: Mapping[str, Verdict], *, hidden: int) -> dict[str, Any]:
    """The figures of a comparison: what it rests on, who was left out and why, and how many cells ended how.

    `verdicts` maps each group that was judged to its verdict; `seed` is null because nothing here is random.
    """
    ended = list(verdicts.values())
    return {
        "n": gap.n,
        "unknown": gap.unknown_n,
        "groups_hidden": hidden,
        "comparisons": gap.comparisons,
        "excluded": [{"group": row.label, "reason": row.excluded} for row in gap.groups if row.excluded],
        "passed": ended.count(Verdict.NO_MATERIAL_DIFFERENCE),
        "watched": ended.count(Verdict.WATCH),
        "failed": ended.count(Verdict.DISPARITY),
        "undecided": ended.count(Verdict.NOT_ENOUGH_DATA),
        "seed": None,
    }
