"""One answer where detectors overlap."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

from .spans import Span, Spans

_SURE = 0.6
_CHECKED_RANK = 89
#: A name is made of words: what of it stands before something else is still one.
_NAME = "PERSON"
_SHORTEST_NAME = 4


class Ranked(NamedTuple):
    """A span with the rank of the detector that found it."""

    rank: int
    span: Span


def resolve(found: Sequence[Ranked], text: str = "") -> Spans:
    """Sorted, non-overlapping spans: the higher rank wins, then the longer, then the surer, then the earlier.

    What is unsure gives way to what is sure; a checksum that holds (score 1.0) yields only to mail addresses
    and keys. Of a name in `text` is kept what stands before a span that is no name ("Ana Gómez Plaza Mayor, 3").
    """
    if len(found) == 1:
        return (found[0].span,)

    def strength(item: Ranked) -> tuple[bool, int, int, float, int, str]:
        rank, span = item
        rank = max(rank, _CHECKED_RANK) if span.score >= 1 else rank
        return span.score >= _SURE, rank, span.end - span.start, span.score, -span.start, span.type

    kept: list[Span] = []
    taken: list[tuple[int, int]] = []
    for item in sorted(found, key=strength, reverse=True):
        span = item.span
        if _is_free(taken, span.start, span.end):
            kept.append(span)
        elif (head := _before_another(span, kept, text)) and _is_free(taken, head.start, head.end):
            kept.append(head)
    return tuple(sorted(kept))


def _before_another(name: Span, kept: Sequence[Span], text: str) -> Span | None:
    """The words of a name before the first span that begins within it, unless that is a name, too."""
    if name.type != _NAME:
        return None
    first = min((span for span in kept if name.start < span.start < name.end), default=None)
    if first is None or first.type == _NAME:
        return None
    head = text[name.start : first.start].rstrip(" \n,;-(")
    return name._replace(end=name.start + len(head)) if len(head) >= _SHORTEST_NAME else None


def _is_free(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Claim [start, end) if nothing holds any of it. `taken` stays sorted."""
    at = bisect_left(taken, (start, end))
    if at < len(taken) and taken[at][0] < end:
        return False
    if at and taken[at - 1][1] > start:
        return False
    insort(taken, (start, end))
    return True
