"""Detectors made ready for the pass: one combined search for triggers, then only those that were triggered."""

import hashlib
import re
from collections.abc import Iterable, Iterator
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
    """What the first triggers of a text ask for: detectors at once, and finer passes."""

    sure: tuple[_Armed, ...]
    finer: "tuple[PatternSet[tuple[_Armed, ...]], ...]"


class _FirstPass:
    """The first triggers of some detectors, tried together, with the finer passes behind each of them."""

    def __init__(self, armed: Iterable[_Armed]) -> None:
        by_trigger: dict[str, list[_Armed]] = {}
        for each in armed:
            by_trigger.setdefault(each.detector.triggers[0], []).append(each)
        self._sure = [
            tuple(each for each in group if len(each.detector.triggers) == 1) for group in by_trigger.values()
        ]
        self._finer = [tuple(_finer_passes(group)) for group in by_trigger.values()]
        self.triggers = PatternSet(by_trigger, self._fired)

    def _fired(self, occurring: frozenset[int]) -> _Fired:
        return _Fired(
            tuple(each for index in sorted(occurring) for each in self._sure[index]),
            tuple(finer for index in sorted(occurring) for finer in self._finer[index]),
        )


def _finer_passes(group: list[_Armed]) -> "Iterator[PatternSet[tuple[_Armed, ...]]]":
    """A pass for the shapes of digits and one for the words, for the reason that the first passes are two."""
    for of_shapes in (True, False):
        asking = [
            each
            for each in group
            if len(each.detector.triggers) > 1 and ("[0-9]" in each.detector.triggers[1]) is of_shapes
        ]
        if asking:
            yield _finer_pass(asking)


def _finer_pass(asking: list[_Armed]) -> "PatternSet[tuple[_Armed, ...]]":
    sources = tuple(dict.fromkeys(source for each in asking for source in each.detector.triggers[1:]))

    def complete(occurring: frozenset[int]) -> tuple[_Armed, ...]:
        found = {sources[index] for index in occurring}
        return tuple(each for each in asking if found.issuperset(each.detector.triggers[1:]))

    return PatternSet(sources, complete)


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
        for first_pass in self._first_passes:
            fired = first_pass.triggers.plan_for(data)
            armed += fired.sure
            for finer in fired.finer:
                armed += finer.plan_for(data)
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
