"""Identity numbers of the Nordic and Baltic countries."""

from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.fi import hetu
from stdnum.is_ import kennitala
from stdnum.lt import asmens
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from .checked import is_day, national, plain


def _is_danish(value: str) -> bool:
    """A day of birth and four digits; since 2007 no check digit holds for all."""
    compact = plain(value)
    return is_day(compact[:2], compact[2:4]) or bool(cpr.is_valid(compact))


def _is_finnish(value: str) -> bool:
    return bool(hetu.is_valid(value, allow_temporary=True))


SE_PERSONNUMMER = national(
    "SE_PERSONNUMMER",
    r"(?:19|20)?[0-9]{6}[\-+][0-9]{4}",
    personnummer.is_valid,
    "birth date, hyphen and serial with a Luhn digit",
    {"sv": ("personnummer", "personnr", "pers nr", "pers.nr", "pnr"), "en": ("swedish personal",)},
    needs_word=False,
    trusts_word=True,
    shape=r"[0-9]{6}[\-+][0-9]{4}",
)
SE_PERSONNUMMER_BARE = national(
    "SE_PERSONNUMMER",
    r"(?:19|20)?[0-9]{10}",
    personnummer.is_valid,
    "ten or twelve digits that begin with the birth date, with a Luhn digit, named as personnummer",
    {"sv": ("personnummer", "personnr", "pers.nr", "pnr"), "en": ("swedish personal",)},
    needs_word=True,
)
FI_PERSONAL_IDENTITY_CODE = national(
    "FI_PERSONAL_IDENTITY_CODE",
    r"(?i)[0-9]{6}[\-+a-fu-y][0-9]{3}[0-9a-fhj-np-y]",
    _is_finnish,
    "birth date, sign of the century, serial and a mod-31 character",
    {"fi": ("henkilötunnus", "hetu", "henkilötunnuk"), "sv": ("personbeteckning",), "en": ("finnish personal",)},
    needs_word=False,
    trusts_word=False,
    shape=r"(?i)[0-9]{6}[\-+a-fu-y][0-9]{3}",
)
DK_CPR = national(
    "DK_CPR",
    r"[0-9]{6}[ \-]?[0-9]{4}",
    _is_danish,
    "day of birth and four digits, named as a CPR number",
    {"da": ("cpr", "cpr-nummer", "cpr-nr", "personnummer"), "en": ("cpr number",)},
    needs_word=True,
    also_named=frozenset({"SE_PERSONNUMMER"}),
)
NO_FODSELSNUMMER = national(
    "NO_FODSELSNUMMER",
    r"[0-9]{6} ?[0-9]{5}",
    lambda value: fodselsnummer.is_valid(plain(value)),
    "eleven digits that begin with the birth date, with two check digits, named as fødselsnummer",
    {"nb": ("fødselsnummer", "fodselsnummer", "personnummer", "fødselsnr", "fnr")},
    needs_word=True,
    also_named=frozenset({"SE_PERSONNUMMER", "DK_CPR", "DATE_OF_BIRTH"}),
)
IS_KENNITALA = national(
    "IS_KENNITALA",
    r"[0-9]{6}-?[0-9]{4}",
    lambda value: kennitala.is_valid(plain(value)),
    "birth date and four digits with a weighted check digit, named as kennitala",
    {"is": ("kennitala", "kennitölu")},
    needs_word=True,
)
EE_ISIKUKOOD = national(
    "EE_ISIKUKOOD",
    r"[1-8][0-9]{10}",
    ik.is_valid,
    "eleven digits that begin with sex and birth date, with a weighted check digit, named as isikukood",
    {"et": ("isikukood",)},
    needs_word=True,
)
LT_ASMENS_KODAS = national(
    "LT_ASMENS_KODAS",
    r"[1-8][0-9]{10}",
    asmens.is_valid,
    "eleven digits that begin with sex and birth date, with a weighted check digit, named as asmens kodas",
    {"lt": ("asmens kod*",)},
    needs_word=True,
)
