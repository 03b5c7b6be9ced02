"""One slice of an assistant's fairness, from counts: an outcome by an attribute, within strata, of a window.

What a slice shows is exploratory: its p-values are corrected for the groups of its own table, never for the number of
slices that somebody looks at. A cycle's checks are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from assistants.models import Assistant, AuditedAttribute
from audits.checks.gap_settings import dimension_name, languages_named, shown_cube
from audits.engine.bias.cube import ATTRIBUTE, UNKNOWN, Cube
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.sentence import detectable_sentence, outcome_wording, table_sentence
from audits.engine.bias.suppression import suppressed
from audits.engine.bias.verdict import Policy, Verdict, overall
from audits.engine.statistics.intervals import wilson
from audits.group_words import level_words
from audits.queries.cubes import window_cube
from audits.queries.windows import Window

OUTCOME = "outcome."
#: What groups may be compared within: only what was fixed before the conversation.
STRATA: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "intent": ("intent",),
    "channel": ("channel",),
    "both": ("intent", "channel"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to ask of a window: true/false outcomes, and dimensions with their words."""

    outcomes: Sequence[str]
    dimensions: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """`reference` names the group that others are compared with; empty: the one with the highest rate."""

    outcome: str
    favourable: bool
    dimension: str
    strata: str
    reference: str
    policy: Policy

    @property
    def name(self) -> str:
        return dimension_name(self.dimension)

    @property
    def target(self) -> str:
        """As a check names the same question."""
        return f"{self.outcome} by {self.name}"

    @property
    def target_words(self) -> str:
        return self.target.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class StratumCell:
    """One group in one stratum; all None where it is too small to be shown, or would tell what is."""

    group: str
    n: int | None
    favourable: int | None
    rate: float | None
    low: float | None
    high: float | None

    @property
    def hidden(self) -> bool:
        return self.n is None

    @property
    def rate_text(self) -> str:
        return "" if self.rate is None else f"{100 * self.rate:.1f} %"

    @property
    def range_text(self) -> str:
        return "" if self.low is None or self.high is None else f"{100 * self.low:.1f}–{100 * self.high:.1f} %"


@dataclass(frozen=True, slots=True)
class Stratum:
    label: str
    cells: Sequence[StratumCell]


