"""Can the other checks know anything at all? What was read, what is known, and what gap could have been seen.

Failed only for what somebody can mend at once: conversations that were not read. Unknown attributes make it watch,
and groups too small to show a gap of `target_difference` make it say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.gap_settings import Proportion
from audits.checks.tables import counted, share, share_text, table
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.groups import GroupCount
from audits.engine.statistics.bounds import difference_bounds
from audits.engine.statistics.power import detectable_difference
from audits.queries.cubes import window_cube
from audits.states import CheckKind, CheckState

TARGET = "conversations of the period"

Share = Annotated[float, Meta(ge=0, lt=1)]


class SufficiencySettings(Settings, frozen=True, kw_only=True):
    """`target_difference`: the gap of rates that must be visible, at `base_rate`, with `power`, at level `alpha`."""

    max_unscanned: Share = 0.05
    max_unknown: Share = 0.5
    target_difference: Proportion = 0.10
    base_rate: Proportion = 0.8
    alpha: Proportion = 0.05
    power: Proportion = 0.8


class SufficiencyParams(SufficiencySettings, frozen=True, kw_only=True):
    attributes: list[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one attribute. `visible` is the gap that its smallest comparison would have shown, if any.

    `sizes` are the groups that may be shown, the largest first; `unknown` counts the `hidden` small groups along.
    """

    attribute: str
    sizes: Mapping[str, int]
    unknown: int
    hidden: int
    visible: float | None

    @property
    def spoken(self) -> str:
        return self.attribute.replace("_", " ")

    @property
    def n(self) -> int:
        return sum(self.sizes.values()) + self.unknown

    @property
    def smallest(self) -> int:
        return min(self.sizes.values(), default=0)


def expand(settings: SufficiencySettings, scope: Scope) -> list[CheckSpec]:
    params = SufficiencyParams(**msgspec.structs.asdict(settings), attributes=sorted(scope.attributes))
    return [CheckSpec(kind=CheckKind.DATA_SUFFICIENCY, target=TARGET, params=msgspec.to_builtins(params))]


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Build the tables from counts."""
    cube = window_cube(assistant=contexts[0].assistant, window=contexts[0].window)
    return [_outcome(cube, msgspec.convert(context.params, SufficiencyParams)) for context in contexts]


def _outcome(cube: Cube, params: SufficiencyParams) -> CheckOutcome:
    states = cube.totals("scan.state")
    n, scanned = sum(states.values()), states.get("scanned", 0)
    known = [_known(cube, name, params) for name in params.attributes]
    unscanned = share(n - scanned, n)
    unknown = [one for one in known if share(one.unknown, one.n) > params.max_unknown]
    blind = [one for one in known if one.visible is None or one.visible > params.target_difference]
    if n == 0:
        state = CheckState.INSUFFICIENT_DATA
    elif unscanned > params.max_unscanned:
        state = CheckState.FAILED
    elif unknown:
        state = CheckState.WATCH
    else:
        state = CheckState.INSUFFICIENT_DATA if blind else CheckState.PASSED
    return CheckOutcome(
        state=state,
        sentence=_sentence(params, n=n, unscanned=n - scanned, unknown=unknown, blind=blind),
        result={
            "tables": [_scans(states, n), _attributes(known), _groups(known), _bounds(cube, known)],
            "figures": {
                "n": n,
                "scanned": scanned,
                "unscanned_share": unscanned if n else None,
                "target_difference": params.target_difference,
                "groups_hidden": sum(one.hidden for one in known),
                "excluded": [],
                "seed": None,
            },
        },
        n=n,
        title="Conversations were not scanned",
    )


def _known(cube: Cube, name: str, params: SufficiencyParams) -> Known:
    dimension = f"{ATTRIBUTE}{name}"
    shown, hidden = cube.marginal([dimension]).small_hidden(dimension, "total")
    counts = shown.group_counts("total", "", groups=[dimension])
    sizes = sorted(((one.label, one.n) for one in counts if one.group is not None), key=lambda one: (-one[1], one[0]))
    visible = None
    if len(sizes) > 1:
        largest, smallest = sizes[0][1], sizes[-1][1]
        gap = float(detectable_difference(params.base_rate, largest, smallest, alpha=params.alpha, power=params.power))
        visible = gap if gap < 1 else None
    unknown = sum(one.n for one in counts if one.group is None)
    return Known(attribute=name, sizes=dict(sizes), unknown=unknown, hidden=hidden, visible=visible)


def _scans(states: dict[str, int], n: int) -> dict[str, Any]:
    labels = {"scanned": "scanned", "received": "not yet scanned", "unscannable": "could not be read"}
    return table(
        "What was read",
        (("Conversations", "text"), ("Number", "count"), ("Share", "share")),
        [[label, states.get(state, 0), share(states.get(state, 0), n)] for state, label in labels.items()],
    )


def _attributes(known: list[Known]) -> dict[str, Any]:
    return table(
        "What is known of customers",
        (
            ("Attribute", "text"),
            ("Groups", "count"),
            ("Hidden small groups", "count"),
            ("Smallest group", "count"),
            ("Unknown", "share"),
            ("Visible gap", "gap"),
        ),
        [
            [one.spoken, len(one.sizes), one.hidden, one.smallest, share(one.unknown, one.n), one.visible]
            for one in known
        ],
    )


def _groups(known: list[Known]) -> dict[str, Any]:
    """One row a group, the unknown in a row of their own."""
    return table(
        "Groups, and who is unknown",
        (("Attribute", "text"), ("Group", "text"), ("Conversations", "count"), ("Share", "share")),
        [
            [one.spoken, group, size, share(size, one.n)]
            for one in known
            for group, size in [*one.sizes.items(), ("unknown", one.unknown)]
        ],
    )


def _bounds(cube: Cube, known: list[Known]) -> dict[str, Any]:
    """How far the unknown could move each attribute's widest gap, whatever groups they belong to (Manski 1990)."""
    rows = []
    for one in known:
        dimension = f"{ATTRIBUTE}{one.attribute}"
        alone = cube.marginal([dimension])
        for measure in cube.measures:
            if measure.startswith("outcome."):
                shown, _ = alone.only([measure]).small_hidden(dimension, measure)
                rows += _widest(shown.group_counts(measure, "true", groups=[dimension]), one.spoken, measure)
    return table(
        "What the unknown could change",
        (
            ("Attribute", "text"),
            ("Outcome", "text"),
            ("Widest gap", "text"),
            ("Difference", "points"),
            ("Worst-case range", "points_interval"),
        ),
        rows,
    )


