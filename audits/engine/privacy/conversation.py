"""Detection that reads a conversation: what it said before tells what the number in a short answer is.

    detect_conversation(["The last four of your card?", "4182"], roles=["assistant", "customer"])

Three things count. *The question*: "The last four of your card?" – "4182". *What is known of the customer*, by the
rules that detectors declare (`Detector.reread`): nobody has two social security numbers. And *the same number again*,
whoever says it, inside a sentence as well (`repeats`). All of it only touches guesses and gives guesses: what is found
in a text alone stays found to its ends, maybe under another type, and what is more than a guess stays what it is. Only
earlier turns count, so a turn is read alike whether the conversation comes at once or turn by turn, and a conversation
of one turn is read like the text.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from .detection import REREADINGS, DetectMany, announced, detect_many
from .detector_set import DetectorSet
from .detectors import UNNAMED_NUMBER
from .folding import fold
from .repeats import SHORTEST, Numbers
from .spans import Span, Spans

CUSTOMER = "customer"

#: Code points: a longer message is more than an answer, and says itself what its numbers are.
_LONGEST_ANSWER = 64
#: Code points of a question that are read, from its end; words further off announce nothing.
_QUESTION_TAIL = 100
_HAS_NUMBER = re.compile(r"\d[\d \-]+\d")
_NUMBER = re.compile(r"\s*(\d{5,12})\s*[.!]?\s*")
_MARKS, _SENTENCE_ENDS = "?.:! \t\r\n\N{NO-BREAK SPACE}", ".!?\n"
#: What was said before makes a reading likely, no more: masked, and never a finding.
_SCORE, _UNNAMED_SCORE = 0.45, 0.3
#: From this on, more than a guess; at exactly this, of a number that nothing in its text names.
_FOUND = 0.5
_NOT_NUMBERS = frozenset({"PERSON", "LOCATION", "ADDRESS", "URL"})
#: How much a conversation is remembered by: values of a type, the end of each, turns, the end of each.
_MOST_VALUES, _LONGEST_VALUE, _TURNS, _LONGEST_TURN = 16, 32, 12, 400


class Said:
    """What one conversation has said up to now, in bounded space. `detect_turns` reads by it and adds to it."""

    __slots__ = ("_lately", "_named", "_types", "asked", "is_one_sided", "numbers")

    def __init__(self) -> None:
        self.asked = ""
        self.is_one_sided = True
        self.numbers = Numbers()
        self._named: dict[str, list[str]] = {}
        self._types: set[str] = set()
        self._lately: deque[str] = deque(maxlen=_TURNS)

    def values(self, type_: str) -> Sequence[str]:
        """The last letters and digits of the values of a type that the customer gave by name, or when asked for one."""
        return self._named.get(type_, ())

    def types_of(self, number: str) -> set[str]:
        """The types under which the customer has given this number, likewise."""
        if len(number) < SHORTEST or not number.isdigit():
            return set()
        return {type_ for type_, given in self._named.items() if number in given}

    def types(self) -> Collection[str]:
        """The types of which the customer has given a value, guesses included."""
        return self._types

    def speaks_of(self, type_: str) -> bool:
        """Whether anybody has lately used a word that announces the type."""
        return type_ in announced("\n".join(self._lately))

    def add(self, role: str, text: str, spans: Spans, asked_for: Sequence[Span] = ()) -> None:
        """Remember a turn, what was found in it, and what of that the question before it asked for."""
        self._lately.append(text[-_LONGEST_TURN:])
        self.numbers.add(text, spans)
        if role != CUSTOMER:
            self.asked, self.is_one_sided = text[-_QUESTION_TAIL:], False
            return
        if self.asked and _HAS_NUMBER.search(text):
            self.asked = ""
        for span in spans:
            self._types.add(span.type)
            if span.score > _FOUND or _has_type(span, asked_for):
                named = self._named.setdefault(span.type, [])
                value = _compared(span, text)
                if value not in named:
                    named.append(value)
                    del named[:-_MOST_VALUES]


def detect_conversation(
    texts: Sequence[str],
    *,
    roles: Sequence[str] | None = None,
    languages: Sequence[str | None] | None = None,
    types: Collection[str] | None = None,
    own: DetectorSet | None = None,
) -> list[Spans]:
    """The personal data in the turns of one conversation, in their order; of each as `detect` gives it.

    `roles` and `languages` are parallel to `texts`; whose role is "customer" (all, if left out) answers, the others
    ask. Raises DetectionError if the engine failed on any of them.
    """
    said = [Said()] * len(texts)
    found = detect_turns(texts, said, roles=roles, languages=languages, detect_many=partial(detect_many, own=own))
    return found if types is None else [tuple(span for span in spans if span.type in types) for spans in found]


def detect_turns(
    texts: Sequence[str],
    said: Sequence[Said | None],
    *,
    roles: Sequence[str] | None = None,
    languages: Sequence[str | None] | None = None,
    detect_many: DetectMany = detect_many,
) -> list[Spans]:
    """The personal data in turns of several conversations, maybe interleaved, and in texts of none.

    `said` holds for each text what its conversation said before this call, the same object for all turns of one, or
    None; the turns are added to it, unless DetectionError is raised: then to none.
    """
    roles = roles if roles is not None else [CUSTOMER] * len(texts)
    languages = languages if languages is not None else [None] * len(texts)
    found = list(detect_many(texts, languages=languages))
    questions = dict(_questions(texts, said, roles))
    answered = detect_many(
        [f"{question}: {texts[index]}" for index, question in questions.items()],
        languages=[languages[index] for index in questions],
    )
    asked_for = {
        index: _asked_for(spans, len(question) + 2, found[index])
        for (index, question), spans in zip(questions.items(), answered, strict=True)
    }
    for index, before in enumerate(said):
        if before is not None:
            asked = asked_for.get(index, ())
            if roles[index] == CUSTOMER:
                found[index] = _read(texts[index], found[index], asked, before)
            elif found[index]:
                found[index] = tuple([_repeated(span, texts[index], before) for span in found[index]])
            again = before.numbers.repeated(texts[index], found[index])
            before.add(roles[index], texts[index], found[index], asked)
            if again:
                found[index] = tuple(sorted(found[index] + again))
    return found


def _questions(texts: Sequence[str], said: Sequence[Said | None], roles: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The answers among the turns, by index, each with the question before it."""
    asked: dict[Said, str] = {}
    for index, before in enumerate(said):
        if before is None:
            continue
        text = texts[index]
        if roles[index] != CUSTOMER:
            asked[before] = text
        elif (before_it := asked.get(before, before.asked)) and _HAS_NUMBER.search(text):
            asked[before] = ""
            if len(text) <= _LONGEST_ANSWER and (question := _question(before_it)):
                yield index, question


