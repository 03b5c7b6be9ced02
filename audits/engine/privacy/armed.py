"""A detector with its compiled pattern: where it looks, and how it goes on from there."""

import re
from collections.abc import Iterable

from .context import Announcements
from .detector import Candidate, Detector, Hit
from .matching import Pattern, Search, Subject, for_ascii
from .resolution import Ranked
from .spans import Span

#: Within a longer match no second look is taken, so that work stays linear.
_LONGEST_RETRIED = 80
_TOKEN_BREAK = re.compile(r"[^0-9A-Za-z]+")


class Armed:
    """A detector with its compiled pattern. Raises BadPattern for an expression without linear-time matching."""

    __slots__ = ("_find", "_judge", "_retries", "_search", "_search_in_ascii", "_shortest", "detector")

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self._find = detector.find
        self._judge = detector.judge
        self._retries = detector.retries
        self._shortest = detector.shortest
        self._search = Pattern(detector.pattern).search
        #: Compiled when the first text of ASCII is looked at.
        self._search_in_ascii: Search | None = None

    @property
    def needs_text_alone(self) -> bool:
        """Whether `find_in_text` does, which is spared what `find` is given."""
        return self._find is not None

    def find_in_text(self, text: str) -> list[Ranked]:
        """Every hit, in the order of the text."""
        assert self._find is not None
        return self._ranked(self._find(text))

    def find(self, subject: Subject, announcements: Announcements, language: str | None) -> list[Ranked]:
        """Every hit, in the order of the text."""
        if self._find is not None:
            return self._ranked(self._find(subject.text))
        judge, shortest = self._judge, self._shortest
        data, text, is_ascii = subject.data, subject.text, subject.is_ascii
        search = self._search if not is_ascii else self._search_in_ascii or self._for_ascii()
        assert judge is not None
        last = len(data) - shortest
        hits: list[Hit] = []
        resume = 0
        while resume <= last and (match := search(data, resume)):
            start, end = match if is_ascii else subject.locate(*match)
            hit = judge(Candidate(announcements, start, end, language)) if end - start >= shortest else None
            if hit is not None:
                hits.append(hit)
                next_position = hit.end
            else:
                next_position = self._next_look(text, start, end) if self._retries else end
            resume = next_position if is_ascii else subject.offset(match[0], start, next_position)
            if resume <= match[0]:
                resume = match[0] + 1
        return self._ranked(hits) if hits else []

    def _for_ascii(self) -> Search:
        pattern = self.detector.pattern
        written = for_ascii(pattern)
        self._search_in_ascii = search = self._search if written == pattern else Pattern(written).search
        return search

    def _ranked(self, hits: Iterable[Hit]) -> list[Ranked]:
        type_, rank = self.detector.type, self.detector.rank
        return [Ranked(rank, Span(hit.start, hit.end, type_, hit.score)) for hit in hits]

    def _next_look(self, text: str, start: int, end: int) -> int:
        """Where to go on after text[start:end] was turned down."""
        if not self._shortest <= end - start <= _LONGEST_RETRIED:
            return end
        gap = _TOKEN_BREAK.search(text, start, end)
        return gap.end() if gap and gap.end() > start else end
