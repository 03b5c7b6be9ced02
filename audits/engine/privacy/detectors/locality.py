"""What follows a street in an address: district, postal code, town, province, country. And what stands before it."""

import re
from typing import NamedTuple

from ..matching import CAPITALS, WORD_LETTERS
from ..names import is_place
from ..vocabulary import words

_OF = (
    "de la|de los|de las|del|de|des|du|della|dello|dei|degli|di|da|do|dos|das|la|el|los|las|les|le|"
    "am|an der|an|der|den|sous|of|the"
)
_PARTICLES = f"{_OF}|im|in der|ob der|vor der|in|bei|sur|en|aan den|aan de|aan|op|ter|upon|on|nad|na"
_WORD = rf"(?:(?:St|Ste|Sta|Sto|S|Nw)\.|(?:'[st]-)?[{CAPITALS}][{WORD_LETTERS}]*(?:['\-][{WORD_LETTERS}]+)*)"
#: Capitalised words with their particles: a town, a district, a street without a street word.
NAME = rf"(?:(?:{_PARTICLES}) )?{_WORD}(?: (?:(?:{_PARTICLES}) ){{0,2}}{_WORD}){{0,4}}"
#: The same without what leads over from a sentence: "vivo en Gran Vía", "moro na Rua Augusta".
STREET_NAME = rf"{_WORD}(?: (?:(?:{_OF}) ){{0,2}}{_WORD}){{0,4}}"

