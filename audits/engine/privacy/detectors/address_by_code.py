"""Addresses that only their postal code gives away: "5 The Cottages, Ripley GU23 6AA", "Am Markt 3, 10115 Berlin"."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS
from ..names import is_place
from ..vocabulary import words
from .locality import (
    AUSTRALIAN_STATES,
    CANADIAN_CODE,
    CANADIAN_PROVINCES,
    EIRCODE,
    NAME,
    SPANISH_STREETS,
    STREET_NAME,
    UK_CODE,
    US_STATES,
    address_start,
    is_in_sentence,
    place_reach,
)

_CODE_BEFORE_TOWN = r"[0-9]{5}|[0-9]{2}-[0-9]{3}|[0-9]{4}-[0-9]{3}|[0-9]{5}-?[0-9]{3}|[0-9]{4} ?[A-Z]{2}"
_CODE_BEFORE_TOWN += r"|[0-9]{3} [0-9]{2}|[0-9]{4}"
_ENGLISH_CODES = (
    rf"{UK_CODE}|(?:{US_STATES}),? [0-9]{{5}}|(?:{AUSTRALIAN_STATES}),? [0-9]{{4}}|"
    rf"(?:{CANADIAN_PROVINCES}),? {CANADIAN_CODE}|{EIRCODE}"
)
_OTHER_CODES = rf"(?:{_CODE_BEFORE_TOWN}),? (?:d[aeo] )?[{CAPITALS}]"
#: A town's name before an English code, a comma or a line's end before the others.
_CODES_IN_PLACE = rf"[A-Z][A-Za-z'\-]*(?: [0-9]{{1,2}})?,?[ \n](?:{_ENGLISH_CODES})|[,;\n] ?(?:{_OTHER_CODES})"
_NUMBER = r"[0-9]{1,4} ?(?:[a-zA-Z](?!\w))?(?: ?[/\-] ?(?:[0-9]{1,4}|[IVX]{1,4})[a-zA-Z]?)?(?![0-9])"
_UNITS = r"(?:,? (?:[A-Za-zºª]{1,14}\.? ?[0-9]{1,4}[a-zA-Z]?(?![\w])|[0-9]{1,2} ?[º°ª](?: ?[A-Za-z](?!\w))?)){0,2}"
#: British houses that have a name instead of a number.
_HOUSES = "Cottage|House|Farm|Farmhouse|Lodge|Barn|Villa|Mill|Rectory|Vicarage|Manor|Bungalow|Grange"
_HOUSE_WITH_NAME = re.compile(rf"[a-z] (?:{_HOUSES}), ")
_NUMBER_FIRST = re.compile(
    rf"(?<![\w.,/\-])(?:(?:Flat|Apartment|Apt|Unit|Studio|Suite|Room)\.? ?[0-9]{{1,4}}[A-Za-z]?"
    rf"|[0-9]{{1,5}}[A-Za-z]?(?:-[0-9]{{1,4}})?),? {NAME}"
    rf"|(?<![\w'\-])(?:The )?[A-Z][a-z]+(?: [A-Z][a-z]+)? (?:{_HOUSES}), {NAME}"
)
_NUMBER_LAST = re.compile(rf"(?<![\w\-.])(?:[A-Z]\. )?{STREET_NAME},? {_NUMBER}{_UNITS}")
#: An earlier code, or the end of another clause: the address cannot begin before it.
_CUT = re.compile(r"[0-9]{5}|[0-9]{4} ?[A-Z]{2}(?!\w)|[!?:;]")
_ENGLISH_CUT = re.compile(rf"(?:{US_STATES}),? [0-9]{{5}}|[!?:;]")
_HOUSE_NUMBER = re.compile(rf"[0-9][A-Za-z]?,? (?:[{CAPITALS}]|\Z)|[0-9][0-9A-Za-zºª°. ]{{0,20}}[,;\n]")
_FOUR_DIGITS = re.compile(r"[0-9]{4}(?![0-9])(?! ?[A-Z]{2}(?!\w))(?!-[0-9]{3})")
_TOWN = re.compile(rf",? ([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}})")
#: A name behind these goes on: "C/ de Blasco Ibáñez 17".
_INSIDE_NAME = (" de ", " del ", " la ", " los ", " las ", " do ", " da ", " du ", " des ", " di ")
#: What has a number and a town, and is no street: "Order 5", "5 Euros", "12 May".
_NO_STREETS = words(
    "order invoice bill booking ticket flight train bus table room euro euros pounds dollars january february march "
    "april may june july august september october november december bestellung rechnung auftrag zimmer tisch zug flug "
    "gleis pedido factura reserva mesa habitación vuelo commande facture réservation vol ordine fattura volo "
    "prenotazione bestelling factuur vlucht kamer zamówienie faktura lot pokój reserva fatura encomenda voo"
)
_BEFORE = 100
_MOST_TRIES = 4


def _judge_code(candidate: Candidate) -> Hit | None:
    """The nearest beginning of an address before a postal code from which it can be read through to the code."""
    text, start = candidate.text, candidate.start
    window = max(0, start - _BEFORE)
    is_english = candidate.value[0].isalpha()
    for cut in (_ENGLISH_CUT if is_english else _CUT).finditer(text, window, start):
        window = cut.end()
    code_end = start + len(candidate.value.rsplit(" ", 1)[0].rstrip(",")) if not is_english else candidate.end
    if not is_english and text[start - 2 : start - 1] not in (",", ";") and text[start - 1] != "\n":
        return None
    if _HOUSE_NUMBER.search(text, window, start) is None and not (
        is_english and _HOUSE_WITH_NAME.search(text, window, start)
    ):
        return None
    if _FOUR_DIGITS.match(candidate.value) and not _is_before_place(text, code_end):
        return None
    head = _NUMBER_FIRST if is_english else _NUMBER_LAST
    tried = 0
    for match in head.finditer(text, window, start):
        if not _NO_STREETS.isdisjoint(match.group().lower().replace(",", "").split(" ")[:2]) or (
            not is_english and not _may_begin(text, match.start(), match.group())
        ):
            continue
        reach = place_reach(text, match.end())
        if reach >= code_end:
            return candidate.hit(0.6, start=address_start(text, match.start()), end=reach)
        tried += 1
        if tried == _MOST_TRIES:
            break
    return None


def _is_before_place(text: str, code_end: int) -> bool:
    """Whether a known town stands behind a code of four digits, which could be a year."""
    town = _TOWN.match(text, code_end)
    return town is not None and any(
        is_place(" ".join(town[1].split(" ")[:count])) for count in range(town[1].count(" ") + 1, 0, -1)
    )


def _may_begin(text: str, start: int, head: str) -> bool:
    """Whether an address may begin at `start`. Spanish letterheads are left to the street words."""
    first, *others = head.lower().split(" ")
    if any(word in SPANISH_STREETS for word in others):
        return False
    if is_in_sentence(text, start):
        return not text[max(0, start - 5) : start].endswith(_INSIDE_NAME)
    return first not in SPANISH_STREETS and (text[start - 1] == "\n" or text[start - 2 : start] == ", ")


ADDRESS_BY_CODE = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, _CODES_IN_PLACE),
    pattern=rf"(?:^|[^0-9{LETTERS}+])({_ENGLISH_CODES}|{_OTHER_CODES})",
    judge=_judge_code,
    explanation="a name and a house number before a postal code",
    rank=35,
)
