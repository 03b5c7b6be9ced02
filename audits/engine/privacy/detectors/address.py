"""Postal addresses: a street word and a house number, in the order of each language; and places of living."""

import re

from ..detector import Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS, continues_word

_NAME = rf"[{CAPITALS}0-9][{WORD_LETTERS}0-9.'\-]*"
_ENGLISH = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|way|court|ct|place|pl|square|sq|terrace|parkway|pkwy|"
    "highway|hwy|circle|cir|crescent|close|trail|alley|expressway|freeway|turnpike|plaza|row|walk|grove|hill|mews"
)
_UNIT = (
    r"(?:,? (?:apt|apartment|suite|ste|unit|floor|fl|room|no|#|piso|puerta|wohnung|app|m|lok|кв|int|bus)"
    r"\.? ?#?[0-9a-zа-я\-]{1,6})?"
)
_BEFORE_NAME = (
    r"calle|c/|avenida|avda\.?|av\.|paseo|plaza|pza\.?|carretera|ctra\.?|camino|ronda|rue|avenue|boulevard|bd|"
    r"allée|quai|chemin|"
    r"impasse|place|route|via|viale|piazza|corso|largo|vicolo|ul\.|ulica|ulicy|al\.|aleja|aleje|alei|os\.|"
    r"osiedle|pl\.|plac|"
    r"ул\.|улица|улице|проспект|пр-т|пр\.|пер\.|переулок|шоссе|площадь|наб\.|набережная|бульвар|rua|avenida|"
    r"travessa|praça"
)
_JOINED = "straße|strasse|str\\.|weg|gasse|allee|platz|ufer|damm|ring|straat|laan|plein|gracht|kade|dijk|singel"
_HOUSE = r"[0-9]{1,5} ?[a-zA-Zа-я]?(?:[/\-][0-9]{1,4}[a-zA-Z]?)?"

_ENGLISH_ADDRESS = (
    rf"[0-9]{{1,6}}[a-zA-Z]?(?: (?i:north|south|east|west|n|s|e|w)\.?)?"
    rf"(?: {_NAME}){{1,4}} (?i:{_ENGLISH})\.?(?i:{_UNIT})"
)
_ROMANCE_SLAVIC = (
    rf"(?i:{_BEFORE_NAME}) ?(?:(?i:de la|de los|de las|del|de|des|du|della|dei|di|da|do|św\.) ?)?{_NAME}"
    rf"(?: (?:(?i:de la|de|del|des|du|di|i|y|и) )?{_NAME}){{0,4}},?(?i: n[º°o]\.?| nr\.?| д\.?| дом)? "
    rf"?{_HOUSE}(?i:{_UNIT})"
)
_GERMANIC = (
    rf"(?:{_NAME}[ \-]){{0,3}}[{CAPITALS}][{WORD_LETTERS}\-]*(?:{_JOINED}) {_HOUSE}"
    rf"|(?:{_NAME} ){{1,3}}(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Ring|Damm|Ufer) {_HOUSE}"
)
_BOX = (
    r"(?i:p\.? ?o\.? box|postfach|apartado(?: de correos)?|boîte postale|skrytka pocztowa|а/я|"
    r"casella postale|postbus) [0-9]{1,7}"
)


def _judge(candidate: Candidate) -> Hit | None:
    text, start, end = candidate.text, candidate.start, candidate.end
    if start and (continues_word(text[start - 1]) or text[start - 1] in "$€£#"):
        return None
    if end < len(text) and continues_word(text[end]) and text[end - 1] != " ":
        return None
    return candidate.hit(0.6, end=start + len(candidate.value.rstrip(" .,")))


def _judge_place(candidate: Candidate) -> Hit | None:
    words = re.match(rf"[{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}}", candidate.value)
    return candidate.hit(0.5, end=candidate.start + words.end()) if words and words.end() > 1 else None


ADDRESS_NUMBER_FIRST = Detector(
    type="ADDRESS",
    triggers=(rf"[0-9][a-zA-Z]? [{CAPITALS}0-9]", rf"(?i: (?:{_ENGLISH}))(?:[^{LETTERS}]|$)"),
    pattern=_ENGLISH_ADDRESS,
    judge=_judge,
    explanation="a house number, a name and a street word",
    context={
        "en": (
            "home address",
            "postal address",
            "mailing address",
            "shipping address",
            "billing address",
            "street address",
        ),
        "es": ("domicilio", "dirección", "direccion"),
        "de": ("anschrift", "adresse", "wohnhaft"),
        "fr": ("domicile",),
        "pl": ("adres", "zamieszk"),
        "ru": ("адрес", "прожива"),
        "it": ("indirizzo", "residen"),
        "nl": ("adres", "woon"),
    },
    rank=35,
)

ADDRESS_STREET_FIRST = Detector(
    type="ADDRESS",
    triggers=(
        "[0-9]",
        rf"(?:^|[^{LETTERS}])(?i:{_BEFORE_NAME})[ {CAPITALS}]|(?i:{_JOINED}|p\.? ?o\.? box|postfach|postbus|apartado|"
        rf"skrytka|casella|а/я|boîte| (?:straße|strasse|str\.|weg|allee|platz|ring|damm|ufer)) ",
    ),
    pattern=rf"{_ROMANCE_SLAVIC}|{_GERMANIC}|{_BOX}",
    judge=_judge,
    explanation="a street word, a name and a house number in the order of their language, or a post office box",
    rank=35,
)

_LIVES = (
    "i live in|i'm living in|i reside in|i am from|i'm from|vivo en|soy de|ich wohne in|ich lebe in|ich komme "
    "aus|j'habite à|"
    "j'habite en|je vis à|je viens de|mieszkam w|mieszkam we|pochodzę z|я живу в|я из|проживаю в|abito a|vivo "
    "a|sono di|"
    "ik woon in|ik kom uit|moro em"
)

LOCATION = Detector(
    type="LOCATION",
    triggers=(rf"(?i:{_LIVES}) ",),
    by_words=True,
    pattern=rf"(?:^|[^{LETTERS}])(?i:{_LIVES}) "
    rf"([{CAPITALS}][{WORD_LETTERS}'\-]*(?: [{CAPITALS}][{WORD_LETTERS}'\-]*){{0,2}})",
    judge=_judge_place,
    explanation="a capitalised place after 'I live in' and its like",
    rank=25,
)
