"""The verdict on what is left of a gap at an equal mix of strata, and the sentence that says it."""

from __future__ import annotations

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.sentence import (
    Wording,
    counted_points,
    detectable_sentence,
    favour,
    gap_sentence,
    listed,
    range_words,
)
from audits.engine.bias.verdict import Verdict, overall

_WORDS = {
    Verdict.DISPARITY: "Disparity at equal questions",
    Verdict.WATCH: "Watch",
    Verdict.NO_MATERIAL_DIFFERENCE: "No material difference at equal questions",
}


def adjusted_verdict(table: GapTable) -> Verdict:
    """`overall` of the comparisons within strata; a watch at least where the strata contradict each other.

    They do where Breslow and Day's test of equal odds ratios passes the table's alpha: a common estimate near none may
    then hide a gap that goes one way here and the other way there.
    """
    gaps = [row.adjusted for row in table.compared if row.adjusted is not None]
    verdict = overall(gap.verdict for gap in gaps)
    torn = any(gap.breslow_day.p_value <= table.policy.alpha / len(gaps) for gap in gaps)
    quiet = (Verdict.NO_MATERIAL_DIFFERENCE, Verdict.NOT_ENOUGH_DATA)
    return Verdict.WATCH if torn and verdict in quiet else verdict


def adjusted_sentence(table: GapTable, *, wording: Wording) -> str:
    """The verdict within strata, the gap of the comparison that carries it, and what the adjustment leaves of it."""
    reference = table.reference
    rows = [row for row in table.compared if row.adjusted is not None and row.adjusted.strata]
    if reference is None or not rows:
        return f"Not enough data: no two known groups have {wording.noun} of the same kind to compare."
    verdict = adjusted_verdict(table)
    carrying = [row for row in rows if _left(row).verdict is verdict] or rows
    row = max(carrying, key=lambda one: abs(_left(one).risk_difference.value))
    gap = gap_sentence(row, reference, wording=wording)
    if verdict is Verdict.NOT_ENOUGH_DATA:
        undecided = listed([one.label for one in carrying])
        return f"Not enough data for {undecided}. {gap} {_rest(row, reference)} {detectable_sentence(row)}"
    return f"{_WORDS[verdict]}: {gap} {_rest(row, reference)}"


def _left(row: GroupResult) -> AdjustedGap:
    assert row.adjusted is not None
    return row.adjusted


def _rest(row: GroupResult, reference: GroupResult) -> str:
    left = _left(row).risk_difference
    base = 100 if abs(round(left.value * 100)) >= 1 else 1_000
    return (
        f"Left at equal questions: {counted_points(left.value, base)}{favour(row, reference)} "
        f"({range_words((left.lower, left.upper), base)})."
    )
