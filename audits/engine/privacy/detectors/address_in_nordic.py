"""Addresses of the Nordic countries, whose street words end ordinary words of other languages."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, WORD_LETTERS, continues_word
from ..names import is_place
from .locality import place_reach, units_reach

_NAME = rf"[{CAPITALS}][{WORD_LETTERS}.'\-]*"
_ENDINGS = (
    "gatan|gata|gate|gaten|gränd|vägen|veien|vegen|vei|veg|vej|vejen|gade|stræde|torvet|torget|allé|bakken|backen|"
    "stien|stigen|svingen|"
    "plassen|pladsen|vænget|haugen|hagen|tie|katu|kuja|polku|kaari|väylä"
)
_LANGUAGES = frozenset({"sv", "da", "nb", "nn", "no", "fi"})
#: "Gate 22" and "plan 3" are places in airports and parking houses.
_NAMELESS = re.compile(rf"(?:{_ENDINGS}) [0-9]+", re.IGNORECASE)
#: The code and the town of these countries.
_CODE = re.compile(
    rf",? ?\n? ?(?:(?:FI|SE?|DK|NO?)-)?(?:[0-9]{{3}} [0-9]{{2}}|[0-9]{{5}}|"
    rf"[0-9]{{4}}) ([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}]*)?)"
)
#: A house number's letter and flat: "17 A 5", "62B", "5 C".
_FLAT = re.compile(r" ?[A-Z](?: [0-9]{1,3})?(?!\w)")


def _judge(candidate: Candidate) -> Hit | None:
    text, start, end = candidate.text, candidate.start, candidate.end
    if (start and continues_word(text[start - 1])) or _NAMELESS.fullmatch(candidate.value):
        return None
    flat = _FLAT.match(text, end)
    end = flat.end() if flat else end
    if end < len(text) and continues_word(text[end]):
        return None
    end = units_reach(text, end)
    code = _CODE.match(text, end)
    is_local = (candidate.language or "")[:2].lower() in _LANGUAGES
    if code and (is_local or is_place(code[1])):
        return candidate.hit(0.6, end=max(place_reach(text, end), code.end()))
    return candidate.hit(0.55, end=place_reach(text, end)) if is_local else None


ADDRESS_IN_NORDIC = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf"(?:{_ENDINGS}) [0-9]"),
    pattern=rf"((?:{_NAME} ){{0,3}}(?:{_NAME}|[{WORD_LETTERS}]+ )?(?:{_ENDINGS}) [0-9]{{1,4}})",
    judge=_judge,
    explanation="a name with a Nordic street word and a house number, in such a language or before a postal code",
    rank=34,
)
