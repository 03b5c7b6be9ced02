"""Numbers that a customer gives without a word, read by what the conversation has said.

What they are not is sure, what they are is a guess: masked, never a finding. In `pii_multidogo`, by its annotators,
of 74 other fours than the last of a named social security number 50 are an account's, 12 a card's and 12 a social
security number's; of 29 bare numbers in no plan of the customer's country 11 are a card's, 11 an account's, none a
telephone's; of 99 bare numbers that no detector finds 58 are a card's, 26 a social security number's, 8 an account's.
"""

from ..detector import Known, Rereading
from .national import NATIONAL_IDS

ACCOUNT, CARD = "ACCOUNT_NUMBER", "CREDIT_CARD"
NUMBER_TYPES = (ACCOUNT, CARD)

#: The country that gives its people an identity number, by its type.
_COUNTRIES = {"US_SSN": "US"} | {
    each.type: "GB" if each.type.startswith("UK_") else each.type[:2] for each in NATIONAL_IDS
}


def countries_of(known: Known) -> set[str]:
    """The countries of which the customer has given an identity number."""
    return {_COUNTRIES[type_] for type_ in known.types() if type_ in _COUNTRIES}


def type_of_number(known: Known, *, usually: str) -> str:
    """What the conversation speaks of, a card or an account; of both or neither, what it `usually` is.

    A card that was given by name is no longer what is spoken of.
    """
    is_card = known.speaks_of(CARD) and not known.values(CARD)
    is_account = known.speaks_of(ACCOUNT)
    return usually if is_card == is_account else CARD if is_card else ACCOUNT


def _read(value: str, text: str, known: Known) -> str | None:
    return type_of_number(known, usually=CARD) if countries_of(known) else None


UNNAMED_NUMBER = Rereading(
    read=_read,
    types=NUMBER_TYPES,
    explanation="five to twelve bare digits as a whole message, from somebody who has given an identity number",
)
