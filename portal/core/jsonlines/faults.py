"""What msgspec found wrong with a line, in words that name the field and repeat none of the content."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, get_args, get_type_hints

import msgspec

from portal.core.errors import Invalid

_LOCATED = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL)
MAX_NAME = 60


def as_invalid(error: Exception, *, record: type[msgspec.Struct], choices: Sequence[str] = ()) -> Invalid:
    """The Invalid that says what `error`, raised while decoding a line, means for the one who wrote the line.

    `record` is what a line should have been; of an unknown key the closest of its keys is told, or else all of them.
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
        told = "It is missing." if named["how"] == "missing required" else _unknown(name, _keys_at(record, path))
        return Invalid(told, field=f"{path}.{name}" if path else name)
    return Invalid(_in_words(what, choices), field=path.removesuffix("[...]") or None)


@lru_cache(maxsize=1024)
def _unknown(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"Unknown key; the closest is {close[0]}." if close else f"Unknown key; there are: {', '.join(known)}."


@lru_cache(maxsize=64)
def _keys_at(record: type[msgspec.Struct], path: str) -> tuple[str, ...]:
    """The keys of the object at this path, such as `turns[3]`."""
    for name in re.sub(r"\[[^]]*\]", "", path).split(".") if path else ():
        named = next(field.name for field in msgspec.structs.fields(record) if field.encode_name == name)
        record = _struct_in(get_type_hints(record)[named])
    return tuple(sorted(field.encode_name for field in msgspec.structs.fields(record)))


def _struct_in(hint: Any) -> type[msgspec.Struct]:
    """The one object that a field of this type can hold, itself or in a list."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next(_struct_in(one) for one in get_args(hint) if one is not type(None))


def _in_words(what: str, choices: Sequence[str]) -> str:
    if what.startswith("Invalid enum value"):
        return f"Expected one of {', '.join(choices)}."
    if what.startswith("Invalid RFC3339"):
        return "Not a date and time such as 2026-03-01T09:30:00Z."
    return f"{what.replace('`', '')}."
