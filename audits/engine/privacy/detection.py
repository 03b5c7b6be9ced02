"""The pass over a text: folded once, searched by the detectors, overlaps settled once."""

import hashlib
from collections.abc import Collection

import phonenumbers
import stdnum

from .detector_set import DetectorSet
from .detectors import DETECTORS, OTHER_NUMBERS
from .folding import fold
from .matching import encoded
from .resolution import resolve
from .spans import DetectionError, Span

_BUILT_IN = DetectorSet(DETECTORS, OTHER_NUMBERS)


def _version() -> str:
    """Changes whenever a detector's declaration or a validating library does."""
    parts = (phonenumbers.__version__, stdnum.__version__, _BUILT_IN.version)
    return f"1.{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"


ENGINE_VERSION = _version()

#: Every type that `detect` can give without `own`, sorted.
TYPES: tuple[str, ...] = _BUILT_IN.types


def detect(
    text: str, *, language: str | None = None, types: Collection[str] | None = None, own: DetectorSet | None = None
) -> list[Span]:
    """Personal data in `text`: sorted spans that do not overlap, offsets in code points.

    `language` (BCP 47) only helps with national number plans; cue words of all languages always count.
    `types` limits the answer, not the judgement: a card number stays a card when only phones are asked for.
    `own` adds detectors that are compiled already; their ranks count against those of the engine.
    Time is linear in the length of the text. Raises DetectionError if the engine failed on the text.
    """
    folded = None if text.isascii() and "\t" not in text else fold(text)
    plain = folded.text if folded else text
    data = encoded(plain)
    try:
        found = _BUILT_IN.find(plain, data, language)
        if own is not None:
            found += own.find(plain, data, language)
    except (ValueError, IndexError, RecursionError, MemoryError) as error:
        raise DetectionError(f"{type(error).__name__} while scanning") from error
    if not found:
        return []
    spans = resolve(found)
    if folded and folded.cuts:
        spans = [
            span._replace(start=folded.original(span.start), end=folded.original(span.end, is_end=True))
            for span in spans
        ]
    return spans if types is None else [span for span in spans if span.type in types]


def explain(span: Span, *, own: DetectorSet | None = None) -> str:
    """Why values of this span's type are believed: the explanation of each detector that finds the type."""
    reasons = _BUILT_IN.explanations(span.type)
    if own is not None:
        reasons += own.explanations(span.type)
    return "; ".join(reasons)