@dataclass(frozen=True, slots=True)
class FairnessSlice:
    """The answer. `verdict` is that within strata, where any were asked for; `groups_hidden` were too small to show."""

    question: Question
    gap: GapTable
    verdict: Verdict
    sentence: str
    strata: Sequence[Stratum]
    groups_hidden: int

    @property
    def adjusted(self) -> bool:
        return any(row.adjusted is not None for row in self.gap.groups)

    @property
    def turned_round(self) -> Sequence[GroupResult]:
        """Groups whose gap has the other sign within strata (Simpson's paradox)."""
        return [row for row in self.gap.groups if row.adjusted is not None and row.adjusted.simpson]

    @property
    def detectable(self) -> str:
        """What could have been seen, of the group in which least could."""
        rows = [row for row in self.gap.compared if row.detectable_difference is not None]
        return detectable_sentence(max(rows, key=lambda row: row.detectable_difference or 0.0)) if rows else ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; what is hidden or not determined is null."""
        return {
            "outcome": self.question.outcome,
            "favourable": self.question.favourable,
            "by": self.question.dimension,
            "within": self.question.strata,
            "verdict": self.verdict.value,
            "sentence": self.sentence,
            "detectable": self.detectable,
            "groups_hidden": self.groups_hidden,
            "policy": self.question.policy.to_json(),
            "gap": self.gap.to_json(),
            "strata": [
                {
                    "stratum": stratum.label,
                    "groups": [
                        {
                            "group": cell.group,
                            "suppressed": cell.hidden,
                            "n": cell.n,
                            "favourable": cell.favourable,
                            "rate": finite(cell.rate),
                            "rate_interval": None
                            if cell.low is None or cell.high is None
                            else finite_range((cell.low, cell.high)),
                        }
                        for cell in stratum.cells
                    ],
                }
                for stratum in self.strata
            ],
        }


def fairness_cube(*, assistant: Assistant, window: Window) -> Cube:
    """All true/false outcomes of the window; one statement or two, whatever is sliced out of it."""
    return window_cube(assistant=assistant, window=window, measures=(OUTCOME,))


def fairness_choices(cube: Cube, attributes: Sequence[AuditedAttribute], *, truths: Collection[str]) -> Choices:
    """Outcomes that occur, declared attributes, and language and channel where there is more than one.

    `truths` are no outcomes of the assistant: they say what a decision should have been.
    """
    dimensions = [(f"{ATTRIBUTE}{one.name}", str(one)) for one in attributes]
    for name in ("language", "channel"):
        if len([level for level in cube.levels_of(name) if level is not None]) > 1:
            dimensions.append((name, name.capitalize()))
    counted = [measure.removeprefix(OUTCOME) for measure in cube.measures if measure.startswith(OUTCOME)]
    return Choices([outcome for outcome in counted if outcome not in truths], dimensions)


def fairness_slice(cube: Cube, question: Question) -> FairnessSlice:
    """Compare the groups of one dimension: crude, and within strata where they are asked for.

    Groups of a customer attribute with fewer than ten conversations count as unknown, and so does the next smallest
    where the unknown would give them away; in the table by stratum small cells are left out the same way.
    """
    measure, good = f"{OUTCOME}{question.outcome}", "true" if question.favourable else "false"
    secret = question.dimension.startswith(ATTRIBUTE)
    layers = [name for name in STRATA[question.strata] if name != question.dimension]
    shown, hidden = shown_cube(cube, question.dimension, measure, strata=layers)
    counts = shown.group_counts(measure, good, groups=[question.dimension], strata=layers)
    known = {count.label for count in counts}
    reference = question.reference if question.reference in known else None
    gap = audit_gap(counts, policy=question.policy, reference=reference, attribute=question.name)
    verdict = gap.verdict
    within = [row.adjusted.verdict for row in gap.groups if row.adjusted is not None and row.tested]
    if layers and within:
        verdict = overall(within)
    told, wording = gap, outcome_wording(question.outcome, good, noun="conversations")
    if question.dimension == "language":
        told, wording = languages_named(gap), replace(wording, preposition="in")
    strata = _by_stratum(shown, question, measure, good, layers, secret=secret) if layers else []
    return FairnessSlice(question, told, verdict, table_sentence(told, wording=wording), strata, hidden)


def _by_stratum(
    cube: Cube, question: Question, measure: str, good: str, layers: Sequence[str], *, secret: bool
) -> list[Stratum]:
    cells = {
        (cast(tuple[str, ...], count.stratum), count.levels[0]): (count.favourable, count.n)
        for count in cube.group_counts(measure, good, groups=[question.dimension], strata=layers)
    }
    strata = sorted({stratum for stratum, _ in cells}, key=lambda levels: [(one == UNKNOWN, one) for one in levels])
    groups = sorted({group for _, group in cells}, key=lambda level: (level is None, str(level)))
    n = np.array([[cells.get((stratum, group), (0, 0))[1] for group in groups] for stratum in strata])
    mask = suppressed(n, rows=strata) if secret and n.size else np.zeros(n.shape, dtype=bool)
    return [
        Stratum(
            " · ".join(stratum),
            [
                _cell(
                    level_words(question.dimension, group),
                    *cells.get((stratum, group), (0, 0)),
                    hidden=bool(mask[i, j]),
                )
                for j, group in enumerate(groups)
            ],
        )
        for i, stratum in enumerate(strata)
    ]


def _cell(group: str, k: int, n: int, *, hidden: bool) -> StratumCell:
    if hidden:
        return StratumCell(group, None, None, None, None, None)
    if not n:
        return StratumCell(group, 0, 0, None, None, None)
    low, high = wilson(k, n)
    return StratumCell(group, n, k, k / n, float(low), float(high))
