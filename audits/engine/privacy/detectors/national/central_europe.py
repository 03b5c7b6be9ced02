"""Identity numbers of Germany, Austria, Switzerland, Poland, Czechia, Slovakia, Romania, Hungary and their south."""

from stdnum.at import vnr
from stdnum.bg import egn
from stdnum.ch import ssn as ahv
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.pl import nip, pesel, regon
from stdnum.ro import cnp
from stdnum.si import emso

from ...detector import TWO_DIGITS
from .checked import is_day, national, plain

_DE_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def _is_pesel(value: str) -> bool:
    """Of someone born from 1900 on: the month carries the century."""
    return value[2] in "0123" and "01" <= value[4:6] <= "31" and bool(pesel.is_valid(value))


def _is_german_insurance_number(value: str) -> bool:
    """Versicherungsnummer (VKVV § 2-4): area, birth date, initial, serial; the initial counts as its two digits."""
    compact = plain(value)
    if not is_day(f"{int(compact[2:4]) % 50:02}" if compact[2:4] > "31" else compact[2:4], compact[4:6]):
        return False
    digits = f"{compact[:8]}{ord(compact[8]) - 64:02}{compact[9:11]}"
    products = (int(digit) * weight for digit, weight in zip(digits, _DE_WEIGHTS, strict=True))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(compact[11])


def _is_polish_card(value: str) -> bool:
    """Dowód osobisty: three letters, a check digit, five digits, weights 7 3 1 9 7 3 1 7 3."""
    compact = plain(value)
    numbers = [ord(c) - 55 if c.isalpha() else int(c) for c in compact]
    return sum(number * weight for number, weight in zip(numbers, (7, 3, 1, 9, 7, 3, 1, 7, 3), strict=True)) % 10 == 0


def _never(value: str) -> bool:
    return False


