"""Payment card numbers: checked by Luhn, or named as a card where they were mistyped or cut to the last digits."""

import re
from functools import lru_cache
from typing import NamedTuple

from ..detector import ANY_SHAPE, SIX_DIGITS, Candidate, Detector, Hit
from .phone_number import is_phone_number
from .us_ssn import four_digit_answer

#: Leading digits and the lengths issued under them (ISO/IEC 7812 ranges of the large schemes).
_ISSUED = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11,16}"  # Diners Club
    r"|(?:6[0-9]|8[12]|35)[0-9]{14,17}|(?:1800|2131)[0-9]{11}"  # Discover, UnionPay, RuPay, JCB
    r"|(?:5[06-9]|6[0-9])[0-9]{10,17}|220[0-4][0-9]{12,15}"  # Maestro, Mir
)
_USUAL_SHAPES = frozenset({(16,), (4, 4, 4, 4), (8, 8), (4, 12), (5, 5, 6), (6, 6, 4)})
#: How American Express and Diners Club print theirs.
_SCHEME_SHAPES = frozenset({(4, 6, 5), (4, 6, 4), (4, 4, 4, 3), (4, 4, 4, 2), (4, 4, 4, 4, 3)})
#: Each digit twice, and the digits of that added up.
_DOUBLED = str.maketrans("0123456789", "0246813579")
#: So many digits may be a card's at the start of a row of pairs.
_IN_PAIRS = (14, 16)
#: So many characters beside a long number still make the message an answer to "your card number?"; more of them beside
#: one so long that little else is.
_ANSWER_WORDS, _MORE_WORDS, _VERY_LONG = 32, 64, 16
#: How far from an unnamed number a message may speak of a card.
_NEAR = 80
_GROUP = re.compile(r"[0-9]+")
_BESIDE_SSN = re.compile(r"\s*[0-9]{4}(?: and |, ?| )(?:my )?ssn[a-z ]{0,16}[0-9]{3,4}[.!]?\s*\Z", re.IGNORECASE)
_MASK = str.maketrans("123456789", "000000000")
_SEPARATORS = str.maketrans("", "", " -._/")
_FEWEST, _MOST, _MOST_MISTYPED = 12, 19, 22
_NOT_OTHERWISE_NAMED = (None, "CREDIT_CARD", "US_SSN", "PHONE_NUMBER")


class _Cut(NamedTuple):
    """The first groups of a candidate, taken for one number."""

    length: int
    digits: int
    shape: tuple[int, ...]
    goes_on: bool


@lru_cache(maxsize=16384)
def _cuts(mask: str) -> tuple[_Cut, ...]:
    """The ways to read a candidate, longest first. `mask` is the candidate with a 0 for every digit."""
    groups = [match.span() for match in _GROUP.finditer(mask)]
    shape = tuple(end - first for first, end in groups)
    return tuple(
        _Cut(groups[kept - 1][1], digits, shape[:kept], goes_on)
        for kept in range(len(groups), 0, -1)
        if _FEWEST <= (digits := sum(shape[:kept])) <= (_MOST if (goes_on := kept < len(groups)) else _MOST_MISTYPED)
        and _is_regular(shape[:kept])
        and (not goes_on or max(shape[:kept]) > 2 or digits in _IN_PAIRS)
    )


def _is_regular(shape: tuple[int, ...]) -> bool:
    """No group of one or two digits, unless all groups are as long as the first (the last may be shorter)."""
    return min(shape) >= 3 or (shape[0] > 1 and len(set(shape[:-1])) == 1 and shape[-1] <= shape[0])


