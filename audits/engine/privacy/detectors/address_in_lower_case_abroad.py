"""Addresses in lower case in German, French, Spanish, Italian, Portuguese, Dutch, Polish, and the Nordic languages."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..names import is_place
from ..vocabulary import words
from .address import ADDRESS_JOINED
from .locality import units_reach

_LETTER = "a-zà-öø-ÿāăąćčďđęěėğıłńňœőřśšşșťţțůűýźżž"
_WORD = rf"[{_LETTER}0-9][{_LETTER}0-9.'\-]*"
_JOINED = (
    "straße|strasse|str\\.|gasse|weg|allee|platz|ufer|damm|straat|laan|plein|gracht|kade|dijk|"
    "gatan|vägen|vej|gade|gata|veien|katu"
)
_BEHIND_NUMBER = r"rue|bd\.?|chemin|impasse|allée|quai"
_BEFORE_NAME = (
    "via|viale|corso|piazza|vicolo|rua|avenida|travessa|calle|avda\\.?|paseo|plaza|carrera|ul\\.|ulica|ulicy|aleja|"
    "alei|os\\.|"
    "strada|str\\.|bulevardul|ulice|улица|ул\\.|вул\\."
)
_NUMBER = r"[0-9]{1,4} ?(?:bis|ter)?[a-z]?(?:[/\-][0-9]{1,3}[a-z]?)?"
_CODE = (
    r"(?:[0-9]{5}(?:-[0-9]{3})?|[0-9]{2}-[0-9]{3}|[0-9]{4} ?[a-z]{2}(?![a-z])|[0-9]{4}(?:-[0-9]{3})?|[0-9]{3} [0-9]{2})"
)
#: No street is called so: "via mail 2", "place pour 4", "weg 3".
_NO_STREET_WORDS = words(
    "com sem até sin sobre hasta senza fino dla od do bez za o w we z ze cu la pe fără lei zł "
    "email mail e-mail app sms chat web internet whatsapp telefon telefono telefone pour avec et ou est par de l' para "
    "con por y e o con per email pec bonifico paypal posta di nuovo mio mia me te the and to at for with mein meine "
    "mehr noch schon nur bitte um ab bis von vor nach gegen seit in im am ist und war wird bei auf keine kein"
)
#: In lower case: a search for so many words in letters of any case takes fourteen times as long.
_CUE = re.compile(
    r"(?:adress[eao]?|anschrift|wohne(?: ich)?(?: in(?: der)?| am| im)?|wohnt|liefer\w*|zustell\w*|schick\w*|send\w*|"
    r"versend\w*|an(?: die)?|"
    r"habite(?: au| à)?|livr\w*|envo\w+|domicile|au|à|"
    r"direcci[oó]n|vivo(?: en)?|env[ií]\w*|entreg\w*|en|domicilio|"
    r"indirizzo|abito(?: in)?|sped\w+|consegn\w+|in|"
    r"endereço|endereco|morada|moro(?: na| no)?|mandar|para|na|no|"
    r"adres|woon(?: op)?(?: de)?|bezorg\w*|stuur\w*|op|naar|"
    r"mieszkam(?: na| przy)?|wysła\w*|dostaw\w*|przy|na|"
    r"bor(?: på| i)?|adressen|skicka\w*|leverera|lever|asun|til|till|på|ist|is|est|es|è|é|to|är|er|"
    r"lautet)[ :,\-]{1,3}\Z"
)
_REACH = 32
_TOWN = re.compile(rf",? ?\n? ?(?:({_CODE}) )?([{_LETTER}'\-]+(?:[ ][{_LETTER}'\-]+){{0,2}})")
#: The rest of a street's name, up to a comma, a line's end or a postal code.
_NAME_GOES_ON = re.compile(rf"((?: {_WORD}){{0,4}}?)(?=[,\n]|$| {_CODE}(?!\w))")


def _judge(candidate: Candidate) -> Hit | None:
    text, start = candidate.text, candidate.start
    if start and (text[start - 1].isalnum() or text[start - 1] in "$€£#-./:@_"):
        return None
    named = [word.strip(".,") for word in candidate.value.split(" ")]
    if not _NO_STREET_WORDS.isdisjoint(named[1:]) and not named[0][0].isdigit():
        return None
    street_end = start + len(candidate.value.rstrip(" ,."))
    if text[street_end : street_end + 1].isdigit():
        return None
    if street_end < len(text) and text[street_end].isalnum() and text[street_end - 1].isalpha():
        street_end -= 1 + (text[street_end - 2] == " ")
    if named[0][0].isdigit():
        rest = _NAME_GOES_ON.match(text, street_end)
        street_end = rest.end(1) if rest else street_end
    street_end = units_reach(text, street_end)
    end = _place_reach(text, street_end)
    is_answer = start == 0 or text[start - 1] == "\n"
    if end == street_end and not is_answer and not _CUE.search(text[max(0, start - _REACH) : start].lower()):
        return None
    return candidate.hit(0.5, end=end)


def _place_reach(text: str, end: int) -> int:
    """Where a postal code and a town behind the street end."""
    town = _TOWN.match(text, end)
    if town is None:
        return end
    stop = town.end(2)
    while stop > town.start(2):
        if is_place(text[town.start(2) : stop]):
            return stop
        stop = max(text.rfind(" ", town.start(2), stop), 0)
    if not town[1]:
        return end
    first = text.find(" ", town.start(2), town.end(2))
    return first if first > 0 else town.end(2)


JOINED_ADDRESS_IN_LOWER_CASE = Detector(
    type="ADDRESS",
    triggers=ADDRESS_JOINED.triggers,
    pattern=rf"((?:[{_LETTER}][{_LETTER}\-]*|{_WORD} )(?:{_JOINED}) ?{_NUMBER})",
    judge=_judge,
    explanation="a street in one word and a house number in lower case where the message gives an address",
    retries=True,
    rank=33,
)

ADDRESS_IN_LOWER_CASE_ABROAD = Detector(
    type="ADDRESS",
    triggers=(ANY_SHAPE, rf"(?:^|[ \n])(?:{_BEHIND_NUMBER}|{_BEFORE_NAME}) ", "[0-9]"),
    pattern=(
        rf"({_NUMBER},? (?:{_BEHIND_NUMBER}) {_WORD}"
        rf"|(?:{_BEFORE_NAME}) {_WORD}(?: {_WORD}){{0,4}}?,? (?:n[.º°]? ?|nr\.? ?)?{_NUMBER})"
    ),
    judge=_judge,
    explanation="a street word, a name and a house number in lower case where the message gives an address",
    retries=True,
    rank=33,
)
