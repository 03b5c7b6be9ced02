"""Questions that compare groups by an outcome, made ready for the engine: counts, repeat customers, who is compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec.structs import replace

from audits.checks.contract import CheckContext, CheckOutcome
from audits.checks.gap_settings import GapParams, dimension_name, reference_missing, shown_cube
from audits.checks.repeat_customers import AllSums, Repeats, repeats_of
from audits.engine.bias.comparisons import GapFamily, TableCounts
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import GroupCount, Member
from audits.engine.bias.outcome_gap import audit_families
from audits.engine.bias.verdict import Policy
from portal.core.languages import language_name

P = TypeVar("P", bound=GapParams)


@dataclass(frozen=True, slots=True)
class GapQuestion(Generic[P]):
    """One question and all that answers it. `family` is None where the reference that it names has no members.

    `hidden` groups of a customer attribute were too small to be shown and are counted as unknown.
    """

    context: CheckContext
    params: P
    counts: Sequence[GroupCount]
    hidden: int
    repeats: Repeats
    family: GapFamily | None

    @property
    def name(self) -> str:
        return dimension_name(self.params.dimension)

    @property
    def members(self) -> Sequence[Member]:
        """The groups, with their counts by stratum."""
        return () if self.family is None else self.family.plans[0].members

    @property
    def private(self) -> bool:
        return self.params.dimension.startswith(ATTRIBUTE)


def gap_question(
    context: CheckContext,
    params: P,
    cube: Cube,
    sums: AllSums,
    *,
    strata: Sequence[str] = (),
    languages_named: bool = False,
) -> GapQuestion[P]:
    """`cube` and `sums` hold the window, for all its questions; with `languages_named` languages go by name."""
    named = languages_named and params.dimension == "language"
    repeats = repeats_of(sums, params, named=named)
    shown, hidden = shown_cube(cube, params.dimension, params.measure, strata=strata)
    counts = shown.group_counts(params.measure, params.good, groups=[params.dimension], strata=strata)
    if named:
        counts = [replace(one, group=None if one.group is None else language_name(one.label)) for one in counts]
    table = TableCounts((dimension_name(params.dimension),), tuple(counts), params.reference or None, repeats.effects)
    return GapQuestion(context, params, counts, hidden, repeats, family_or_none(table, policy=params.policy))


def family_or_none(table: TableCounts, *, policy: Policy) -> GapFamily | None:
    """One table as a family of its own; None where a reference that is named has no members, or too few to be shown."""
    try:
        return GapFamily.of([table], policy=policy)
    except LookupError:
        return None


def gaps_audited(families: Iterable[GapFamily | None]) -> list[GapTable | None]:
    """The only table of each family, in step, from one pass of the engine."""
    asked = list(families)
    found = iter(audit_families([family for family in asked if family is not None]))
    return [None if family is None else next(found)[0] for family in asked]


def missing_outcome(question: GapQuestion[P], *, title: str) -> CheckOutcome:
    """The answer to a question that has no family."""
    return reference_missing(
        question.params.reference,
        policy=question.params.policy,
        n=sum(count.n for count in question.counts),
        hidden=question.hidden,
        title=title,
    )
