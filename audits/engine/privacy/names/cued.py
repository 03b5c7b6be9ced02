"""How many of the words that a cue announces are the name."""

import re

from ..vocabulary import words
from .cues import TITLES
from .gazetteer import kinds
from .tagging import COMMON, CONJUNCTIONS, GIVEN, PARTICLES, PLACE, RARE, SURNAME, WORD, has_surname_shape, kind_of

_WORD = re.compile(r"[^ .]+\.?")
_LONGEST = 5
_LONGEST_IN_LOWER_CASE = 3
#: Words that begin no name after a cue, whatever else they can be.
_NEVER = words(
    "i'd i'll i've i'm i im can could would do does did is are was were will shall may might let get give find show "
    "tell make book check have has had the a an it this that here there and or but so no not yes ok okay thanks thank "
    "please sorry hello hi hey my your our his her their team support service sir madam ladies gentlemen all everyone "
    "everybody guest un una el la los las le les der die das ein eine est jest to nie и я вы мы не это"
)
#: Words behind a name that belong to the sentence again.
_AFTER_NAME = words(
    "and or but so my your the is was i from with phone email number e y et und en и of in at on to for"
)


def name_at_head(text: str, start: int, end: int, *, lower_allowed: bool, titled: bool = False) -> int | None:
    """Where the name ends that begins at `start`, or None where the words there are no name.

    `lower_allowed`: the cue is so sure that a name may be written without capitals. `titled`: a title or the word
    "surname" stands before it, so that a surname that is also a common word counts ("Mr Marsh").
    """
    known = kinds()
    kept = capitals = count = 0
    for match in _WORD.finditer(text, start, end):
        word = match.group()
        lower = word.rstrip(".").lower()
        kind = kind_of(lower.removesuffix("'s"), known)
        is_capital = word[0] != word[0].lower()
        if lower in CONJUNCTIONS and (
            (len(lower) > 1 and not capitals) or (count > 1 and _is_given(text, match.end() + 1, end))
        ):
            break
        if lower in PARTICLES:
            continue
        if lower in _NEVER or (count and lower in _AFTER_NAME):
            break
        named = kind & (GIVEN | SURNAME | RARE if count else GIVEN | SURNAME)
        if is_capital:
            if lower in TITLES and not count:
                continue
            if not named and (kind & COMMON or (kind & PLACE and not count)):
                break
            if not count and kind & COMMON and not kind & (GIVEN | SURNAME if titled else GIVEN) and not lower_allowed:
                break
            capitals += 1
        elif not lower_allowed or capitals or not _fits_in_lower_case(count, kind, lower):
            break
        kept = match.end()
        count += 1
        if count == (_LONGEST if capitals else _LONGEST_IN_LOWER_CASE):
            break
    while kept > start and text[kept - 1] in ".'’-":
        kept -= 1
    if text[start:kept].lower().endswith("'s"):
        kept -= 2
    return kept if kept - start > 1 else None


def _is_given(text: str, start: int, end: int) -> bool:
    """Whether a given name begins at `start`."""
    match = _WORD.match(text, start, end)
    return match is not None and bool(kind_of(match.group().lower(), kinds()) & GIVEN)


def has_known_name(name: str) -> bool:
    """Whether one of the words of `name` is a known given name or surname and no common word."""
    known = kinds()
    found = (kind_of(word, known) for word in name.lower().split())
    return any(kind & (GIVEN | SURNAME) and not kind & COMMON for kind in found)


def _fits_in_lower_case(count: int, kind: int, lower: str) -> bool:
    if not count:
        return not kind & COMMON or bool(kind & GIVEN)
    if kind & COMMON:
        return bool(kind & SURNAME)
    return count == 1 or bool(kind & (SURNAME | GIVEN)) or has_surname_shape(lower)


def is_clear_surname(word: str) -> bool:
    """Whether a word in lower case is a surname and nothing else."""
    lower = word.lower()
    kind = kind_of(lower, kinds())
    return bool(kind & (SURNAME | RARE) or has_surname_shape(lower)) and not kind & (WORD | PLACE | COMMON)
