"""The verdict on what is left of a gap within strata, and the sentence that says it."""

from __future__ import annotations

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.sentence import (
    NEARLY_ALL,
    Wording,
    counted_points,
    crude_sentence,
    detectable_sentence,
    explained_sentence,
    favour,
    listed,
    range_words,
    sentence_base,
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
    gap = crude_sentence(row, reference, wording=wording)
    explained = explained_sentence(row, wording=wording, base=sentence_base(row, reference))
    told = " ".join(filter(None, (gap, explained, _rest(row, reference))))
    if verdict is Verdict.NOT_ENOUGH_DATA:
        undecided = listed([one.label for one in carrying])
        return f"Not enough data for {undecided}. {told} {detectable_sentence(row)}"
    return f"{_WORDS[verdict]}: {told}"


def _left(row: GroupResult) -> AdjustedGap:
    assert row.adjusted is not None
    return row.adjusted


def _rest(row: GroupResult, reference: GroupResult) -> str:
    """ "Left at equal questions: 5 points (plausible range 2–8)." In the unit of the sentence before it, or finer."""
    adjusted = _left(row)
    left = adjusted.risk_difference
    base = sentence_base(row, reference) if abs(round(left.value * 100)) >= 1 else 1_000
    share = "" if adjusted.share >= NEARLY_ALL else f"; {100 * adjusted.share:.0f} % are in strata that hold both"
    differ = ", not the same in all strata" if adjusted.strata_differ else ""
    said = f"{counted_points(left.value, base)}{favour(row, reference)}"
    what = "At equal questions the difference turns round" if adjusted.simpson else "Left at equal questions"
    return f"{what}: {said} ({range_words((left.lower, left.upper), base)}{share}){differ}."
