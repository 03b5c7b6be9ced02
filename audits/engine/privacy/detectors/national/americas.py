"""Identity numbers of the Americas."""

import re

from stdnum.ar import cuit
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cl import rut
from stdnum.mx import curp, rfc
from stdnum.us import itin

from ...detector import THREE_DIGITS
from .checked import national, plain

_LETTER = "AC-HJKMNP-RT-Y"
_MBI = f"[1-9][{_LETTER}][0-9{_LETTER}][0-9]-?[{_LETTER}][0-9{_LETTER}][0-9]-?[{_LETTER}]{{2}}[0-9]{{2}}"
_LICENCE = re.compile(r"(?i)(?=.*[0-9].*[0-9].*[0-9].*[0-9])[a-z0-9 \-]{5,19}$")


def _is_itin(value: str) -> bool:
    return bool(itin.is_valid(plain(value)))


def _is_licence(value: str) -> bool:
    return _LICENCE.match(value) is not None


def _always(value: str) -> bool:
    return True


US_ITIN = national(
    "US_ITIN",
    r"9[0-9]{2}[ \-][0-9]{2}[ \-][0-9]{4}",
    _is_itin,
    "nine digits as 3-2-4 that begin with 9, in the groups given to taxpayers without social security number",
    {"en": ("itin", "individual taxpayer", "taxpayer id")},
    needs_word=False,
    shape=r"9[0-9]{2}[ \-][0-9]{2}[ \-][0-9]{4}",
)
US_ITIN_BARE = national(
    "US_ITIN",
    r"9[0-9]{8}",
    _is_itin,
    "nine digits that begin with 9, named as a taxpayer's number",
    {"en": ("itin", "individual taxpayer", "taxpayer id")},
    needs_word=True,
)
US_MBI = national(
    "US_MBI",
    _MBI,
    _always,
    "the eleven characters of a Medicare number, whose places are each a digit or a certain letter",
    {"en": ("mbi", "medicare number", "medicare beneficiary")},
    needs_word=False,
    shape=r"[1-9][A-Y][0-9A-Y][0-9]-?[A-Y][0-9A-Y][0-9]-?[A-Y]{2}[0-9]{2}",
    trigger=r"[0-9]-?[A-Z]{2}[0-9]{2}",
)
US_DRIVER_LICENSE = national(
    "US_DRIVER_LICENSE",
    r"(?i)[a-z]{0,3}[0-9][0-9a-z]{2,14}(?:[ \-][0-9]{2,6}){0,3}",
    _is_licence,
    "a number of five to nineteen characters, named as a driver's license",
    {"en": ("driver license", "drivers license", "driver's license", "driver licence", "driver's licence",
            "driving licence", "driving license", "drivers licence", "dl number", "dl no",
            "dl:", "dl#", "dl #", "dln", "my license number", "my licence number")},
    needs_word=True,
    trusts_word=False,
    shape=r"[0-9]{4}",
    trigger=THREE_DIGITS,
)  # fmt: skip
CA_SIN = national(
    "CA_SIN",
    r"[1-79][0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}",
    lambda value: sin.is_valid(plain(value)),
    "nine digits with a Luhn digit, named as a social insurance number",
    {
        "en": ("social insurance", "my social insurance", "sin number", "my sin", "sin:", "sin is"),
        "fr": ("assurance sociale", "mon nas"),
    },
    needs_word=True,
)
MX_CURP = national(
    "MX_CURP",
    r"(?i)[a-z]{4}[0-9]{6}[hmx][a-z]{5}[0-9a-z][0-9]",
    lambda value: curp.is_valid(value.upper()),
    "eighteen characters from name, birth date and place, with a check digit",
    {"es": ("curp", "clave única")},
    needs_word=False,
    shape=r"(?i)[a-z]{4}[0-9]{6}[hmx]",
)
MX_RFC = national(
    "MX_RFC",
    r"(?i)[a-zñ&]{4}-?[0-9]{6}-?[0-9a-z]{3}",
    lambda value: bool(rfc.is_valid(plain(value), validate_check_digits=True)),
    "four letters of a person's name, the birth date and a check, as taxpayers are registered in Mexico",
    {"es": ("rfc", "r.f.c", "registro federal")},
    needs_word=False,
    shape=r"(?i)[a-zñ]{4}-?[0-9]{6}-?[0-9a-z]{3}",
)
AR_CUIT = national(
    "AR_CUIT",
    r"(?:20|23|24|27)-?[0-9]{8}-?[0-9]",
    cuit.is_valid,
    "eleven digits of a person with a weighted check digit, named as CUIT or CUIL",
    {"es": ("cuit", "cuil", "c.u.i.t", "c.u.i.l")},
    needs_word=True,
)
CL_RUT = national(
    "CL_RUT",
    r"(?i)[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9k]",
    lambda value: rut.is_valid(plain(value)),
    "seven or eight digits with dots, and a mod-11 character behind a hyphen",
    {"es": ("rut", "r.u.t")},
    needs_word=False,
    shape=r"[0-9]\.[0-9]{3}\.[0-9]{3}-",
)
CL_RUT_BARE = national(
    "CL_RUT",
    r"(?i)[0-9]{7,8}-?[0-9k]",
    lambda value: rut.is_valid(plain(value)),
    "seven or eight digits with a mod-11 character, named as RUT",
    {"es": ("rut", "r.u.t")},
    needs_word=True,
    shape=r"[0-9]{7}",
)
_CPF_WORDS = {"pt": ("cpf", "cadastro de pessoas"), "en": ("cpf",)}
BR_CPF = national(
    "BR_CPF",
    r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    cpf.is_valid,
    "eleven digits as 3.3.3-2 with two check digits",
    _CPF_WORDS,
    needs_word=False,
    shape=r"[0-9]\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
)
BR_CPF_BARE = national(
    "BR_CPF",
    r"[0-9]{11}",
    cpf.is_valid,
    "eleven digits with two check digits, named as CPF",
    _CPF_WORDS,
    needs_word=True,
)
