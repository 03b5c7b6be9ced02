"""Turkish addresses: quarter, avenue or street, number, flat, code, district and province."""

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, WORD_LETTERS
from .locality import place_reach

_NAME = rf"[{CAPITALS}0-9][{WORD_LETTERS}0-9.]*(?: [{CAPITALS}0-9][{WORD_LETTERS}0-9.]*){{0,3}}"
_STREET = r"(?:Caddesi|Cad\.?|Cd\.?|Sokağı|Sokak|Sok\.?|Sk\.?|Bulvarı|Bulv\.?|Blv\.?)"
_QUARTER = rf"(?:{_NAME} (?:Mahallesi|Mah\.?|Mh\.?),? )?"
_NUMBER = r"(?:No|Numara|Nu)?\.? ?: ?[0-9]{1,4}[A-Za-z]?(?:/[0-9]{1,4})?|[0-9]{1,4}[A-Za-z]?(?:/[0-9]{1,4})?"
_FLAT = r"(?:[ ,]{1,2}(?:(?:Daire|Kat|D|K|İç Kapı No|Blok)\.? ?:? ?[0-9A-Z]{1,4})){0,3}"


def _judge(candidate: Candidate) -> Hit | None:
    if not candidate.stands_alone:
        return None
    return candidate.hit(0.6, end=place_reach(candidate.text, candidate.end))


ADDRESS_IN_TURKISH = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf" {_STREET},? (?:No|Numara|[0-9])"),
    pattern=rf"{_QUARTER}(?:{_NAME} {_STREET},? ){{1,2}}(?:{_NUMBER}){_FLAT}",
    judge=_judge,
    explanation="a name, a Turkish street word and a house number",
    rank=36,
)
