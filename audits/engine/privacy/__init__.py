"""Personal data in text: a pure library, without Django and without network.

    spans = detect("Call me on +1 415 555 0132", language="en")
    redact(text, spans)                       # "Call me on [PHONE_NUMBER]"
    pseudonymise(text, spans, key=secret)     # "Call me on [PHONE_NUMBER:5b2f09d1]"
    normalise("PHONE_NUMBER", "+1 415 555 0132")   # "14155550132"

    detect_many(texts)                             # the same for each of many texts, several times as fast
    detect(text, own=compile_detectors([...]))     # with patterns of one's own

    detect_conversation(texts, roles=roles)        # turns of one conversation: what was said before counts

`detect` gives a tuple of `Span(start, end, type, score)`, sorted, not overlapping, offsets in code points of the given
string. It takes time linear in the text and raises `DetectionError` rather than calling a text clean that it
could not read to the end. `ENGINE_VERSION` changes whenever results could; `TYPES` lists what can be found.
"""

from .conversation import detect_conversation
from .detection import ENGINE_VERSION, TYPES, detect, detect_many, explain
from .detector import Candidate, Detector, Hit
from .detector_set import DetectorSet, compile_detectors
from .rewriting import normalise, pseudonymise, redact
from .spans import BadPattern, DetectionError, Span, Spans

__all__ = [
    "ENGINE_VERSION",
    "TYPES",
    "BadPattern",
    "Candidate",
    "DetectionError",
    "Detector",
    "DetectorSet",
    "Hit",
    "Span",
    "Spans",
    "compile_detectors",
    "detect",
    "detect_conversation",
    "detect_many",
    "explain",
    "normalise",
    "pseudonymise",
    "redact",
]
