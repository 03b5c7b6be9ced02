"""Causes and remedies in words, and which remedy answers which cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audits.engine.bias.causes import Cause
from audits.states import Remedy


@dataclass(frozen=True, slots=True)
class CauseWords:
    """A cause as people read it, and what mends it, the nearest first."""

    title: str
    remedies: tuple[Remedy, ...]


CAUSES: Mapping[Cause, CauseWords] = {
    Cause.RELEASE: CauseWords("A release", (Remedy.ROLL_BACK, Remedy.MEND_FLOW)),
    Cause.QUESTIONS: CauseWords("What customers asked about", (Remedy.MEND_FLOW, Remedy.HAND_OFF)),
    Cause.LANGUAGE: CauseWords("The language or dialect", (Remedy.ADAPT_LANGUAGE, Remedy.HAND_OFF, Remedy.COLLECT)),
    Cause.PERSON_CUES: CauseWords("Cues of who is asking", (Remedy.STRIP_CUES, Remedy.REWEIGH)),
    Cause.TRAINING_DATA: CauseWords("The training data", (Remedy.COLLECT, Remedy.REWEIGH)),
    Cause.RULE: CauseWords("A rule or a step outside the model", (Remedy.CHANGE_RULE, Remedy.HAND_OFF)),
}

HOW: Mapping[Remedy, str] = {
    Remedy.MEND_FLOW: "Mend how the assistant handles the questions that one group asks more; the gap goes with them.",
    Remedy.ADAPT_LANGUAGE: "Give the model examples of that language or dialect, or normalise what comes in.",
    Remedy.HAND_OFF: "Let a person take over sooner where the assistant is weak.",
    Remedy.STRIP_CUES: "Take names, forms of address and other cues out of the request before the model reads it.",
    Remedy.COLLECT: "Collect more rows of the group that is short, and have the labels checked by a second person.",
    Remedy.REWEIGH: "Export the training data with Kamiran–Calders weights and train with them.",
    Remedy.CHANGE_RULE: "Take it to the owner of the rule, prompt or tool that decides: the model only carries it out.",
    Remedy.ROLL_BACK: "Go back to the release before, then find what changed.",
}


def remedies_for(causes: Iterable[Cause]) -> list[Remedy]:
    """Every remedy once: first what answers these causes, in their order, then the others."""
    return list(dict.fromkeys([*(remedy for cause in causes for remedy in CAUSES[cause].remedies), *Remedy]))