def _widest(counts: Sequence[GroupCount], attribute: str, measure: str) -> list[list[Any]]:
    unknown = [one for one in counts if one.group is None]
    groups = sorted((one for one in counts if one.group is not None), key=lambda one: one.favourable / one.n)
    if len(groups) < 2 or not unknown:
        return []
    low, high = groups[0], groups[-1]
    worst = difference_bounds(low.favourable, low.n, high.favourable, high.n, unknown[0].n, unknown[0].favourable)
    return [
        [
            attribute,
            measure.removeprefix("outcome.").replace("_", " "),
            f"{low.label} against {high.label}",
            low.favourable / low.n - high.favourable / high.n,
            [float(worst[0]), float(worst[1])],
        ]
    ]


def _sentence(params: SufficiencyParams, *, n: int, unscanned: int, unknown: list[Known], blind: list[Known]) -> str:
    if n == 0:
        return "There are no conversations in this period."
    parts = [
        f"{counted(n)}, all of them scanned."
        if not unscanned
        else f"{unscanned:,} of {counted(n)} ({share_text(share(unscanned, n))}) are unscanned and prove nothing."
    ]
    parts += [
        f"{one.spoken.capitalize()} is not known in {share_text(share(one.unknown, one.n))} of them." for one in unknown
    ]
    parts += [_blindness(one, params) for one in blind if one not in unknown]
    return " ".join(parts)


def _blindness(one: Known, params: SufficiencyParams) -> str:
    if one.visible is None:
        return f"By {one.spoken} no gap could have been seen: there are no two groups to compare."
    return (
        f"By {one.spoken} a gap under {100 * one.visible:.0f} points could not have been seen; "
        f"{100 * params.target_difference:.0f} points are asked for."
    )


CHECK = Check(kind=CheckKind.DATA_SUFFICIENCY, settings=SufficiencySettings, expand=expand, answer=answer)
