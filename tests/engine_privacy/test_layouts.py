"""Values as forms, tables, exports and mail headers lay them out: a label, then what only that layout puts between."""

import pytest

from .found import found

ROWS = [
    ("ACCOUNT_NUMBER", "| Account number | 21262158 |", ["21262158"]),
    ("ACCOUNT_NUMBER", "<td>Kundennummer</td><td>21262158</td>", ["21262158"]),
    ("US_SSN", "| SSN | 457554621 |", ["457554621"]),
    ("IP_ADDRESS", "IP:172.23.238.5", ["172.23.238.5"]),
    ("IP_ADDRESS", "IP-Adresse:fb69:e070:cd28:d864:d6e8:9c6b:198f:69a0", ["fb69:e070:cd28:d864:d6e8:9c6b:198f:69a0"]),
    ("IP_ADDRESS", "address fb69:e070:cd28:d864:d6e8:9c6b:198f:69a0", ["fb69:e070:cd28:d864:d6e8:9c6b:198f:69a0"]),
    ("IP_ADDRESS", "at::ffff:1.2.3.4", []),
    ("MAC_ADDRESS", "MAC:48:2a:d9:54:37:c4", ["48:2a:d9:54:37:c4"]),
    ("MAC_ADDRESS", "MAC:28-45-7A-85-6B-2C", ["28-45-7A-85-6B-2C"]),
    ("MAC_ADDRESS", "01:28:45:7A:85:6B:2C", []),
    ("EMAIL_ADDRESS", "Contact: 021.257.75.99/anna+shop@proton.me", ["anna+shop@proton.me"]),
    ("PHONE_NUMBER", "Contact: 021.257.75.99/anna+shop@proton.me", ["021.257.75.99"]),
    ("EMAIL_ADDRESS", "https://example.org/?mail=anna@web.de", ["anna@web.de"]),
    ("PHONE_NUMBER", "Name;Phone;DOB\nTanya Sinan;(678) 116-1935;24.08.1959", ["(678) 116-1935"]),
    ("CREDIT_CARD", "card 516632-762778-3834", ["516632-762778-3834"]),
    ("CN_RESIDENT_ID", "我的生日是1953年4月6日，身份证号440100197303197306。", ["440100197303197306"]),
    ("US_SSN", "我的SSN是457-55-4621", ["457-55-4621"]),
    ("PHONE_NUMBER", "Mitt nye nummer er 14122503.", ["14122503"]),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_values_are_found_in_layouts(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
