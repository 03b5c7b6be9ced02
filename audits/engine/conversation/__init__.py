"""What happened in a conversation: who brought up personal data, whether the AI said what it is, and more.

    scan([Turn("assistant", "I'm Ava, your virtual assistant."), Turn("customer", "…")], language="en")

Pure functions over turns, without Django. `SCAN_VERSION` changes whenever results could.
"""

from .courtesy import Courtesy, courtesies
from .disclosure import discloses_ai, disclosure_at_start
from .handoff import hands_off, requests_human
from .harm import harms
from .origins import SECRET_TYPES, Attribution, originators
from .own_name import own_names
from .readability import reading_ease
from .refusal import refuses
from .scanning import (
    SCAN_VERSION,
    SHORTEST_WHOLE,
    TRUSTED_SCORE,
    ConversationScan,
    Detection,
    exposure,
    personal_spans,
    scan,
    scan_version,
)
from .tone import Tone, tone
from .turns import Turn

__all__ = [
    "SCAN_VERSION",
    "SECRET_TYPES",
    "SHORTEST_WHOLE",
    "TRUSTED_SCORE",
    "Attribution",
    "ConversationScan",
    "Courtesy",
    "Detection",
    "Tone",
    "Turn",
    "courtesies",
    "discloses_ai",
    "disclosure_at_start",
    "exposure",
    "hands_off",
    "harms",
    "originators",
    "own_names",
    "personal_spans",
    "reading_ease",
    "refuses",
    "requests_human",
    "scan",
    "scan_version",
    "tone",
]
