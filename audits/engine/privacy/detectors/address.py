"""Postal addresses: a street and a house number, in the order of each language. A town alone is a LOCATION."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import CAPITALS, LETTERS, WORD_LETTERS, continues_word
from ..vocabulary import words
from .locality import FURTHEST_PLACE, SPANISH_STREETS, address_start, is_in_sentence, place_reach, units_reach

_NAME = rf"[{CAPITALS}0-9][{WORD_LETTERS}0-9.'\-]*"
_ENGLISH = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|way|court|ct|place|pl|square|sq|terrace|parkway|"
    "pkwy|"
    "highway|hwy|circle|cir|crescent|close|trail|alley|expressway|freeway|turnpike|plaza|row|walk|grove|hill|mews"
)
_UNIT_ENGLISH = (
    r"(?:,? (?:(?:apt|apartment|suite|ste|unit|floor|fl|room)\.? ?#?[0-9a-z\-]{1,6}|(?:no\.? ?|"
    r"# ?)[0-9][0-9a-z\-]{0,5}))?"
)
#: Street words that stand before the name, with or without a house number before them.
_BEFORE_NAME = (
    r"calle|c/\.?|cl\.|avenida\.?|avda\.?|av\.?|paseo|p\.?º|plaza|pza\.?|plza\.?|carretera|ctra\.?|camino|ronda|"
    r"travesía|glorieta|rúa|"
    r"gran vía|rambla|passeig|carrer|urbanización|urb\.|polígono|"
    r"rue|avenue|boulevard|bd\.?|allée|quai|chemin|impasse|place|route|cours|"
    r"blvd\.|cuesta|pasaje|pje\.|alameda|callejón|acceso|c\.|vía|bulevar|barriada|"
    r"av|r\.|allee|square|passage|sentier|esplanade|faubourg|voie|résidence|lotissement|"
    r"via|viale|v\.le|piazza|p\.zza|p\.za|piazzale|piazzetta|corso|c\.so|largo|vicolo|strada|borgo|contrada|salita|"
    r"lungomare|lungotevere|lungarno|località|frazione|stretto|canale|"
    r"rondo|skwer|bulwar|"
    r"алл\.?|аллея|аллее|бул\.|бульв\.|ш\.|проезд|пр-д|тупик|мкр\.?|микрорайон|"
    r"rodovia|beco|ladeira|praceta|viela|quadra|jardim|"
    r"ul\.|ulica|ulicy|al\.|aleja|aleje|alei|os\.|osiedle|osiedlu|pl\.|plac|placu|"
    r"ул\.?|улица|улице|улицы|проспект|проспекте|пр-т|просп\.|пр\.|пер\.|переулок|шоссе|площадь|пл\.|наб\.|"
    r"набережная|бульвар|"
    r"вул\.|вулиця|вулиці|пров\.|провулок|площа|бульв\.|rua|avenida|travessa|praça|estrada|utca|strada|str\.|"
    r"bulevardul|b-dul|bdul\.?|bd-ul|calea|aleea|șoseaua|şoseaua|șos\.|splaiul|piața|intrarea|"
    r"ulice|třída|tř\.|náměstí|nám\.|nábřeží|οδός|οδ\.|οδού|λεωφόρος|λεωφόρου|λεωφ\.|λ\.|πλατεία|πλ\.|"
    r"montée|ruelle|cité|hameau|traverse|callejón|retorno|privada|circuito|calzada|prolongación|diagonal|peatonal|"
    r"cañada|pasadizo|rotonda|rotatoria|trecho|viaduto"
)
_JOINED = (
    "straße|strasse|str\\.|weg|gasse|allee|platz|ufer|damm|ring|straat|laan|plein|gracht|kade|dijk|singel|steeg|"
    "dreef|steig|"
    "chaussee|promenade|"
    "gatan|vägen|vej|gade|gata|katu"
)
_PARTICLES = (
    "de la|de los|de las|del|de|des|du|della|dello|dei|degli|di|da|do|dos|das|la|el|los|las|les|św\\.|"
    "sv\\.|gen\\.|ks\\.|i|y|e|d'|и"
)
#: Behind these a street may be written in lower case; the others are words of everyday language too.
_CLEAR = r"calle|c/|avenida|avda|avda\.|carretera|ctra\.|ulica|ulicy|ul\.|улица|улице|улицы|ул\.|проспект|проспекте"
_CLEAR_PREFIXES = frozenset(_CLEAR.replace("\\", "").split("|"))

_ENGLISH_ADDRESS = (
    rf"[0-9]{{1,6}}(?:-[0-9]{{1,4}})?[a-zA-Z]?(?: (?i:north|south|east|west|n|s|e|w)\.?)?"
    rf"(?: {_NAME}){{1,4}} (?i:{_ENGLISH})\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\.?)?(?i:{_UNIT_ENGLISH})"
)
#: "Spring 2024", "Engineering 101": English words that end like a ring road.
_ENGLISH_RING = re.compile(r"(?<!-)(?:[aeiou]|[sS]p|[sS]t|[bB])ring ?[0-9]{1,4}\Z")
_HOUSE = r"[0-9]{1,4} ?[a-zA-Z]?(?:[/\-](?:[0-9]{1,4}[a-zA-Z]?|[IVX]{1,4}))?"
_GERMANIC = (
    rf"(?:{_NAME}[ \-]){{0,3}}[{CAPITALS}][{WORD_LETTERS}\-]*(?i:{_JOINED}) ?{_HOUSE}"
    rf"|(?:{_NAME} ){{1,3}}(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Ring|Damm|Ufer|utca|út|tér|u\.) {_HOUSE}"
)
#: Streets called after what they lie at: "Am Markt 3", "Unter den Linden 77".
_LYING_AT = (
    "markt|bahnhof|dorf|park|see|wald|berg|hang|tor|rathaus|anger|graben|hof|bach|feld|brunnen|alster|linden|wall|"
    "kirche|"
    "schule|mühle|brücke|sportplatz|friedhof|schloss|rhein|teich|weiher|garten|winkel|grund|tal|busch|aue|hafen"
)
_GERMAN_AT = (
    rf"(?:Am|An der|An den|Im|In der|In den|Auf dem|Auf der|Unter den|Hinter der|Hinter dem|Vor dem|Beim|Zum|Zur) "
    rf"(?:{_NAME} )?[{CAPITALS}]?[{WORD_LETTERS}]*(?i:{_LYING_AT}) [0-9]{{1,3}}[a-z]?"
)
_BOX = (
    r"(?i:p\.? ?o\.? box|postfach|apartado(?: de correos| postal)?|caixa postal|boîte postale|skrytka pocztowa|а/я|"
    r"casella postale|postbus) [0-9]{1,7}"
)

_STREET_WORD = rf"[{WORD_LETTERS}](?:[{WORD_LETTERS}'\-]*|[{WORD_LETTERS}]{{0,3}}\.)"
#: The rest of an address behind its street word. Applied to a bounded window, so that it may look ahead. Particles are
#: not given back, or "de la de la" could be read in hundreds of ways.
_STREET_NAME = re.compile(
    rf" ?(?:(?:{_PARTICLES}) ){{0,2}}+(?:[0-9]{{1,2}}(?:-?го|-?я)? (?:de )?)?{_STREET_WORD}"
    rf"(?: (?:(?:{_PARTICLES}) ){{0,2}}+{_STREET_WORD}){{0,5}}?"
    r"(?: ?,? ?(?:n\.? ?[º°o]\.?|nº|núm\.?|num\.?|número|nr\.?|no\.?|numer|д\.?|дом|буд\.?|будинок|№|#|č\.?p?\.?|km\.?|"
    r"km|км) ?,? ?|,? ?, ?| ?,? )"
    r"(?:s/n|[0-9]{1,4}(?:[.,][0-9]{1,3})?(?:[ -]?(?:bis|ter|"
    r"[a-zA-Zа-я])(?![^\W_]|\. ?[0-9]))?(?: ?[/\-] ?[0-9]{1,4}[a-zA-Z]?|/[a-z](?!\w))?)(?![0-9])",
    re.IGNORECASE,
)
_ENDS_IN_PARTICLE = re.compile(rf"(?:^| )(?:{_PARTICLES}) ?[0-9][^ ]*$", re.IGNORECASE)
_PARTICLE_WORDS = words(
    "de la los las del des du della dello dei degli di da do dos das el les i y e d и n no nr km s p д дом буд "
    "будинок º nº núm num número numer"
)
_WINDOW = 110
#: Words that no street is named after, so that "plaza para 2" or "place for 4" is none.
_NOT_IN_STREETS = words(
    "para por en con que es está hay a al un una for is are with and the to of on pour avec est dans per con è na dla "
    "jest od do для на и с по или not no we i you table mesa czy был была было были "
    "January February March April May June July August September October November "
    "December Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)

#: German post office boxes are written in pairs of digits: "Postfach 10 12 34".
_PAIRS = re.compile(r"(?: [0-9]{2}(?![0-9])){1,3}")


def _judge(candidate: Candidate) -> Hit | None:
    text, start, end = candidate.text, candidate.start, candidate.end
    if candidate.value[:4].lower() == "post" and (pairs := _PAIRS.match(text, end)):
        end = pairs.end()
    if start and (continues_word(text[start - 1]) or text[start - 1] in "$€£#"):
        return None
    if end < len(text) and continues_word(text[end]) and text[end - 1] != " ":
        if not continues_word(text[end - 1]) or text[end - 2 : end - 1] != " ":
            return None
        end -= 2
    if "ring" in candidate.value and _ENGLISH_RING.search(text, start, end) and candidate.language not in ("de", "nl"):
        return None
    return _whole(candidate, start, start + len(text[start:end].rstrip(" .,")))


def _whole(candidate: Candidate, start: int, end: int) -> Hit:
    """A street and number as a hit, with the place that follows and what belongs before it."""
    text = candidate.text
    end = units_reach(text, end)
    reach = place_reach(text, end)
    if reach == end:
        reach = start + len(text[start:end].rstrip(" .,"))
    return candidate.hit(0.6, start=address_start(text, start), end=reach)


#: Street words that look like a person's initial, and the language that has them.
_INITIALS = {"c.": "es", "r.": "pt"}
#: What stays apart from a Spanish street in a letterhead, as LOCATION.
_SPANISH_CODE = re.compile(r"[ ,.\-]{1,3}(?:E ?-)?[0-9]{5}(?![0-9\-])")


def _judge_street(candidate: Candidate) -> Hit | None:
    """A street word and, behind it, a name and a house number, with floor and door."""
    text, start, end = candidate.text, candidate.start, candidate.end
    stop = min(len(text), start + _WINDOW)
    if not _is_numbered(text, max(0, start - _BEFORE), stop + FURTHEST_PLACE):
        return None
    prefix = text[start:end].lower()
    match = _STREET_NAME.match(text, end, stop)
    if match is None:
        return _number_before(candidate)
    name = text[end : match.end()].strip()
    named = re.findall(rf"[{WORD_LETTERS}']+", name)
    if any(word in _NOT_IN_STREETS for word in named) or _ENDS_IN_PARTICLE.search(name):
        return None
    if prefix not in _CLEAR_PREFIXES and any(
        word[0] == word[0].lower() and word.lower() not in _PARTICLE_WORDS for word in named
    ):
        return None
    reach = units_reach(text, match.end())
    end = start + len(text[start:reach].rstrip(" .,"))
    if prefix in SPANISH_STREETS and _SPANISH_CODE.match(text, end) and not is_in_sentence(text, start):
        return candidate.hit(0.6, end=end)
    hit = _whole(candidate, start, reach)
    if prefix in _INITIALS and hit.end <= reach and candidate.language != _INITIALS[prefix]:
        return None
    return hit


_FRENCH_NUMBER = re.compile(r"[0-9]{1,4}(?: ?(?:bis|ter|[a-z]))?,? \Z", re.IGNORECASE)
_FRENCH_STREET = re.compile(
    rf" (?:(?:{_PARTICLES}) ?){{0,2}}[{CAPITALS}][{WORD_LETTERS}'\-]*(?:[ \-]"
    rf"(?:(?:{_PARTICLES}) ?){{0,2}}[{CAPITALS}][{WORD_LETTERS}'\-]*){{0,4}}"
)
#: A street without a house number is an address if its postal code follows.
_CODE_WITHIN = re.compile(r"[0-9]{4}|[0-9]{2}-[0-9]{3}")
_BEFORE = 12
_DIGIT = re.compile(r"[0-9]")
_NO_NUMBER = re.compile(r"s/n", re.IGNORECASE)


def _is_numbered(text: str, start: int, stop: int) -> bool:
    """Whether something here is what every address has: a house number, a postal code, or that there is none.

    Asked at every street word: one search for either takes four times as long.
    """
    return bool(
        _DIGIT.search(text, start, stop) or (text.find("/", start, stop) >= 0 and _NO_NUMBER.search(text, start, stop))
    )


_RUSSIAN_NAME = re.compile(r"(?:^|[^\w])([А-ЯЁ][а-яё\-]+(?:ий|ый|ой|ая|ом|ую|ого) )\Z")
_RUSSIAN_NUMBER = re.compile(r",? (?:д\.? ?|дом |№ ?)?[0-9]{1,4}[а-я]?(?:[/\-][0-9]{1,4})?(?!\w)")


def _name_before(candidate: Candidate) -> Hit | None:
    """An adjective, a Russian street word and a number: "Невский проспект, д. 20"."""
    text, start = candidate.text, candidate.start
    name = _RUSSIAN_NAME.search(text[max(0, start - 30) : start])
    number = _RUSSIAN_NUMBER.match(text, candidate.end) if name else None
    return _whole(candidate, start - len(name[1]), number.end()) if name and number else None


def _number_before(candidate: Candidate) -> Hit | None:
    """A house number, a street word and a name: "12 rue de la Paix"."""
    text, start = candidate.text, candidate.start
    if "А" <= text[start].upper() <= "Я":
        return _name_before(candidate)
    number = _FRENCH_NUMBER.search(text[max(0, start - _BEFORE) : start])
    street = _FRENCH_STREET.match(text, candidate.end, start + _WINDOW)
    prefix = text[start : candidate.end].lower()
    if street is None or prefix in _INITIALS:
        return None
    if number is None:
        if prefix in SPANISH_STREETS and not is_in_sentence(text, start):
            return None
        end = place_reach(text, street.end())
        return candidate.hit(0.6, end=end) if _CODE_WITHIN.search(text, street.end(), end) else None
    first = start - (number.end() - number.start())
    return None if first and continues_word(text[first - 1]) else _whole(candidate, first, street.end())


ADDRESS_NUMBER_FIRST = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf"[0-9][a-zA-Z]? [{CAPITALS}0-9][^\n]* (?i:{_ENGLISH})(?:[^{LETTERS}]|$)"),
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
        ANY_SHAPE,
        rf"(?:^|[^{LETTERS}])(?:(?i:{_CLEAR}),? |(?i:{_BEFORE_NAME}) ?(?:(?i:{_PARTICLES}) )?[{CAPITALS}0-9])",
    ),
    pattern=rf"(?:^|[^{LETTERS}])((?i:{_BEFORE_NAME}))(?:,? |[{CAPITALS}])",
    judge=_judge_street,
    explanation="a street word, a name and a house number in the order of their language",
    version=5,
    rank=35,
)

ADDRESS_JOINED = Detector(
    type="ADDRESS",
    triggers=(
        ANY_SHAPE,
        rf"(?i:{_JOINED}|{_LYING_AT}| (?:straße|strasse|str\.|weg|allee|platz|ring|damm|ufer|utca|út|tér|u\.)) ?[0-9]"
        r"|(?i:box|postfach|postbus|apartado|skrytka|casella|caixa|а/я|boîte)[^0-9]{1,20}[0-9]",
    ),
    pattern=rf"{_GERMANIC}|{_GERMAN_AT}|{_BOX}",
    judge=_judge,
    explanation="a street whose name ends in its street word and a house number, or a post office box",
    rank=35,
)
