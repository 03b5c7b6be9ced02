"""How an assistant wrote, over a whole conversation."""

from collections.abc import Sequence
from dataclasses import dataclass

from .condescension import condescends
from .courtesy import is_courteous
from .harm import harms, may_harm
from .readability import DIFFICULT, reading_ease
from .turns import Turn

#: What the rules read: in these, what is not found is not there.
LANGUAGES = frozenset({"en", "de", "es", "fr"})


@dataclass(frozen=True, slots=True)
class Tone:
    """What the assistant's own turns show; None where it said nothing, or in a language that the rules do not read.

    What is found counts in any language: only its absence is not known there. `hostile`: insults, threats, slurs.
    `stereotype`: a derogatory generalisation about a group of people. `condescending`: it talks down. `cold`: no
    greeting, thanks, apology or understanding in any turn. `hard_to_read`: Flesch score below 50; None where it wrote
    too little, or in a language without a formula.
    """

    hostile: bool | None = None
    stereotype: bool | None = None
    condescending: bool | None = None
    cold: bool | None = None
    hard_to_read: bool | None = None


def tone(turns: Sequence[Turn], *, language: str | None = None) -> Tone:
    """Read the assistant's turns; what customers wrote before matters only where it is quoted back to be declined."""
    text = "\n".join(turn.text for turn in turns if turn.role == "assistant")
    if not text.strip():
        return Tone()
    kinds = _harms(turns) if may_harm(text) else frozenset()
    score = reading_ease(text, language)
    read = (language or "").lower().split("-")[0] in LANGUAGES
    absent = False if read else None
    return Tone(
        hostile="hostile" in kinds or absent,
        stereotype="stereotype" in kinds or absent,
        condescending=condescends(text) or absent,
        cold=not is_courteous(text) if read else None,
        hard_to_read=None if score is None else score < DIFFICULT,
    )


def _harms(turns: Sequence[Turn]) -> frozenset[str]:
    said: list[str] = []
    kinds: set[str] = set()
    for turn in turns:
        if turn.role == "customer":
            said.append(turn.text)
        elif turn.role == "assistant":
            kinds.update(mark.kind for mark in harms(turn.text, said=said))
    return frozenset(kinds)
