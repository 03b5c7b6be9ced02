"""Numbers of identity cards and driving licences that no check digit tells: by the words for them in each language."""

import re

from ...detector import TWO_DIGITS, Detector
from ...matching import WORD_LETTERS
from .checked import is_day, national, plain

_UK_LICENCE = re.compile(r"[A-Z9]{5}[0-9][0156][0-9]([0-9]{2})[0-9][A-Z9]{2}[0-9][A-Z]{2}(?:[0-9]{2})?")
_INDIAN_STATES = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TN|TR|TS|UA|UK|"
    "UP|WB"
)


def _never(value: str) -> bool:
    return False


def _is_uk_licence(value: str) -> bool:
    """The birth date stands in it: decade, month (plus 50 for women), day, year."""
    compact = plain(value)
    month = int(compact[6:8]) % 50
    return _UK_LICENCE.fullmatch(compact) is not None and is_day(compact[8:10], f"{month:02}")


def _always(value: str) -> bool:
    return True


def _named(type_: str, pattern: str, explanation: str, language: str, *words: str) -> Detector:
    """Of six digits or more."""
    return national(type_, pattern, _never, explanation, {language: words}, needs_word=True, trusts_distant_word=False)


def _named_with_letters(type_: str, pattern: str, explanation: str, language: str, *words: str) -> Detector:
    """Where letters may stand among the digits: the words are looked for first."""
    return national(
        type_,
        pattern,
        _never,
        explanation,
        {language: words},
        needs_word=True,
        trusts_distant_word=False,
        shape="[0-9]",
        trigger=TWO_DIGITS,
    )


