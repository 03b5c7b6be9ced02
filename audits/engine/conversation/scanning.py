"""Everything the engine reads out of one conversation, in one call."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audits.engine.privacy import ENGINE_VERSION, Span, conversation, detect_conversation, repeats
from audits.engine.privacy.ner import LanguageModel, joined
from audits.engine.privacy.own_patterns import NOTHING, OwnSet

from .disclosure import disclosure_at_start
from .handoff import hands_off, requests_human
from .origins import SECRET_TYPES, Origin, originators
from .own_name import names_version, without_own_name
from .refusal import refuses
from .tone import Tone, tone
from .turns import Turn

# Guesses below this score are masked, but nobody is said to have typed a secret because of one.
TRUSTED_SCORE = 0.5
# The last digits of these, as on a receipt, are a usual way to name them without giving them away. Code points.
SHORTEST_WHOLE = {"CREDIT_CARD": 12, "US_SSN": 9}


def _version() -> str:
    """Changes with the detection engine and with any line of this package or of how a conversation is read."""
    digest = hashlib.sha256(ENGINE_VERSION.encode())
    for source in (*sorted(Path(__file__).parent.glob("*.py")), Path(conversation.__file__), Path(repeats.__file__)):
        digest.update(source.read_bytes())
    return f"{ENGINE_VERSION}-{digest.hexdigest()[:8]}"


SCAN_VERSION = _version()


@dataclass(frozen=True, slots=True)
class Detection:
    """One personal value in one turn. Offsets are code points of the turn's text."""

    turn_index: int
    start: int
    end: int
    type: str
    role: str
    origin: Origin
    score: float
    normalised: str


@dataclass(frozen=True, slots=True)
class ConversationScan:
    """What a conversation shows.

    `human_request_met` is None where no human was asked for; True where an agent's turn or a hand-off
    statement follows the first request. `secrets_from_customer`: a customer typed payment data or a secret.
    """

    engine_version: str
    detections: list[Detection]
    disclosed: bool
    human_requested: bool
    human_request_met: bool | None
    refused: bool
    secrets_from_customer: bool
    tone: Tone = field(default_factory=Tone)


def scan_version(own: OwnSet = NOTHING) -> str:
    """What a scan with these patterns and this name is called; it changes whenever a result could."""
    version = f"{SCAN_VERSION}@{names_version(own.names)}" if own.names else SCAN_VERSION
    return f"{version}+{own.version}" if own.version else version


def scan(
    turns: Sequence[Turn], *, language: str | None = None, own: OwnSet = NOTHING, model: LanguageModel | None = None
) -> ConversationScan:
    """Read one conversation; the detectors see all turns together, an assistant's `own` patterns among them.

    What a language `model` finds is added where the detector found nothing; the assistant's own name (`own.names`) is
    left out. Raises DetectionError: the conversation
    then counts as unscannable, never as clean.
    """
    spans_by_turn = personal_spans(turns, language=language, own=own, model=model)
    detections = [
        Detection(
            turn_index=found.turn_index,
            start=found.span.start,
            end=found.span.end,
            type=found.span.type,
            role=turns[found.turn_index].role,
            origin=found.origin,
            score=found.span.score,
            normalised=found.normalised,
        )
        for found in originators(turns, spans_by_turn, language=language)
    ]
    asked_at = _first_request(turns, language)
    return ConversationScan(
        engine_version=scan_version(own),
        detections=detections,
        disclosed=disclosure_at_start(turns, language),
        human_requested=asked_at is not None,
        human_request_met=None if asked_at is None else _is_met(turns[asked_at + 1 :], language),
        refused=any(turn.role == "assistant" and refuses(turn.text, language) for turn in turns),
        secrets_from_customer=any(
            found.role == "customer" and found.type in SECRET_TYPES and found.score >= TRUSTED_SCORE
            for found in detections
        ),
        tone=tone(turns, language=language),
    )


def personal_spans(
    turns: Sequence[Turn], *, language: str | None = None, own: OwnSet = NOTHING, model: LanguageModel | None = None
) -> Sequence[Sequence[Span]]:
    """What `scan` finds in each turn, without who said it first. Raises DetectionError."""
    spans_by_turn: Sequence[Sequence[Span]] = detect_conversation(
        [turn.text for turn in turns],
        roles=[turn.role for turn in turns],
        languages=[language] * len(turns),
        own=own.detectors,
    )
    if model is not None:
        spans_by_turn = [joined(spans, model.find(turn.text)) for turn, spans in zip(turns, spans_by_turn, strict=True)]
    return without_own_name(turns, spans_by_turn, own.names) if own.names else spans_by_turn


def exposure(result: ConversationScan) -> list[str]:
    """`TYPE.origin` of every whole value that is more than a guess, each once, sorted: what exposure counts count."""
    return sorted({f"{found.type}.{found.origin}" for found in result.detections if is_exposure(found)})


def is_exposure(found: Detection) -> bool:
    """A whole value and not its last digits, by a detection that is to be trusted."""
    return found.score >= TRUSTED_SCORE and found.end - found.start >= SHORTEST_WHOLE.get(found.type, 1)


def _first_request(turns: Sequence[Turn], language: str | None) -> int | None:
    for index, turn in enumerate(turns):
        if turn.role == "customer" and requests_human(turn.text, language):
            return index
    return None


def _is_met(later: Sequence[Turn], language: str | None) -> bool:
    return any(
        turn.role == "agent" or (turn.role in ("assistant", "system") and hands_off(turn.text, language))
        for turn in later
    )
