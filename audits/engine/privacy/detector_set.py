"""Detectors made ready for the pass: one combined search for triggers, then only those that were triggered."""

import hashlib
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from .context import Announcements, Lexicon, stems
from .detector import Candidate, Detector, Words
from .matching import Pattern, PatternSet, Subject
from .resolution import Ranked
from .spans import Span

#: Within a longer match no second look is taken, so that work stays linear.
_LONGEST_RETRIED = 80
_TOKEN_BREAK = re.compile(r"[^0-9A-Za-z]+")


class _Armed:
    """A detector with its compiled pattern."""

    __slots__ = ("detector", "pattern")

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self.pattern = Pattern(detector.pattern)

    def find(self, subject: Subject, announcements: Announcements, language: str | None) -> list[Ranked]:
        """Every hit, in the order of the text."""
        detector, data, text = self.detector, subject.data, subject.text
        found: list[Ranked] = []
        resume = 0
        while match := self.pattern.search(data, resume):
            start, end = subject.locate(*match)
            hit = detector.judge(Candidate(announcements, start, end, language))
            if hit is not None:
                found.append(Ranked(detector.rank, Span(hit.start, hit.end, detector.type, hit.score)))
                next_position = max(hit.end, start + 1)
            else:
                next_position = self._next_look(text, start, end)
            resume = max(subject.offset(match[0], start, next_position), match[0] + 1)
            if resume > len(data):
                break
        return found

    def _next_look(self, text: str, start: int, end: int) -> int:
        """Where to go on after text[start:end] was turned down."""
        if not self.detector.retries or end - start > _LONGEST_RETRIED:
            return end
        gap = _TOKEN_BREAK.search(text, start, end)
        return gap.end() if gap and gap.end() > start else end


class _Fired(NamedTuple):
    """What the first triggers of a text ask for: detectors at once, and those that want more to occur."""

    sure: tuple[_Armed, ...]
    asking: tuple[_Armed, ...]


class _FirstPass:
    """The first triggers of some detectors, tried together."""

    def __init__(self, armed: Iterable[_Armed]) -> None:
        self._armed = tuple(armed)
        self._sources = tuple(dict.fromkeys(each.detector.triggers[0] for each in self._armed))
        self.triggers = PatternSet(self._sources, self._fired)

    def _fired(self, occurring: frozenset[int]) -> _Fired:
        sources = {self._sources[index] for index in occurring}
        fired = [each for each in self._armed if each.detector.triggers[0] in sources]
        return _Fired(
            tuple(each for each in fired if len(each.detector.triggers) == 1),
            tuple(each for each in fired if len(each.detector.triggers) > 1),
        )


class DetectorSet:
    """Detectors compiled for one pass. Immutable; compile once and share, also between threads.

    `other_words` announce numbers that are nothing personal; they keep the detectors off such numbers.
    Raises BadPattern for an expression that linear-time matching does not know.
    """

    def __init__(self, detectors: Iterable[Detector], other_words: Words | None = None) -> None:
        self.detectors = tuple(detectors)
        armed = [_Armed(detector) for detector in self.detectors]
        self._first_passes = tuple(
            _FirstPass(group)
            for by_words in (False, True)
            if (group := [each for each in armed if each.detector.by_words is by_words])
        )
        self._more = tuple(dict.fromkeys(source for each in self.detectors for source in each.triggers[1:]))
        self._second_pass = PatternSet(self._more, lambda occurring: {self._more[index] for index in occurring})
        self._lexicon = Lexicon(
            chain(
                chain.from_iterable(stems(detector.type, detector.context) for detector in self.detectors),
                stems("OTHER_NUMBER", other_words or {}),
            )
        )

    @property
    def types(self) -> tuple[str, ...]:
        """Every type that these detectors can give, sorted."""
        return tuple(sorted({detector.type for detector in self.detectors}))

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change whenever a declaration does."""
        digest = hashlib.sha256()
        for each in self.detectors:
            facts = (each.type, each.version, each.pattern, each.triggers, sorted(each.context.items()))
            digest.update(repr(facts).encode())
        return digest.hexdigest()[:12]

    def explanations(self, type_: str) -> list[str]:
        """Why values of a type are believed, from each detector that finds it."""
        return [detector.explanation for detector in self.detectors if detector.type == type_]

    def find(self, text: str, data: Any, language: str | None) -> list[Ranked]:
        """Every hit in a folded text, offsets in its code points, overlaps not settled. `data` is `encoded(text)`."""
        armed: tuple[_Armed, ...] = ()
        asking: tuple[_Armed, ...] = ()
        for first_pass in self._first_passes:
            fired = first_pass.triggers.plan_for(data)
            armed += fired.sure
            asking += fired.asking
        if asking:
            more = self._second_pass.plan_for(data)
            if more:
                armed += tuple(each for each in asking if more.issuperset(each.detector.triggers[1:]))
        if not armed:
            return []
        subject = Subject(text, data)
        announcements = Announcements(text, self._lexicon)
        found: list[Ranked] = []
        for each in armed:
            found += each.find(subject, announcements, language)
        return found


def compile_detectors(detectors: Iterable[Detector]) -> DetectorSet:
    """An assistant's own detectors, for `detect(..., own=)`. Raises BadPattern."""
    return DetectorSet(detectors)
