"""Numbers that only the question before them names: "The last four of your card?" – "4182"."""

import re
from collections.abc import Sequence
from itertools import pairwise

from audits.engine.privacy import Span, detect_many

from .turns import Turn

#: Code points: a longer message is more than an answer, and says itself what its numbers are.
_LONGEST_ANSWER = 64
#: Code points of a question that are read, from its end; words further off announce nothing.
_QUESTION_TAIL = 100
_HAS_NUMBER = re.compile(r"\d[\d \-]+\d")
_QUESTION = re.compile(r"([^.!?\n]+)[?.:!\s]*\Z")
#: The question makes it likely, no more: masked, and never a finding.
_SCORE = 0.45
_NOT_NUMBERS = frozenset({"PERSON", "LOCATION", "ADDRESS", "URL"})


def with_answers(
    turns: Sequence[Turn], spans_by_turn: Sequence[Sequence[Span]], *, language: str | None = None
) -> list[Sequence[Span]]:
    """The spans of each turn, and the numbers in a customer's short answer that the question before it asks for.

    A number that is known for what it is stays that; one that was guessed at becomes what was asked for.
    """
    asked = {
        index: tail
        for index, (before, turn) in enumerate(pairwise(turns), start=1)
        if before.role != "customer" and _is_answer(turn) and (tail := _asked(before.text))
    }
    read = detect_many(
        [f"{tail}: {turns[index].text}" for index, tail in asked.items()], languages=[language] * len(asked)
    )
    result = list(spans_by_turn)
    for (index, tail), spans in zip(asked.items(), read, strict=True):
        offset = len(tail) + 2
        numbers = [
            span._replace(start=span.start - offset, end=span.end - offset, score=min(span.score, _SCORE))
            for span in spans
            if span.start >= offset and span.type not in _NOT_NUMBERS
        ]
        result[index] = _merged(result[index], numbers)
    return result


def _is_answer(turn: Turn) -> bool:
    return turn.role == "customer" and len(turn.text) <= _LONGEST_ANSWER and _HAS_NUMBER.search(turn.text) is not None


def _asked(question: str) -> str:
    """The end of the last sentence before an answer, without its mark; empty where there is none."""
    found = _QUESTION.search(question[-_QUESTION_TAIL:])
    return found[1].strip() if found else ""


def _merged(own: Sequence[Span], asked: list[Span]) -> list[Span]:
    sure = [span for span in own if span.score > _SCORE]
    added = [span for span in asked if not any(_overlap(span, other) for other in sure)]
    guessed = [span for span in own if span.score <= _SCORE and not any(_overlap(span, other) for other in added)]
    return sorted(sure + added + guessed)


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end
