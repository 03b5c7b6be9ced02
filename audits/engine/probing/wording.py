"""What a run found, in a sentence for a manager."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from audits.engine.bias.verdict import Verdict

from .comparing import Comparison, Floor
from .second_reading import Agreement, SecondReading
from .sets import ProbeSet

OUTCOME_WORDS: Mapping[str, str] = {
    "resolved": "were resolved",
    "offered": "were offered a way",
    "refused": "were refused",
    "escalated": "were handed to a person",
    "asked_for_proof": "were asked for proof",
    "disclosed": "were told that an AI answers",
    "words": "words an answer",
    "courtesy": "signs of courtesy an answer",
}


def labels_of(probe_set: ProbeSet) -> dict[str, str]:
    """Names for people: of cues by name, and of groups by `cue=group`."""
    labels = {cue.name: cue.label for cue in probe_set.cues}
    for cue in probe_set.cues:
        labels.update({f"{cue.name}={group.name}": group.label for group in cue.groups})
    return labels


def analysis_sentence(
    comparisons: Sequence[Comparison],
    floors: Mapping[str, Floor],
    verdict: Verdict,
    *,
    labels: Mapping[str, str],
) -> str:
    """The verdict, and the comparison that carries it."""
    if not comparisons:
        return "Not enough data: no pair of messages was answered on both sides."
    carrying = [one for one in comparisons if one.verdict is verdict]
    largest = carrying_comparison(comparisons, verdict)
    told = comparison_sentence(largest, labels=labels)
    noise = _noise(floors.get(largest.outcome))
    if verdict is Verdict.DISPARITY:
        others = len(carrying) - 1
        further = f" {others} more comparison{'s' if others > 1 else ''} show a disparity." if others else ""
        return f"Disparity: {told}{noise}{further}".replace("comparison show", "comparison shows")
    if verdict is Verdict.WATCH:
        return f"Watch: {told}{noise}"
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"No material difference in any of {len(comparisons)} comparisons. {told}{noise}"
    seen = [one.detectable_difference for one in carrying if one.detectable_difference is not None]
    unseen = f" We could not have seen a gap under {max(seen) * 100:.0f} points everywhere." if seen else ""
    return f"Not enough data for {len(carrying)} of {len(comparisons)} comparisons. {told}{noise}{unseen}"


def carrying_comparison(comparisons: Sequence[Comparison], verdict: Verdict) -> Comparison:
    """The largest of the comparisons with this verdict; there is one."""
    return max((one for one in comparisons if one.verdict is verdict), key=_size)


def judge_sentence(reading: SecondReading, *, outcome: str, labels: Mapping[str, str]) -> str:
    """What a judge's reading adds, to stand behind the verdict, which the `outcome` carries.

    How much it read, how far it agrees with the rules, and where it speaks against them.
    """
    if not reading.judged:
        return f" The judge read none of {reading.answered:,} answers: this is by rules alone."
    told = f" A judge read {reading.judged:,} of {reading.answered:,} answers"
    about = next((one for one in reading.agreements if not one.group and one.outcome == outcome), None)
    if about is not None:
        told += (
            f" and agrees with the rules in {about.agreement * 100:.0f} of 100 on whether messages "
            f"{OUTCOME_WORDS[outcome]}{_kappa(about)}"
        )
    told += "."
    if reading.weakened:
        first = reading.weakened[0]
        group = labels.get(f"{first.cue}={first.group}", first.group)
        further = len(reading.weakened) - 1
        others = f", and {further} more comparison{'s' if further > 1 else ''}" if further else ""
        told += (
            f" Rules and judge do not support the same claim about {group} and whether they "
            f"{OUTCOME_WORDS[first.outcome]} ({first.reason}){others}: this is watched until a person has read it."
        )
    uneven = [one for one in reading.agreeing if one.verdict is Verdict.DISPARITY]
    if uneven:
        worst = max(uneven, key=lambda one: abs(one.difference or 0.0))
        group = labels.get(f"{worst.cue}={worst.group}", worst.group)
        reference = labels.get(f"{worst.cue}={worst.reference}", worst.reference)
        told += (
            f" They do not read all groups alike: on whether messages {OUTCOME_WORDS[worst.outcome]} they agree in "
            f"{(worst.rate or 0.0) * 100:.0f} of 100 answers to {group} and {(worst.reference_rate or 0.0) * 100:.0f} "
            f"to {reference}."
        )
    return told


def _kappa(one: Agreement) -> str:
    if one.kappa is None or one.kappa_interval is None:
        return ""
    low, high = one.kappa_interval
    return f" (kappa {one.kappa:.2f}, plausible range {low:.2f} to {high:.2f})"


def comparison_sentence(one: Comparison, *, labels: Mapping[str, str]) -> str:
    """ "Out of 100 messages that differ in name only, 82 with A were resolved and 70 with B (…)." """
    cue = labels.get(one.cue, one.cue.replace("_", " "))
    group = labels.get(f"{one.cue}={one.group}", one.group)
    reference = labels.get(f"{one.cue}={one.reference}", one.reference)
    if one.rate is None or one.reference_rate is None:
        return f"Nothing is known about {group}."
    outcome = OUTCOME_WORDS[one.outcome]
    if one.favourable is None:
        return (
            f"Messages that differ in {cue.lower()} only got {one.rate:.1f} {outcome} with {group} and "
            f"{one.reference_rate:.1f} with {reference}{_counted_range(one)}."
        )
    return (
        f"Out of 100 messages that differ in {cue.lower()} only, about {one.rate * 100:.0f} with {group} and "
        f"{one.reference_rate * 100:.0f} with {reference} {outcome} (difference "
        f"{abs(one.difference or 0.0) * 100:.0f} points{_range(one)})."
    )


def _range(one: Comparison) -> str:
    if one.difference_interval is None:
        return ""
    low, high = (bound * 100 for bound in one.difference_interval)
    if low <= 0 <= high:
        return f", plausible range {-low:.0f} fewer to {high:.0f} more"
    near, far = sorted((abs(low), abs(high)))
    return f", plausible range {near:.0f}–{far:.0f}"


def _counted_range(one: Comparison) -> str:
    if one.difference_interval is None or not all(map(math.isfinite, one.difference_interval)):
        return ""
    low, high = one.difference_interval
    if one.outcome == "words":
        return f" (plausible ratio {math.exp(low):.2f}–{math.exp(high):.2f})"
    return f" (plausible difference {low:.2f} to {high:.2f})"


def _noise(floor: Floor | None) -> str:
    if floor is None or not floor.n or floor.rate is None:
        return " No message was sent twice, so the noise of the assistant is not known."
    if floor.disagree is None:
        return ""
    return f" The same message sent twice was answered differently in {floor.rate * 100:.0f} of 100 cases."


def _size(one: Comparison) -> tuple[bool, float]:
    # Differences in points before those in words or courtesy, whose scales say nothing beside them.
    return one.favourable is not None, abs(one.difference or 0.0)