def _question(asked: str) -> str:
    """The last sentence of a turn, without its mark."""
    asked = asked[-_QUESTION_TAIL:].rstrip(_MARKS)
    return asked[max(map(asked.rfind, _SENTENCE_ENDS)) + 1 :].strip()


def _read(text: str, alone: Spans, asked: Sequence[Span], before: Said) -> Spans:
    """What a customer's turn holds, by what was found in it alone, what its question asked for, and what was said."""
    spans = _merged(alone, asked) if asked else alone
    if spans:
        return tuple([span if _has_type(span, asked) else _reread(span, text, before) for span in spans])
    return _unnamed(text, before) if before.is_one_sided and len(text) <= _LONGEST_ANSWER else ()


def _asked_for(spans: Spans, offset: int, alone: Spans) -> list[Span]:
    """The numbers of an answer that are what its question makes them, at their places in the answer.

    `spans` were found in the answer behind its question, `alone` in the answer by itself.
    """
    numbers = (
        span._replace(start=span.start - offset, end=span.end - offset)
        for span in spans
        if span.start >= offset and span.type not in _NOT_NUMBERS
    )
    return [
        number._replace(score=min(number.score, _SCORE))
        for number in numbers
        if number.score > _FOUND or not _has_type(number, alone)
    ]


def _merged(alone: Spans, asked: Sequence[Span]) -> Spans:
    """A number that is known for what it is stays that; a guess, if all of it was asked for, becomes that."""
    added = [each for each in asked if all(_gives_way(span, each) for span in alone if _overlap(span, each))]
    kept = [span for span in alone if not any(_overlap(span, each) for each in added)]
    return tuple(sorted(kept + added))


def _gives_way(span: Span, asked: Span) -> bool:
    return span.score < _FOUND and asked.start <= span.start and span.end <= asked.end


def _has_type(span: Span, others: Sequence[Span]) -> bool:
    return any(_overlap(span, other) and span.type == other.type for other in others)


def _value(span: Span, text: str) -> str:
    """What stands there, its digits as detectors see them."""
    value = text[span.start : span.end]
    return value if value.isascii() else fold(value).text


def _compared(span: Span, text: str) -> str:
    """The last letters and digits of what stands there."""
    return "".join(filter(str.isalnum, _value(span, text)))[-_LONGEST_VALUE:]


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _unnamed(text: str, before: Said) -> Spans:
    """A number that is all of a message and that nothing names, where nobody who asks is on record."""
    number = _NUMBER.fullmatch(text)
    type_ = UNNAMED_NUMBER.read(number[1], text, before) if number else None
    return (Span(number.start(1), number.end(1), type_, _UNNAMED_SCORE),) if number and type_ else ()


def _reread(span: Span, text: str, before: Said) -> Span:
    """The span under the type that it has by what was said before, unless its own is what the question speaks of."""
    again = _again(span, text, before)
    rule = REREADINGS.get(span.type) if again is None and span.score < _FOUND and len(text) <= _LONGEST_ANSWER else None
    type_ = rule.read(_value(span, text), text, before) if rule else again
    if type_ is None or type_ == span.type or span.type in announced(_question(before.asked)):
        return span
    return _named(span, type_)


def _repeated(span: Span, text: str, before: Said) -> Span:
    """The span of somebody else under the type that the customer gave the same number."""
    type_ = _again(span, text, before)
    return _named(span, type_) if type_ else span


def _again(span: Span, text: str, before: Said) -> str | None:
    """What a number that is guessed at is, because the customer has given it as one thing."""
    types = before.types_of(_compared(span, text)) if span.score < _FOUND else set()
    return span.type if span.type in types else types.pop() if len(types) == 1 else None


def _named(span: Span, type_: str) -> Span:
    return span._replace(type=type_, score=min(span.score, _SCORE))
