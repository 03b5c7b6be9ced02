"""International bank account numbers (ISO 13616)."""

from stdnum import iban as iban_number

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import continues_word

#: Country → length (SWIFT IBAN registry).
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FO FI GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK MN",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL SO OM", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT ST LY", 26: "IS TR", 27: "FR GR IT MC MR SM BI DJ", 28: "AL AZ BY CY DO GT HU LB PL NI SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value
    length = _LENGTHS.get(value[:2].upper())
    if length is None or (candidate.start and continues_word(candidate.text[candidate.start - 1])):
        return None
    count = 0
    for offset, character in enumerate(value):
        count += character.isalnum()
        if count == length:
            end = candidate.start + offset + 1
            if end < len(candidate.text) and continues_word(candidate.text[end]):
                return None
            compact = iban_number.compact(value[: offset + 1])
            if iban_number.is_valid(compact, check_country=False):
                return candidate.hit(1.0, end=end)
            named = candidate.label in ("IBAN_CODE", "ACCOUNT_NUMBER")
            return candidate.hit(0.6, end=end) if named and sum(c.isdigit() for c in compact) > 9 else None
    return None


_BEGINNING = r"[a-z]{2}[ \-]?[0-9]{2}(?:[ \-.]?[a-z0-9])"

IBAN_CODE = Detector(
    type="IBAN_CODE",
    triggers=(
        ANY_SHAPE,
        r"(?i)[a-z][0-9]{2}[ \-.]?[a-z0-9]{4}|[a-z][ \-][0-9]{2}[ \-](?:[0-9]{4}|[a-z]{4})[ \-][0-9]{4}[ \-][0-9]",
        rf"(?i){_BEGINNING}{{11}}",
    ),
    pattern=rf"(?i){_BEGINNING}{{11,30}}",
    judge=_judge,
    explanation="country code, its length, and the mod-97 check",
    context={"en": ("iban",)},
    retries=True,
    rank=95,
)
