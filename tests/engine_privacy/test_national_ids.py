"""National identity numbers: right check digits, wrong ones, and look-alikes without context."""

import pytest

from audits.engine.privacy import detect
from tests.engine_privacy.found import found

ROWS = [
    ("UK_NHS", "my NHS number is 943 476 5919", ["943 476 5919"]),
    ("UK_NHS", "call 415-555-0199 or 943 476 5919", []),
    ("UK_NINO", "NI number AB 12 34 56 C", ["AB 12 34 56 C"]),
    ("UK_NINO", "qq123456c and BG123456A", []),
    ("DE_TAX_ID", "Meine Steuer-ID lautet 36 574 261 809", ["36 574 261 809"]),
    ("DE_TAX_ID", "36574261809", []),
    ("FR_NIR", "numéro de sécurité sociale : 2 95 10 99 126 111 93", ["2 95 10 99 126 111 93"]),
    ("FR_NIR", "295109912611193", ["295109912611193"]),
    ("FR_NIR", "295109912611194", []),
    ("ES_NIF", "mi DNI es 54362315K", ["54362315K"]),
    ("ES_NIF", "NIE X-2482300-W", ["X-2482300-W"]),
    ("ES_NIF", "54362315Z", []),
    ("IT_FISCAL_CODE", "codice fiscale RCCMNL83S18D969H", ["RCCMNL83S18D969H"]),
    ("IT_FISCAL_CODE", "RCCMNL83S18D967H", []),
    ("PL_PESEL", "PESEL: 44051401359", ["44051401359"]),
    ("PL_PESEL", "44051401358", []),
    ("PL_NIP", "NIP 856-734-62-15", ["856-734-62-15"]),
    ("PL_NIP", "8567346215", []),
    ("PL_REGON", "REGON 192598184", ["192598184"]),
    ("PL_REGON", "192598184", []),
    ("NL_BSN", "mijn BSN is 111222333", ["111222333"]),
    ("NL_BSN", "111222333", []),
    ("BR_CPF", "CPF 390.533.447-05", ["390.533.447-05"]),
    ("BR_CPF", "390.533.447-06", []),
    ("IN_AADHAAR", "Aadhaar 2341 2341 2346", ["2341 2341 2346"]),
    ("IN_AADHAAR", "2341 2341 2346", []),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_detect_checks_national_ids(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected


def test_detect_believes_a_named_number_with_a_wrong_check_digit_less() -> None:
    right, wrong = detect("PESEL 44051401359")[0], detect("PESEL 44051401358")[0]

    assert (right.type, right.score, wrong.type, wrong.score) == ("PL_PESEL", 1.0, "PL_PESEL", 0.5)
