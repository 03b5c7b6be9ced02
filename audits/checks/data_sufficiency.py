"""Can the other checks know anything at all? What was read, what is known, and what gap could have been seen.

Failed only for what somebody can mend at once: conversations that were not read. Unknown attributes make it watch,
and groups too small to show a gap of `target_difference` make it say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from assistants.models import Assistant
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings
from audits.checks.tables import counted, share, share_text, table
from audits.engine.statistics.power import detectable_difference
from audits.queries.counts import ATTRIBUTE, dimension_counts, value_counts
from audits.queries.windows import Window
from audits.states import CheckKind, CheckState

TARGET = "conversations of the period"
_SMALL_CELL = 10

Share = Annotated[float, Meta(ge=0, lt=1)]
Proportion = Annotated[float, Meta(gt=0, lt=1)]


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
    """What is known of one attribute. `visible` is the gap that its smallest comparison would have shown, if any."""

    attribute: str
    groups: int
    unknown: int
    n: int
    smallest: int
    visible: float | None


def expand(settings: SufficiencySettings, scope: Scope) -> list[CheckSpec]:
    params = SufficiencyParams(**msgspec.structs.asdict(settings), attributes=sorted(scope.attributes))
    return [CheckSpec(kind=CheckKind.DATA_SUFFICIENCY, target=TARGET, params=msgspec.to_builtins(params))]


def run(context: CheckContext) -> CheckOutcome:
    params = msgspec.convert(context.params, SufficiencyParams)
    states = value_counts(assistant=context.assistant, measure="scan.state", window=context.window)
    n, scanned = sum(states.values()), states.get("scanned", 0)
    known = [_known(name, params, context.assistant, context.window) for name in params.attributes]
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
            "tables": [_scans(states, n), _attributes(known)],
            "figures": {
                "n": n,
                "scanned": scanned,
                "unscanned_share": unscanned if n else None,
                "target_difference": params.target_difference,
            },
        },
        n=n,
        title="Conversations were not scanned",
    )


def _known(name: str, params: SufficiencyParams, assistant: Assistant, window: Window) -> Known:
    groups = dimension_counts(assistant=assistant, dimension=f"{ATTRIBUTE}{name}", window=window)
    unknown = groups.pop(None, 0)
    small = [size for size in groups.values() if size < _SMALL_CELL]
    sizes = sorted(size for size in groups.values() if size >= _SMALL_CELL)
    visible = None
    if len(sizes) > 1:
        gap = float(
            detectable_difference(params.base_rate, sizes[-1], sizes[0], alpha=params.alpha, power=params.power)
        )
        visible = gap if gap < 1 else None
    return Known(
        attribute=name,
        groups=len(sizes),
        unknown=unknown + sum(small),
        n=unknown + sum(small) + sum(sizes),
        smallest=sizes[0] if sizes else 0,
        visible=visible,
    )


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
            ("Smallest group", "count"),
            ("Unknown", "share"),
            ("Visible gap", "gap"),
        ),
        [[one.attribute, one.groups, one.smallest, share(one.unknown, one.n), one.visible] for one in known],
    )


def _sentence(params: SufficiencyParams, *, n: int, unscanned: int, unknown: list[Known], blind: list[Known]) -> str:
    if n == 0:
        return "There are no conversations in this period."
    parts = [
        f"{counted(n)}, all of them scanned."
        if not unscanned
        else f"{unscanned:,} of {counted(n)} ({share_text(share(unscanned, n))}) are unscanned and prove nothing."
    ]
    parts += [f"{one.attribute} is not known in {share_text(share(one.unknown, one.n))} of them." for one in unknown]
    parts += [_blindness(one, params) for one in blind if one not in unknown]
    return " ".join(parts)


def _blindness(one: Known, params: SufficiencyParams) -> str:
    if one.visible is None:
        return f"By {one.attribute} no gap could have been seen: there are no two groups to compare."
    return (
        f"By {one.attribute} a gap under {100 * one.visible:.0f} points could not have been seen; "
        f"{100 * params.target_difference:.0f} points are asked for."
    )


CHECK = Check(kind=CheckKind.DATA_SUFFICIENCY, settings=SufficiencySettings, expand=expand, run=run)
