"""The impact-ratio table: each group's rate over the highest group's, by attribute and by pairs of attributes.

One question an outcome. The table of NYC Local Law 144 and of the EEOC's four-fifths rule is a screen: it knows neither
chance nor size, so that it is never more than a watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import msgspec
import numpy as np

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_settings import GapParams, GapSettings, asked, attribute_dimensions, dimension_name
from audits.checks.tables import counted, table
from audits.engine.bias.cube import Cube
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.impact_ratios import Impact, impact_ratios
from audits.engine.bias.sentence import outcome_wording
from audits.engine.bias.suppression import suppressed
from audits.queries.cubes import window_cube
from audits.states import CheckKind, CheckState

_COLUMNS = (
    ("Group", "text"),
    ("Conversations", "count"),
    ("Favourable", "count"),
    ("Rate", "share"),
    ("Impact ratio", "ratio"),
    ("Adverse ratio", "ratio"),
    ("Remark", "text"),
)


class ImpactRatioSettings(GapSettings, frozen=True, kw_only=True):
    """`pairs`: whether pairs of attributes get a table as well."""

    pairs: bool = True


class ImpactRatioParams(GapParams, frozen=True, kw_only=True):
    attributes: tuple[str, ...]
    pairs: bool


def expand(settings: ImpactRatioSettings, scope: Scope) -> list[CheckSpec]:
    """Each outcome, where attributes are declared. Without `alpha`: nothing is tested."""
    attributes = attribute_dimensions(scope)
    return [
        CheckSpec(
            kind=CheckKind.IMPACT_RATIO,
            target=f"{outcome} by every attribute",
            params={
                **asked(settings, outcome, "", scope, questions=1),
                "attributes": attributes,
                "pairs": settings.pairs,
            },
        )
        for outcome in settings.outcomes_in(scope)
        if attributes
    ]


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Build the tables from counts."""
    cube = window_cube(assistant=contexts[0].assistant, window=contexts[0].window)
    return [_outcome(cube, msgspec.convert(context.params, ImpactRatioParams)) for context in contexts]


def _outcome(cube: Cube, params: ImpactRatioParams) -> CheckOutcome:
    crossings: list[tuple[str, ...]] = [(one,) for one in params.attributes]
    if params.pairs:
        crossings += combinations(params.attributes, 2)
    found = {crossing: _impacts(cube, params, crossing) for crossing in crossings}
    flagged = [(crossing, one) for crossing, rows in found.items() for one in rows if one.flagged]
    compared = [one for rows in found.values() for one in rows if one.known and one.excluded is None]
    n = sum(cube.totals(params.measure).values())
    state = CheckState.PASSED if len(compared) > 1 else CheckState.INSUFFICIENT_DATA
    return CheckOutcome(
        state=CheckState.WATCH if flagged else state,
        sentence=_sentence(params, flagged, tables=len(found), compared=len(compared)),
        result={
            "tables": [
                table(f"Impact ratios of {params.outcome} by {_named(crossing)}", _COLUMNS, map(_row, rows))
                for crossing, rows in found.items()
            ],
            "figures": {
                "n": n,
                "flagged": len(flagged),
                "excluded": [
                    {"group": one.label, "reason": one.excluded}
                    for rows in found.values()
                    for one in rows
                    if one.excluded
                ],
                "passed": len(compared) - len(flagged),
                "watched": len(flagged),
                "failed": 0,
                "seed": None,
            },
            "policy": params.policy.to_json(),
        },
        n=n,
        title=f"Impact ratios of {params.outcome.replace('_', ' ')}",
    )


def _impacts(cube: Cube, params: ImpactRatioParams, crossing: Sequence[str]) -> list[Impact]:
    small = cube.marginal(crossing).only([params.measure])
    for dimension in crossing:
        small, _ = small.small_hidden(dimension, params.measure)
    counts = small.group_counts(params.measure, params.good, groups=crossing)
    return impact_ratios(_small_merged(counts) if len(crossing) == 2 else counts, policy=params.policy)


def _small_merged(counts: Sequence[GroupCount]) -> list[GroupCount]:
    """Intersections that must not be shown, put together with what is unknown of both attributes.

    The tables of the single attributes are the totals of this one, so that more than the small cells go.
    """
    rows, columns = (list(dict.fromkeys(one.levels[axis] for one in counts)) for axis in (0, 1))
    n = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for one in counts:
        n[rows.index(one.levels[0]), columns.index(one.levels[1])] = one.n
    hidden = suppressed(n)
    shown: list[GroupCount] = []
    merged: list[GroupCount] = []
    for one in counts:
        small = hidden[rows.index(one.levels[0]), columns.index(one.levels[1])]
        (merged if small or one.levels == (None, None) else shown).append(one)
    if not merged:
        return shown
    both = sum(one.favourable for one in merged), sum(one.n for one in merged)
    return [*shown, GroupCount((None, None), *both)]


def _row(one: Impact) -> list[Any]:
    remarks = [one.excluded] if one.excluded else []
    remarks += ["below four fifths"] if one.below_four_fifths else []
    remarks += ["adverse above 1.25 times the lowest"] if one.above_five_fourths else []
    return [
        one.label,
        one.n,
        one.favourable,
        one.rate,
        one.favourable_ratio,
        one.adverse_ratio,
        "; ".join(remarks) or None,
    ]


def _sentence(
    params: ImpactRatioParams, flagged: list[tuple[tuple[str, ...], Impact]], *, tables: int, compared: int
) -> str:
    screen = "This table is a screen that knows neither chance nor size, not a verdict."
    if compared < 2:
        return f"No two groups are large enough for impact ratios. {screen}"
    if not flagged:
        return f"In {counted(tables, 'table')} no group falls below four fifths of the highest rate. {screen}"
    below = [(crossing, one) for crossing, one in flagged if one.below_four_fifths]
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    if below:
        crossing, worst = min(below, key=lambda pair: pair[1].favourable_ratio or 0.0)
        share, ratio = f"{100 * (worst.rate or 0.0):.0f} %", f"{worst.favourable_ratio or 0.0:.2f}"
        told = f"{share} of {wording.noun} from {worst.label} {wording.favourable}, {ratio} of the highest rate."
    else:
        crossing, worst = max(flagged, key=lambda pair: pair[1].adverse_ratio or float("inf"))
        opposite = outcome_wording(params.outcome, "false" if params.favourable else "true").favourable
        times = "many" if worst.adverse_ratio is None else f"{worst.adverse_ratio:.2f}"
        told = f"{wording.noun} from {worst.label} {opposite} {times} times as often as where that is rarest."
    more = f" {len(flagged) - 1} more are flagged." if len(flagged) > 1 else ""
    return f"By {_named(crossing)}, {told}{more} {screen}"


def _named(crossing: Sequence[str]) -> str:
    return " × ".join(dimension_name(one).replace("_", " ") for one in crossing)


CHECK = Check(kind=CheckKind.IMPACT_RATIO, settings=ImpactRatioSettings, expand=expand, answer=answer)
