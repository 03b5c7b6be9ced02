"""Identity numbers of Russia, Ukraine, Hungary, Turkey and Israel."""

from stdnum.il import idnr as israeli
from stdnum.ru import inn
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

from .checked import national, plain


def _is_snils(value: str) -> bool:
    """Insurance number: nine digits and the weighted sum of them modulo 101."""
    digits = plain(value)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(digits[9:])


def _is_taj(value: str) -> bool:
    """Health insurance (Act XX of 1996, annex): digits weighted 3 and 7 in turn, modulo 10."""
    digits = [int(digit) for digit in plain(value)]
    return sum(digit * (3, 7)[place % 2] for place, digit in enumerate(digits[:8])) % 10 == digits[8]


def _is_hungarian_tax(value: str) -> bool:
    """Taxpayers (the same Act): an 8, days since 1867, a serial, and the sum of digits by their places, modulo 11."""
    digits = [int(digit) for digit in plain(value)]
    return sum(digit * place for place, digit in enumerate(digits[:9], 1)) % 11 == digits[9]


HU_TAJ = national(
    "HU_TAJ",
    r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{3}",
    _is_taj,
    "nine digits with a weighted check digit, named as a Hungarian insurance number",
    {"hu": ("taj szám*", "taj-szám*", "tajszám", "taj:", "taj |", "taj nr", "társadalombiztosítási")},
    needs_word=True,
    trusts_distant_word=False,
)
HU_TAX_ID = national(
    "HU_TAX_ID",
    r"8[0-9]{9}",
    _is_hungarian_tax,
    "ten digits that begin with 8, with a weighted check digit, named as a tax number",
    {"hu": ("adóazonosító", "adójel", "adószám")},
    needs_word=True,
)
RU_SNILS = national(
    "RU_SNILS",
    r"[0-9]{3}-[0-9]{3}-[0-9]{3}[ \-][0-9]{2}",
    _is_snils,
    "eleven digits as 3-3-3 2 with the mod-101 check",
    {"ru": ("снилс", "страховой номер"), "en": ("snils",)},
    needs_word=False,
    shape=r"[0-9]-[0-9]{3}-[0-9]{3}[ \-][0-9]{2}",
)
RU_SNILS_BARE = national(
    "RU_SNILS",
    r"[0-9]{11}|[0-9]{3} [0-9]{3} [0-9]{3} [0-9]{2}",
    _is_snils,
    "eleven digits with the mod-101 check, named as SNILS",
    {"ru": ("снилс", "страховой номер"), "en": ("snils",)},
    needs_word=True,
)
RU_INN = national(
    "RU_INN",
    r"[0-9]{12}",
    inn.is_valid,
    "the twelve digits of a person's tax number with two check digits, named as INN",
    {"ru": ("инн",), "en": ("russian tax",)},
    needs_word=True,
)
UA_RNTRC = national(
    "UA_RNTRC",
    r"[0-9]{10}",
    rntrc.is_valid,
    "ten digits with a weighted check digit, named as a tax number",
    {"uk": ("рнокпп", "іпн", "ідентифікаційний код", "податковий номер")},
    needs_word=True,
)
TR_NATIONAL_ID = national(
    "TR_NATIONAL_ID",
    r"[1-9][0-9]{10}",
    tckimlik.is_valid,
    "eleven digits with two check digits, named as a citizen's number",
    {"tr": ("tc kimlik", "t.c. kimlik", "tc no", "tckn", "kimlik no*", "kimlik numara", "tc kimlik numara")},
    needs_word=True,
)
IL_ID = national(
    "IL_ID",
    r"[0-9]{8}-?[0-9]",
    lambda value: israeli.is_valid(plain(value)),
    "nine digits with a Luhn digit, named as teudat zehut",
    {"he": ("תעודת זהות", "ת.ז"), "en": ("teudat zehut", "israeli id")},
    needs_word=True,
    shape=r"[0-9]{7}",
)
