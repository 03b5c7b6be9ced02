"""A transcript with every known personal value cut out. What cannot be masked for certain is not shown at all.

Beyond the stored spans, the same value elsewhere in the conversation is masked too: a detector that needs context may
know it in one turn and miss it in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistants.transcripts import Turn
from audits.models.scans import DetectionOrigin

# Shorter ones, such as a day of the month, stand in a text for many other reasons.
REPEATED_FROM = 4  # code points


class MaskingError(Exception):
    """The stored spans do not fit the transcript. Says nothing of its content."""


@dataclass(frozen=True, slots=True)
class Span:
    """One personal value: code points `start` ≤ i < `end` of turn number `turn`, counted from 0."""

    turn: int
    start: int
    end: int
    type: str
    origin: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Either `text` that may be shown, or the type of what is masked, with a note on who brought it up."""

    text: str = ""
    mask: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MaskedTurn:
    """One turn as pages show it. `index` counts from 1; `meta` says in words what was found in it."""

    index: int
    role: str
    at: datetime | None
    segments: tuple[Segment, ...]
    meta: str


def masked_turns(turns: Sequence[Turn], spans: Iterable[Span]) -> list[MaskedTurn]:
    """The turns without the values that `spans` point at. Raises MaskingError where a span lies outside its turn."""
    by_turn: dict[int, list[Span]] = defaultdict(list)
    values: dict[str, str] = {}
    for span in spans:
        if not (0 <= span.turn < len(turns) and 0 <= span.start < span.end <= len(turns[span.turn].text)):
            raise MaskingError(f"a span of turn {span.turn} lies outside its text")
        by_turn[span.turn].append(span)
        value = turns[span.turn].text[span.start : span.end]
        if len(value) >= REPEATED_FROM:
            values.setdefault(value, span.type)
    return [
        MaskedTurn(
            index=index + 1,
            role=turn.role,
            at=turn.at,
            segments=tuple(_segments(turn.text, [*by_turn[index], *_repeated(turn.text, index, values)])),
            meta=_in_words(by_turn[index]),
        )
        for index, turn in enumerate(turns)
    ]


def _segments(text: str, spans: Iterable[Span]) -> Iterator[Segment]:
    """Overlapping spans become one mask, named after the one that begins first."""
    at = 0
    for start, end, first in _merged(spans):
        if start > at:
            yield Segment(text=text[at:start])
        yield Segment(mask=first.type, note=_origin_label(first.origin))
        at = end
    if at < len(text):
        yield Segment(text=text[at:])


def _merged(spans: Iterable[Span]) -> list[tuple[int, int, Span]]:
    merged: list[tuple[int, int, Span]] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, not span.origin)):
        if merged and span.start < merged[-1][1]:
            start, end, first = merged[-1]
            merged[-1] = (start, max(end, span.end), first)
        else:
            merged.append((span.start, span.end, span))
    return merged


def _repeated(text: str, turn: int, values: dict[str, str]) -> Iterator[Span]:
    for value, kind in values.items():
        start = text.find(value)
        while start >= 0:
            yield Span(turn, start, start + len(value), kind, "")
            start = text.find(value, start + len(value))


def _in_words(spans: Sequence[Span]) -> str:
    """Such as `Brought up by the assistant: EMAIL_ADDRESS, PERSON`."""
    types: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        types[span.origin].add(span.type)
    return " · ".join(f"{_origin_label(origin)}: {', '.join(sorted(types[origin]))}" for origin in sorted(types))


def _origin_label(origin: str) -> str:
    if not origin:
        return "The same value as elsewhere in this conversation"
    # The assistant's own name is stated as well, so that "by an agent or the system" would not do here.
    return "Stated" if origin == DetectionOrigin.STATED else DetectionOrigin(origin).label
