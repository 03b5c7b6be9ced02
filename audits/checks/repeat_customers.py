"""What repeat customers weigh: conversations of one customer are alike, and say less than as many of several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.checks.contract import CheckContext
from audits.checks.gap_settings import GapParams
from audits.checks.tables import table
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.engine.statistics.clusters import cautious_design_effects
from audits.queries.cubes import OUTCOMES, Stamp
from audits.queries.repeats import DIMENSIONS, Counted, ErrorKind, Errors, Sums, cluster_sums, customer_sums
from portal.core.languages import language_name

_COLUMNS = (
    ("Group", "text"),
    ("Conversations", "count"),
    ("Customers", "count"),
    ("Design effect", "ratio"),
    ("Worth as many independent ones", "count"),
)
_WORTH_SAYING = 0.95
ERRORS: Sequence[ErrorKind] = ("fp", "fn")

AllSums = Mapping[tuple[str, Counted], Sums]
"""By (dimension, outcome); see `customer_sums`."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """By group: its conversations whose customer is on record, these customers, and the design effect."""

    groups: Mapping[str, tuple[int, int, float]]

    @property
    def effects(self) -> dict[str, float]:
        """What `audit_gap` widens by."""
        return {label: effect for label, (_, _, effect) in self.groups.items()}

    def few(self, label: str) -> bool:
        """Whether the group has customers on record, but fewer than ten."""
        return label in self.groups and self.groups[label][1] < SMALLEST_SHOWN


def window_sums(context: CheckContext, cube: Cube, stamp: Stamp) -> AllSums:
    """Of every dimension and outcome of the window's cube what its customers' conversations add up to."""
    dimensions = [one for one in cube.dimensions if one in DIMENSIONS or one.startswith(ATTRIBUTE)]
    outcomes = [one.removeprefix(OUTCOMES) for one in cube.measures if one.startswith(OUTCOMES)]
    return customer_sums(
        assistant=context.assistant,
        window=context.window,
        dimensions=sorted(dimensions),
        outcomes=sorted(outcomes),
        stamp=stamp,
    )


def error_sums(context: CheckContext, pairs: Collection[tuple[str, str, str]]) -> AllSums:
    """What the customers' decisions of `pairs`, each (decision, truth, dimension), add up to, by kind of error."""
    errors = {Errors(decision, truth, kind) for decision, truth, _ in pairs for kind in ERRORS}
    return customer_sums(
        assistant=context.assistant,
        window=context.window,
        dimensions=sorted({dimension for *_, dimension in pairs}),
        outcomes=sorted(errors),
    )


def error_effects(sums: AllSums, *, decision: str, truth: str, dimension: str) -> dict[str, tuple[float, float]]:
    """The cautious design effects of each known group's false positive and false negative rate."""
    found: dict[str, list[float]] = {}
    for place, kind in enumerate(ERRORS):
        asked = sums.get((dimension, Errors(decision, truth, kind)))
        if not asked:
            continue
        levels, clusters = cluster_sums(asked, favourable="true")
        for i, (level, effect) in enumerate(zip(levels, cautious_design_effects(clusters).tolist(), strict=True)):
            if level is not None and clusters.n[i]:
                effects = found.setdefault(level.strip(), [1.0, 1.0])
                effects[place] = max(effects[place], effect)
    return {label: (fp, fn) for label, (fp, fn) in found.items()}


def repeats_of(sums: AllSums, params: GapParams, *, named: bool = False) -> Repeats:
    """The design effect of every known group (Rao & Scott 1992), cautious where it has few customers.

    With `named`, languages go by name; two tags of one name share the greater effect.
    """
    asked = sums.get((params.dimension, params.outcome))
    if not asked:
        return Repeats({})
    levels, clusters = cluster_sums(asked, favourable=params.good)
    effects = cautious_design_effects(clusters)
    found: dict[str, tuple[int, int, float]] = {}
    for i, level in enumerate(levels):
        if level is None or not clusters.n[i]:
            continue
        label = language_name(level) if named else level.strip()
        n, customers, effect = found.get(label, (0, 0, 1.0))
        own = int(clusters.n[i]), int(clusters.clusters[i])
        found[label] = n + own[0], customers + own[1], max(effect, float(effects[i]))
    return Repeats(found)


def repeats_table(repeats: Repeats, shown: Collection[str]) -> dict[str, Any]:
    """One row a group that is `shown`, unless it has fewer than ten customers."""
    rows = [
        [label, n, customers, effect, round(n / effect)]
        for label, (n, customers, effect) in repeats.groups.items()
        if label in shown and customers >= SMALLEST_SHOWN
    ]
    return table("Repeat customers, and what they weigh", _COLUMNS, sorted(rows))


def repeats_sentence(gap: GapTable) -> str:
    """ "Some customers came several times; 1,000 conversations weigh like 640.", with a space before it.

    Empty where that changes little: at 95 % or more.
    """
    n = sum(row.n for row in gap.groups if row.known)
    if gap.effective_n >= _WORTH_SAYING * n:
        return ""
    return f" Some customers came several times; {n:,} conversations weigh like {gap.effective_n:,.0f}."


def repeats_figures(gap: GapTable, repeats: Repeats, *, private: bool) -> dict[str, Any]:
    """The largest design effect that is told (`told_json`), and what all known groups weigh together."""
    effects = [row.design_effect for row in gap.groups if row.known and not (private and repeats.few(row.label))]
    return {"design_effect": max(effects, default=None), "effective_n": round(gap.effective_n)}


def told_json(gap: GapTable, repeats: Repeats, *, private: bool) -> dict[str, Any]:
    """The gap as kept, without the design effect of a customer attribute's group of fewer than ten customers.

    Beside n it would come close to saying how many these are. Null there; the widening holds all the same.
    """
    document = gap.to_json()
    for row, found in zip(document["groups"], gap.groups, strict=True):
        if private and repeats.few(found.label):
            row["design_effect"] = None
    return document
