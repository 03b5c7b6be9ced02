"""The values that the detection engine hands out."""

from typing import NamedTuple


class Span(NamedTuple):
    """A piece of personal data: `text[start:end]`, offsets in code points, `score` in 0..1."""

    start: int
    end: int
    type: str
    score: float


#: What was found in one text: sorted, not overlapping. A tuple, so that all texts without anything share one.
Spans = tuple[Span, ...]


class DetectionError(Exception):
    """The engine could not look at a text. The text counts as unscanned, never as clean."""


class BadPattern(ValueError):
    """A detector's expression is not one that can be matched in linear time. The text says which and why."""
