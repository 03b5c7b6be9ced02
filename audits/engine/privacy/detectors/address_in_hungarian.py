"""Addresses of Hungary: code and town before the street or behind it, floor and door with stops."""

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, WORD_LETTERS, continues_word

_NAME = rf"[{CAPITALS}][{WORD_LETTERS}.\-]*"
_STREETS = (
    "utca|útja|út|u\\.|tér|tere|körút|körútja|krt\\.|sugárút|köz|köze|sétány|rakpart|fasor|sor|dűlő|lakótelep|ltp\\.|"
    "liget|sugárútja|lépcső"
)
_CODE_AND_TOWN = rf"[1-9][0-9]{{3}} {_NAME}(?: {_NAME})?"
_FLOOR = (
    r"(?:[ ,]{1,2}(?:[0-9]{1,2}|[IVX]{1,4})\. ?(?:emelet|em\.?|lph\.?|lépcsőház|ép\.?|ajtó)"
    r"|[ ,]{1,2}(?:fsz|mfsz|földszint)\.?)"
    r"(?:[ ,/]{1,2}[0-9]{1,3}\.?(?: ?ajtó)?)?"
)


def _judge(candidate: Candidate) -> Hit | None:
    text, end = candidate.text, candidate.end
    if end < len(text) and continues_word(text[end]):
        return None
    return candidate.hit(0.6, end=candidate.start + len(candidate.value.rstrip(" .,")))


ADDRESS_IN_HUNGARIAN = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf" (?:{_STREETS}) [0-9]"),
    pattern=(
        rf"(?:^|[^{WORD_LETTERS}0-9])((?:{_CODE_AND_TOWN},? )?(?:{_NAME} ){{1,3}}(?:{_STREETS}) "
        rf"[0-9]{{1,4}}(?:[/\-][0-9A-Za-z]{{1,3}})?\.?(?:{_FLOOR})?(?:, {_CODE_AND_TOWN})?)"
    ),
    judge=_judge,
    explanation="a Hungarian street with its number, floor and door, and the code and town beside it",
    rank=35,
)
