"""How the balance of training data is told: tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from audits.checks.tables import share_text
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.representation import ShareResult, ShareTable
from audits.engine.bias.sentence import Wording, table_sentence
from audits.engine.bias.verdict import Verdict

SHARE_COLUMNS = (
    ("Group", "text"),
    ("People", "count"),
    ("Share", "share"),
    ("Plausible range", "interval"),
    ("In the reference", "share"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)


def share_row(row: ShareResult, *, told: bool) -> list[Any]:
    """One group; without its numbers where these would tell of too few people."""
    label = row.group or "unknown"
    if not told:
        return [f"{label} (too few to tell)", None, None, None, row.reference, None, None, None, _verdict(row)]
    return [
        label,
        row.n,
        row.share,
        None if row.interval is None else list(row.interval),
        row.reference,
        row.difference,
        None if row.difference_interval is None else list(row.difference_interval),
        row.p_adjusted,
        _verdict(row),
    ]


def _verdict(row: ShareResult) -> str | None:
    return row.verdict.value if row.tested else None


def shares_sentence(
    tables: Sequence[ShareTable], verdict: Verdict, *, source: str, hidden: Mapping[str, Collection[str | None]]
) -> str:
    """The verdict and the group that carries it."""
    found = [(one.attribute, row) for one in tables for row in one.groups if row.tested and row.verdict is verdict]
    if not found:
        return f"Not enough data: nothing of it can be compared with “{source}”."
    # A group that is missing tells more than the ones that fill its place.
    attribute, row = min(found, key=lambda pair: pair[1].difference or 0.0)
    where = f"{attribute.replace('_', ' ')} {row.group}"
    if row.group in hidden[attribute]:
        pair = (
            f"{where} is a small part of the people in the data and {share_text(row.reference or 0.0)} of “{source}”."
        )
    else:
        low, high = (f"{100 * bound:+.0f}".replace("-", "−") for bound in row.difference_interval or (-1.0, 1.0))
        pair = (
            f"{where} is {share_text(row.share or 0.0)} of the people in the data and "
            f"{share_text(row.reference or 0.0)} of “{source}” (difference plausibly {low} to {high} points)."
        )
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"The data looks like “{source}”: {pair}"
    words = {Verdict.DISPARITY: "Disparity", Verdict.WATCH: "Watch", Verdict.NOT_ENOUGH_DATA: "Not enough data"}
    others = len(found) - 1
    more = {0: "", 1: " One more group differs as well."}.get(others, f" {others} more groups differ as well.")
    return f"{words[verdict]}: {pair}{more if verdict is Verdict.DISPARITY else ''}"


def label_sentence(
    gaps: Sequence[GapTable],
    verdict: Verdict,
    *,
    label: str,
    favourable: str,
    rate: float | None,
    stratum: str,
    verdict_of: Callable[[GapTable], Verdict],
) -> str:
    """How even the labels are as a whole, then the attribute that carries the verdict."""
    if rate is None:
        return f"Nobody in the data has a {label.replace('_', ' ')}."
    whole = f"{share_text(rate)} of the people have {label.replace('_', ' ')} “{favourable}”."
    carrying = next((gap for gap in gaps if verdict_of(gap) is verdict), None)
    if carrying is None:
        return f"{whole} There is no attribute to compare them by."
    wording = Wording("people", f"had {label.replace('_', ' ')} “{favourable}”", "of").holding(
        [stratum] if stratum else []
    )
    said = table_sentence(carrying, wording=wording)
    if verdict is not carrying.verdict:
        words = {
            Verdict.DISPARITY: "Disparity",
            Verdict.WATCH: "Watch",
            Verdict.NO_MATERIAL_DIFFERENCE: "No material difference",
            Verdict.NOT_ENOUGH_DATA: "Not enough data",
        }
        return f"{whole} {words[verdict]} {wording.within}; taken together: {said}"
    return f"{whole} {said}"
