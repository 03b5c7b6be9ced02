"""Payment card numbers: checked by Luhn, or named as a card where they were mistyped or cut to the last digits."""

import re

from stdnum import luhn

from ..detector import Candidate, Detector, Hit

#: Leading digits and the lengths issued under them (ISO/IEC 7812 ranges of the large schemes).
_SCHEMES = (
    (re.compile("4"), {13, 16, 19}),
    (re.compile("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile("3[47]"), {15}),
    (re.compile("3(?:0[0-5]|[689])"), {14, 15, 16, 17, 18, 19}),
    (re.compile("6(?:011|22|4[4-9]|5|0|1)|8[12]|35"), {16, 17, 18, 19}),
    (re.compile("1800|2131"), {15}),
    (re.compile("50|5[6-9]|6"), set(range(12, 20))),
    (re.compile("220[0-4]"), set(range(16, 20))),
)
_USUAL_SHAPES = frozenset({(16,), (4, 4, 4, 4), (8, 8), (4, 12), (5, 5, 6)})
#: So many characters beside a long number still make the message an answer to "your card number?".
_ANSWER_WORDS = 24
_GROUPS = re.compile(r"[0-9]+")


def _is_issued(digits: str) -> bool:
    return any(start.match(digits) and len(digits) in lengths for start, lengths in _SCHEMES)


def _judge(candidate: Candidate) -> Hit | None:
    """The longest run of groups from the start that is a card number."""
    if candidate.start and candidate.text[candidate.start - 1] == "+":
        return None
    ends = [group.end() for group in _GROUPS.finditer(candidate.value)]
    for end in reversed(ends):
        part = candidate.part(candidate.start, candidate.start + end)
        digits = "".join(_GROUPS.findall(part.value))
        if 12 <= len(digits) <= 19 and part.stands_alone and len(set(digits)) > 1:
            score = _score(part, digits)
            if score:
                return part.hit(score)
    return None


def _score(part: Candidate, digits: str) -> float:
    named = part.label == "CREDIT_CARD"
    if luhn.is_valid(digits) and _is_issued(digits):
        return 1.0 if named or part.label is None else 0.8
    if part.label not in (None, "CREDIT_CARD", "US_SSN", "PHONE_NUMBER") or part.value.startswith("0"):
        return 0.0
    if named and len(digits) >= 12:
        return 0.7
    shape = tuple(len(group) for group in _GROUPS.findall(part.value))
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
    "en": ("credit card", "debit card", "card", "cards", "cardnumber", "credit no", "credit number", "visa", "mastercard", "amex", "maestro",
           "credit"),
    "es": ("tarjeta",),
    "de": ("karte", "kreditkarte", "kartennummer"),
    "fr": ("carte bancaire", "carte de crédit", "carte bleue", "numéro de carte", "carte visa", "carte"),
    "pl": ("kart*",),
    "ru": ("карт*",),
    "it": ("carta di credito", "carta", "numero di carta"),
    "nl": ("kaart", "creditcard", "kaartnummer"),
    "pt": ("cartão", "cartao"),
}  # fmt: skip

CREDIT_CARD = Detector(
    type="CREDIT_CARD",
    triggers=(r"[0-9](?:[ \-.]?[0-9]){11}",),
    pattern=r"[0-9]{2,19}(?:[ \-.][0-9]{2,15}){0,6}",
    judge=_judge,
    explanation="12 to 19 digits of a card scheme with a valid Luhn digit, or 16 digits called a card",
    context=_CONTEXT,
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
