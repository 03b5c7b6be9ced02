"""What msgspec found wrong with a line, in words that name the field and repeat none of the content."""

from __future__ import annotations

import re

import msgspec

from assistants.states import TurnRole
from portal.core.errors import Invalid

_LOCATED = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL)
_MAX_NAME = 60


def as_invalid(error: Exception, line: bytes) -> Invalid:
    """The Invalid that says what `error`, raised while decoding `line`, means for the one who wrote the line."""
    if isinstance(error, UnicodeDecodeError):
        return Invalid("The line is not valid UTF-8.")
    if isinstance(error, RecursionError):
        return Invalid("The line is nested too deeply.")
    if not isinstance(error, msgspec.ValidationError):
        return Invalid(f"The line is not valid JSON: {str(error).removeprefix('JSON is malformed: ')}.")
    located = _LOCATED.fullmatch(str(error))
    assert located is not None  # every text matches
    what, path = located["what"], (located["path"] or "").removeprefix(".")
    if named := _NAMED.fullmatch(what):
        name = named["name"][:_MAX_NAME]
        unknown = named["how"] == "contains unknown"
        return Invalid("Unknown key." if unknown else "It is missing.", field=f"{path}.{name}" if path else name)
    if path == "outcome[...]":
        path = _outcome_at_fault(line)
    return Invalid(_in_words(what), field=path.removesuffix("[...]") or None)


def _in_words(what: str) -> str:
    if what.startswith("Invalid enum value"):
        return f"Expected one of {', '.join(TurnRole.values)}."
    if what.startswith("Invalid RFC3339"):
        return "Not a date and time such as 2026-03-01T09:30:00Z."
    return f"{what.replace('`', '')}."


def _outcome_at_fault(line: bytes) -> str:
    """msgspec names no keys of open objects, so look again which value is none of the allowed types."""
    try:
        outcome = msgspec.json.decode(line)["outcome"]
    except (msgspec.DecodeError, LookupError, TypeError):
        return "outcome"
    bad = next((name for name, value in outcome.items() if value is None or isinstance(value, dict | list)), None)
    return "outcome" if bad is None else f"outcome.{bad[:_MAX_NAME]}"