UK_CODE = r"[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNPR-Y]? ?[0-9][ABD-HJLNP-UW-Z]{2}"
US_STATES = (
    "A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|"
    "W[AIVY]"
)
CANADIAN_CODE = r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
CANADIAN_PROVINCES = "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT"
AUSTRALIAN_STATES = "NSW|VIC|QLD|SA|WA|TAS|NT|ACT"
#: Ireland: a district and four characters.
EIRCODE = r"[ACDEFHKNPRTVWXY][0-9][0-9W] ?[0-9ACDEFHKNPRTVWXY]{4}"
#: With the state or province that stands before a code.
_STATE_AND_CODE = (
    rf"(?:{AUSTRALIAN_STATES}),? [0-9]{{4}}|(?:{CANADIAN_PROVINCES}),? {CANADIAN_CODE}|"
    rf"(?:{US_STATES}),? [0-9]{{5}}(?:-[0-9]{{4}})?"
)
#: Longest first. Four digits alone are a postal code only before a known town.
_CODE = (
    rf"(?:{_STATE_AND_CODE}|{UK_CODE}|{CANADIAN_CODE}|{EIRCODE}|[0-9]{{3}} [0-9]{{2}}|[A-Z][0-9]{{4}}(?:[A-Z]{{3}})?|"
    rf"[0-9]{{2}}-[0-9]{{3}}|[0-9]{{5}}-?[0-9]{{3}}|[0-9]{{5}}-[0-9]{{4}}|[0-9]{{4}}-[0-9]{{3}}|"
    r"(?:[A-Z]{1,2}-)?[0-9]{5}|[0-9]{4} ?[A-Z]{2}|[0-9]{6}|(?:[A-Z]{1,2}-)?[0-9]{4})(?!\w)"
)
_PIECE = re.compile(
    rf"(?P<gap>(?: ?[,;])?(?: ?\n ?| )| ?, ?| ?[\-/] ?| (?:in|à|en|a|w|we|te|em) )"
    rf"(?:(?:C\.? ?P\.? ?|Τ\.? ?Κ\.? ?|cod )?(?P<code>{_CODE})|(?P<bracket>\({_WORD}(?: {_WORD}){{0,2}}\))"
    rf"|(?P<town>(?:(?:г|гор|город|пос|п|с|дер|обл|м|Col|Fracc|Urb|Bo|Co)\.? ?)?{NAME}"
    r"(?: [0-9]ª Seção| [0-9]{1,2}(?=,))?))"
)
#: Nothing else can begin a piece.
_GOES_ON = re.compile(
    rf"[ ,;\n/\-]{{1,4}}(?:(?:{_PARTICLES}|à|a|w|we|te|em|г|гор|город|пос|п|с|дер|обл|м|cod)[ .]|[{CAPITALS}0-9('])"
)
#: What follows a sum or a count, never a postal code at the end of an address.
_MEASURED = re.compile(r" ?(?:[^\W\d_]|[€$£%])")
_MOST_PIECES = 7
_MOST_UNKNOWN = 3
FURTHEST_PLACE = 130
#: Capitalised words that begin a sentence or a field behind an address and are no town.
_NO_TOWNS = words(
    "tel telefon telefono telephone phone mobile fax email mail e-mail euro eur usd gbp cp plz nif dni iban please "
    "stück personen personas personnes persone people points punkte kg "
    "thanks thank regards gracias danke merci grazie dziękuję obrigado bedankt спасибо тел телефон my i and mein meine "
    "mi mon ma mój moja meu minha mijn мой моя"
)
#: Street words of Spain. In letterheads and lists of affiliations there, postal code and town are fields of their own.
SPANISH_STREETS = words(
    "calle c/ c/. cl. avenida avenida. avda avda. av av. paseo p.º plaza plaza. pza pza. plza plza. carretera ctra "
    "ctra. camino ronda travesía glorieta rambla urbanización urb. polígono bulevar passeig carrer avinguda raval "
    "pasaje"
)
#: Countries by the names that their own people write; the gazetteer has the English ones.
_COUNTRIES = words(
    "deutschland österreich schweiz suisse svizzera españa italia nederland belgië belgique polska россия brasil "
    "portugal france україна беларусь казахстан"
)
#: Floor, door and flat: words that say it by themselves, and words that are short or common and need their number.
_SIDES = "izquierda|izqda|izq|derecha|dcha|dto|esq|links|rechts|mitte|bajo|bis|huis|hs|eg|og|dg|ático|entlo"
_NUMBERED = (
    "apartamento|apartment|appartamento|appartement|apto|appt|apt|app|suite|unit|floor|room|piso|puerta|pta|bloque|"
    "bl|portal|escalera|esc|wohnung|whg|étage|bât|scala|interno|int|piano|bus|lokal|lok|mieszkania|m|andar|fração|"
    "квартира|кв|корпус|корп|строение|стр|подъезд|этаж|офис|оф|к|interior|lgh|kat|daire|"
    "διαμέρισμα|όροφος|прим|под|эт"
)
_UNIT = re.compile(
    r"(?:[,.]? ?|,?\n ?)(?:"
    r"[0-9]{1,2}\. (?:tv|th|mf)\.?(?!\w)|as\. ?[0-9]{1,3}(?!\w)|"
    r"(?:ap|sc|et)\.? ?[0-9]{1,3}(?!\w)|bl\.? ?[a-z]{0,2}[0-9]{1,3}[a-z]?(?!\w)|"
    r"[0-9]{1,2} ?\.?[ºª°]\.?|[0-9]{1,2} ?[a-d](?!\w)|[0-9]{1,2}\. ?(?:og|ug|etage|stock|piętro|этаж)(?!\w)|"
    rf"(?:{_SIDES})(?!\w)\.?|"
    rf"(?:{_NUMBERED})\.? ?#?(?:[0-9]{{1,4}}(?:/[0-9]{{1,3}})? ?(?:[a-z](?!\w))?|[a-z](?!\w))|"
    r"(?<=[ºª°] )[a-z](?!\w)|(?<=[ºª°])[a-z](?!\w))",
    re.IGNORECASE,
)
_UNIT_WORDS = frozenset(f"{_SIDES}|{_NUMBERED}|ap|sc|et|bl|as".split("|"))
_WORD_NEXT = re.compile(r"[,.]? ?([^\W\d_]*)")
_MOST_UNITS = 4
_BEFORE_UNIT = frozenset(" ,.\nºª°0123456789abcdABCD")


def units_reach(text: str, end: int) -> int:
    """Where floor, door and flat behind a house number end."""
    if text[end : end + 1] not in _BEFORE_UNIT:
        return end
    stop = min(len(text), end + 60)
    for _ in range(_MOST_UNITS):
        unit = _UNIT.match(text, end, stop) if _may_be_unit(text, end) else None
        if unit is None:
            break
        end = unit.end()
    return end


def _may_be_unit(text: str, end: int) -> bool:
    """Whether no other word comes next, maybe with its letter. A look in a fifth of the time that `_UNIT` takes."""
    following = _WORD_NEXT.match(text, end)
    word = following[1].lower() if following else ""
    return len(word) < 2 or word in _UNIT_WORDS or word[:-1] in _UNIT_WORDS


def is_in_sentence(text: str, start: int) -> bool:
    """Whether text[start:] begins the text or goes on from a word in lower case or a colon."""
    before = text[max(0, start - 24) : start].rstrip(" ")
    if not before:
        return True
    last = before.rsplit(" ", 1)[-1]
    return before[-1] == ":" or (last.islower() and last[-1].isalpha())


class _Town(NamedTuple):
    end: int
    is_known: bool


def _town(text: str, start: int, end: int) -> _Town | None:
    """The longest beginning of text[start:end] that is a known place, or all of it where none is."""
    if text[start:end].split(" ", 1)[0].lower() in _NO_TOWNS:
        return None
    stop = end
    while stop > start:
        if _is_known(text[start:stop]):
            return _Town(stop, True)
        stop = text.rfind(" ", start, stop)
    return _Town(end, False)


