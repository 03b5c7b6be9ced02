"""Identity numbers of Asia, Oceania and Africa."""

from stdnum.au import tfn
from stdnum.cn import ric
from stdnum.in_ import aadhaar, pan
from stdnum.kr import rrn
from stdnum.my import nric as malaysian
from stdnum.nz import ird
from stdnum.th import pin
from stdnum.za import idnr as south_african

from ...detector import TWO_DIGITS
from .checked import is_day, national, plain

_SG_LETTERS = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT", "M": "KLJNPQRTUWX"}
_SG_FIRST = {"S": 0, "T": 0, "F": 0, "G": 0, "M": 3}


def _is_nric(value: str) -> bool:
    """Seven digits weighted 2 7 6 5 4 3 2; the letter stands for the sum modulo 11, by series."""
    series, digits, letter = value[0].upper(), value[1:8], value[8].upper()
    total = _SG_FIRST[series] + sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    if series in "TG":
        return _SG_LETTERS["S" if series == "T" else "F"][(total + 4) % 11] == letter
    return _SG_LETTERS[series][total % 11] == letter


def _is_my_number(value: str) -> bool:
    """Twelve digits; the last by the weights of the ordinance on My Number (2014, article 5)."""
    digits = plain(value)
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(digits[:11]), start=1))
    return (0 if total % 11 <= 1 else 11 - total % 11) == int(digits[11])


def _is_korean(value: str) -> bool:
    """A birth date and a sex digit; numbers given since October 2020 have no check digit."""
    digits = plain(value)
    return is_day(digits[4:6], digits[2:4]) or bool(rrn.is_valid(digits))


def _is_chinese(value: str) -> bool:
    """Eighteen characters with place and date of birth and the check of ISO 7064; of a district, not a province."""
    try:
        return bool(ric.is_valid(value.upper()))
    except KeyError:  # what stdnum 2.2 does with a place that is a whole province
        return False


def _is_medicare(value: str) -> bool:
    digits = plain(value)
    return sum(int(d) * w for d, w in zip(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9), strict=True)) % 10 == int(digits[8])


def _always(value: str) -> bool:
    return True


IN_AADHAAR = national(
    "IN_AADHAAR",
    r"[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}",
    aadhaar.is_valid,
    "twelve digits with the Verhoeff check, named as Aadhaar",
    {"en": ("aadhaar", "aadhar", "adhaar", "uidai", "uid"), "hi": ("आधार",)},
    needs_word=True,
)
IN_PAN = national(
    "IN_PAN",
    r"(?i)[a-z]{3}[abcfghjlpt][a-z][0-9]{4}[a-z]",
    lambda value: pan.is_valid(value.upper()),
    "five letters, the fourth for the kind of holder, four digits and a letter",
    {"en": ("pan number", "pan card", "permanent account number", "my pan", "pan no", "pan is", "pan:"), "hi": ("पैन",)},
    needs_word=True,
    shape=r"(?i)[a-z]{5}[0-9]{4}[a-z]",
    trigger=TWO_DIGITS,
)
IN_VOTER = national(
    "IN_VOTER",
    r"(?i)[a-z]{3}[0-9]{7}",
    _always,
    "three letters and seven digits, named as a voter's card",
    {"en": ("voter id", "voter card", "epic number", "epic no", "elector"), "hi": ("मतदाता",)},
    needs_word=True,
    trusts_word=False,
    shape=r"(?i)[a-z]{3}[0-9]{7}",
)
CN_RESIDENT_ID = national(
    "CN_RESIDENT_ID",
    r"(?i)[1-9][0-9]{16}[0-9x]",
    _is_chinese,
    "eighteen characters with place and date of birth and the ISO 7064 check",
    {"zh": ("身份证", "身份證"), "en": ("resident id", "chinese id")},
    needs_word=False,
    shape=r"[0-9]{17}",
)
KR_RRN = national(
    "KR_RRN",
    r"[0-9]{6}-[1-8][0-9]{6}",
    _is_korean,
    "birth date, hyphen, and seven digits that begin with sex and century",
    {"ko": ("주민등록번호", "주민번호"), "en": ("rrn", "resident registration")},
    needs_word=False,
    shape=r"[0-9]{6}-[1-8][0-9]{6}",
)
JP_MY_NUMBER = national(
    "JP_MY_NUMBER",
    r"[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}",
    _is_my_number,
    "twelve digits with a weighted check digit, named as My Number",
    {"ja": ("マイナンバー", "個人番号"), "en": ("my number card", "individual number")},
    needs_word=True,
)
SG_NRIC_FIN = national(
    "SG_NRIC_FIN",
    r"(?i)[stfgm][0-9]{7}[a-z]",
    _is_nric,
    "a letter of the series, seven digits, and a check letter",
    {"en": ("nric", "fin number", "identity card")},
    needs_word=False,
    shape=r"(?i)[stfgm][0-9]{7}[a-z]",
)
TH_TNIN = national(
    "TH_TNIN",
    r"[1-8][ \-]?[0-9]{4}[ \-]?[0-9]{5}[ \-]?[0-9]{2}[ \-]?[0-9]",
    lambda value: pin.is_valid(plain(value)),
    "thirteen digits with a weighted check digit, named as a Thai identity number",
    {"th": ("บัตรประชาชน", "เลขประจำตัวประชาชน"), "en": ("thai id", "thai national")},
    needs_word=True,
)
MY_NRIC = national(
    "MY_NRIC",
    r"[0-9]{6}-[0-9]{2}-[0-9]{4}",
    lambda value: malaysian.is_valid(plain(value)),
    "birth date, place and serial as 6-2-4",
    {"ms": ("mykad", "kad pengenalan", "no ic"), "en": ("malaysian id", "ic number")},
    needs_word=False,
    trusts_word=False,
    shape=r"[0-9]{6}-[0-9]{2}-[0-9]{4}",
)
AU_TFN = national(
    "AU_TFN",
    r"[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}",
    lambda value: tfn.is_valid(plain(value)),
    "eight or nine digits with a weighted check, named as a tax file number",
    {"en": ("tfn", "tax file")},
    needs_word=True,
)
AU_MEDICARE = national(
    "AU_MEDICARE",
    r"[2-6][0-9]{3}[ \-]?[0-9]{5}[ \-]?[0-9](?:[ /\-]?[0-9])?",
    _is_medicare,
    "ten digits with a weighted check digit, named as Medicare",
    {"en": ("medicare", "medicare card")},
    needs_word=True,
)
NZ_IRD = national(
    "NZ_IRD",
    r"[0-9]{2,3}[ \-]?[0-9]{3}[ \-]?[0-9]{3}",
    lambda value: ird.is_valid(plain(value)),
    "eight or nine digits with a weighted check digit, named as an IRD number",
    {"en": ("ird", "inland revenue")},
    needs_word=True,
    shape=r"[0-9](?:[ \-]?[0-9]){7}",
)
ZA_ID = national(
    "ZA_ID",
    r"[0-9]{6} ?[0-9]{4} ?[0-9]{3}",
    lambda value: south_african.is_valid(plain(value)),
    "thirteen digits that begin with the birth date, with a Luhn digit, named as an identity number",
    {"en": ("id number", "south african id", "identity number", "sa id")},
    needs_word=True,
    trusts_word=False,
)
NG_NIN = national(
    "NG_NIN",
    r"[1-9][0-9]{10}",
    _always,
    "eleven digits, named as NIN",
    {"en": ("nin number", "my nin", "nin is", "nin:", "national identification number")},
    needs_word=True,
    trusts_word=False,
)
