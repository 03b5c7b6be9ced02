"""Towns and countries where the text makes them somebody's: "I live in", a form's field, a postal code.

A town by itself is none: in a conversation about travel it is everybody's.
"""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS, WORD_MAY_BEGIN, continues_word
from ..names import is_place

_LIVES = (
    "i live in|i'm living in|i reside in|i am from|i'm from|i was born in|i come from|i moved to|"
    "vivo en|soy de|resido en|nací en|vengo de|ich wohne in|ich lebe in|ich komme aus|wohnhaft in|geboren in|"
    "j'habite à|j'habite en|je vis à|je viens de|né à|née à|mieszkam w|mieszkam we|pochodzę z|zamieszkały w|"
    "zamieszkała w|"
    "я живу в|живу в|я из|проживаю в|родился в|родилась в|abito a|vivo a|sono di|nato a|nata a|"
    "ik woon in|ik kom uit|geboren te|moro em|bydlím v|jag bor i|jeg bor i|asun"
)
_FIELDS = (
    "city|town|country|state|place of birth|zip|zip code|postcode|postal code|localidad/ ?provincia|localidad|"
    "provincia|ciudad|"
    "país|población|municipio|cp|c\\.p\\.|código postal|ort|wohnort|geburtsort|stadt|land|plz|postleitzahl|ville|"
    "pays|"
    "code postal|miasto|miejscowość|kraj|kod pocztowy|город|страна|индекс|città|comune|paese|cap|plaats|woonplaats|"
    "postcode|"
    "cidade|cep|estado"
)
_TOWN = (
    rf"[{CAPITALS}][{WORD_LETTERS}.'\-]*(?: (?:(?:de|del|de la|la|el|los|las|d'|am|an der|sur|upon|nad|"
    rf"на) )?[{CAPITALS}][{WORD_LETTERS}'\-]*){{0,3}}"
)
_CODE = (
    r"[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{2}-[0-9]{3}|[0-9]{6}|[0-9]{4} ?[A-Z]{2}|"
    r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[0-9]{4}"
)
_FIRST_WORDS = re.compile(rf"[{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}}")


def _judge_lived_in(candidate: Candidate) -> Hit | None:
    found = _FIRST_WORDS.match(candidate.value)
    return candidate.hit(0.5, end=candidate.start + found.end()) if found and found.end() > 1 else None


def _judge_field(candidate: Candidate) -> Hit | None:
    end = candidate.end
    if end < len(candidate.text) and continues_word(candidate.text[end]):
        return None
    return candidate.hit(0.5, end=candidate.start + len(candidate.value.rstrip(" .,'-")))


#: A house number, with door or floor, before a postal code.
_AFTER_HOUSE = re.compile(
    rf"(?:(?<![0-9])[0-9]{{1,3}}(?: ?[º°ª]?\.? ?[A-Za-z])?|s/n)(?:[.,]| -),? (?:[A-Z]{{1,2}}-)?(?:{_CODE}),?\.? ?\Z"
)
_REACH = 24


def _is_after_house(text: str, end: int) -> bool:
    """Whether text[:end] ends in a house number, a stop and a postal code."""
    return _AFTER_HOUSE.search(text, max(0, end - _REACH), end) is not None


def _judge_town(candidate: Candidate) -> Hit | None:
    """The town behind a postal code, if it is one that is known, or if the code follows a house number."""
    found = whole = _FIRST_WORDS.match(candidate.value)
    while found:
        end = found.end()
        if is_place(candidate.value[:end]):
            return candidate.hit(0.5, end=candidate.start + end)
        shorter = candidate.value.rfind(" ", 0, end)
        found = _FIRST_WORDS.fullmatch(candidate.value, 0, shorter) if shorter > 0 else None
    if whole and _is_after_house(candidate.text, candidate.start):
        return candidate.hit(0.5, end=candidate.start + whole.end())
    return None


def _judge_code(candidate: Candidate) -> Hit | None:
    """The postal code before a known town."""
    town = _FIRST_WORDS.match(candidate.text, candidate.end + 1, candidate.end + 48)
    if not candidate.stands_alone or town is None:
        return None
    words = town.group().split(" ")
    named = (is_place(" ".join(words[:count])) for count in range(len(words), 0, -1))
    return candidate.hit(0.5) if any(named) or _is_after_house(candidate.text, candidate.end + 1) else None


LOCATION_LIVED_IN = Detector(
    type="LOCATION",
    triggers=(rf"(?i:{_LIVES}) ",),
    pattern=rf"(?:^|[^{LETTERS}])(?i:{_LIVES}) "
    rf"([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}})",
    judge=_judge_lived_in,
    explanation="a capitalised place after 'I live in' and its like",
    rank=25,
)

_BORN = (
    "born|geboren|née?|nací|nacid[oa]|nat[oa]|urodził[ae]m się|urodzon[ya]|ur\\.|родился|родилась|nascid[oa]|nasci|"
    "född|født|"
    "narozená?|narodil|naroden[ýá]"
)

LOCATION_BORN_IN = Detector(
    type="LOCATION",
    triggers=(ANY_SHAPE, rf"(?i:{_BORN}) ", rf"(?i:{_BORN}) [^\n,;]*[0-9] (?:in|en|à|a|w|we|в|te|em|v|i) [{CAPITALS}]"),
    pattern=rf"(?:^|[^{LETTERS}])(?i:{_BORN}) [^\n,;]{{2,28}}[0-9] (?:in|en|à|a|w|we|в|te|em|v|i) "
    rf"([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}})",
    judge=_judge_lived_in,
    explanation="a capitalised place behind a date of birth",
    rank=28,
)

LOCATION_IN_FIELD = Detector(
    type="LOCATION",
    triggers=(rf"{WORD_MAY_BEGIN}(?i:{_FIELDS}) ?: {{0,2}}[{CAPITALS}0-9]",),
    pattern=rf"(?:^|[^{LETTERS}])(?i:{_FIELDS}) ?: {{0,2}}({_CODE}|{_TOWN})",
    judge=_judge_field,
    explanation="what stands in a form's field called town, country or postal code",
    rank=32,
)

_CODE_BEFORE_TOWN = r"[0-9]{5}|[0-9]{2}-[0-9]{3}|[0-9]{6}|[0-9]{4} ?[A-Z]{2}"

LOCATION_AFTER_CODE = Detector(
    type="LOCATION",
    triggers=(ANY_SHAPE, rf"(?:^|[^0-9+])(?:{_CODE_BEFORE_TOWN}),?\.? [{CAPITALS}]"),
    pattern=(
        rf"(?:^|[^0-9])(?:{_CODE_BEFORE_TOWN}),?\.? ([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}]"
        rf"[{WORD_LETTERS}'\-]*){{0,2}})"
    ),
    judge=_judge_town,
    explanation="a known town behind a postal code",
    rank=26,
)

POSTAL_CODE = Detector(
    type="LOCATION",
    triggers=(ANY_SHAPE, rf"(?:^|[^0-9+])(?:{_CODE_BEFORE_TOWN}),?\.? [{CAPITALS}]"),
    pattern=rf"(?:^|[^0-9+])({_CODE_BEFORE_TOWN}),?\.? [{CAPITALS}]",
    judge=_judge_code,
    explanation="a postal code before a known town",
    rank=26,
)