def _is_known(name: str) -> bool:
    return is_place(name.rstrip(" 0123456789")) or name.lower() in _COUNTRIES


def place_reach(text: str, end: int) -> int:
    """Where the address goes on to, whose street and number end at `end`; `end` itself where nothing is certain.

    Names that nobody knows count when a postal code comes with them.
    """
    if _GOES_ON.match(text, end) is None:
        return end
    at = certain = end
    stop = min(len(text), end + FURTHEST_PLACE)
    unknown = 0
    after_code = is_british = False
    for _ in range(_MOST_PIECES):
        piece = _PIECE.match(text, at, stop)
        if piece is None:
            break
        kind, gap, at = piece.lastgroup, piece["gap"], piece.end()
        if kind == "code":
            code = piece["code"]
            following = _PIECE.match(text, at, stop)
            town = (
                _town(text, following.start("town"), following.end("town"))
                if following and following["town"] and following["gap"] in (" ", ", ", ",")
                else None
            )
            if not _is_code(code, gap, town, text, at, has_town=unknown > 0 or certain > end):
                break
            is_british = code[-1].isalpha() and code[0].isalpha()
            certain, after_code = at, True
        elif kind == "bracket":
            if certain != piece.start():
                break
            certain = at
        else:
            town = _town(text, piece.start("town"), at)
            if town is None or (gap == " " and not after_code and not text[at : at + 6].strip()):
                break
            joined = gap not in (" ", " \n")
            if town.is_known and (joined or after_code):
                certain = at = town.end
            elif (after_code and not is_british and "\n" not in gap) or (
                certain == piece.start() and gap.strip() in ("-", "/") and at - piece.start("town") == 2
            ):
                certain = at
            else:
                unknown += 1
                if unknown > _MOST_UNKNOWN:
                    break
            after_code = False
    return certain


def _is_code(code: str, gap: str, town: _Town | None, text: str, end: int, *, has_town: bool) -> bool:
    """Whether digits behind a street are its postal code and not a sum or a year."""
    if code[0].isalpha() and code[1].isalpha() and " " in code:
        return True
    if code[-4:].isdigit() and len(code.split("-")[-1]) == 4 and not code[0:5].isdigit():
        return town is not None and town.is_known
    if not code.isdigit():
        return True
    if town is not None:
        return town.is_known or "," in gap or "\n" in gap or has_town
    return has_town or ("," in gap and _MEASURED.match(text, end) is None)


_FLAT = re.compile(
    r"(?:^|[^\w])((?:flat|apt|apartment|unit|suite|studio|room|office|floor|apto|wohnung|appartement|appt)\.? ?#?"
    r"[0-9]{1,4}[a-z]?(?:,? |/))\Z",
    re.IGNORECASE,
)
_CYRILLIC_PLACE = re.compile(
    r"(?:^|[^\w\-])((?:(?:[0-9]{6}|(?:г|гор|город|п|пос|пгт|с|д|дер|ст|х|к|клх|с/с|м)\.? ?[А-ЯЁ][а-яё\-]+"
    r"(?: [А-ЯЁ][а-яё\-]+){0,2}(?: \([а-яё.]{1,12}\))?|[А-ЯЁ][а-яё\-]+ (?:обл\.?|область|край|р-н|район|респ\.?)"
    r"|[А-ЯЁ][а-яё]+(?:-[А-Яа-яё]+)*),? ){1,5})\Z"
)
_BEFORE = 80


def address_start(text: str, start: int) -> int:
    """Where an address begins whose street begins at `start`: with a flat, or (in Russian) with code and town."""
    if start < 3 or text[start - 1] not in " /":
        return start
    if text[start - 1] == "/" or text[start - 2] in "0123456789," or text[start - 3].isdigit():
        before = _FLAT.search(text, max(0, start - 24), start)
        if before:
            return before.start(1)
    if "А" <= text[start : start + 1].upper() <= "Я" and text[start - 2] == ",":
        window = text[max(0, start - _BEFORE) : start]
        place = _CYRILLIC_PLACE.search(window)
        if place:
            return _without_words(window, place.start(1), start - len(window))
    return start


def _without_words(window: str, first: int, offset: int) -> int:
    """Skips leading capitalised words that are neither a settlement, a region nor a known place."""
    for part in re.finditer(r"[^,]+, ?", window[first:]):
        value = part.group().rstrip(", ")
        if value.isdigit() or " " in value or "." in value or is_place(value):
            return offset + first + part.start()
    return offset + len(window)
