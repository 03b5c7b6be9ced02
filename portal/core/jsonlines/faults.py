"""What msgspec found wrong with a line, in words that name the field and repeat none of the content."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from portal.core.errors import Invalid

_LOCATED = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL)
MAX_NAME = 60


def as_invalid(error: Exception, *, choices: Sequence[str] = ()) -> Invalid:
    """The Invalid that says what `error`, raised while decoding a line, means for the one who wrote the line.

    `choices` are the values of the one enumeration that the record has.
    """
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
        name = named["name"][:MAX_NAME]
        unknown = named["how"] == "contains unknown"
        return Invalid("Unknown key." if unknown else "It is missing.", field=f"{path}.{name}" if path else name)
    return Invalid(_in_words(what, choices), field=path.removesuffix("[...]") or None)


def _in_words(what: str, choices: Sequence[str]) -> str:
    if what.startswith("Invalid enum value"):
        return f"Expected one of {', '.join(choices)}."
    if what.startswith("Invalid RFC3339"):
        return "Not a date and time such as 2026-03-01T09:30:00Z."
    return f"{what.replace('`', '')}."
