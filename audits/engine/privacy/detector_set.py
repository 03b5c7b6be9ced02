"""Detectors made ready for the pass: one combined search for triggers, then only those that were triggered."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from .context import Announcements, Lexicon, stems
from .detector import Candidate, Detector, TextSearch, Words
from .matching import Pattern, PatternSet, Search, Subject
from .resolution import Ranked
from .spans import Span

#: Within a longer match no second look is taken, so that work stays linear.
_LONGEST_RETRIED = 80
_TOKEN_BREAK = re.compile(r"[^0-9A-Za-z]+")


class _Armed:
    """A detector with its compiled pattern."""

    __slots__ = ("_search_data", "_search_text", "detector")

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self._search_text = detector.pattern if callable(detector.pattern) else None
        self._search_data = None if callable(detector.pattern) else Pattern(detector.pattern).search

    def find(self, subject: Subject, announcements: Announcements, language: str | None) -> list[Ranked]:
        """Every hit, in the order of the text."""
        if self._search_data is not None:
            return self._find_in_data(self._search_data, subject, announcements, language)
        assert self._search_text is not None
        return self._find_in_text(self._search_text, subject.text, announcements, language)

    def _find_in_data(
        self, search: Search, subject: Subject, announcements: Announcements, language: str | None
    ) -> list[Ranked]:
        data = subject.data
        found: list[Ranked] = []
        resume = 0
        while match := search(data, resume):
            start, end = subject.locate(*match)
            next_position = self._look(start, end, announcements, language, found)
            resume = max(subject.offset(match[0], start, next_position), match[0] + 1)
            if resume > len(data):
                break
        return found

    def _find_in_text(
        self, search: TextSearch, text: str, announcements: Announcements, language: str | None
    ) -> list[Ranked]:
        found: list[Ranked] = []
        resume = 0
        while match := search(text, resume):
            resume = self._look(*match, announcements, language, found)
        return found

    def _look(
        self, start: int, end: int, announcements: Announcements, language: str | None, found: list[Ranked]
    ) -> int:
        """Judge text[start:end], add a hit to `found`, and give where to go on."""
        detector = self.detector
        hit = detector.judge(Candidate(announcements, start, end, language))
        if hit is None:
            return self._next_look(announcements.text, start, end)
        found.append(Ranked(detector.rank, Span(hit.start, hit.end, detector.type, hit.score)))
        return max(hit.end, start + 1)

    def _next_look(self, text: str, start: int, end: int) -> int:
        """Where to go on after text[start:end] was turned down."""
        if not self.detector.retries or end - start > _LONGEST_RETRIED:
            return end
        gap = _TOKEN_BREAK.search(text, start, end)
        return gap.end() if gap and gap.end() > start else end


class _Behind:
    """The detectors that share a first trigger, and the passes that look for their further ones.

    Shapes of digits have one pass and words another: in one they would multiply each other's states. So would all
    shapes: a detector's first one is looked for in every text with digits, the others only where that occurs.
    """

    __slots__ = ("_both", "_details", "_shapes", "_with_details", "_words")

    def __init__(self, group: list[_Armed]) -> None:
        shapes = {each: [trigger for trigger in each.detector.triggers[1:] if "[0-9" in trigger] for each in group}
        words = {each: [trigger for trigger in each.detector.triggers[1:] if "[0-9" not in trigger] for each in group}
        self._shapes = _further({each: triggers[:1] for each, triggers in shapes.items()})
        self._words = _further(words)
        self._details = _further({each: triggers[1:] for each, triggers in shapes.items()})
        self._with_details = frozenset(each for each, triggers in shapes.items() if triggers[1:])
        # Remembered, since texts have few different combinations and the sets are large.
        self._both = lru_cache(maxsize=4096)(self._in_both)

    def armed(self, data: Any) -> tuple[_Armed, ...]:
        """Those whose triggers all occur in `data`."""
        sure, with_details = self._both(self._shapes.plan_for(data), self._words.plan_for(data))
        return sure + tuple(with_details & self._details.plan_for(data)) if with_details else sure

    def _in_both(
        self, by_shape: frozenset[_Armed], by_words: frozenset[_Armed]
    ) -> tuple[tuple[_Armed, ...], frozenset[_Armed]]:
        """Those that both passes let through: at once, and only if their details occur too."""
        found = by_shape & by_words
        return tuple(found - self._with_details), found & self._with_details


def _further(asked: dict[_Armed, list[str]]) -> PatternSet[frozenset[_Armed]]:
    """A pass that tells which detectors have all the triggers that they ask for."""
    sources = list(dict.fromkeys(trigger for triggers in asked.values() for trigger in triggers))

    def complete(occurring: frozenset[int]) -> frozenset[_Armed]:
        found = {sources[index] for index in occurring}
        return frozenset(each for each, triggers in asked.items() if found.issuperset(triggers))

    return PatternSet(sources, complete)


class _Fired(NamedTuple):
    """What the first triggers of a text ask for: detectors at once, and passes for further triggers."""

    sure: tuple[_Armed, ...]
    behind: tuple[_Behind, ...]


def _first_pass(armed: Iterable[_Armed]) -> PatternSet[_Fired]:
    """The first triggers of all detectors, tried together."""
    by_trigger: dict[str, list[_Armed]] = {}
    for each in armed:
        by_trigger.setdefault(each.detector.triggers[0], []).append(each)
    sure = [tuple(each for each in group if len(each.detector.triggers) == 1) for group in by_trigger.values()]
    asking = [[each for each in group if len(each.detector.triggers) > 1] for group in by_trigger.values()]
    behind = [(_Behind(group),) if group else () for group in asking]
    return PatternSet(
        by_trigger,
        lambda occurring: _Fired(
            tuple(each for index in sorted(occurring) for each in sure[index]),
            tuple(each for index in sorted(occurring) for each in behind[index]),
        ),
    )


class DetectorSet:
    """Detectors compiled for one pass. Immutable; compile once and share, also between threads.

    `other_words` announce numbers that are nothing personal; they keep the detectors off such numbers.
    Raises BadPattern for an expression that linear-time matching does not know.
    """

    def __init__(self, detectors: Iterable[Detector], other_words: Words | None = None) -> None:
        self.detectors = tuple(detectors)
        armed = [_Armed(detector) for detector in self.detectors]
        self._first_pass = _first_pass(armed)
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
            pattern = each.pattern if isinstance(each.pattern, str) else each.pattern.__qualname__
            facts = (each.type, each.version, pattern, each.triggers, sorted(each.context.items()))
            digest.update(repr(facts).encode())
        return digest.hexdigest()[:12]

    def explanations(self, type_: str) -> list[str]:
        """Why values of a type are believed, from each detector that finds it."""
        return [detector.explanation for detector in self.detectors if detector.type == type_]

    def find(self, text: str, data: Any, language: str | None) -> list[Ranked]:
        """Every hit in a folded text, offsets in its code points, overlaps not settled. `data` is `encoded(text)`."""
        armed, passes = self._first_pass.plan_for(data)
        for behind in passes:
            armed += behind.armed(data)
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
