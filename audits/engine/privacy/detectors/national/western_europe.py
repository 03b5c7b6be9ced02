"""Identity numbers of the United Kingdom, Ireland, France, Belgium, the Netherlands, Spain, Portugal and Italy."""

import re

from stdnum.be import nn
from stdnum.es import nif as spanish_nif
from stdnum.fr import nif as french_nif
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pt import nif as portuguese_nif

from ...detector import TWO_DIGITS
from .checked import national, plain

_NINO_PREFIX = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]", re.IGNORECASE)


def _is_nino(value: str) -> bool:
    return _NINO_PREFIX.match(value) is not None


def _is_spanish(value: str) -> bool:
    """DNI or NIE: the numbers of persons. Company numbers (CIF) are no personal data."""
    compact = spanish_nif.compact(value)
    return compact[0] not in "ABCDEFGHJNPQRSUVW" and bool(spanish_nif.is_valid(compact))


def _is_portuguese(value: str) -> bool:
    """Of a person: 1, 2, 3 and 45 begin theirs."""
    compact = plain(value)
    return compact[0] in "123" or compact.startswith("45") if portuguese_nif.is_valid(compact) else False


def _is_spanish_insurance(value: str) -> bool:
    """The number without its last two digits leaves them by 97; a short serial without its leading noughts."""
    digits = plain(value)
    if len(digits) != 12:
        return False
    province, serial, check = int(digits[:2]), int(digits[2:10]), int(digits[10:])
    number = province * (10_000_000 if serial < 10_000_000 else 100_000_000) + serial
    return number % 97 == check


def _never(value: str) -> bool:
    return False


