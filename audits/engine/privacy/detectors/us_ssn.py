"""United States social security numbers, whole or the last digits that help desks ask for."""

import re

from ..detector import ANY_SHAPE, SIX_DIGITS, THREE_DIGITS, Candidate, Detector, Hit, Known, Rereading
from .unnamed_number import ACCOUNT, NUMBER_TYPES, type_of_number

_UNUSED = re.compile(r"000|666|[0-9]{3}[ \-.]?00|[0-9]{3}[ \-.]?[0-9]{2}[ \-.]?0000")
_YEAR = re.compile(r"19[3-9][0-9]|20[0-3][0-9]")
_LONGEST_ANSWER = 60
#: Words by which somebody takes back what they said.
_CORRECTION = re.compile(
    r"\b(?:not|sorry|oops|mistake\w*|mistyped?|typo|wrong\w*|correct\w*|mean|meant|actually|rather|instead|apolog\w+)\b",
    re.IGNORECASE,
)
#: How people answer "the last four digits, please?": "sure 4182", "ok it is 5467", "john smith and 8888".
_ANSWER = re.compile(
    r"(?:(?:sure|yes|yep|yeah|ok|okay|oh|sorry|it|its|it's|is|that|that's|thats|they|are|here|fine|right|"
    r"thanks)[ ,:]+)*"
    r"(?:[a-z']+[ ,]+){0,2}(?:and )?([0-9]{4})(?:(?: and |, ?| )([0-9]{4}))?[.!]?",
    re.IGNORECASE,
)
_NOT_AN_ANSWER = re.compile(
    r"^(?:it|that|this|the|they)(?: is|'s| are)\b|\b(?:at|in|on|by|for|from|to|of|the|about|around|until|till|"
    r"after|before|year|room|flight|train|bus|pm|am|order|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|under|over|than|code|pin|"
    r"need|want|have|with|or|a|an|no|number|num|card|account|zip|i|we|you|street|road|avenue|suite|apt|unit|box|bin|"
    r"level|only|just|least|most|approximately|roughly|maybe|costs?|was|paid|price|total)\b",
    re.IGNORECASE,
)


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value
    if not candidate.stands_alone or _UNUSED.match(value):
        return None
    if value[3] != value[6] or candidate.is_followed_by_street:
        return None
    label = candidate.label
    if label not in (None, "US_SSN", "PHONE_NUMBER"):
        return None
    return candidate.hit(0.9 if label == "US_SSN" else 0.7)


def _judge_fragment(candidate: Candidate) -> Hit | None:
    return candidate.hit(0.7) if candidate.stands_alone and candidate.is_named("US_SSN") else None


def _judge_answer(candidate: Candidate) -> Hit | None:
    """Four digits as the whole answer of an English speaker, and not a year; of two such numbers the first."""
    text = candidate.text
    if len(text) > _LONGEST_ANSWER or len(candidate.value) != 4 or _YEAR.fullmatch(candidate.value):
        return None
    if not (candidate.language or "en").lower().startswith("en"):
        return None
    if not candidate.stands_alone or candidate.label is not None:
        return None
    if candidate.is_whole_message:
        return candidate.hit(0.3)
    answer = four_digit_answer(text)
    return candidate.hit(0.2) if answer and candidate.value == answer[0] else None


def four_digit_answer(text: str) -> tuple[str, str | None] | None:
    """The one or two four-digit numbers of a message that says nothing else, as people answer a help desk."""
    whole = text.strip()
    answer = _ANSWER.fullmatch(whole)
    return None if answer is None or _NOT_AN_ANSWER.search(whole) else (answer[1], answer[2])


def _reread(value: str, text: str, known: Known) -> str | None:
    """Another four digits than the last of the number that the customer has given are not its last four."""
    numbers = known.values("US_SSN")
    if not numbers or any(_may_be_last_of(number, value) for number in numbers) or _CORRECTION.search(text):
        return None
    return type_of_number(known, usually=ACCOUNT)


def _may_be_last_of(number: str, value: str) -> bool:
    """Whether `value` is the end of a number, or was meant to be: one digit is another, or digits changed places."""
    last = number[-len(value) :]
    return sum(a != b for a, b in zip(last, value, strict=False)) <= 1 or sorted(last) == sorted(value)


US_SSN = Detector(
    type="US_SSN",
    triggers=(
        ANY_SHAPE,
        SIX_DIGITS,
        r"[0-9][ \-.][0-9]{2}[ \-.][0-9]{4}",
    ),
    pattern=r"[0-9]{3}[ \-.][0-9]{2}[ \-.][0-9]{4}",
    judge=_judge,
    explanation="nine digits as 3-2-4 outside the areas never issued, or named as a social security number",
    context={
        "en": (
            "ssn*",
            "social security",
            "my social",
            "social is",
            "social number",
            "social no",
            "social ends",
            "the social",
            "and social",
            "last four",
            "last 4",
            "ss number",
        ),
        "es": ("seguro social",),
    },
    rank=75,
)

SSN_FRAGMENT = Detector(
    type="US_SSN",
    triggers=(ANY_SHAPE, r"(?i)ssn|social|last (?:four|4)|ss n|seguro social", THREE_DIGITS),
    pattern=r"[0-9]{3,10}",
    judge=_judge_fragment,
    explanation="digits that the text calls a social security number",
    rank=40,
)

SSN_ANSWER = Detector(
    type="US_SSN",
    triggers=(
        ANY_SHAPE,
        # Not the end of a telephone number, nor of a train's: "415-561-4900", "TR9533".
        r"(?:^[./\-]?|[^0-9A-Za-z_@+./\-]|[^0-9][./\-])[0-9]{4}[.!]?[ \n]*$",
    ),
    pattern=r"[0-9]{4,}",
    judge=_judge_answer,
    explanation="four digits sent as a bare answer, as to 'the last four digits, please?'",
    rank=38,
    reread=Rereading(
        read=_reread,
        types=NUMBER_TYPES,
        explanation="four bare digits of somebody whose one social security number is known to end otherwise",
    ),
)
