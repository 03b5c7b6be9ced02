"""What a detector is: patterns, context words, a judgement, and why its hits should be believed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from .context import Lexicon, labels_near

Words = Mapping[str, tuple[str, ...]]


class Hit(NamedTuple):
    """A judged candidate, offsets in the folded text."""

    start: int
    end: int
    score: float


class Candidate:
    """A pattern's match in its surroundings. `text` is the folded text, offsets are code points."""

    def __init__(self, *, text: str, start: int, end: int, language: str | None, lexicon: Lexicon) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.language = language
        self._lexicon = lexicon

    @cached_property
    def value(self) -> str:
        return self.text[self.start : self.end]

    @cached_property
    def labels(self) -> tuple[str | None, str | None]:
        """The nearest context words before and after, as the types that they announce."""
        return labels_near(self.text, self.start, self.end, self._lexicon)

    @property
    def label(self) -> str | None:
        """What the text itself calls this value, if it says so: the word before wins over the one after."""
        before, after = self.labels
        return before or after

    @property
    def is_whole_message(self) -> bool:
        """Nothing but this value (and punctuation) was written: an answer to a question."""
        return self.end - self.start >= len(self.text.strip(" .,;:!?\n\r\"'")) and self.value.strip() != ""

    @property
    def stands_alone(self) -> bool:
        """Neither neighbour continues the value: no letter, digit or joint is attached to it."""
        text, start, end = self.text, self.start, self.end
        if start and (text[start - 1].isalnum() or text[start - 1] in "_@"):
            return False
        if start > 1 and text[start - 1] in "-./+" and text[start - 2].isdigit():
            return False
        if end < len(text) and (text[end].isalnum() or text[end] in "_@"):
            return False
        return not (end + 1 < len(text) and text[end] in "-./" and text[end + 1].isdigit())

    def hit(self, score: float, *, start: int | None = None, end: int | None = None) -> Hit:
        """This candidate, or a part of it, as a hit."""
        return Hit(self.start if start is None else start, self.end if end is None else end, score)

    def part(self, start: int, end: int) -> "Candidate":
        """A piece of this candidate's text as a candidate of its own."""
        return Candidate(
            text=self.text, start=start, end=end, language=self.language, lexicon=self._lexicon
        )


@dataclass(frozen=True, slots=True)
class Detector:
    """One way of finding one type of personal data.

    `trigger` must match wherever `pattern` does; it goes into the combined pass over every text and so
    stays simple. `judge` sees each match of `pattern` and gives a hit (maybe narrower) or None.
    `context` lists word stems per language that announce the type. `rank` settles overlaps: higher wins.
    """

    type: str
    trigger: str
    pattern: str
    judge: Callable[[Candidate], Hit | None]
    explanation: str
    version: int = 1
    context: Words = field(default_factory=dict)
    rank: int = 50
