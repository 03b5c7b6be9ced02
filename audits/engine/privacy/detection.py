"""The pass over a text: one combined search for triggers, then only the detectors that were triggered."""

import hashlib
import re
from collections.abc import Collection
from itertools import chain

import phonenumbers
import stdnum

from .context import Announcements, Lexicon, stems
from .detector import Candidate, Detector
from .detectors import DETECTORS, OTHER_NUMBERS
from .folding import fold
from .matching import Pattern, PatternSet, Subject, encoded
from .resolution import Ranked, resolve
from .spans import DetectionError, Span

#: Within a longer match no second look is taken, so that work stays linear.
_LONGEST_RETRIED = 80
_TOKEN_BREAK = re.compile(r"[^0-9A-Za-z]+")


def _version() -> str:
    """Changes whenever a detector's declaration or a validating library does."""
    digest = hashlib.sha256(f"{phonenumbers.__version__} {stdnum.__version__}".encode())
    for detector in DETECTORS:
        facts = (detector.type, detector.version, detector.pattern, detector.triggers, sorted(detector.context.items()))
        digest.update(repr(facts).encode())
    return f"1.{digest.hexdigest()[:12]}"


ENGINE_VERSION = _version()


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


_ARMED = tuple(_Armed(detector) for detector in DETECTORS)
_SOURCES = tuple(dict.fromkeys(source for detector in DETECTORS for source in detector.triggers))
_TRIGGERS = PatternSet(_SOURCES)
#: For each trigger, the detectors that it is the first of, with all that they need.
_FIRED = tuple(
    tuple(
        (armed, frozenset(map(_SOURCES.index, armed.detector.triggers)))
        for armed in _ARMED
        if armed.detector.triggers[0] == source
    )
    for source in _SOURCES
)
_LEXICON = Lexicon(
    chain(
        chain.from_iterable(stems(detector.type, detector.context) for detector in DETECTORS),
        stems("OTHER_NUMBER", OTHER_NUMBERS),
    )
)

#: Every type that `detect` can give, sorted.
TYPES: tuple[str, ...] = tuple(sorted({detector.type for detector in DETECTORS}))


def detect(text: str, *, language: str | None = None, types: Collection[str] | None = None) -> list[Span]:
    """Personal data in `text`: sorted spans that do not overlap, offsets in code points.

    `language` (BCP 47) only helps with national number plans; cue words of all languages always count.
    `types` limits the answer, not the judgement: a card number stays a card when only phones are asked for.
    Time is linear in the length of the text. Raises DetectionError if the engine failed on the text.
    """
    folded = None if text.isascii() and "\t" not in text else fold(text)
    plain = folded.text if folded else text
    data = encoded(plain)
    triggered = _TRIGGERS.occurring(data)
    if not triggered:
        return []
    occurring = frozenset(triggered)
    armed = [each for index in triggered for each, needed in _FIRED[index] if needed <= occurring]
    if not armed:
        return []
    subject = Subject(plain, data)
    announcements = Announcements(plain, _LEXICON)
    try:
        found = [hit for each in armed for hit in each.find(subject, announcements, language)]
    except (ValueError, IndexError, RecursionError, MemoryError) as error:
        raise DetectionError(f"{type(error).__name__} while scanning") from error
    spans = resolve(found)
    if folded and folded.cuts:
        spans = [
            span._replace(start=folded.original(span.start), end=folded.original(span.end, is_end=True))
            for span in spans
        ]
    return spans if types is None else [span for span in spans if span.type in types]


def explain(span: Span) -> str:
    """Why values of this span's type are believed: the explanation of each detector that finds the type."""
    return "; ".join(detector.explanation for detector in DETECTORS if detector.type == span.type)
