"""United States social security numbers, whole or the last digits that help desks ask for."""

import re

from ..detector import Candidate, Detector, Hit

_UNUSED = re.compile(r"000|666|[0-9]{3}[ \-.]?00|[0-9]{3}[ \-.]?[0-9]{2}[ \-.]?0000")
_YEAR = re.compile(r"19[3-9][0-9]|20[0-4][0-9]")
#: Words a person adds to a bare answer: "sure 4182", "its 4182", "jayden 7285".
_ANSWER = re.compile(r"(?:[a-z']+[ ,]+){1,3}[0-9]{4}[.!]?", re.IGNORECASE)
_NOT_AN_ANSWER = re.compile(
    r"\b(?:at|in|on|by|for|from|to|of|the|about|around|until|till|after|before|year|room|flight|train|bus|pm|am|"
    r"order|march|june|july|may|april|august|january|february|september|october|november|december|under|over|"
    r"than|code|pin|is|are|was|need|want|have|with|and|or|a|an|no|number|num|card|account|zip|i|we|you|it|"
    r"street|road|avenue|suite|apt|unit|box|bin|level|only|just|least|most|approximately|roughly|maybe)\b",
    re.IGNORECASE,
)


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value
    if not candidate.stands_alone or _UNUSED.match(value):
        return None
    label = candidate.label
    if not value.isdigit():
        same = value[3] == value[6]
        return candidate.hit(0.85 if same else 0.5) if same and label in (None, "US_SSN") else None
    return candidate.hit(0.8) if label == "US_SSN" else None


def _judge_fragment(candidate: Candidate) -> Hit | None:
    if not candidate.stands_alone:
        return None
    if candidate.label == "US_SSN":
        return candidate.hit(0.7)
    if candidate.label is not None or len(candidate.value) != 4 or _YEAR.fullmatch(candidate.value):
        return None
    if candidate.language not in (None, "en") and not str(candidate.language).startswith("en-"):
        return None
    if candidate.is_whole_message:
        return candidate.hit(0.3)
    whole = candidate.text.strip()
    return candidate.hit(0.2) if _ANSWER.fullmatch(whole) and not _NOT_AN_ANSWER.search(whole) else None


US_SSN = Detector(
    type="US_SSN",
    trigger=r"[0-9]{3}[ \-.]?[0-9]{2}[ \-.]?[0-9]{4}",
    pattern=r"[0-9]{3}[ \-.][0-9]{2}[ \-.][0-9]{4}|[0-9]{9}",
    judge=_judge,
    explanation="nine digits as 3-2-4 outside the areas never issued, or named as a social security number",
    context={
        "en": ("ssn", "social security", "social", "last four", "last 4", "ss number"),
        "es": ("seguro social",),
    },
    rank=75,
)

SSN_FRAGMENT = Detector(
    type="US_SSN",
    trigger=r"(?i)(?:ssn|social|last (?:four|4)|ss n|seguro social)[^0-9]{0,40}[0-9]{3}|^[^0-9]{0,30}[0-9]{4}[^0-9]{0,3}$|[0-9]{4}[^0-9]{1,20}(?:ssn|social)",
    pattern=r"[0-9]{3,10}",
    judge=_judge_fragment,
    explanation="digits that the text calls a social security number, or four digits sent as a bare answer",
    rank=40,
)
