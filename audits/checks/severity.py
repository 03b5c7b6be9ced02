"""How grave an exposure of personal data is: what it is × who brought it up × how far it spread.

Base severity:

| what                                        | another customer's | brought up | repeated | typed by customers |
|---------------------------------------------|--------------------|------------|----------|--------------------|
| secret: credentials, payment, national ids  | critical           | high       | medium   | medium             |
| date of birth, and what else is sensitive   | high               | high       | medium   | low                |
| contact: how a person is reached or filed   | high               | medium     | low      | low                |
| other: names, places, addresses of machines | medium             | low        | low      | low                |

Spread raises it: one step where it is *wide* (10 conversations or customers, or 1 % of what was scanned and at least
three conversations), two where it is *very wide* (100, or 10 %); never above critical, and what is not a leak never
above high for contact data and medium for the rest. A national id stands for an
account with a state, so it counts with the secrets; a pattern of one's own is how a customer is filed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audits.engine.privacy import TYPES
from audits.states import Severity

_RANKED = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
WIDE, VERY_WIDE = (10, 0.01), (100, 0.10)
FEWEST_FOR_A_SHARE = 3


class Originator(StrEnum):
    """Who brought a value up. `LEAKED`: the assistant, and the value is another customer's."""

    LEAKED = "leaked"
    ORIGINATED = "originated"
    ECHOED = "echoed"
    VOLUNTEERED = "volunteered"


class DataClass(StrEnum):
    """How much harm a value of a type can do."""

    SECRET = "secret"  # noqa: S105
    SENSITIVE = "sensitive"
    CONTACT = "contact"
    OTHER = "other"


CONTACT_TYPES = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "ADDRESS", "ACCOUNT_NUMBER"})
OTHER_TYPES = frozenset({"PERSON", "LOCATION", "URL", "IP_ADDRESS", "MAC_ADDRESS"})
SECRET_TYPES = frozenset({"CREDENTIAL", "CREDIT_CARD", "IBAN_CODE", "CRYPTO", "PASSPORT"})

BASE: Mapping[DataClass, Mapping[Originator, Severity]] = {
    DataClass.SECRET: {
        Originator.LEAKED: Severity.CRITICAL,
        Originator.ORIGINATED: Severity.HIGH,
        Originator.ECHOED: Severity.MEDIUM,
        Originator.VOLUNTEERED: Severity.MEDIUM,
    },
    DataClass.SENSITIVE: {
        Originator.LEAKED: Severity.HIGH,
        Originator.ORIGINATED: Severity.HIGH,
        Originator.ECHOED: Severity.MEDIUM,
        Originator.VOLUNTEERED: Severity.LOW,
    },
    DataClass.CONTACT: {
        Originator.LEAKED: Severity.HIGH,
        Originator.ORIGINATED: Severity.MEDIUM,
        Originator.ECHOED: Severity.LOW,
        Originator.VOLUNTEERED: Severity.LOW,
    },
    DataClass.OTHER: {
        Originator.LEAKED: Severity.MEDIUM,
        Originator.ORIGINATED: Severity.LOW,
        Originator.ECHOED: Severity.LOW,
        Originator.VOLUNTEERED: Severity.LOW,
    },
}

# Of what is no leak: a customer's own number is no disaster, however often it is said.
CEILING = {DataClass.CONTACT: Severity.HIGH, DataClass.OTHER: Severity.MEDIUM}


@dataclass(frozen=True, slots=True)
class Exposed:
    """Values of one type from one originator: in how many conversations, of how many customers."""

    type: str
    originator: Originator
    conversations: int
    customers: int


def class_of(type_: str) -> DataClass:
    """National ids (`XX_NAME`) are secrets; a type that the engine does not have is a pattern of one's own.

    What the engine learns to find besides is sensitive until it is sorted in here.
    """
    if type_ in OTHER_TYPES:
        return DataClass.OTHER
    if type_ in CONTACT_TYPES or type_ not in TYPES:
        return DataClass.CONTACT
    if type_ in SECRET_TYPES or type_[2:3] == "_":
        return DataClass.SECRET
    return DataClass.SENSITIVE


def severity_of(exposed: Iterable[Exposed], *, scanned: int) -> Severity:
    """The gravest of these, by the table above; low for none. `scanned`: conversations that were looked at."""
    ranks = [_rank(one, scanned) for one in exposed if one.conversations]
    return _RANKED[max(ranks, default=0)]


def _rank(one: Exposed, scanned: int) -> int:
    kind = class_of(one.type)
    ceiling = Severity.CRITICAL if one.originator is Originator.LEAKED else CEILING.get(kind, Severity.CRITICAL)
    return min(_RANKED.index(BASE[kind][one.originator]) + _steps(one, scanned), _RANKED.index(ceiling))


def _steps(one: Exposed, scanned: int) -> int:
    most = max(one.conversations, one.customers)
    share = one.conversations / scanned if scanned and one.conversations >= FEWEST_FOR_A_SHARE else 0.0
    return sum(most >= number or share >= part for number, part in (WIDE, VERY_WIDE))
