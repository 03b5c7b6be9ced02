"""Identity numbers that states give to people, each with its own check digits."""

import re
from collections.abc import Callable

from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import nif
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import nip, pesel, regon

from ..detector import Candidate, Detector, Hit, Words

_NINO_PREFIX = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]", re.IGNORECASE)


def _checked(
    type_: str, is_valid: Callable[[str], bool], *, needs_word: bool, trusts_word: bool = True
) -> Callable[[Candidate], Hit | None]:
    """A judge that believes a right check digit, given a word in the text where the format is common.

    With `trusts_word` a number that the text names is a hit even if its check digit is wrong (a typing error).
    """

    def judge(candidate: Candidate) -> Hit | None:
        if not candidate.stands_alone:
            return None
        valid = is_valid(candidate.value)
        if not valid and not trusts_word:
            return None
        label = candidate.label
        if label != type_ and (not valid or needs_word or label is not None):
            return None
        if valid:
            return candidate.hit(1.0 if label == type_ else 0.85)
        return candidate.hit(0.5) if candidate.label_before == type_ else None

    return judge


def _any_word(context: Words) -> str:
    stems = (re.escape(stem).replace(r"\ ", " ") for each in context.values() for stem in each)
    return f"(?i)(?:{'|'.join(stems)})"


def _is_nino(value: str) -> bool:
    return _NINO_PREFIX.match(value) is not None


def _is_pesel(value: str) -> bool:
    """Of someone born from 1900 on: the month carries the century."""
    return value[2] in "0123" and value[4] in "0123" and bool(pesel.is_valid(value))


def _is_spanish(value: str) -> bool:
    """DNI or NIE: the numbers of persons. Company numbers (CIF) are no personal data."""
    compact = nif.compact(value)
    return compact[0] not in "ABCDEFGHJNPQRSUVW" and bool(nif.is_valid(compact))


def _national(
    type_: str,
    pattern: str,
    is_valid: Callable[[str], bool],
    explanation: str,
    context: Words,
    *,
    needs_word: bool,
    trusts_word: bool = True,
    trigger: str = r"[0-9](?:[ \-.]?[0-9]){8}",
) -> Detector:
    return Detector(
        type=type_,
        triggers=(_any_word(context), trigger) if needs_word else (trigger,),
        pattern=pattern,
        judge=_checked(type_, is_valid, needs_word=needs_word, trusts_word=trusts_word),
        explanation=explanation,
        context=context,
        rank=78,
    )


UK_NHS = _national(
    "UK_NHS",
    r"[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{4}",
    nhs.is_valid,
    "ten digits with the NHS mod-11 check, named as an NHS number",
    {"en": ("nhs", "national health")},
    needs_word=True,
)
UK_NINO = _national(
    "UK_NINO",
    r"(?i)[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]",
    _is_nino,
    "two permitted letters, six digits and a suffix from A to D",
    {"en": ("national insurance", "nino", "ni number", "ni no")},
    needs_word=False,
    trusts_word=False,
    trigger=r"(?i)[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]",
)
DE_TAX_ID = _national(
    "DE_TAX_ID",
    r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
    idnr.is_valid,
    "eleven digits with the ISO 7064 check, named as a tax number",
    {
        "de": ("steuer-id", "steueridentifikationsnummer", "steuer id", "steuernummer", "steuer-identifikationsnummer",
               "steuerid", "idnr", "steuerliche identifikationsnummer", "tin"),
        "en": ("german tax", "tax id", "tax identification"),
    },
    needs_word=True,
)  # fmt: skip
FR_NIR = _national(
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
    trigger=r"[0-9](?: ?[0-9AB]){14}",
)  # fmt: skip
ES_NIF = _national(
    "ES_NIF",
    r"(?i)[0-9]{8}[ \-]?[a-z]|[0-9]{2}\.[0-9]{3}\.[0-9]{3}[ \-]?[a-z]|[xyz][ \-]?[0-9]{7}[ \-]?[a-z]",
    _is_spanish,
    "eight digits, or a letter and seven, with the mod-23 letter",
    {
        "es": ("dni", "nif", "nie", "documento nacional", "documento de identidad", "número de identidad"),
        "en": ("dni", "nie"),
    },
    needs_word=False,
    trigger=r"(?i)[0-9]{7}[ \-]?[a-z]|[0-9]{3}\.[0-9]{3}[ \-]?[a-z]",
)
IT_FISCAL_CODE = _national(
    "IT_FISCAL_CODE",
    r"(?i)[a-z]{6}[0-9l-nq-v]{2}[a-ehlmpr-t][0-9l-nq-v]{2}[a-z][0-9l-nq-v]{3}[a-z]"
    r"|[a-z]{3} [a-z]{3} [0-9]{2}[a-ehlmpr-t][0-9]{2} [a-z][0-9]{3}[a-z]",
    codicefiscale.is_valid,
    "sixteen characters from name, birth date and place, with a check letter",
    {"it": ("codice fiscale", "cod. fisc", "c.f.", "cf"), "en": ("fiscal code",)},
    needs_word=False,
    trigger=r"(?i)[0-9lmnp-v][a-ehlmpr-t][0-9lmnp-v]{2} ?[a-z][0-9lmnp-v]{3}",
)
PL_PESEL = _national(
    "PL_PESEL",
    r"[0-9]{11}",
    _is_pesel,
    "eleven digits that begin with the birth date, with a weighted check digit",
    {"pl": ("pesel",), "ru": ("песель",)},
    needs_word=False,
    trigger=r"[0-9]{11}",
)
PL_NIP = _national(
    "PL_NIP",
    r"[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}|[0-9]{3}-?[0-9]{2}-?[0-9]{2}-?[0-9]{3}|[0-9]{3} [0-9]{3} "
    r"[0-9]{2} [0-9]{2}",
    nip.is_valid,
    "ten digits with a weighted check digit, named as NIP",
    {"pl": ("nip", "numer identyfikacji podatkowej")},
    needs_word=True,
)
PL_REGON = _national(
    "PL_REGON",
    r"[0-9]{14}|[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{3}-[0-9]{3}-[0-9]{3}",
    regon.is_valid,
    "nine or fourteen digits with a weighted check digit, named as REGON",
    {"pl": ("regon",)},
    needs_word=True,
)
NL_BSN = _national(
    "NL_BSN",
    r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}|[0-9]{3} [0-9]{3} [0-9]{3}",
    bsn.is_valid,
    "nine digits that pass the eleven test, named as a citizen service number",
    {"nl": ("bsn", "burgerservicenummer", "sofinummer", "sofi"), "en": ("bsn", "citizen service")},
    needs_word=True,
)
_CPF_WORDS = {"pt": ("cpf", "cadastro de pessoas"), "en": ("cpf",)}
BR_CPF = _national(
    "BR_CPF",
    r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    cpf.is_valid,
    "eleven digits as 3.3.3-2 with two check digits",
    _CPF_WORDS,
    needs_word=False,
    trigger=r"[0-9]\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
)
BR_CPF_BARE = _national(
    "BR_CPF",
    r"[0-9]{11}",
    cpf.is_valid,
    "eleven digits with two check digits, named as CPF",
    _CPF_WORDS,
    needs_word=True,
)
IN_AADHAAR = _national(
    "IN_AADHAAR",
    r"[2-9][0-9]{3}[ \-]?[0-9]{4}[ \-]?[0-9]{4}",
    aadhaar.is_valid,
    "twelve digits with the Verhoeff check, named as Aadhaar",
    {"en": ("aadhaar", "aadhar", "adhaar", "uidai", "uid"), "hi": ("आधार",)},
    needs_word=True,
)
