"""Detectors made ready for the pass: their triggers tried together, then only those looked for that were triggered."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Self

from .armed import Armed
from .context import Announcements, Lexicon, stems
from .detector import Detector, Rereading, Words
from .gates import Joined
from .matching import Subject
from .resolution import Ranked
from .triggers import Arm, Gates, arm, first_gates, tree


class DetectorSet:
    """Detectors compiled for one pass. Immutable; compile once and share, also between threads.

    `other_words` announce numbers that are nothing personal; they keep the detectors off such numbers. `unnamed` says
    what a number is that no detector finds, by what its conversation said before.
    What a text by itself needs and what many together need is compiled when first asked for: whoever wants to know the
    types or the version waits for neither. Raises BadPattern for a pattern that linear-time matching does not know.
    """

    def __init__(
        self,
        detectors: Iterable[Detector],
        other_words: Words | None = None,
        *,
        unnamed: Rereading | None = None,
    ) -> None:
        self.detectors = tuple(detectors)
        self.rereadings = {each.type: each.reread for each in self.detectors if each.reread}
        self.unnamed = unnamed
        self._triggers = tree(map(Armed, self.detectors))
        self._other_words = other_words or {}

    @property
    def types(self) -> tuple[str, ...]:
        """Every type that these detectors can give, sorted."""
        return tuple(sorted({detector.type for detector in self.detectors}))

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change whenever a declaration does."""
        digest = hashlib.sha256()
        for each in self.detectors:
            pattern = each.find.__qualname__ if each.find else each.pattern
            facts = (each.type, each.version, pattern, each.triggers, sorted(each.context.items()))
            digest.update(repr(facts).encode())
        for reread in self._all_rereadings:
            digest.update(repr((reread.types, reread.version)).encode())
        return digest.hexdigest()[:12]

    def explanations(self, type_: str) -> list[str]:
        """Why values of a type are believed, from each detector that finds it."""
        reasons = [detector.explanation for detector in self.detectors if detector.type == type_]
        return reasons + [reread.explanation for reread in self._all_rereadings if type_ in reread.types]

    @property
    def _all_rereadings(self) -> list[Rereading]:
        return [*self.rereadings.values(), *([self.unnamed] if self.unnamed else [])]

    def announced(self, text: str) -> set[str]:
        """The types that words of a text announce, whether or not a value follows."""
        return {word.type for word in self._lexicon.occurrences(text)}

    def ready(self) -> Self:
        """The same, with everything compiled. Raises BadPattern for a trigger that linear-time matching lacks."""
        _ = self._armed_for, self._armed_for_ascii, self._gates, self._gates_for_ascii, self._lexicon
        return self

    def find(self, text: str, data: Any, language: str | None) -> list[Ranked]:
        """Every hit in a folded text, offsets in its code points, overlaps not settled. `data` is `encoded(text)`."""
        armed = self._armed_for_ascii(data) if text.isascii() else self._armed_for(data)
        return self._look(armed, text, data, language) if armed else []

    def find_in(
        self, texts: Sequence[str], together: Joined, languages: Sequence[str | None]
    ) -> dict[int, list[Ranked]]:
        """What `find` gives for each of the texts in which it finds something, by index.

        `together` is `joined(texts)`. One detector looks at all of its texts before the next one does, so that its
        code and data stay in the processor's caches.
        """
        subjects: dict[int, tuple[Subject, Announcements]] = {}
        found: dict[int, list[Ranked]] = {}
        gates = self._gates_for_ascii if together.in_ascii else self._gates
        for armed, indices in gates.places(together).items():
            for index in indices:
                if armed.needs_text_alone:
                    hits = armed.find_in_text(texts[index])
                else:
                    if index not in subjects:
                        text = texts[index]
                        subjects[index] = Subject(text, together.data_of(index)), Announcements(text, self._lexicon)
                    hits = armed.find(*subjects[index], languages[index])
                if hits:
                    found.setdefault(index, []).extend(hits)
        return found

    @cached_property
    def _armed_for(self) -> Arm:
        return arm(self._triggers, in_ascii=False)

    @cached_property
    def _armed_for_ascii(self) -> Arm:
        return arm(self._triggers, in_ascii=True)

    @cached_property
    def _gates(self) -> Gates:
        return first_gates(self._triggers, in_ascii=False)

    @cached_property
    def _gates_for_ascii(self) -> Gates:
        return first_gates(self._triggers, in_ascii=True)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(
            chain(
                chain.from_iterable(stems(detector.type, detector.context) for detector in self.detectors),
                stems("OTHER_NUMBER", self._other_words),
            )
        )

    def _look(self, armed: tuple[Armed, ...], text: str, data: Any, language: str | None) -> list[Ranked]:
        subject = Subject(text, data)
        announcements = Announcements(text, self._lexicon)
        found: list[Ranked] = []
        for each in armed:
            found += each.find(subject, announcements, language)
        return found


def compile_detectors(detectors: Iterable[Detector]) -> DetectorSet:
    """An assistant's own detectors, for `detect(..., own=)`. Raises BadPattern."""
    return DetectorSet(detectors).ready()
