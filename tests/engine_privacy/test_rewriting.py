"""Redaction, pseudonyms, and the canonical form of values."""

import pytest

from audits.engine.privacy import Span, detect, normalise, pseudonymise, redact

TEXT = "Ann: ann@x.org, again ANN@x.org, call +1 415 555 0132 or 415-555-0132"


def test_redact_names_the_types() -> None:
    assert redact(TEXT, detect(TEXT)) == (
        "[PERSON]: [EMAIL_ADDRESS], again [EMAIL_ADDRESS], call [PHONE_NUMBER] or [PHONE_NUMBER]"
    )


@pytest.mark.parametrize(
    "text", [TEXT, "card 4111 1111 1111 1111", "IBAN DE89 3704 0044 0532 0130 00", "10.1.2.3 https://a.org"]
)
def test_redact_leaves_nothing_to_find(text: str) -> None:
    assert detect(redact(text, detect(text))) == ()


def test_redact_takes_spans_in_any_order() -> None:
    assert redact("ab cd", [Span(3, 5, "URL", 1.0), Span(0, 2, "PERSON", 1.0)]) == "[PERSON] [URL]"


def test_pseudonymise_gives_one_value_one_token() -> None:
    words = pseudonymise(TEXT, detect(TEXT, language="en"), key=b"k", language="en").split()

    assert words[1].rstrip(",") == words[3].rstrip(",")
    assert words[5] == words[7]


def test_pseudonyms_depend_on_the_key() -> None:
    spans = [Span(0, 7, "EMAIL_ADDRESS", 1.0)]

    assert pseudonymise("a@b.com", spans, key=b"one") != pseudonymise("a@b.com", spans, key=b"two")


NORMAL = [
    ("PHONE_NUMBER", "+1 (415) 555-0132", "en", "14155550132"),
    ("PHONE_NUMBER", "415-555-0132", "en", "14155550132"),
    ("PHONE_NUMBER", "001 415 555 0132", "de", "14155550132"),
    ("PHONE_NUMBER", "0170 1234567", "de", "491701234567"),
    ("PHONE_NUMBER", "8 (912) 345-67-89", "ru", "79123456789"),
    ("PHONE_NUMBER", "555-0132", None, "5550132"),
    ("CREDIT_CARD", "４１１１-1111 1111 1111", None, "4111111111111111"),
    ("EMAIL_ADDRESS", "John (at) Example (dot) COM", None, "john@example.com"),
    ("EMAIL_ADDRESS", "John Dot Smith at gmail dot com", None, "john.smith@gmail.com"),
    ("EMAIL_ADDRESS", "ana guion bajo 7 arroba uol ponto com ponto br", None, "ana_7@uol.com.br"),
    ("EMAIL_ADDRESS", "susan.boyle @ hotmail.com", None, "susan.boyle@hotmail.com"),
    ("EMAIL_ADDRESS", "ivan собака mail точка ру", None, "ivan@mail.ru"),
    ("IBAN_CODE", "de89 3704 0044 0532 0130 00", None, "DE89370400440532013000"),
    ("PERSON", "  José\n GARCÍA ", None, "josé garcía"),
    ("CREDENTIAL", "Hunter2", None, "Hunter2"),
    ("URL", "HTTPS://X.org/", None, "https://x.org"),
]


@pytest.mark.parametrize(("type_", "value", "language", "expected"), NORMAL)
def test_normalise_makes_spellings_equal(type_: str, value: str, language: str | None, expected: str) -> None:
    assert normalise(type_, value, language=language) == expected


@pytest.mark.parametrize(("type_", "value", "language", "expected"), NORMAL)
def test_normalise_twice_is_normalise_once(type_: str, value: str, language: str | None, expected: str) -> None:
    assert normalise(type_, expected, language=language) == expected