def passes_luhn(digits: str) -> bool:
    """The check of cards (Luhn, US patent 2,950,048, 1960). A tenth of the time that stdnum takes."""
    return sum(map(int, digits[::-2] + digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def _judge(candidate: Candidate) -> Hit | None:
    """The longest run of groups from the start that is a card number."""
    if candidate.start and candidate.text[candidate.start - 1] == "+":
        return None
    every_digit = candidate.value.translate(_SEPARATORS)
    for cut in _cuts(candidate.value.translate(_MASK)):
        digits = every_digit[: cut.digits]
        is_sure = _ISSUED.fullmatch(digits) is not None and passes_luhn(digits) and len(set(digits)) > 1
        if not is_sure and cut.goes_on and cut.shape not in _USUAL_SHAPES:
            continue
        part = candidate.part(candidate.start, candidate.start + cut.length)
        score = _certainty(part, cut.shape) if is_sure else _guess(part, digits, cut.shape)
        if score and part.stands_alone:
            return part.hit(score)
    return None


def _certainty(part: Candidate, shape: tuple[int, ...]) -> float:
    """Of a number that passes the check. Every tenth number does, so odd groups need the text's word for it."""
    label = part.label
    is_even = len(set(shape)) == 1 or shape in _USUAL_SHAPES or shape in _SCHEME_SHAPES
    if label == "CREDIT_CARD" or (label is None and (is_even or part.is_whole_message)):
        return 1.0
    return 0.8 if is_even and (label in _NOT_OTHERWISE_NAMED or sum(shape) > 14) else 0.0


def _guess(part: Candidate, digits: str, shape: tuple[int, ...]) -> float:
    """How likely a number that fails the check is a card's all the same: mistyped, or made up."""
    label = part.label
    if label not in _NOT_OTHERWISE_NAMED:
        return 0.0
    if label == "CREDIT_CARD":
        return 0.7
    if len(digits) == 16 and shape in _USUAL_SHAPES and digits[0] != "0":
        return 0.5 if len(set(digits)) > 1 else 0.3
    if label or len(set(digits)) < 2:
        return 0.0
    if len(shape) > 1 and (len(digits) not in (15, 16) or min(shape) < 3 or max(shape) > 6):
        return 0.0
    words = len(part.text) - len(part.value)
    if words > (_MORE_WORDS if len(digits) >= _VERY_LONG else _ANSWER_WORDS) and not part.is_near("CREDIT_CARD", _NEAR):
        return 0.0
    if len(shape) > 1:
        return 0.3
    return 0.0 if digits[0] == "0" or (len(digits) == _FEWEST and is_phone_number(digits)) else 0.3


def _judge_fragment(candidate: Candidate) -> Hit | None:
    """Digits of a card that the text itself names: the last four, or a number cut short."""
    if not candidate.stands_alone or candidate.is_followed_by_street or not candidate.is_named("CREDIT_CARD"):
        return None
    return candidate.hit(0.6)


def _judge_answer(candidate: Candidate) -> Hit | None:
    """One of two four-digit numbers sent as an answer: the second, since help desks ask for the person's, then the
    card's; or the first, where the second is called a social security number."""
    if len(candidate.text) > 2 * _ANSWER_WORDS or not (candidate.language or "en").lower().startswith("en"):
        return None
    if not candidate.stands_alone or candidate.label is not None:
        return None
    if candidate.label_after is None and _BESIDE_SSN.match(candidate.text):
        return candidate.hit(0.2) if not candidate.text[: candidate.start].strip() else None
    answer = four_digit_answer(candidate.text)
    is_second = answer and answer[1] == candidate.value and candidate.text.find(answer[0]) < candidate.start
    return candidate.hit(0.2) if is_second else None


_CONTEXT = {
    "en": ("credit card", "debit card", "card", "cards", "cardnumber", "credit no", "credit number", "visa",
           "mastercard", "amex", "maestro", "cc", "credit card account", "card account", "credit"),
    "es": ("tarjeta",),
    "de": ("karte ", "kreditkarte", "bankkarte", "kartennummer"),
    "fr": ("carte bancaire", "carte de crédit", "carte bleue", "numéro de carte", "carte "),
    "pl": ("karta", "karty", "karcie", "kartę", "karte ", "kartą", "kart"),
    "ru": ("карт*",),
    "it": ("carta di credito", "carta ", "numero di carta"),
    "nl": ("kaart ", "creditcard", "kaartnummer", "bankpas"),
    "pt": ("cartão", "cartao"),
    "sv": ("kort ", "kortnummer", "betalkort"),
    "da": ("kortnummer", "betalingskort"),
    "cs": ("karta", "karty", "kartu", "kreditní"),
    "tr": ("kart ", "kartım", "kredi kart"),
    "uk": ("картк", "карта", "карти"),
}  # fmt: skip

CREDIT_CARD = Detector(
    type="CREDIT_CARD",
    triggers=(ANY_SHAPE, SIX_DIGITS, r"[0-9](?:[ \-._/]{0,3}[0-9]){11}"),
    pattern=r"[0-9]{2,22}(?:(?: ?[\-._/] ?|  ?)[0-9]{2,20}){0,9}",
    judge=_judge,
    explanation="12 to 19 digits of a card scheme with a valid Luhn digit, or a long number called a card",
    version=4,
    context=_CONTEXT,
    retries=True,
    shortest=12,
    rank=80,
)

CARD_FRAGMENT = Detector(
    type="CREDIT_CARD",
    triggers=(
        ANY_SHAPE,
        r"(?i)card|credit|[^a-z]cc |tarjeta|karte|carte|kart|карт|carta|kaart|cart[aã]o|visa|amex|maestro",
        r"[0-9]{4}",
    ),
    pattern=r"[0-9]{4,15}",
    judge=_judge_fragment,
    explanation="a number that the text calls a card",
    rank=42,
)

CARD_ANSWER = Detector(
    type="CREDIT_CARD",
    triggers=(
        ANY_SHAPE,
        r"[0-9]{4}(?: and |, ?| )(?:(?:(?i:my) )?(?i:ssn)[A-Za-z ]{0,16})?[0-9]{3,4}[.!]?[ \n]*$",
    ),
    pattern=r"[0-9]{4,}",
    judge=_judge_answer,
    explanation="one of two four-digit numbers sent as a bare answer, if the other is a social security number's",
    version=2,
    rank=39,
)