UK_NHS = national(
    "UK_NHS",
    r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{4}",
    nhs.is_valid,
    "ten digits with the NHS mod-11 check, named as an NHS number",
    {"en": ("nhs", "national health")},
    needs_word=True,
)
UK_NINO = national(
    "UK_NINO",
    r"(?i)[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]",
    _is_nino,
    "two permitted letters, six digits and a suffix from A to D",
    {"en": ("national insurance", "nino", "ni number", "ni no")},
    needs_word=False,
    shape=r"(?i)[a-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d](?:[^a-z]|$)",
)
FR_NIR = national(
    "FR_NIR",
    r"[1-478] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
    nir.is_valid,
    "fifteen digits that begin with sex, year and month, with the mod-97 key",
    {
        "fr": ("sécurité sociale", "securite sociale", "sécu", "nir", "n° ss", "carte vitale",
               "insee"),
        "en": ("french social security",),
    },
    needs_word=False,
    shape=r"[0-9](?: ?[0-9AB]){14}",
)  # fmt: skip
ES_NIF = national(
    "ES_NIF",
    r"(?i)[0-9]{8}[ \-]?[a-z]|[0-9]{2}\.[0-9]{3}\.[0-9]{3}[ \-]?[a-z]|[xyz][ \-]?[0-9]{7}[ \-]?[a-z]",
    _is_spanish,
    "eight digits, or a letter and seven, with the mod-23 letter",
    {
        "es": (
            "dni",
            "nif",
            "nie",
            "documento nacional",
            "documento de identidad",
            "número de identidad",
            "d.n.i",
            "n.i.f",
            "n.i.e",
        ),
        "en": ("dni", "nie"),
    },
    needs_word=False,
    shape=r"(?i)(?:[0-9]{7}|[0-9]{3}\.[0-9]{3})[ \-]?[a-z](?:[^a-z]|$)",
)
IT_FISCAL_CODE = national(
    "IT_FISCAL_CODE",
    r"(?i)[a-z]{6}[0-9l-nq-v]{2}[a-ehlmpr-t][0-9l-nq-v]{2}[a-z][0-9l-nq-v]{3}[a-z]"
    r"|[a-z]{3} [a-z]{3} [0-9]{2}[a-ehlmpr-t][0-9]{2} [a-z][0-9]{3}[a-z]",
    codicefiscale.is_valid,
    "sixteen characters from name, birth date and place, with a check letter",
    {"it": ("codice fiscale", "cod. fisc", "c.f.", "cf"), "en": ("fiscal code",)},
    needs_word=False,
    shape=r"(?i)[0-9lmnp-v][a-ehlmpr-t][0-9lmnp-v]{2} ?[a-z][0-9lmnp-v]{3}",
    trigger=r"[0-9][A-Za-z][0-9]",
)
NL_BSN = national(
    "NL_BSN",
    r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}|[0-9]{3} [0-9]{3} [0-9]{3}",
    bsn.is_valid,
    "nine digits that pass the eleven test, named as a citizen service number",
    {"nl": ("bsn", "burgerservicenummer", "sofinummer", "sofi"), "en": ("bsn", "citizen service")},
    needs_word=True,
)
ES_NIF_BARE = national(
    "ES_NIF",
    r"[0-9]{8}|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}",
    _never,
    "seven or eight digits named as DNI, written without the letter",
    {
        "es": (
            "dni",
            "d.n.i",
            "número de documento",
            "nº de documento",
            "documento nº",
            "documento n°",
            "documento número",
            "documento nro",
            "documento es",
        )
    },
    needs_word=True,
    shape=r"[0-9]{8}|[0-9]\.[0-9]{3}\.[0-9]{3}",
)
FR_NIF = national(
    "FR_NIF",
    r"[0-3](?: ?[0-9]){12}",
    french_nif.is_valid,
    "thirteen digits with the mod-511 check, named as a French tax number",
    {"fr": ("numéro fiscal", "mon numéro fiscal", "numero fiscal", "référence fiscale", "n° fiscal", "spi"),
     "en": ("french tax",)},
    needs_word=True,
)  # fmt: skip
BE_NATIONAL_NUMBER = national(
    "BE_NATIONAL_NUMBER",
    r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}[.\-][0-9]{2}",
    lambda value: nn.is_valid(plain(value)),
    "a birth date as YY.MM.DD, a serial and the mod-97 check, punctuated as on the card",
    {"nl": ("rijksregister", "insz"), "fr": ("registre national", "niss"), "en": ("belgian national",)},
    needs_word=False,
    shape=r"[0-9]\.[0-9]{2}\.[0-9]{2}-[0-9]{3}",
)
BE_NATIONAL_NUMBER_BARE = national(
    "BE_NATIONAL_NUMBER",
    r"[0-9]{11}|[0-9]{6}[ \-][0-9]{3}[ .\-][0-9]{2}",
    lambda value: nn.is_valid(plain(value)),
    "eleven digits with the mod-97 check, named as a Belgian national number",
    {
        "nl": ("rijksregisternummer", "insz"),
        "fr": ("registre national", "numéro national", "niss"),
        "en": ("belgian national",),
    },
    needs_word=True,
)
IE_PPS = national(
    "IE_PPS",
    r"(?i)[0-9]{7} ?[a-w][a-iw]?",
    lambda value: pps.is_valid(plain(value)),
    "seven digits with a mod-23 letter, named as a PPS number",
    {"en": ("pps", "ppsn", "personal public service")},
    needs_word=True,
    shape=r"(?i)[0-9]{7} ?[a-w]",
)
PT_NIF = national(
    "PT_NIF",
    r"[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}",
    _is_portuguese,
    "nine digits of a person with a mod-11 check, named as NIF or contribuinte",
    {"pt": ("contribuinte", "número fiscal", "numero fiscal", "nif português")},
    needs_word=True,
    also_named=frozenset({"ES_NIF"}),
    words={"pt": ("contribuinte", "fiscal", "nif")},
)
ES_SOCIAL_SECURITY = national(
    "ES_SOCIAL_SECURITY",
    r"[0-9]{2}[ /\-]?[0-9]{8}(?:[0-9]{2})?(?:[ /\-]?[0-9]{2})?",
    _is_spanish_insurance,
    "twelve digits: a province, a serial and its remainder by 97, named as an insurance number",
    {"es": ("nuss", "nass", "n.u.s.s", "seguridad social", "número de afiliación")},
    needs_word=True,
    trusts_distant_word=False,
)
IT_IDENTITY_CARD = national(
    "IT_IDENTITY_CARD",
    r"(?i)[a-z]{2} ?[0-9]{5} ?[a-z]{2}|[a-z]{2} ?[0-9]{7}|[0-9]{7} ?[a-z]{2}",
    _never,
    "the forms of Italian identity cards, named as one",
    {"it": ("carta d'identità", "carta d'identita", "carta di identità", "carta identità")},
    needs_word=True,
    shape=r"[0-9]{5}",
    trigger=TWO_DIGITS,
)
IT_DRIVER_LICENSE = national(
    "IT_DRIVER_LICENSE",
    r"(?i)[a-z]{2}[0-9]{7}[a-z]|u1[a-z0-9]{8}",
    _never,
    "the forms of Italian driving licences, named as one",
    {"it": ("patente", "patente di guida")},
    needs_word=True,
    shape=r"(?i)[0-9]{7}|u1",
    trigger=TWO_DIGITS,
)
