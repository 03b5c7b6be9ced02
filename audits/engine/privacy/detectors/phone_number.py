"""Telephone and fax numbers of any country, as people write them."""

import re
from functools import lru_cache
from itertools import pairwise

import phonenumbers

from ..detector import ANY_SHAPE, SIX_DIGITS, Candidate, Detector, Hit, Known, Rereading
from ..matching import continues_word
from .national import NATIONAL_IDS
from .numbering_plan import is_known_abroad, is_known_within
from .unnamed_number import CARD, NUMBER_TYPES, countries_of, type_of_number

_GROUP = re.compile(r"[0-9]+")
_EXTENSION = re.compile(r" ?(?:x|ext\.?|extension|доб\.?|wew\.?|int\.?|poste|dw\.?) ?[0-9]{1,6}", re.IGNORECASE)
_FEWEST, _MOST = 6, 15
_MOST_NATIONAL = 13
#: So many are looked at together.
_MOST_GROUPS = 8
_PREFIX = re.compile(r"\+|00|011")
_MASK = str.maketrans("123456789", "000000000")

#: "My number is" says telephone when nothing else is named.
_PLAIN_NUMBER = re.compile(
    r"(?:number|número|numero|nummer|numéro|numer|номер|numaram|numeroni|nummeret mitt|číslo|számom|"
    r"număr)(?:'s| is| es| ist| est| to| è| é| er| är| on| je| este)?:? ?$",
    re.IGNORECASE,
)
_KIND_AFTER = re.compile(
    r"[ \-–(]{1,2}(?:office|fax|mobile|cell|home|work|desk|direct|móvil|privat|büro|mobil)\b", re.IGNORECASE
)

_FIELD_ENDS = re.compile(r"(?:[\n,;|]|(?: [/\-])) ?\Z|\A ?\Z")
_FIELD_BEGINS = re.compile(r" ?(?:[\n,;|]|[/\-] |\Z)")

