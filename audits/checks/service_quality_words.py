"""How the quality of service is told: tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audits.checks.known_shares import preposition_of
from audits.engine.bias.ordered_gap import OrderedResult, OrderedTable
from audits.engine.bias.scales import Scale
from audits.engine.bias.verdict import Verdict
from portal.core.names import name_title

RANK_COLUMNS = (
    ("Group", "text"),
    ("Known", "count"),
    ("Median", "value"),
    ("Higher than the reference", "share"),
    ("Plausible range", "interval"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)
_TITLES: Mapping[str, str] = {
    "first_answer": "Wait for the first answer differs by {name}",
    "duration": "Duration differs by {name}",
    "turns": "Number of turns differs by {name}",
    "repeat_contact": "Repeat contact differs by {name}",
}
#: figure → what the higher of two did: "scored higher".
_HIGHER: Mapping[str, str] = {
    "first_answer": "waited longer for the first answer",
    "duration": "lasted longer",
    "turns": "took more turns",
}


def title_of(figure: str, name: str) -> str:
    """ "CSAT differs by age group"."""
    title = _TITLES.get(figure, name_title(figure) + " differs by {name}")
    return title.format(name=name.replace("_", " "))


def rank_sentence(ranks: OrderedTable, *, figure: str, better: str, named: Callable[[str], str]) -> str:
    """The verdict and the comparison that carries it, as chances of a pair."""
    reference, compared = ranks.reference, ranks.compared
    if reference is None or not compared:
        return "Not enough data: fewer than two known groups have enough of them to compare."
    carrying = [row for row in compared if row.verdict is ranks.verdict]
    largest = max(carrying, key=lambda row: abs((row.superiority or 0.5) - 0.5))
    preposition = preposition_of(ranks.attribute)
    pair = _pair(largest, reference, figure=figure, better=better, named=named, preposition=preposition)
    if ranks.verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"No material difference. {pair}"
    if ranks.verdict is Verdict.NOT_ENOUGH_DATA:
        smallest = 50 + 100 * (largest.detectable or 0.5)
        return f"Not enough data. {pair} We could not have seen less than {smallest:.0f} of 100 here."
    if ranks.verdict is Verdict.WATCH:
        return f"Watch: {pair}"
    others = len(carrying) - 1
    further = {0: "", 1: " One more group shows a disparity."}
    return f"Disparity: {pair}{further.get(others, f' {others} more groups show a disparity.')}"


def _pair(
    row: OrderedResult,
    reference: OrderedResult,
    *,
    figure: str,
    better: str,
    named: Callable[[str], str],
    preposition: str,
) -> str:
    """Of a pair, one of each group, how often the group's is the one that is better off."""
    share, (low, high) = row.superiority or 0.5, row.interval or (0.0, 1.0)
    higher = _HIGHER.get(figure, "scored higher")
    side = "better off" if (share > 0.5) == (better == "higher") else "worse off"
    told = f": {named(row.label)} is {side}" if row.verdict in (Verdict.DISPARITY, Verdict.WATCH) else ""
    return (
        f"Of 100 random pairs, one conversation {preposition} {named(row.label)} and one {preposition} "
        f"{named(reference.label)}, the one {preposition} {named(row.label)} {higher} "
        f"in {100 * share:.0f} (plausible range {100 * low:.0f}–{100 * high:.0f}; "
        f"50 is alike){told}."
    )


def rank_row(row: OrderedResult, scale: Scale, named: Callable[[str], str]) -> list[Any]:
    label = named(row.label)
    return [
        f"{label} (reference)" if row.is_reference else label,
        row.n,
        None if row.middle is None else scale.words(row.middle),
        row.superiority,
        None if row.interval is None else list(row.interval),
        row.p_adjusted,
        row.verdict.value if row.tested else None,
    ]
