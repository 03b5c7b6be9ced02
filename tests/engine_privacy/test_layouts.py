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
    ("PHONE_NUMBER", "x number:\n1523 1278 y", ["1523 1278"]),
    ("CREDIT_CARD", "card 516632-762778-3834", ["516632-762778-3834"]),
    ("CN_RESIDENT_ID", "我的生日是1953年4月6日，身份证号440100197303197306。", ["440100197303197306"]),
    ("US_SSN", "我的SSN是457-55-4621", ["457-55-4621"]),
    ("PHONE_NUMBER", "Mitt nye nummer er 14122503.", ["14122503"]),
    ("CREDENTIAL", "**비밀번호:** Casa_Lupo#8", ["Casa_Lupo#8"]),
    ("CREDENTIAL", "| pwd | Tiger@1993 |", ["Tiger@1993"]),
    ("CREDENTIAL", '{"password": "hunter2", "retries": 3}', ["hunter2"]),
    ("CREDENTIAL", "Lösenord\nTiger_Zebra#1", ["Tiger_Zebra#1"]),
    ("CREDENTIAL", "我的密码是giQqeRb1qU，谢谢", ["giQqeRb1qU"]),
    ("CREDENTIAL", "パスワードはabc123です", ["abc123"]),
    ("CREDENTIAL", "le mot de passe était 2auC?Xs", ["2auC?Xs"]),
    ("CREDENTIAL", "lösenordet är fel", []),
    ("CREDENTIAL", "password: *****", []),
    ("CREDENTIAL", "Pass: boarding", []),
    ("CREDENTIAL", "my password reset link", []),
    ("CREDENTIAL", "Passwort\nMit freundlichen Grüßen", []),
    ("PASSPORT", "Pass: UF8489590", ["UF8489590"]),
    ("PASSPORT", "Pasnummer: BN5530683", ["BN5530683"]),
    ("PASSPORT", "(Загранпаспорт: 55 2658865)", ["55 2658865"]),
    ("PASSPORT", "Reisepass\nC4PMYL8C7", ["C4PMYL8C7"]),
    ("ACCOUNT_NUMBER", "Kundnummer: 2279333937", ["2279333937"]),
    ("ACCOUNT_NUMBER", "口座番号\n60116314", ["60116314"]),
    ("ACCOUNT_NUMBER", "खाता संख्या: 2413483463", ["2413483463"]),
    ("ACCOUNT_NUMBER", "Müşteri numarası:\n9387336979", ["9387336979"]),
    ("DATE_OF_BIRTH", "GebDat: 13.04.61", ["13.04.61"]),
    ("DATE_OF_BIRTH", "nato il 16 - 06 - 1977", ["16 - 06 - 1977"]),
    ("DATE_OF_BIRTH", "born MAR-08-1965", ["MAR-08-1965"]),
    ("DATE_OF_BIRTH", "born February/25/69", ["February/25/69"]),
    ("DATE_OF_BIRTH", '"date_of_birth": "1971-03-13T00:00:00"', ["1971-03-13T00:00:00"]),
    ("DATE_OF_BIRTH", "Birth date: 19680809", ["19680809"]),
    ("DATE_OF_BIRTH", "Birth date: 19681309", []),
    ("DATE_OF_BIRTH", "जन्म तिथि 21 अगस्त 1997", ["21 अगस्त 1997"]),
    ("DATE_OF_BIRTH", "Nasc.: 3 de setembro de 1990", ["3 de setembro de 1990"]),
    ("PERSON", "- **Passenger:** Mia Li\n- **Insurance:** No", ["Mia Li"]),
    ("PERSON", "| Name | Torge Wesselhöft |", ["Torge Wesselhöft"]),
    ("PERSON", '{"client": "Gwendal Guérin", "age": 3}', ["Gwendal Guérin"]),
    ("PERSON", "| Name | Price |", []),
    ("PERSON", "Kunde: Rechnung fehlt", []),
    ("PHONE_NUMBER", "नोएडा 201301\nफ़ोन: +91 82994 00439", ["+91 82994 00439"]),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_values_are_found_in_layouts(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
