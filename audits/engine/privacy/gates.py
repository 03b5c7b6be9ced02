"""Texts that come together, searched in one piece.

A search over a single short text costs more for the call than for the text, and a large automaton that is met again
only after other work has left the processor's caches. Joined, thousands of messages cost each search one run.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from .matching import SEPARATOR, Landmark, all_encoded, for_ascii, in_order, landmark


class Joined(NamedTuple):
    """Texts in one piece: `data[bounds[i]:bounds[i + 1]]` is the data of text `i` with the separator before it.

    `in_ascii`: they are known to have no other characters.
    """

    data: Any
    bounds: Sequence[int]
    in_ascii: bool = False

    def only(self, places: Iterable[int]) -> "Joined":
        """Some of the texts."""
        pieces = [self.data[self.bounds[place] : self.bounds[place + 1]] for place in places]
        return Joined(SEPARATOR[:0].join(pieces), list(accumulate(map(len, pieces), initial=0)), self.in_ascii)

    def data_of(self, place: int) -> Any:
        """The data of one text."""
        return self.data[self.bounds[place] + len(SEPARATOR) : self.bounds[place + 1]]


def joined(texts: Sequence[str], *, in_ascii: bool = False) -> Joined:
    """Folded texts in one piece. `in_ascii`: they are known to have no other characters."""
    data, lengths = all_encoded(texts, in_ascii=in_ascii)
    return Joined(data, list(accumulate(lengths, initial=0)), in_ascii)


def landmark_of(triggers: Iterable[str], *, in_ascii: bool) -> Landmark:
    """A search over joined texts for whatever any of `triggers` would match in one of them by itself.

    ^ and $ are made to stand for the ends of lines: every text is one line or several.
    """
    source = "|".join(map(_of_lines, triggers))
    return landmark(in_order(for_ascii(source) if in_ascii else source))


def _of_lines(trigger: str) -> str:
    return f"(?im:{trigger[4:]})" if trigger.startswith("(?i)") else f"(?m:{trigger})"


def places(search: Landmark, texts: Joined) -> list[int]:
    """Which texts a gate opens for, ascending. Behind a find the search goes on with the next text."""
    data, bounds = texts.data, texts.bounds
    last = len(bounds) - 2
    found: list[int] = []
    place = -1
    while place < last and (landed := search(data, bounds[place + 1])) >= 0:
        place = bisect_left(bounds, landed, place + 1) - 1
        found.append(place)
    return found
