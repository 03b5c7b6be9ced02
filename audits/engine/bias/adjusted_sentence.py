"""What is left of a gap between groups whose members asked for different things, in one or two sentences."""

from __future__ import annotations

from audits.engine.bias.adjusted import AdjustedGap, StratumCells
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import GroupCount, members
from audits.engine.bias.sentence import (
    Wording,
    base_for,
    counted_points,
    detectable_sentence,
    listed,
    points,
    range_words,
)
from audits.engine.bias.verdict import Verdict, overall
from audits.engine.statistics.stratified import mantel_haenszel_rates

_WORDS = {
    Verdict.DISPARITY: "Disparity at equal questions",
    Verdict.WATCH: "Watch",
    Verdict.NO_MATERIAL_DIFFERENCE: "No material difference at equal questions",
}
_LITTLE = 0.005
_STRATA_DIFFER = 0.05


def adjusted_verdict(table: GapTable) -> Verdict:
    """`overall` of the comparisons within strata; a watch at least where the strata contradict each other.

    They do where Breslow and Day's test of equal odds ratios passes the table's alpha: a common estimate near none may
    then hide a gap that goes one way here and the other way there.
    """
    gaps = [row.adjusted for row in table.compared if row.adjusted is not None]
    verdict = overall(gap.verdict for gap in gaps)
    torn = any(gap.breslow_day.p_value <= table.policy.alpha / max(len(gaps), 1) for gap in gaps)
    quiet = (Verdict.NO_MATERIAL_DIFFERENCE, Verdict.NOT_ENOUGH_DATA)
    return Verdict.WATCH if torn and verdict in quiet else verdict


def adjusted_sentence(table: GapTable, counts: list[GroupCount], *, wording: Wording, held: str, several: bool) -> str:
    """The verdict at an equal mix of strata, the comparison that carries it, and what the adjustment took away.

    `held` names what is held constant, as the subject of "… explains 3 of the 8 points"; `several` things explain.
    """
    reference = table.reference
    rows = [row for row in table.compared if row.adjusted is not None and row.adjusted.strata]
    if reference is None or not rows:
        return f"Not enough data: no two known groups have {wording.noun} of the same kind to compare."
    verdict = adjusted_verdict(table)
    carrying = [row for row in rows if row.adjusted is not None and row.adjusted.verdict is verdict] or rows
    row = max(carrying, key=lambda one: abs(_left(one).risk_difference.value))
    gap = _gap_words(row, reference, counts, table, wording)
    explained = _explained(row, held, "explain" if several else "explains")
    torn = _left(row).breslow_day.p_value <= _STRATA_DIFFER
    strata = "The gap is not the same for all kinds of conversations." if torn else ""
    if verdict is Verdict.NOT_ENOUGH_DATA:
        undecided = [one.label for one in carrying]
        parts = [f"Not enough data for {listed(undecided)}.", gap, explained, detectable_sentence(row), strata]
    else:
        parts = [f"{_WORDS[verdict]}: {gap}", explained, strata]
    return " ".join(filter(None, parts))


def _left(row: GroupResult) -> AdjustedGap:
    assert row.adjusted is not None
    return row.adjusted


def _gap_words(
    row: GroupResult, reference: GroupResult, counts: list[GroupCount], table: GapTable, wording: Wording
) -> str:
    found = {member.label: member for member in members(counts, policy=table.policy)}
    cells = StratumCells.of(found[row.label], found[reference.label])
    rate, reference_rate = mantel_haenszel_rates(*cells.arrays)
    left = _left(row).risk_difference
    base = base_for(reference_rate, rate)
    sides = sorted([(rate, row.label), (reference_rate, reference.label)], reverse=True)
    (higher, one), (lower, other) = ((f"{value * base:,.0f}", label) for value, label in sides)
    return (
        f"Out of {base:,} similar {wording.noun} about {higher} {wording.preposition} {one} {wording.favourable} and "
        f"{lower} {wording.preposition} {other} (difference {counted_points(left.value, base)}, "
        f"{range_words((left.lower, left.upper), base)})."
    )


def _explained(row: GroupResult, held: str, verb: str) -> str:
    crude, left = row.difference or 0.0, _left(row).risk_difference.value
    base = 100 if round(abs(crude) * 100) != round(abs(left) * 100) else 1_000
    if abs(crude) < _LITTLE and abs(left) < _LITTLE:
        return ""
    if crude * left < 0:
        return f"Over all conversations the difference points the other way: {counted_points(crude, base)}."
    gone = abs(crude) - abs(left)
    if abs(gone) < _LITTLE / 5:
        return f"{held[0].upper()}{held[1:]} {verb} none of it."
    if gone > 0:
        whole = round(abs(crude) * base) / base
        part = whole - round(abs(left) * base) / base
        named = f"{held[0].upper()}{held[1:]} {verb}"
        return f"{named} {points(part, base)} of the {counted_points(whole, base)} between them."
    return f"Over all conversations the difference looks smaller than it is: {counted_points(crude, base)}."
