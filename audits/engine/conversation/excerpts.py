"""Personal data in an excerpt of a conversation: a question and its answer, as a model is trained on them.

An excerpt is read as the turns that it was copied from, so that it hides whatever its conversation hides: what the
question before it asked for, and every value that was found anywhere else in the conversation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from audits.engine.privacy import Span
from audits.engine.privacy.repeats import FREE_TEXT, compared

from .repeated_values import places_of
from .turns import Turn

JOINT = "\n"
_SPEAKER = re.compile(
    r"^[ \t>*_\[(\"]*(?:(?P<customer>customer|user|human|client|caller|guest|kunde|kundin|nutzer|cliente|usuario|klient"
    r"|utilisateur|клиент)|(?P<assistant>assistant|agent|bot|chatbot|ai|model|advisor|operator|representative|system"
    r"|support|assistent|berater|asistente|agente|asystent|konsultant|conseiller|оператор|ассистент))"
    r"[*_\])\"]*[ \t]*:[*_]*[ \t]?",
    re.IGNORECASE | re.MULTILINE,
)


class Piece(NamedTuple):
    """Where a turn stands in an excerpt: at `start` of its text number `text`."""

    text: int
    start: int
    turn: int


class Excerpt(NamedTuple):
    """Texts, each of one turn or several, and where the turns of the conversation stand in them."""

    texts: tuple[str, ...]
    pieces: tuple[Piece, ...]


def excerpt(turns: Sequence[Turn], first: int, until: int) -> Excerpt:
    """The turns `first` ≤ i < `until`: what the customer says in them as one text, what is answered as another."""
    texts, pieces = ["", ""], []
    said: set[int] = set()
    for index in range(first, min(until, len(turns))):
        turn = turns[index]
        text = 0 if turn.role == "customer" else 1
        if text in said:
            texts[text] += JOINT
        said.add(text)
        pieces.append(Piece(text, len(texts[text]), index))
        texts[text] += turn.text
    return Excerpt(tuple(texts), tuple(pieces))


def turns_within(question: str, answer: str) -> tuple[list[Turn], Excerpt]:
    """The turns of an example that names no conversation, and where they stand in it.

    Its two texts are a customer's turn and the answer; where several lines of a text begin with who speaks
    ("Customer: …"), it is as many turns.
    """
    turns: list[Turn] = []
    pieces: list[Piece] = []
    for number, (text, role) in enumerate(((question, "customer"), (answer, "assistant"))):
        speakers = list(_SPEAKER.finditer(text))
        if len(speakers) < 2:
            pieces.append(Piece(number, 0, len(turns)))
            turns.append(Turn(role, text))
            continue
        starts = [0, *(speaker.end() for speaker in speakers)]
        ends = [*(speaker.start() for speaker in speakers), len(text)]
        roles = ["system", *("customer" if speaker["customer"] else "assistant" for speaker in speakers)]
        for role_, start, end in zip(roles, starts, ends, strict=True):
            pieces.append(Piece(number, start, len(turns)))
            turns.append(Turn(role_, text[start:end]))
    return turns, Excerpt((question, answer), tuple(pieces))


def spans_within(found: Excerpt, spans_by_turn: Sequence[Iterable[Span]]) -> list[list[Span]]:
    """What was found in the turns, at its places in each text of the excerpt."""
    spans: list[list[Span]] = [[] for _ in found.texts]
    for text, start, turn in found.pieces:
        spans[text] += [span._replace(start=span.start + start, end=span.end + start) for span in spans_by_turn[turn]]
    return spans


class Known:
    """The values that a conversation has shown to be personal, with every type that they were found under."""

    def __init__(self) -> None:
        self._written: dict[str, dict[str, float]] = defaultdict(dict)
        self._alike: dict[str, dict[str, float]] = defaultdict(dict)

    def add(self, text: str, spans: Iterable[Span]) -> None:
        """Remember the values at these places of a text."""
        for span in spans:
            value = text[span.start : span.end]
            _keep(self._written[value], {span.type: span.score})
            if span.type not in FREE_TEXT:
                _keep(self._alike[compared(value)], {span.type: span.score})

    def everywhere(self, text: str, spans: Iterable[Span], *others: Known) -> list[Span]:
        """These spans and every other place of a value known here or to `others`, under each of its types.

        They may overlap.
        """
        places: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
        for span in spans:
            _keep(places[span.start, span.end], {span.type: span.score})
        every = (self, *others)
        for known in every:
            for value, types in known._written.items():
                for start in places_of(value, text):
                    _keep(places[start, start + len(value)], types)
        for (start, end), types in places.items():
            if not FREE_TEXT.issuperset(types):
                value = compared(text[start:end])
                for known in every:
                    _keep(types, known._alike.get(value, {}))
        return sorted(Span(start, end, *found) for (start, end), types in places.items() for found in types.items())


def _keep(types: dict[str, float], others: Mapping[str, float]) -> None:
    for type_, score in others.items():
        types[type_] = max(score, types.get(type_, 0.0))


def apart(spans: Iterable[Span], *, allowed: Collection[str] = ()) -> list[Span]:
    """What is cut out of a text: spans of other than the `allowed` types, those that overlap as one.

    It has the type of its longest span, of those the most certain, so that equal values of a conversation have one.
    """
    merged: list[list[Span]] = []
    end = -1
    for span in sorted(span for span in spans if span.type not in allowed):
        if merged and span.start < end:
            merged[-1].append(span)
        else:
            merged.append([span])
        end = max(end, span.end) if len(merged[-1]) > 1 else span.end
    return [
        max(those, key=lambda one: (one.end - one.start, one.score, one.type))._replace(
            start=those[0].start, end=max(one.end for one in those)
        )
        for those in merged
    ]


def types_within(spans: Iterable[Span]) -> list[str]:
    """The types of each place that `apart` would cut out, once a place."""
    spans = list(spans)
    return [
        type_
        for place in apart(spans)
        for type_ in {span.type for span in spans if place.start <= span.start < place.end}
    ]
