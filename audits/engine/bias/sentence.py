"""What an audit found, in words that a manager understands and numbers that a statistician accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.error_table import ErrorRate
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.predicates import predicate
from audits.engine.bias.verdict import Verdict

_BASES = (100, 1_000)
_ALIKE = 0.005  # half a percentage point
_MOST_NAMED = 6
_FINE = 1_000
NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Wording:
    """How members and the favourable outcome are called: "82 of 100 `noun` `preposition` A `favourable`".

    `mix` is what the strata hold constant: "`mix` explains 3 of the 8". `within` says where they do: "`within` the
    difference is 5 points".
    """

    noun: str = "conversations"
    favourable: str = "were resolved"
    preposition: str = "from"
    mix: str = "what they asked about"
    within: str = "among the same questions"

    def holding(self, strata: Sequence[str]) -> Wording:
        """The same words where these columns are held constant instead of what customers asked about."""
        names = " × ".join(name.replace("_", " ") for name in strata)
        return replace(self, mix=names, within=f"within {names}") if strata else self


def outcome_wording(outcome: str, favourable: str, *, noun: str = "cases", strata: Sequence[str] = ()) -> Wording:
    """Words for an outcome known only by its column and value: "were admitted", "did not have high risk".

    `strata` are the columns that are held constant, if they are more than what customers asked about.
    """
    words = outcome.replace("_", " ")
    return Wording(noun, predicate(words if words.strip() else f"“{outcome}”", favourable)).holding(strata)


def gap_sentence(group: GroupResult, reference: GroupResult, *, wording: Wording) -> str:
    """`crude_sentence`, and a second one that says what is left within the strata, if there are any."""
    crude = crude_sentence(group, reference, wording=wording)
    within = _adjusted_sentence(group, reference, wording, sentence_base(group, reference))
    return f"{crude} {within}".rstrip()


def crude_sentence(group: GroupResult, reference: GroupResult, *, wording: Wording) -> str:
    """ "Out of 100 conversations about 82 from A were resolved and 74 from B (difference 8 points, …)."

    The higher rate comes first. Out of 1,000 where whole numbers of 100 would distort the difference; under half a
    point both are said to be alike.
    """
    if group.rate is None or reference.rate is None or group.difference is None:
        return f"Nothing is known about {group.label}."
    higher, lower = (reference, group) if group.difference <= 0 else (group, reference)
    if _alike(higher.rate or 0.0, lower.rate or 0.0):
        return _alike_sentence(group, higher, lower, wording)
    base = base_for(reference.rate, group.rate)
    first, second = (f"{(side.rate or 0.0) * base:,.0f}" for side in (higher, lower))
    return (
        f"Out of {base:,} {wording.noun} about {first} {wording.preposition} {higher.label} {wording.favourable} "
        f"and {second} {wording.preposition} {lower.label} (difference {counted_points(group.difference, base)}, "
        f"{_plausible_range(group, base)})."
    )


def sentence_base(group: GroupResult, reference: GroupResult) -> int:
    """Out of how many `crude_sentence` counts, and what stands beside it should."""
    rates = sorted((group.rate or 0.0, reference.rate or 0.0))
    return _FINE if _alike(rates[1], rates[0]) else base_for(reference.rate or 0.0, group.rate or 0.0)


def _alike(higher: float, lower: float) -> bool:
    """Under half a point apart, and that is little beside the rarer answer: 0.3 % is not like 0.1 %."""
    return higher - lower < min(_ALIKE, 0.05 * min(lower, 1 - higher))


def _alike_sentence(group: GroupResult, higher: GroupResult, lower: GroupResult, wording: Wording) -> str:
    where = f"{wording.preposition} {higher.label} and {wording.preposition} {lower.label}"
    return (
        f"Out of 100 {wording.noun} about {100 * (higher.rate or 0.0):.0f} {where} "
        f"alike {wording.favourable} (difference {counted_points(group.difference or 0.0, 1_000)}, "
        f"{_plausible_range(group, 1_000)})."
    )


def detectable_sentence(group: GroupResult) -> str:
    """What could have been seen: "We could not have seen a gap under 12 points here."."""
    if group.detectable_difference is None or not group.detectable_difference < 1:
        return "We could not have seen a gap of any size here."
    smallest = counted_points(group.detectable_difference, 100)
    return f"We could not have seen a gap under {smallest} here."


def table_sentence(table: GapTable, *, wording: Wording) -> str:
    """The verdict on the table and the comparison that carries it."""
    reference, compared = table.reference, table.compared
    if reference is None or not compared:
        fewest = f"{table.policy.small_cell} {wording.noun}"
        return f"Not enough data: fewer than two known groups have {fewest} to compare."
    largest = max((group for group in compared if group.verdict is table.verdict), key=least_width, default=None)
    if largest is None:
        word = "Disparity" if table.verdict is Verdict.DISPARITY else "Watch"
        return f"{word}: {_between_sentence(table)}"
    if table.verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return (
            f"No material difference: all groups are within {counted_points(table.policy.delta, 100)} of "
            f"{reference.label}. {gap_sentence(largest, reference, wording=wording)}"
        )
    gap = gap_sentence(largest, reference, wording=wording)
    if table.verdict is Verdict.NOT_ENOUGH_DATA:
        undecided = [group.label for group in compared if group.verdict is Verdict.NOT_ENOUGH_DATA]
        return f"Not enough data for {listed(undecided)}. {gap} {detectable_sentence(largest)}"
    if table.verdict is Verdict.WATCH:
        return f"Watch: {gap}"
    others = sum(group.verdict is Verdict.DISPARITY for group in compared) - 1
    further = {0: "", 1: " One more group shows a disparity."}
    return f"Disparity: {gap}{further.get(others, f' {others} more groups show a disparity.')}"


def least_width(gap: GroupResult | ErrorRate) -> tuple[float, float]:
    """How wide the gap is at least, by its interval, then how wide it looks: 46 points of 18 people do not lead."""
    lower, upper = gap.difference_interval or (0.0, 0.0)
    least = min(abs(lower), abs(upper)) if lower > 0 or upper < 0 else 0.0
    return least, abs(gap.difference or 0.0)


def _between_sentence(table: GapTable) -> str:
    pair = max(table.between, key=lambda pair: abs(pair.difference))
    return (
        f"{pair.label} falls {counted_points(pair.difference, 100)} behind {pair.against_label} "
        f"({range_words(pair.difference_interval, 100)})."
    )


def _adjusted_sentence(group: GroupResult, reference: GroupResult, wording: Wording, base: int) -> str:
    """What is left within the strata, and what their mix explains: "What they asked about explains 3 of the 8."

    Explained is only claimed where one figure stands for all strata, nearly all members are in strata that hold both
    groups, and the crude gap is more than noise; else the two differences stand beside each other.
    """
    adjusted = group.adjusted
    if adjusted is None or group.difference is None or not adjusted.strata:
        return ""
    left, within = adjusted.risk_difference.value, _capitalised(wording.within)
    if adjusted.simpson:
        turned = f"{counted_points(left, _FINE)}{favour(group, reference)}"
        return f"{within} the difference turns round: {turned}."
    if explained := explained_sentence(group, wording=wording, base=base):
        wider = counted_points(_rounded(adjusted, base)[1], base)
        return f"{explained[:-1]}: {wording.within} the difference is {wider}." if _wider(adjusted, base) else explained
    crude, equal = points(group.difference, _FINE), f"{counted_points(left, _FINE)}{favour(group, reference)}"
    where = "" if adjusted.share >= NEARLY_ALL else f" ({100 * adjusted.share:.0f} % are in strata that hold both)"
    differ = ", and not the same in all of them" if adjusted.strata_differ else ""
    if crude == points(left, _FINE) and not favour(group, reference):
        return f"{within} the difference stays {equal}{where}{differ}."
    return f"{within} the difference is {equal} instead of {crude}{where}{differ}."


def favour(group: GroupResult, reference: GroupResult) -> str:
    """ " in favour of young" where what is left within strata does not lean the way of the difference before it."""
    left = group.adjusted.risk_difference.value if group.adjusted is not None else 0.0
    if (group.difference or 0.0) * left > 0 or not float(points(left, _FINE)):
        return ""
    return f" in favour of {group.label if left > 0 else reference.label}"


def _explains(group: GroupResult, adjusted: AdjustedGap) -> bool:
    lower, upper = group.difference_interval or (-1.0, 1.0)
    evident = lower > 0 or upper < 0
    left = adjusted.risk_difference.value
    same_sign = (group.difference or 0.0) * left >= 0 and adjusted.crude_difference * left >= 0
    return evident and same_sign and adjusted.share >= NEARLY_ALL and not adjusted.strata_differ


def explained_sentence(group: GroupResult, *, wording: Wording, base: int) -> str:
    """ "What they asked about explains 3 of the 8." Empty where that cannot be claimed (see `_adjusted_sentence`).

    In the unit of the sentence before it, and so that the parts add up as they are shown.
    """
    adjusted = group.adjusted
    if adjusted is None or not adjusted.strata or adjusted.simpson or not _explains(group, adjusted):
        return ""
    crude, left = _rounded(adjusted, base)
    mix = _capitalised(wording.mix)
    if left >= crude:
        return f"{mix} explains none of it."
    explained, whole = points(crude - left, base), points(crude, base)
    within = adjusted.risk_difference
    rest = "; the rest may be chance" if left and within.lower <= 0 <= within.upper else ""
    return f"{mix} explains {f'all {whole}' if not left else f'{explained} of the {whole}'}{rest}."


def _rounded(adjusted: AdjustedGap, base: int) -> tuple[float, float]:
    """The sizes of the crude gap and of what is left of it, each as it is shown."""
    decimals = len(str(base)) - 1
    crude, left = (round(abs(rate), decimals) for rate in (adjusted.crude_difference, adjusted.risk_difference.value))
    return crude, left


def _wider(adjusted: AdjustedGap, base: int) -> bool:
    crude, left = _rounded(adjusted, base)
    return left > crude


def _capitalised(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def base_for(reference_rate: float, rate: float) -> int:
    """100, or a greater power of ten where rounding would make the rates contradict their difference."""
    gap = abs(rate - reference_rate)
    shown = {base: abs(round(rate * base) - round(reference_rate * base)) for base in _BASES}
    if shown[100] == round(gap * 100) and (shown[100] > 0 or gap == 0):
        return 100
    return next((base for base in _BASES[1:] if shown[base] > 0), _BASES[-1])


def _plausible_range(group: GroupResult, base: int) -> str:
    if group.difference_interval is None:
        return "plausible range not known"
    return range_words(group.difference_interval, base)


def range_words(interval: tuple[float, float], base: int) -> str:
    """ "plausible range 5–11", or on both sides of none "plausible range 2 fewer to 3 more"."""
    lower, upper = interval
    if lower <= 0 <= upper:
        return f"plausible range {points(-lower, base)} fewer to {points(upper, base)} more"
    near, far = sorted((abs(lower), abs(upper)))
    return f"plausible range {points(near, base)}–{points(far, base)}"


def points(rate: float, base: int) -> str:
    """The size of a gap in percentage points, with as many decimals as numbers out of `base` have."""
    decimals = len(str(base)) - 3
    return f"{abs(rate) * 100:.{decimals}f}"


def counted_points(rate: float, base: int) -> str:
    """ "8 points", "1 point"; see `points`."""
    shown = points(rate, base)
    return f"{shown} point" if shown == "1" else f"{shown} points"


def listed(labels: Sequence[str]) -> str:
    """ "a, b, c and 3 more"."""
    more = len(labels) - _MOST_NAMED
    return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
