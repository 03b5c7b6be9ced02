"""From four looks at one gap to its likely cause.

The same gap is looked at in what happened to customers, in what is left at equal questions, in what the assistant
answers when only the person changes, and in what it was trained on. Each look can be wrong in its own way; together
they point at where the gap comes from. The rules below are a reading, not a test: they say where to begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from audits.engine.bias.verdict import Verdict

MOSTLY_EXPLAINED = 0.5
"""From this share of the live gap on, what customers asked counts as its main part."""


class Look(StrEnum):
    """One of the four sides from which a gap is looked at."""

    LIVE = "live"
    ADJUSTED = "adjusted"
    PROBE = "probe"
    TRAINING = "training"


class Cause(StrEnum):
    """Where a gap comes from; each has remedies of its own."""

    RELEASE = "release"
    QUESTIONS = "questions"
    LANGUAGE = "language"
    PERSON_CUES = "person_cues"
    TRAINING_DATA = "training_data"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the four looks say; a look that nobody took is None.

    `explained` is the share of the live gap that goes away at equal questions (0 to 1), None if not known.
    `strata_differ`: the gap is not the same for all questions. `about_language`: the groups are languages or dialects,
    or the probe changed these. `since_release` names the release with which the gap began.
    """

    live: Verdict | None = None
    adjusted: Verdict | None = None
    probe: Verdict | None = None
    training: Verdict | None = None
    explained: float | None = None
    strata_differ: bool = False
    about_language: bool = False
    since_release: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A cause, whether the looks point at it or only leave it possible, and why in one plain sentence."""

    cause: Cause
    likely: bool
    because: str


def read_causes(seen: Seen) -> list[Reading]:
    """The causes that the looks point at, then those that they leave possible; empty if nothing shows a gap."""
    readings: dict[Cause, Reading] = {}
    for reading in _readings(seen):
        earlier = readings.get(reading.cause)
        if earlier is None or (reading.likely and not earlier.likely):
            readings[reading.cause] = reading
    return sorted(readings.values(), key=lambda reading: not reading.likely)


def _readings(seen: Seen) -> Iterator[Reading]:
    gap, none = Verdict.DISPARITY, Verdict.NO_MATERIAL_DIFFERENCE
    shown = gap in (seen.live, seen.adjusted)
    if shown and seen.since_release:
        yield Reading(Cause.RELEASE, True, f"The gap began with release {seen.since_release}.")
    yield from _from_questions(seen, shown=shown)
    if seen.probe is gap:
        words = "how it is written" if seen.about_language else "who seems to ask"
        because = f"The assistant answers the same request differently when only {words} is changed."
        yield Reading(Cause.LANGUAGE if seen.about_language else Cause.PERSON_CUES, True, because)
    if seen.training is gap:
        because = "The training data hold the same groups unevenly, or label them unevenly."
        yield Reading(Cause.TRAINING_DATA, shown or seen.probe is gap, because)
    left = seen.adjusted is gap or (shown and seen.adjusted is None)
    if left and seen.about_language and seen.probe is not none:
        yield Reading(Cause.LANGUAGE, False, "The groups differ by language, and no probe has ruled that out.")
    if left and seen.probe is none:
        clean = seen.training is none
        because = "Equal requests get equal answers, so the gap may come from a rule or a step outside the model"
        yield Reading(Cause.RULE, clean, f"{because}{', and the training data are even.' if clean else '.'}")
    if left and seen.probe is None and not seen.about_language:
        yield Reading(Cause.PERSON_CUES, False, "No probe has shown yet whether it reacts to who asks.")
    if left and seen.training is None:
        yield Reading(Cause.TRAINING_DATA, False, "No audit of the training data has looked at these groups.")


def _from_questions(seen: Seen, *, shown: bool) -> Iterator[Reading]:
    if seen.live is Verdict.DISPARITY and seen.adjusted is Verdict.NO_MATERIAL_DIFFERENCE:
        because = "At equal questions no material gap is left: one group asks more of what the assistant does badly."
        yield Reading(Cause.QUESTIONS, True, because)
    elif shown and seen.explained is not None and seen.explained >= MOSTLY_EXPLAINED:
        because = f"What customers asked about explains {seen.explained:.0%} of the gap."
        yield Reading(Cause.QUESTIONS, seen.adjusted is not Verdict.DISPARITY, because)
    if seen.adjusted is Verdict.DISPARITY and seen.strata_differ:
        yield Reading(Cause.QUESTIONS, False, "The gap is not the same for all questions: some flows are worse.")