UK_DRIVING_LICENCE = national(
    "UK_DRIVING_LICENCE",
    r"(?i)[a-z][a-z9]{4} ?[0-9]{6} ?[a-z9]{2} ?[0-9][a-z]{2}(?: ?[0-9]{2})?",
    _is_uk_licence,
    "sixteen characters: surname, birth date and initials, as on British driving licences",
    {"en": ("uk driving licence", "dvla")},
    needs_word=False,
    also_named=frozenset({"US_DRIVER_LICENSE"}),
    shape=r"[0-9]{6} ?[A-Za-z9]{2} ?[0-9][A-Za-z]{2}",
)
IN_DRIVING_LICENCE = national(
    "IN_DRIVING_LICENCE",
    rf"(?:{_INDIAN_STATES})[ \-]?[0-9]{{2}}[ \-]?(?:19|20)[0-9]{{2}}[ \-]?[0-9]{{7}}",
    _always,
    "a state of India, its office, a year and a serial",
    {"hi": ("ड्राइविंग लाइसेंस",)},
    needs_word=False,
    also_named=frozenset({"US_DRIVER_LICENSE"}),
    shape=r"[A-Z]{2}[ \-]?[0-9]{2}[ \-]?(?:19|20)[0-9]{2}[ \-]?[0-9]{7}",
)
DE_DRIVER_LICENSE = _named_with_letters(
    "DE_DRIVER_LICENSE",
    r"(?i)[a-z][0-9]{2}[0-9a-z]{7,8}|[0-9]{8}",
    "a number that the text calls a German driving licence",
    "de",
    "führerschein",
    "fahrerlaubnis",
)
FR_DRIVER_LICENSE = _named_with_letters(
    "FR_DRIVER_LICENSE",
    r"(?i)[0-9]{2} ?[a-z]{2} ?[0-9]{5}|[0-9]{2}[0-9a-z]{10}(?:[0-9a-z]{3})?|[0-9]{10}",
    "a number that the text calls a French or Belgian driving licence",
    "fr",
    "permis de conduire",
    "n° de permis",
    "numéro de permis",
    "permis n°",
)
ES_DRIVER_LICENSE = _named(
    "ES_DRIVER_LICENSE",
    r"(?i)[0-9]{9,12}|[0-9]{8}[ \-]?[a-z]?|[a-z]{1,3}-?[0-9]{6,9}",
    "a number that the text calls a Spanish or Latin American driving licence",
    "es",
    "permiso de conducir",
    "carnet de conducir",
    "carné de conducir",
    "licencia de conducir",
    "licencia de manejo",
)
NL_DRIVER_LICENSE = _named(
    "NL_DRIVER_LICENSE", r"[0-9]{10}", "ten digits that the text calls a Dutch driving licence", "nl", "rijbewijs"
)
PL_DRIVER_LICENSE = _named(
    "PL_DRIVER_LICENSE",
    r"(?i)[0-9]{5}/[0-9]{2}/[0-9]{4}|[a-z]{1,2} ?[0-9]{6,8}",
    "a number that the text calls a Polish driving licence",
    "pl",
    "prawo jazdy",
    "prawa jazdy",
)
PT_DRIVER_LICENSE = _named(
    "PT_DRIVER_LICENSE",
    r"(?i)[a-z]{1,2}-?[0-9]{5,7}(?: [0-9])?",
    "a number that the text calls a Portuguese driving licence",
    "pt",
    "carta de condução",
)
BR_DRIVER_LICENSE = _named(
    "BR_DRIVER_LICENSE",
    r"[0-9]{11}",
    "eleven digits that the text calls a Brazilian driving licence",
    "pt",
    "cnh",
    "carteira de motorista",
    "carteira de habilitação",
    "habilitação nº",
)
RU_DRIVER_LICENSE = _named(
    "RU_DRIVER_LICENSE",
    r"(?i)[0-9]{2} ?[0-9а-яa-z]{2} ?(?:№ ?)?[0-9]{6}",
    "a number that the text calls a Russian driving licence",
    "ru",
    "водительское удостоверение",
    "водительского удостоверения",
    "водительские права",
    "водительских прав",
    "номер прав",
    "в/у",
)
FR_ID_CARD = _named_with_letters(
    "FR_ID_CARD",
    r"(?i)[0-9]{12}|[a-z0-9]{2}[0-9a-z]{4}[0-9a-z]{2}[0-9]",
    "twelve digits or nine characters that the text calls a French identity card",
    "fr",
    "carte d'identité",
    "carte d’identité",
    "carte nationale d'identité",
    "cni",
)
NL_ID_CARD = _named_with_letters(
    "NL_ID_CARD",
    r"(?i)[a-z]{2}[0-9a-z]{6}[0-9]|[0-9]{3}-[0-9]{7}-[0-9]{2}",
    "nine characters that the text calls a Dutch identity card",
    "nl",
    "identiteitskaart",
    "id-kaart",
    "identiteitsbewijs",
)
PT_CITIZEN_CARD = _named(
    "PT_CITIZEN_CARD",
    r"(?i)[0-9]{8}(?: ?[0-9](?: ?[a-z0-9]{2}[0-9])?)?",
    "eight digits and their checks that the text calls a Portuguese citizen card",
    "pt",
    "cartão de cidadão",
    "cartão do cidadão",
    "bilhete de identidade",
    "cc nº",
    "cc n.º",
)
BR_RG = _named(
    "BR_RG",
    r"(?i)[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-?[0-9x]|[0-9]{7,9}-?[0-9x]?",
    "seven to ten characters that the text calls a Brazilian RG",
    "pt",
    "rg",
    "carteira de identidade",
    "registro geral",
)
RO_ID_CARD = _named(
    "RO_ID_CARD",
    r"(?i)[a-z]{2},? ?(?:nr\.? ?|numărul )?[0-9]{6}",
    "a series and six digits that the text calls a Romanian identity card",
    "ro",
    "carte de identitate",
    "cartea de identitate",
    "buletin",
    "ci seria",
    "ci: seria",
    "c.i. seria",
)
HU_ID_CARD = _named(
    "HU_ID_CARD",
    rf"(?i)(?:^|[^{WORD_LETTERS}])([0-9]{{6}} ?[a-z]{{2}}|[a-z]{{2}} ?[0-9]{{6}})",
    "six digits and two letters that the text calls a Hungarian identity card",
    "hu",
    "személyi igazolvány",
    "személyi szám",
    "szig. szám",
    "szem. ig",
)
CZ_ID_CARD = _named(
    "CZ_ID_CARD",
    r"[0-9]{9}",
    "nine digits that the text calls a Czech identity card",
    "cs",
    "občanský průkaz",
    "občanského průkazu",
    "číslo op",
)

DOCUMENTS: tuple[Detector, ...] = (
    UK_DRIVING_LICENCE,
    IN_DRIVING_LICENCE,
    DE_DRIVER_LICENSE,
    FR_DRIVER_LICENSE,
    ES_DRIVER_LICENSE,
    NL_DRIVER_LICENSE,
    PL_DRIVER_LICENSE,
    PT_DRIVER_LICENSE,
    BR_DRIVER_LICENSE,
    RU_DRIVER_LICENSE,
    FR_ID_CARD,
    NL_ID_CARD,
    PT_CITIZEN_CARD,
    BR_RG,
    RO_ID_CARD,
    HU_ID_CARD,
    CZ_ID_CARD,
)  # fmt: skip