DE_TAX_ID = national(
    "DE_TAX_ID",
    r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
    idnr.is_valid,
    "eleven digits with the ISO 7064 check, named as a tax number",
    {
        "de": ("steuer-id*", "steueridentifikationsnummer", "steuer id*", "steuernummer",
               "steuer-identifikationsnummer", "steuerid", "idnr", "steuerliche identifikationsnummer", "tin"),
        "en": ("german tax", "tax id", "tax identification"),
    },
    needs_word=True,
)  # fmt: skip
PL_PESEL = national(
    "PL_PESEL",
    r"[0-9]{11}",
    _is_pesel,
    "eleven digits that begin with the birth date, with a weighted check digit",
    {"pl": ("pesel",), "ru": ("песель",)},
    needs_word=False,
    shape=r"(?:^|[^0-9])[0-9]{2}[0-3][0-9](?:[0-2][0-9]|3[01])[0-9]{5}|(?i:pesel|песель)",
)
PL_NIP = national(
    "PL_NIP",
    r"[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}|[0-9]{3}-?[0-9]{2}-?[0-9]{2}-?[0-9]{3}|[0-9]{3} [0-9]{3} "
    r"[0-9]{2} [0-9]{2}",
    nip.is_valid,
    "ten digits with a weighted check digit, named as NIP",
    {"pl": ("nip", "numer identyfikacji podatkowej")},
    needs_word=True,
)
PL_REGON = national(
    "PL_REGON",
    r"[0-9]{14}|[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{3}-[0-9]{3}-[0-9]{3}",
    regon.is_valid,
    "nine or fourteen digits with a weighted check digit, named as REGON",
    {"pl": ("regon",)},
    needs_word=True,
)
PL_ID_CARD = national(
    "PL_ID_CARD",
    r"(?i)[a-z]{3} ?[0-9]{6}",
    _is_polish_card,
    "three letters and six digits with a weighted check digit, named as an identity card",
    {"pl": ("dowód osobisty", "dowodu osobistego", "dowodu", "dowód")},
    needs_word=True,
    shape=r"(?i)[a-z] ?[0-9]{6}",
)
DE_SOCIAL_SECURITY = national(
    "DE_SOCIAL_SECURITY",
    r"(?i)[0-9]{2} ?[0-9]{6} ?[a-z] ?[0-9]{3}",
    _is_german_insurance_number,
    "area, birth date, initial and serial with a weighted check digit",
    {"de": ("sozialversicherungsnummer", "rentenversicherungsnummer", "sv-nummer", "sv-nr", "rvnr", "versicherungsnr")},
    needs_word=False,
    shape=r"(?i)[0-9]{6} ?[a-z] ?[0-9]{3}",
    also_named=frozenset({"ACCOUNT_NUMBER"}),
)
DE_ID_CARD = national(
    "DE_ID_CARD",
    r"(?i)[cfghjklmnprtvwxyz][cfghjklmnprtvwxyz0-9]{8}[0-9]?d?",
    _never,
    "nine characters as on German identity cards, named as one",
    {"de": ("personalausweis", "ausweisnummer", "ausweis-nr", "ausweisnr", "perso ", "perso-nr", "perso:")},
    needs_word=True,
    shape=r"[0-9][0-9A-Za-z]",
    trigger=TWO_DIGITS,
)
AT_SOCIAL_SECURITY = national(
    "AT_SOCIAL_SECURITY",
    r"[1-9][0-9]{3}[ \-]?[0-9]{6}",
    lambda value: vnr.is_valid(plain(value)),
    "ten digits that end with the birth date, with a weighted check digit, named as an insurance number",
    {"de": ("svnr", "sv-nummer", "sozialversicherungsnummer", "versicherungsnummer")},
    needs_word=True,
    also_named=frozenset({"DE_SOCIAL_SECURITY", "ACCOUNT_NUMBER"}),
)
CH_AHV = national(
    "CH_AHV",
    r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}",
    lambda value: ahv.is_valid(plain(value)),
    "thirteen digits that begin with 756, with the EAN check digit",
    {"de": ("ahv", "ahv-nummer", "ahv-nr"), "fr": ("avs", "numéro avs"), "it": ("numero avs",)},
    needs_word=False,
    shape=r"756[. ]?[0-9]{4}",
)
CZ_RODNE_CISLO = national(
    "CZ_RODNE_CISLO",
    r"[0-9]{6}/[0-9]{3,4}",
    lambda value: rc.is_valid(plain(value)),
    "birth date, slash and serial, divisible by eleven",
    {"cs": ("rodné číslo", "rodne cislo", "rodného čísla", "r.č"), "sk": ("rodné číslo",)},
    needs_word=False,
    shape=r"[0-9]{6}/[0-9]{3}",
)
CZ_RODNE_CISLO_BARE = national(
    "CZ_RODNE_CISLO",
    r"[0-9]{9,10}",
    rc.is_valid,
    "nine or ten digits that begin with the birth date, named as a birth number",
    {"cs": ("rodné číslo", "rodne cislo", "rodného čísla"), "sk": ("rodné číslo",)},
    needs_word=True,
)
RO_CNP = national(
    "RO_CNP",
    r"[1-9][0-9]{12}",
    cnp.is_valid,
    "thirteen digits that begin with sex and birth date, with a weighted check digit, named as CNP",
    {"ro": ("cnp", "cod numeric personal")},
    needs_word=True,
)
BG_EGN = national(
    "BG_EGN",
    r"[0-9]{10}",
    egn.is_valid,
    "ten digits that begin with the birth date, with a weighted check digit, named as EGN",
    {"bg": ("егн", "egn", "единен граждански")},
    needs_word=True,
)
GR_AMKA = national(
    "GR_AMKA",
    r"[0-9]{11}",
    amka.is_valid,
    "eleven digits that begin with the birth date, with a Luhn digit, named as AMKA",
    {"el": ("αμκα", "amka")},
    needs_word=True,
)
HR_OIB = national(
    "HR_OIB",
    r"[0-9]{11}",
    oib.is_valid,
    "eleven digits with the ISO 7064 check, named as OIB",
    {"hr": ("oib", "osobni identifikacijski")},
    needs_word=True,
)
SI_EMSO = national(
    "SI_EMSO",
    r"[0-9]{13}",
    emso.is_valid,
    "thirteen digits that begin with the birth date, with a weighted check digit, named as EMŠO or JMBG",
    {"sl": ("emšo", "emso"), "sr": ("jmbg", "јмбг")},
    needs_word=True,
)
