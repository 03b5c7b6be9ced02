"""Which people a check tells apart: by an attribute, by several, or by the cue that a probe changes."""

from __future__ import annotations

from collections.abc import Mapping

from audits.models import CheckRun
from audits.queries.counts import ATTRIBUTE

#: Which cues of a probe say something about an attribute, by the words in the attribute's name.
_CUES: Mapping[str, frozenset[str]] = {
    "age": frozenset({"age"}),
    "gender": frozenset({"name_gender", "pronoun"}),
    "sex": frozenset({"name_gender", "pronoun"}),
    "ethnicity": frozenset({"name", "dialect"}),
    "race": frozenset({"name", "dialect"}),
    "origin": frozenset({"name", "dialect", "language"}),
    "nationality": frozenset({"name", "language"}),
    "disability": frozenset({"disability"}),
    "language": frozenset({"language", "dialect"}),
    "dialect": frozenset({"dialect"}),
}


def attribute_of(run: CheckRun) -> str:
    """The attribute or dimension that a run compares by, without its prefix; empty where it names none."""
    return str(run.params.get("dimension", "")).removeprefix(ATTRIBUTE)


def attributes_of(run: CheckRun) -> frozenset[str]:
    """What a run compares by, without prefixes: one attribute, those of an intersection, or those of a data set."""
    one = attribute_of(run)
    several = [*run.params.get("attributes", ()), *run.params.get("slice", {})]
    return frozenset({one} if one else (name.removeprefix(ATTRIBUTE) for name in several))


def cues_about(attribute: str) -> frozenset[str]:
    """The cues that stand for an attribute: by the words of its name, and one that is called like it."""
    return frozenset({attribute}).union(*(_CUES.get(word, frozenset()) for word in attribute.lower().split("_")))
