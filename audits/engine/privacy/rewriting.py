"""Texts with their personal data replaced, and the canonical form under which two values are the same."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import phonenumbers

from .detectors.email_spelled_out import plain_address
from .detectors.phone_number import regions_of
from .folding import fold
from .spans import Span

_TOKEN_HEX_DIGITS = 8
_EXTENSION = re.compile(r" ?(?:x|ext\.?|extension) ?[0-9]+$", re.IGNORECASE)
_DIGITS_ONLY = frozenset(
    {"CREDIT_CARD", "US_SSN", "UK_NHS", "DE_TAX_ID", "PL_PESEL", "PL_NIP", "PL_REGON", "NL_BSN", "BR_CPF", "IN_AADHAAR"}
)
_CASE_MATTERS = frozenset({"CREDENTIAL", "CRYPTO"})
_FREE_TEXT = frozenset({"PERSON", "ADDRESS", "LOCATION", "DATE_OF_BIRTH"})


def normalise(type: str, value: str, *, language: str | None = None) -> str:
    """The canonical form of a value, for comparing and for keyed hashes. Idempotent.

    Telephone: the E.164 digits where a numbering plan knows the number (of the country it names itself, or
    of the likeliest country of `language`), its bare digits otherwise. Cards and numeric ids: digits.
    Mail: lower case. Names and addresses: single-spaced lower case. Others: upper case without separators.
    """
    value = fold(unicodedata.normalize("NFC", value)).text.strip()
    if type == "PHONE_NUMBER":
        return _normalise_phone(value, language)
    if type in _DIGITS_ONLY:
        return re.sub(r"[^0-9]", "", value)
    if type in _CASE_MATTERS:
        return value
    if type == "EMAIL_ADDRESS":
        return plain_address(value)
    if type in _FREE_TEXT:
        return re.sub(r"\s+", " ", value).casefold()
    if type in ("URL", "IP_ADDRESS"):
        return value.rstrip("/").lower()
    return re.sub(r"[\s.\-:/]+", "", value).upper()


def _normalise_phone(value: str, language: str | None) -> str:
    value = _EXTENSION.sub("", value).replace("(0)", "")
    digits = re.sub(r"[^0-9]", "", value)
    attempts: list[tuple[str, str | None]] = []
    if value.startswith("+"):
        attempts.append(("+" + digits, None))
    elif digits.startswith("00"):
        attempts.append(("+" + digits[2:], None))
    if len(digits) > 10 and not digits.startswith("0"):
        attempts.append(("+" + digits, None))
    attempts.extend((digits, region) for region in regions_of(language)[:1])
    for number, region in attempts:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    return digits[2:] if digits.startswith("00") else digits


class Replaced(NamedTuple):
    """Where a replacement stands in the rewritten text, and where its value stood in the original."""

    start: int
    end: int
    type: str
    original_start: int
    original_end: int


class Rewritten(NamedTuple):
    """A text with its spans replaced, and the way back to their places."""

    text: str
    spans: list[Replaced]


def rewrite(text: str, spans: Iterable[Span], replacements: Iterable[str]) -> Rewritten:
    """`text` with each span replaced by its replacement, given in the same order. `spans` must not overlap."""
    pieces: list[str] = []
    replaced: list[Replaced] = []
    position = length = 0
    for span, replacement in sorted(zip(spans, replacements, strict=True)):
        pieces += text[position : span.start], replacement
        start = length + span.start - position
        length = start + len(replacement)
        replaced.append(Replaced(start, length, span.type, span.start, span.end))
        position = span.end
    pieces.append(text[position:])
    return Rewritten("".join(pieces), replaced)


def redactions(spans: Iterable[Span]) -> list[str]:
    """The type of each span, in brackets."""
    return [f"[{span.type}]" for span in spans]


def pseudonyms(text: str, spans: Iterable[Span], *, key: bytes, language: str | None = None) -> list[str]:
    """For each span a token that is the same for the same value under the same key.

    It is the type and the head of an HMAC-SHA-256 of type and normalised value.
    """
    return [_token(text, span, key, language) for span in spans]


def redact(text: str, spans: Sequence[Span]) -> str:
    """`text` with every span replaced by its type in brackets. `spans` must not overlap."""
    return rewrite(text, spans, redactions(spans)).text


def pseudonymise(text: str, spans: Sequence[Span], *, key: bytes, language: str | None = None) -> str:
    """`text` with every span replaced by its pseudonym. `spans` must not overlap."""
    return rewrite(text, spans, pseudonyms(text, spans, key=key, language=language)).text


def _token(text: str, span: Span, key: bytes, language: str | None) -> str:
    value = normalise(span.type, text[span.start : span.end], language=language)
    digest = hmac.new(key, f"{span.type}\0{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return f"[{span.type}:{digest[:_TOKEN_HEX_DIGITS]}]"