#: Whose numbering plans a language suggests, most likely first.
_REGIONS = {
    "en": ("US", "GB", "AU", "IN"),
    "es": ("ES", "MX", "AR", "CO"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "pl": ("PL",),
    "ru": ("RU",),
    "it": ("IT",),
    "nl": ("NL", "BE"),
    "pt": ("BR", "PT"),
    "zh": ("CN",),
    "sv": ("SE",),
    "da": ("DK",),
    "nb": ("NO",),
    "no": ("NO",),
    "fi": ("FI",),
    "cs": ("CZ",),
    "sk": ("SK",),
    "hu": ("HU",),
    "ro": ("RO",),
    "tr": ("TR",),
    "uk": ("UA",),
    "el": ("GR",),
    "ja": ("JP",),
    "ko": ("KR",),
    "he": ("IL",),
    "ar": ("SA", "AE", "EG", "MA", "JO"),
    "hi": ("IN",),
    "bg": ("BG",),
    "hr": ("HR",),
    "sr": ("RS",),
    "sl": ("SI",),
    "et": ("EE",),
    "lt": ("LT",),
    "lv": ("LV",),
    "th": ("TH",),
    "vi": ("VN",),
    "id": ("ID",),
    "fa": ("IR",),
}
#: Countries with a 0 before each number: without it, nine digits are not theirs.
_ONLY_WITH_ZERO = frozenset({"IL", "SA", "AE", "EG", "MA", "JO", "TH", "VN", "ID", "IR"})
#: Countries of English whose bare numbers are written with their 0: without it, half of all numbers of nine or ten
#: digits would be one of theirs.
_WRITTEN_WITH_ZERO = frozenset({"GB", "AU"})
#: Languages of countries that dial eight digits and nothing before them.
_EIGHT_DIGITS = frozenset({"da", "nb", "no", "nn"})
#: A word for an identity number that stands near, and does not name the number, leaves a telephone number one: the
#: word may mean something else ("Führerschein mit, meine Nummer 030 901820"). If the number is found as an identity's,
#: that wins.
_IDENTITIES = frozenset(each.type for each in NATIONAL_IDS)
_NEAR_IDENTITY = 0.45
#: Group lengths by which a number is known for a telephone number without any word that says so.
_TELLING_SHAPES = frozenset(
    {(3, 3, 4), (1, 3, 3, 4), (1, 3, 3, 2, 2), (1, 3, 7), (3, 3, 2, 2), (1, 2, 2, 2, 2), (2, 3, 2, 2), (3, 2, 2, 2)}
)
#: Numbers of Budapest, whose area is 1: "06 1 210 4480".
_BUDAPEST = (2, 1, 3, 4)


@lru_cache(maxsize=4096)
def _standing(number: str, region: str | None) -> int:
    """2 for a number its numbering plan knows, 1 for one of possible length, 0 for none."""
    if _is_plainly_known(number, region):
        return 2
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return 0
    # First the plan of the region itself, which is the main one of its code: half the work, for nearly all numbers.
    if region and phonenumbers.is_valid_number_for_region(parsed, region):
        return 2
    if phonenumbers.is_valid_number(parsed):
        return 2
    return 1 if phonenumbers.is_possible_number(parsed) else 0


def _is_plainly_known(number: str, region: str | None) -> bool:
    """Whether a look into the plan does, without the parsing that takes fifty times as long."""
    digits = "".join(_GROUP.findall(number))
    return is_known_abroad(digits) if number[0] == "+" else region is not None and is_known_within(digits, region)


def is_phone_number(digits: str) -> bool:
    """Whether bare digits begin with a country's code and are a number of its plan."""
    return _standing("+" + digits, None) == 2


def regions_of(language: str | None) -> tuple[str, ...]:
    """Countries whose numbers a text in `language` likely holds."""
    return _REGIONS.get((language or "en")[:2].lower(), ())


def _judge(candidate: Candidate) -> Hit | None:
    """The longest run of groups from the start that reads as a telephone number."""
    text, value, start = candidate.text, candidate.value, candidate.start
    if start > 0 and (continues_word(text[start - 1]) or text[start - 1] in "_@#=$€£"):
        return None
    if start > 1 and text[start - 1] in "-./:" and text[start - 2].isdigit():
        return None
    for length in _cuts(value.translate(_MASK), is_prefixed=_PREFIX.match(value) is not None):
        part = candidate.part(start, start + length)
        extension = _EXTENSION.match(text, part.end)
        if extension is None and not _ends_well(text, part.end):
            continue
        score = _score(part)
        if score:
            return part.hit(score, end=extension.end() if extension else part.end)
    return None


@lru_cache(maxsize=16384)
def _cuts(mask: str, *, is_prefixed: bool) -> tuple[int, ...]:
    """How much of a candidate may be a number, most first: lengths that end with a group of digits.

    `mask` is the candidate with a 0 for every digit, so that few different ones are met.
    """
    groups = [match.span() for match in _GROUP.finditer(mask)]
    joints = [later[0] - earlier[1] for earlier, later in pairwise(groups)]
    lengths = tuple(end - first for first, end in groups)
    if len(groups) == _MOST_GROUPS and max(lengths) <= 2 and not is_prefixed:
        return ()  # a row of small numbers, however much longer it is
    is_row = len(groups) == _MOST_GROUPS and min(joints) > 1  # a list of numbers apart: "152 - 154 - 156"
    return tuple(
        groups[kept - 1][1]
        for kept in range(len(groups), 0, -1)
        if _FEWEST <= sum(lengths[:kept]) <= (_MOST + 3 if is_prefixed else _MOST_NATIONAL + 1)  # with its "(0)"
        and (is_prefixed or _may_be(lengths[:kept], goes_on=kept < len(groups) and (is_row or joints[kept - 1] == 1)))
    )


def _may_be(shape: tuple[int, ...], *, goes_on: bool) -> bool:
    """Whether a national number can be grouped so. In a longer sequence of groups only telling shapes count."""
    if goes_on:
        return shape in _TELLING_SHAPES or (len(shape) == 1 and shape[0] >= 9)
    return shape == _BUDAPEST or (len(shape) <= 6 and min(shape[1:], default=2) >= 2)


def _ends_well(text: str, end: int) -> bool:
    if end >= len(text):
        return True
    if continues_word(text[end]) or text[end] in "_@%€$£" or (text[end] == ":" and text[end + 1 : end + 2].isdigit()):
        return False
    return not (text[end] in "-./," and text[end + 1 : end + 2].isdigit())


def _score(part: Candidate) -> float:
    value = part.value
    prefix = _PREFIX.match(value)
    plain = value.replace("(0)", "")
    groups = _GROUP.findall(plain)
    digits = "".join(groups)
    if value.startswith("+") or (prefix and len(digits) > 10):
        international = digits if value.startswith("+") else digits[len(prefix.group()) if prefix else 0 :]
        standing = _standing("+" + international, None)
        if standing:
            return 0.95 if standing == 2 else 0.75
        if value.startswith("+") and 8 <= len(international) <= _MOST:
            return 0.5
    label = part.label
    is_otherwise = label is not None and label != "PHONE_NUMBER"
    if not _FEWEST <= len(digits) <= _MOST_NATIONAL or (
        is_otherwise and (label not in _IDENTITIES or part.is_named(label))
    ):
        return 0.0
    score = _score_national(part, plain, groups, digits)
    if is_otherwise:
        is_rest = part.text[max(0, part.start - 2) : part.start - 1].isdigit()  # of a longer number
        return _NEAR_IDENTITY if score > _NEAR_IDENTITY and not is_rest else 0.0
    return score


def _score_national(part: Candidate, plain: str, groups: list[str], digits: str) -> float:
    """The same for a number without a country's prefix: by its groups, its plan, and the words around it."""
    value = part.value
    named = _is_named(part)
    shape = tuple(map(len, groups))
    if len(shape) == 1:
        return _score_ungrouped(part, digits, named=named)
    if shape == (3, 2, 4) or (part.is_followed_by_street and shape not in _TELLING_SHAPES):
        return 0.0
    if shape == _BUDAPEST and digits[:2] == "06" and _is_national(part, digits):
        return 0.6
    if len(shape) > 6 or min(shape[1:]) < 2 or _looks_like_date(shape, value):
        return 0.0
    if named:
        return 0.8
    if len(digits) < 7:
        return 0.0
    if part.fills_a_field and shape not in _TELLING_SHAPES:
        return 0.6 if digits[0] == "0" and _is_national(part, plain) else 0.0
    if shape == (3, 3, 4):
        return 0.7 if not value.startswith("00") else 0.0
    if shape in _TELLING_SHAPES and digits[0] in "016789":
        return 0.6
    if "(" in value and ")" in value and shape[0] <= 5 and len(digits) >= 8 - (shape[0] == 2):
        return 0.6
    if digits[0] == "0" and 9 <= len(digits) <= 12 and shape[0] > 1 and len(shape) >= 2:
        return 0.6
    if _is_national(part, plain):
        return 0.55
    return 0.4 if part.is_whole_message and len(digits) >= 8 else 0.0


def _is_national(part: Candidate, number: str, but: frozenset[str] = frozenset()) -> bool:
    """A number in the plan of a country where the text's language is spoken, `but` of some."""
    return _is_known(number, part.language, but)


@lru_cache(maxsize=4096)
def _is_known(number: str, language: str | None, but: frozenset[str]) -> bool:
    return any(
        region not in but and _may_begin(number, region) and _standing(number, region) == 2
        for region in regions_of(language)
    )


def _may_begin(number: str, region: str) -> bool:
    """By its first digit, in countries where that says more than their plans."""
    if region == "US":
        return number[0] != "0"
    return number[0] in "0(" or region not in _ONLY_WITH_ZERO


def _is_named(part: Candidate) -> bool:
    if part.is_named("PHONE_NUMBER") or (part.label_on_its_line == "PHONE_NUMBER" and part.fills_a_field):
        return True
    before = part.text[max(0, part.start - 20) : part.start]
    if part.label_before is None and before.rstrip(" :\n")[-1:].isalpha() and _PLAIN_NUMBER.search(before):
        return True
    return _KIND_AFTER.match(part.text, part.end) is not None


def _score_ungrouped(part: Candidate, digits: str, *, named: bool) -> float:
    if named:
        return 0.75
    if part.fills_a_field or (len(set(digits)) < 3 and not part.is_whole_message):
        return 0.0
    if _is_national(part, digits):
        if len(digits) < 9 and not _is_eight_digits_by_itself(part, digits):
            return 0.0
        return 0.5 if digits[0] == "0" or _is_national(part, digits, _WRITTEN_WITH_ZERO) else 0.45
    if digits[0] == "0" and 9 <= len(digits) <= 11 and _is_by_itself(part):
        return 0.4
    return 0.4 if 9 <= len(digits) <= 12 and (part.is_whole_message or len(digits) == 10) else 0.0


def _reread(value: str, text: str, known: Known) -> str | None:
    """Bare digits that are no number with a country's code, nor of the country whose identity number was given."""
    countries = countries_of(known)
    if not countries or not (value.isascii() and value.isdigit()) or value[0] == "0" or is_phone_number(value):
        return None
    if any(_standing(value, country) == 2 for country in countries):
        return None
    return type_of_number(known, usually=CARD)


def _is_eight_digits_by_itself(part: Candidate, digits: str) -> bool:
    return len(digits) == 8 and (part.language or "")[:2].lower() in _EIGHT_DIGITS and _is_by_itself(part)


def _is_by_itself(part: Candidate) -> bool:
    """Whether nothing else stands on its line or between its separators, as in a signature or a list."""
    text = part.text
    return _FIELD_ENDS.search(text, max(0, part.start - 4), part.start) is not None and (
        _FIELD_BEGINS.match(text, part.end) is not None
    )


def _looks_like_date(shape: tuple[int, ...], value: str) -> bool:
    if shape in ((2, 2, 4), (4, 2, 2), (1, 2, 4), (2, 1, 4), (1, 1, 4)):
        return True
    return shape == (4, 4) and value[4] in "-/" and value[:2] in ("19", "20") and value[5:7] in ("19", "20")


PHONE_NUMBER = Detector(
    type="PHONE_NUMBER",
    triggers=(ANY_SHAPE, SIX_DIGITS,),
    pattern=r"(?:\+ ?)?\(?\+?[0-9]{1,15}(?:[ ]?[().\-/ ]?[().\-/ ]?[0-9]{1,15}){0,7}",
    judge=_judge,
    explanation="an international prefix, a shape that only telephone numbers have, or a word that says so",
    version=2,
    context={
        "en": ("phone", "telephone", "tel", "tels", "mobile", "cell", "cells", "cellphone", "fax", "call", "calling",
               "called", "callback", "dial", "ring me", "reach", "text me", "sms",
               "whatsapp", "contact no", "contact num*", "contact", "ph", "desk:", "office:", "home:", "work:",
               "direct line", "answering at",
               "messages to", "registered", "mob", "my number", "helpline", "hotline"),
        "es": ("teléfono", "telefono", "tfno", "tlf*", "telf*", "telef", "móvil", "movil", "celular", "llám*", "llam*",
               "mi número",
               "mi numero", "contacto"),
        "de": ("telefon", "handy", "ruf mich", "rufen sie", "anrufen", "whatsapp", "zurückruf", "mobil",
               "rufnummer", "anruf", "erreich", "durchwahl", "rückruf", "faxnummer",
               "meine nummer", "handynummer", "mobilnummer"),
        "fr": ("téléphone", "telephone", "tél", "portable", "appel", "joindre", "joignable", "mon numéro", "mobile"),
        "pl": ("telefon", "komórk", "komork", "numer tel*", "nr tel*", "zadzwo", "dzwon", "kontakt", "mój numer",
               "moj numer", "faks", "kom."),
        "ru": ("телефон", "тел", "моб", "факс", "звон", "позвон", "сотов", "мой номер", "вотсап", "whatsapp",
               "набер", "связаться", "контакт"),
        "it": ("telefono", "cellulare", "chiama", "cell", "recapito", "mio numero", "contatt"),
        "nl": ("telefoon", "mobiel", "bel ", "bellen", "bereik", "mijn nummer", "telefoonnummer", "gsm"),
        "pt": ("telefone", "celular", "telemóvel", "ligar", "ligue", "meu número", "meu contacto", "meu contato"),
        "sv": ("mobil", "ring mig", "ringa mig", "ringa", "når mig", "mitt nummer", "nås på"),
        "da": ("ring til", "ringe til mig", "mit nummer", "mobilnr", "fat på mig", "tlf*"),
        "nb": ("ring meg", "ringe meg", "nummeret mitt", "mitt nummer", "når meg", "telefon"),
        "fi": ("puhelin", "puhelim", "matkapuhelin", "puhnro", "puh.", "soita", "soittaa", "kännykk", "numeroni",
               "numerosta"),
        "cs": ("telefon", "mobil", "zavolej", "volejte", "moje číslo", "zastihnete", "zkuste"),
        "hu": ("telefon", "hívjon", "hívjatok", "hívjanak", "mobilszám", "a számom"),
        "ro": ("telefon", "sunați", "sunaţi", "sunati", "suna la", "mobil", "numărul meu", "numarul meu", "găsiți la"),
        "tr": ("telefon", "cep tel*", "gsm", "arayın", "cep:", "cep no*", "ulaşabilir"),
        "uk": ("телефон", "моб", "дзвон", "зателефон", "подзвон", "мій номер"),
        "el": ("τηλέφων", "τηλεφων", "τηλ", "κινητό", "κινητο"),
        "zh": ("电话*", "電話*", "手机*", "手機*", "联系*"),
        "ja": ("電話*", "携帯*", "連絡先*"),
        "ko": ("전화*", "연락처*", "휴대폰*", "핸드폰*", "휴대전화*"),
        "ar": ("هاتف*", "جوال*", "اتصل*", "رقمي*", "موبايل*", "واتساب*", "الاتصال بي*"),
        "he": ("טלפון*", "נייד*", "להתקשר*", "תתקשרו*", "תתקשר*", "פלאפון*"),
        "hi": ("फ़ोन*", "फोन*", "मोबाइल*", "कॉल*", "संपर्क*"),
    },
    retries=True,
    shortest=6,
    rank=60,
    reread=Rereading(
        read=_reread,
        types=NUMBER_TYPES,
        explanation="bare digits, no number with a country's code nor of the country of a given identity number",
    ),
)  # fmt: skip
