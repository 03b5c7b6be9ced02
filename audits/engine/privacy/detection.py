"""The pass over one text or many: folded once, searched by the detectors, overlaps settled once."""

import hashlib
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Protocol

import phonenumbers
import stdnum

from .detector_set import DetectorSet
from .detectors import DETECTORS, OTHER_NUMBERS, UNNAMED_NUMBER
from .folding import Folded, fold
from .gates import joined
from .matching import encoded_plain
from .resolution import Ranked, resolve
from .spans import DetectionError, Span, Spans

#: What is searched together: so many texts that the calls no longer count, so few that they fit into the memory.
_MOST_IN_PORTION, _LONGEST_PORTION = 16_384, 1_048_576
#: What a failing engine raises.
_FAILURES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError)

_BUILT_IN = DetectorSet(DETECTORS, OTHER_NUMBERS, unnamed=UNNAMED_NUMBER)


def _version() -> str:
    """Changes whenever a detector's declaration or a validating library does."""
    parts = (phonenumbers.__version__, stdnum.__version__, _BUILT_IN.version)
    return f"1.{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"


ENGINE_VERSION = _version()

#: What becomes of a guess by what its conversation said before, by the type guessed at.
REREADINGS = _BUILT_IN.rereadings

#: Every type that `detect` can give without `own`, sorted.
TYPES: tuple[str, ...] = _BUILT_IN.types


def detect(
    text: str, *, language: str | None = None, types: Collection[str] | None = None, own: DetectorSet | None = None
) -> Spans:
    """Personal data in `text`: sorted spans that do not overlap, offsets in code points.

    `language` (BCP 47) only helps with national number plans; cue words of all languages always count.
    `types` limits the answer, not the judgement: a card number stays a card when only phones are asked for.
    `own` adds detectors that are compiled already; their ranks count against those of the engine.
    Time is linear in the length of the text. Raises DetectionError if the engine failed on the text.
    """
    folded = None if text.isascii() and "\t" not in text else fold(text)
    plain = folded.text if folded else text
    data = encoded_plain(plain)
    try:
        found = _BUILT_IN.find(plain, data, language)
        if own is not None:
            found += own.find(plain, data, language)
    except _FAILURES as error:
        raise DetectionError(f"{type(error).__name__} while scanning") from error
    return _answer(found, plain, folded, types) if found else ()


class DetectMany(Protocol):
    """`detect_many` of this engine, or another's with the same interface."""

    def __call__(self, texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]: ...


def detect_many(
    texts: Sequence[str],
    *,
    languages: Sequence[str | None] | None = None,
    types: Collection[str] | None = None,
    own: DetectorSet | None = None,
) -> list[Spans]:
    """For each text what `detect` gives, in a fraction of the time where texts are short: they share their searches.

    `languages` is parallel to `texts`. Raises DetectionError if the engine failed on any of them.
    """
    spans: list[Spans] = [()] * len(texts)
    for first, end in _portions(texts):
        portion = texts[first:end]
        spoken = languages[first:end] if languages is not None else (None,) * (end - first)
        try:
            for index, answer in _answers(portion, spoken, types, own):
                spans[first + index] = answer
        except _FAILURES as error:
            raise DetectionError(f"{type(error).__name__} while scanning") from error
    return spans


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Slices of `texts` that are searched together: many short ones, or one that is long."""
    ends = list(accumulate(map(len, texts), initial=0))
    first = 0
    while first < len(texts):
        most = min(len(texts), first + _MOST_IN_PORTION)
        end = max(first + 1, bisect_right(ends, ends[first] + _LONGEST_PORTION, first + 1, most + 1) - 1)
        yield first, end
        first = end


def _answers(
    texts: Sequence[str],
    languages: Sequence[str | None],
    types: Collection[str] | None,
    own: DetectorSet | None,
) -> Iterator[tuple[int, Spans]]:
    """The texts in which something is found, by index."""
    if _is_plain("".join(texts)):
        for index, hits in _found_in(texts, languages, own, in_ascii=True).items():
            yield index, _answer(hits, texts[index], None, types)
        return
    folded = {index: fold(text) for index, text in enumerate(texts) if not _is_plain(text)}
    texts = [folded[index].text if index in folded else text for index, text in enumerate(texts)]
    for in_ascii in (True, False):
        places = [index for index, text in enumerate(texts) if text.isascii() is in_ascii]
        if places:
            some, spoken = [texts[index] for index in places], [languages[index] for index in places]
            for at, hits in _found_in(some, spoken, own, in_ascii=in_ascii).items():
                yield places[at], _answer(hits, some[at], folded.get(places[at]), types)


def _found_in(
    texts: Sequence[str], languages: Sequence[str | None], own: DetectorSet | None, *, in_ascii: bool
) -> dict[int, list[Ranked]]:
    """The hits in folded texts that are all in ASCII, or all not, by index. Overlaps are not settled."""
    together = joined(texts, in_ascii=in_ascii)
    found = _BUILT_IN.find_in(texts, together, languages)
    if own is not None:
        for index, hits in own.find_in(texts, together, languages).items():
            found.setdefault(index, []).extend(hits)
    return found


def _is_plain(text: str) -> bool:
    return text.isascii() and "\t" not in text


def _answer(found: list[Ranked], text: str, folded: Folded | None, types: Collection[str] | None) -> Spans:
    """What is left of the hits in one folded text, in offsets of the text as it was given."""
    spans = resolve(found, text)
    if folded and folded.cuts:
        spans = tuple(
            span._replace(start=folded.original(span.start), end=folded.original(span.end, is_end=True))
            for span in spans
        )
    return spans if types is None else tuple(span for span in spans if span.type in types)


def announced(text: str) -> set[str]:
    """The types that words of a text announce, whether or not a value follows."""
    return _BUILT_IN.announced(text if _is_plain(text) else fold(text).text)


def explain(span: Span, *, own: DetectorSet | None = None) -> str:
    """Why values of this span's type are believed: the explanation of each detector that finds the type."""
    reasons = _BUILT_IN.explanations(span.type)
    if own is not None:
        reasons += own.explanations(span.type)
    return "; ".join(reasons)
