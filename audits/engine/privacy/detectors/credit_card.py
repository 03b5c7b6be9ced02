"""Payment card numbers: checked by Luhn, or named as a card where they were mistyped or cut to the last digits."""

import re

from stdnum import luhn

from ..detector import Candidate, Detector, Hit

#: Leading digits and the lengths issued under them (ISO/IEC 7812 ranges of the large schemes).
_ISSUED = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11,16}"  # Diners Club
    r"|(?:6[0-9]|8[12]|35)[0-9]{14,17}|(?:1800|2131)[0-9]{11}"  # Discover, UnionPay, RuPay, JCB
    r"|(?:5[06-9]|6[0-9])[0-9]{10,17}|220[0-4][0-9]{12,15}"  # Maestro, Mir
)
_USUAL_SHAPES = frozenset({(16,), (4, 4, 4, 4), (8, 8), (4, 12), (5, 5, 6)})
#: So many characters beside a long number still make the message an answer to "your card number?".
_ANSWER_WORDS = 24
_GROUPS = re.compile(r"[0-9]+")


def _judge(candidate: Candidate) -> Hit | None:
    """The longest run of groups from the start that is a card number."""
    if candidate.start and candidate.text[candidate.start - 1] == "+":
        return None
    groups = [match.span() for match in _GROUPS.finditer(candidate.value)]
    total = sum(end - first for first, end in groups)
    for kept in range(len(groups), 0, -1):
        first, end = groups[kept - 1]
        count, total = total, total - (end - first)
        if not 12 <= count <= 19:
            continue
        part = candidate.part(candidate.start, candidate.start + end)
        if not part.stands_alone:
            continue
        shape = tuple(end - first for first, end in groups[:kept])
        score = _score(part, shape, goes_on=kept < len(groups))
        if score:
            return part.hit(score)
    return None


def _score(part: Candidate, shape: tuple[int, ...], *, goes_on: bool) -> float:
    digits = "".join(_GROUPS.findall(part.value))
    if digits[0] == "0" or len(set(digits)) < 2:
        return 0.0
    if _ISSUED.fullmatch(digits) and luhn.is_valid(digits):
        return 1.0 if part.label in (None, "CREDIT_CARD") else 0.8
    if (goes_on and shape not in _USUAL_SHAPES) or part.label not in (None, "CREDIT_CARD", "US_SSN", "PHONE_NUMBER"):
        return 0.0
    if part.label == "CREDIT_CARD":
        return 0.7
    if len(digits) == 16 and shape in _USUAL_SHAPES:
        return 0.5
    is_answer = part.label is None and len(part.text) <= len(part.value) + _ANSWER_WORDS
    return 0.3 if len(shape) == 1 and is_answer and len(digits) > 12 else 0.0


def _judge_fragment(candidate: Candidate) -> Hit | None:
    """Digits of a card that the text itself names: the last four, or a number cut short."""
    if not candidate.stands_alone or candidate.is_followed_by_street or not candidate.is_named("CREDIT_CARD"):
        return None
    return candidate.hit(0.6)


_CONTEXT = {
    "en": ("credit card", "debit card", "card", "cards", "cardnumber", "credit no", "credit number", "visa",
           "mastercard", "amex", "maestro",
           "credit"),
    "es": ("tarjeta",),
    "de": ("karte ", "kreditkarte", "bankkarte", "kartennummer"),
    "fr": ("carte bancaire", "carte de crédit", "carte bleue", "numéro de carte", "carte "),
    "pl": ("kart*",),
    "ru": ("карт*",),
    "it": ("carta di credito", "carta ", "numero di carta"),
    "nl": ("kaart ", "creditcard", "kaartnummer", "pasnummer"),
    "pt": ("cartão", "cartao"),
}  # fmt: skip

CREDIT_CARD = Detector(
    type="CREDIT_CARD",
    triggers=(r"[0-9](?:[ \-.]?[0-9]){11}",),
    pattern=r"[0-9]{3,19}(?:[ \-.][0-9]{3,15}){0,6}",
    judge=_judge,
    explanation="12 to 19 digits of a card scheme with a valid Luhn digit, or 16 digits called a card",
    context=_CONTEXT,
    retries=True,
    rank=80,
)

CARD_FRAGMENT = Detector(
    type="CREDIT_CARD",
    triggers=(r"(?i)card|credit|tarjeta|karte|carte|kart|карт|carta|kaart|cart[aã]o|visa|amex|maestro", r"[0-9]{4}"),
    pattern=r"[0-9]{4,15}",
    judge=_judge_fragment,
    explanation="a number that the text calls a card",
    rank=42,
)
