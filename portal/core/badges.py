"""How each state, severity and verdict looks as a badge: tone, icon and word.

The three always go together, so that no meaning is carried by colour alone. Values are the stored
enum values; they mean the same wherever they occur, hence one flat table.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["neutral", "info", "success", "warning", "danger", "critical"]


@dataclass(frozen=True, slots=True)
class Badge:
    """`icon` is a symbol id of the icon sprite; `label` is the word shown."""

    tone: Tone
    icon: str
    label: str


_BY_LOOK: Final[dict[tuple[Tone, str], tuple[str, ...]]] = {
    ("neutral", "circle-dashed"): ("new", "open", "draft", "proposed", "scheduled", "queued", "received"),
    ("info", "lock"): ("frozen",),
    ("danger", "lock"): ("blocked",),
    ("success", "download"): ("ready",),
    ("neutral", "circle-minus"): ("dismissed", "cancelled", "rejected", "retired", "revoked", "undone", "lifted"),
    ("neutral", "copy"): ("duplicate",),
    ("neutral", "archive"): ("erased", "disposed", "expired"),
    ("neutral", "help-circle"): ("unknown", "unscanned"),
    ("neutral", "hourglass"): ("insufficient_data", "not_enough_data"),
    ("neutral", "info-circle"): ("info", "minimal"),
    ("info", "progress"): ("running", "in_progress", "verifying", "claimed", "in_review", "submitted"),
    ("info", "tool"): ("in_remediation", "remediation", "implemented"),
    ("info", "writing"): ("awaiting_sign_off",),
    ("info", "flag"): ("promoted", "low", "limited"),
    ("info", "user"): ("identity_verified",),
    ("info", "scale"): ("judged",),
    ("warning", "player-pause"): ("on_hold", "risk_accepted", "stopped"),
    ("success", "check"): ("scanned", "approved", "given", "granted", "renewed", "objection_lifted", "fulfilled"),
    ("success", "circle-check"): ("passed", "permitted", "no_material_difference", "live", "verified", "active"),
    ("success", "rosette-discount-check"): ("closed", "signed_off"),
    ("warning", "clock-exclamation"): ("soon",),
    ("warning", "eye"): ("watch", "restricted"),
    ("warning", "flag"): ("medium",),
    ("warning", "pencil"): ("changes_requested",),
    ("warning", "alert-triangle"): ("unscannable", "refused", "withdrawn", "objected", "invalidated"),
    ("danger", "alert-triangle"): ("confirmed", "high", "disparity", "overdue"),
    ("danger", "circle-x"): ("failed", "error"),
    ("danger", "ban"): ("denied",),
    ("critical", "alert-octagon"): ("critical",),
}

_WORDS: Final[dict[str, str]] = {
    "awaiting_sign_off": "Awaiting sign-off",
    "insufficient_data": "Not enough data",
}


def _humanised(value: str) -> str:
    return _WORDS.get(value, value.replace("_", " ").capitalize())


BADGES: Final[dict[str, Badge]] = {
    value: Badge(tone=tone, icon=icon, label=_humanised(value))
    for (tone, icon), values in _BY_LOOK.items()
    for value in values
}


def badge_for(value: str, *, label: str = "") -> Badge:
    """The badge of a stored enum value; `label` replaces the default word.

    A value that the table does not know gets the neutral look and its own name in words.
    """
    known = BADGES.get(value, Badge(tone="neutral", icon="circle", label=_humanised(value)))
    return Badge(tone=known.tone, icon=known.icon, label=label) if label else known


#: The word that the sentence of a check opens with, by the badge that says the same.
_VERDICT_WORDS: Final[dict[str, str]] = {
    "disparity": "Disparity",
    "failed": "Disparity",
    "watch": "Watch",
    "no_material_difference": "No material difference",
    "passed": "No material difference",
    "not_enough_data": "Not enough data",
    "insufficient_data": "Not enough data",
}
_OPENING: Final = r"(?:^|(?<=\. ))"


def beside_badge(sentence: str, value: str) -> str:
    """What a check found, without the verdict if that is what the badge of `value` beside it says already."""
    verdict = _VERDICT_WORDS.get(value)
    if verdict is None:
        return sentence
    sentence = re.sub(rf"{_OPENING}{verdict} for ", "Undecided: ", sentence)
    opening = rf"{_OPENING}{verdict}(?:[:.,] | (?=at equal questions: ))(.)"
    return re.sub(opening, lambda begun: begun[1].upper(), sentence)
