"""Addresses of India: a house or plot, any number of localities, a town and its six-digit PIN code."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import continues_word
from ..names import is_place
from ..vocabulary import words

_UNIT = (
    r"(?:(?:Flat|House|Plot|Door|Shop|Villa|Block|Survey|Room|Quarter|Tower)(?: ?No\.?)?|[HD]\. ?No\.?|No\.|#) ?"
    r"[A-Z]?-?[0-9]{1,4}[A-Za-z]?(?:[/\-][0-9A-Za-z]{1,4}){0,2}"
)
_NUMBER = r"(?:[A-Z]-)?[0-9]{1,4}[A-Za-z]?(?:[/\-][0-9A-Za-z]{1,4}){0,2}"
_PIECE = r"[A-Z0-9][A-Za-z0-9.'()&\-]{0,20}(?: [A-Za-z0-9.'()&\-]{1,20}){0,4}"
_CODE = r"[1-9][0-9]{2} ?[0-9]{3}"
_LOCALITIES = words(
    "road rd marg nagar sector colony layout apartments apartment society street st cross main phase block plot flat "
    "chowk bazaar vihar puram hills enclave lane gali west east north south mg stage extension bagh ganj kunj mohalla "
    "residency heights towers nivas bhavan bhawan palace villa house h.no. d.no. no. taluk dist near opp"
)
_STATES = words(
    "andhra pradesh arunachal assam bihar chhattisgarh goa gujarat haryana himachal jharkhand karnataka kerala madhya "
    "maharashtra manipur meghalaya mizoram nagaland odisha punjab rajasthan sikkim tamil nadu telangana tripura "
    "uttarakhand uttar bengal delhi chandigarh puducherry"
)
_TOWN = re.compile(r"([A-Z][a-z]+(?: [A-Z][a-z]+)?)[ ,\-–]{1,3}[0-9 ]{6,7}\Z")


def _judge(candidate: Candidate) -> Hit | None:
    text, start, end = candidate.text, candidate.start, candidate.end
    if end < len(text) and continues_word(text[end]):
        return None
    named = words(candidate.value.lower().replace(",", " "))
    town = _TOWN.search(candidate.value)
    if town is None or _LOCALITIES.isdisjoint(named):
        return None
    last = town[1].split(" ")
    is_known = is_place(town[1]) or is_place(last[-1]) or not _STATES.isdisjoint(word.lower() for word in last)
    return candidate.hit(0.6, start=start) if is_known else None


ADDRESS_IN_INDIA = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf"[a-z](?:,? ?[-–]? ?){_CODE}(?:[^0-9]|$)"),
    pattern=rf"(?:^|[^A-Za-z0-9/\-])((?:{_UNIT}|{_NUMBER}),? (?:{_PIECE}, ){{0,5}}{_PIECE}[ ,\-–]{{1,3}}{_CODE})",
    judge=_judge,
    explanation="a house or plot, its locality, and a known town or state before a six-digit PIN code",
    rank=35,
)
