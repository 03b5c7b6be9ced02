"""English addresses in lower case: "i live at 12 oak street, springfield", "45 high street bristol bs1 2ab"."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..names import is_place
from ..vocabulary import words
from .locality import US_STATES, address_start, units_reach

#: Street words that are hardly anything else behind a number and a name.
_STREETS = (
    "street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|terrace|crescent|court|ct|parkway|pkwy|highway|hwy"
)
_WORD = r"[a-z0-9][a-z0-9.'\-]*"
#: Words that no street is called by: "2 miles down the road", "5 minutes from high street".
_NO_STREET_WORDS = words(
    "a about after am and around at away back before between by day days down each far feet for from guests hour "
    "hours i in into is it just kilometers km left m meters mi mile miles min mins minute minutes my near night "
    "nights of off place places on or our out over past people per persons pm rated right rooms star stars than that "
    "the then this tickets times to up via was with yards years you your"
)
_CUE = re.compile(
    r"(?:address(?: is| was|'s| will be)?|liv(?:e|es|ed|ing)(?: at| on| in)?|resid(?:e|es|ing) (?:at|in)|"
    r"stay(?:ing)? at|"
    r"(?:deliver|delivered|ship|shipped|send|sent|mail|mailed|post|posted|bring|brought)(?: (?:it|this|them|that))? to|"
    r"mov(?:e|ed|ing) to|home is|house is|i am at|i'm at)[ :,\-]{0,3}(?:(?:flat|apt|unit) ?[0-9]+[a-z]?,? )?\Z",
    re.IGNORECASE,
)
_REACH_BEFORE, _REACH_BEHIND = 48, 64
_CODE = re.compile(
    r",? ?\n? ?(?:[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[0-9]{5}(?:-[0-9]{4})?)(?![\w])", re.IGNORECASE
)
#: A town that nobody knows, with its postal code: "48 main street mastic new york 11950".
_TO_CODE = re.compile(rf"((?:[ ,\n]{{1,3}}[a-z'\-]+){{1,4}}?)(?:{_CODE.pattern})", re.IGNORECASE)
_NO_TOWNS = _NO_STREET_WORDS | words(
    "order orders booking number no phone tel call account card ref reference please thanks with ticket invoice pin "
    "flight there costs price code ssn id"
)
_STATE = re.compile(rf",? (?:{US_STATES})(?![\w])", re.IGNORECASE)
_TOWN = re.compile(r"(?: ?,)? ?\n? ?([a-z]+(?:[ '\-][a-z]+){0,2})", re.IGNORECASE)


def _judge(candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    if start and (text[start - 1].isalnum() or text[start - 1] in "$€£#-./:"):
        return None
    if not _NO_STREET_WORDS.isdisjoint(candidate.value.lower().split(" ")[1:-1]):
        return None
    street_end = units_reach(text, start + len(candidate.value.rstrip(".")))
    end = _place_reach(text, street_end)
    first = address_start(text, start)
    is_answer = first == 0 or text[first - 1] == "\n"
    if end == street_end and not is_answer and not _CUE.search(text, max(0, first - _REACH_BEFORE), first):
        return None
    return candidate.hit(0.5, start=first, end=end)


def _place_reach(text: str, end: int) -> int:
    """Where a known town, a state and a postal code behind a street end."""
    town = _TOWN.match(text, end)
    if town:
        stop = town.end(1)
        while stop > town.start(1):
            if is_place(text[town.start(1) : stop]):
                end = stop
                break
            stop = max(text.rfind(" ", town.start(1), stop), 0)
    for piece in (_STATE, _CODE):
        match = piece.match(text, end)
        end = match.end() if match else end
    unknown = _TO_CODE.match(text, end, end + _REACH_BEHIND)
    if unknown and _NO_TOWNS.isdisjoint(unknown[1].lower().replace(",", " ").split()):
        end = unknown.end()
    return end


ADDRESS_IN_LOWER_CASE = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf"[0-9][a-z]? [a-z0-9][a-z0-9 '.\-]* (?:{_STREETS})(?:[^a-z]|$)"),
    pattern=rf"(?i)([0-9]{{1,6}}[a-z]?(?: {_WORD}){{1,4}}? (?:{_STREETS}))(?:[^a-z]|$)",
    judge=_judge,
    explanation="a house number, a name and a street word in lower case where the message gives an address",
    retries=True,
    rank=34,
)
