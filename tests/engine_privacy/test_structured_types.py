"""One table per structured type: what is found, and what must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from audits.engine.privacy.detectors.credit_card import passes_luhn
from tests.engine_privacy.found import found

EMAIL_ADDRESS = [
    ("write to john.doe+news@mail.example.co.uk, please", ["john.doe+news@mail.example.co.uk"]),
    ("Mail: urología.saneloy@hsel.osakidetza.net.", ["urología.saneloy@hsel.osakidetza.net"]),
    ("почта ivan.petrov@пример.рф и всё", ["ivan.petrov@пример.рф"]),
    ("<anna_b-c@firma.pl>; b@c.de", ["anna_b-c@firma.pl", "b@c.de"]),
    ("john (at) example (dot) com", ["john (at) example (dot) com"]),
    ("我的邮箱是li@example.cn", ["li@example.cn"]),
    ("我的邮箱是a@b.com请回复", ["a@b.com"]),
    ("taro@example.co.jpですがhana@b.jpでも", ["taro@example.co.jp", "hana@b.jp"]),
    ("a@b.com입니다; c@d.net请看c.d; e(at)f(dot)org请", ["a@b.com", "c@d.net", "e(at)f(dot)org"]),
    ("me@例子.中国 или me@почта.рф", ["me@例子.中国", "me@почта.рф"]),
    ("x@例え.日本です, y@mail.abc中文.com", ["x@例え.日本", "y@mail.abc中文.com"]),
    ("mail me k.larsen@gmail,com please", ["k.larsen@gmail,com"]),
    ("it is peter@gmailcom or ann@yahoo. Thanks", ["peter@gmailcom", "ann@yahoo"]),
    ("a.b@acme.com,c.d@acme.com", ["a.b@acme.com", "c.d@acme.com"]),
    ("meet @ the corner, follow @john, user@localhost", []),
    ("a@b", []),
]
URL = [
    ("see https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]),
    ("(http://www.ScrapbookInsider.com.pt/)", ["http://www.ScrapbookInsider.com.pt/"]),
    ("go to www.beispiel.de, bitte", ["www.beispiel.de"]),
    ("my blog is anna-novak.blog", ["anna-novak.blog"]),
    ("visit example.com/path now", ["example.com/path"]),
    ("ftp://files.example.org", ["ftp://files.example.org"]),
    ("Thanks.Is there more? Yes.No.", []),
    ("I booked it.in the end it was so.so", []),
    ("e.g. at 5 p.m. in the U.S.A", []),
    ("see report.final and 3.14", []),
]
IP_ADDRESS = [
    ("from 192.168.1.10 today", ["192.168.1.10"]),
    ("10.0.0.0/8 and 2001:db8::ff00:42:8329.", ["10.0.0.0/8", "2001:db8::ff00:42:8329"]),
    ("::1 and fe80::1", ["::1", "fe80::1"]),
    ("::ffff:192.0.2.128", ["::ffff:192.0.2.128"]),
    ("version 1.2.3.4.5, 256.1.1.1 and 999.1.2.3", []),
    ("at 10:30:45, ratio 1:2:3, note :: this", []),
]
MAC_ADDRESS = [
    ("device 00:1A:2B:3C:4D:5E", ["00:1A:2B:3C:4D:5E"]),
    ("00-1a-2b-3c-4d-5e or 001a.2b3c.4d5e", ["00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"]),
    ("00:1A:2B:3C:4D", []),
    ("00:1A-2B:3C-4D:5E", []),
    ("call 60-56-85-91-12-34", []),
]
CRYPTO = [
    ("send to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"]),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]),
    ("0x52908400098527886E0F7030069857D2E4169EE7", ["0x52908400098527886E0F7030069857D2E4169EE7"]),
    ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", []),
]
CREDIT_CARD = [
    ("card 4111 1111 1111 1111 exp 12/27", ["4111 1111 1111 1111"]),
    ("3782-822463-10005", ["3782-822463-10005"]),
    ("5555555555554444, 30569309025904", ["5555555555554444", "30569309025904"]),
    ("ssn 1234 4111111111111111", ["4111111111111111"]),
    ("meine Karte 4012888888881881", ["4012888888881881"]),
    ("номер карты 2200 1234 5678 9019", ["2200 1234 5678 9019"]),
    ("my card ends in 4242", ["4242"]),
    ("１２ ４１１１１１１１１１１１１１１１", ["４１１１１１１１１１１１１１１１"]),
    ("tracking number 9400111899223100001234", []),
    ("order 1234567812345678", []),
    ("credit card to 9858 92 Hounslow Rd", []),
    ("okay, it is 455698235623", ["455698235623"]),
    ("234566745645 and the card was lost yesterday, as I told your colleague", ["234566745645"]),
    ("7441 and ssn 1228", ["7441"]),
    ("moją kartą 4242", ["4242"]),
    ("mi tarjeta acaba en 4242", ["4242"]),
    ("ma carte finit par 4242", ["4242"]),
    ("карта заканчивается на 4242", ["4242"]),
    ("cartão com final 4242", ["4242"]),
    ("karthik 4242", []),
]
IBAN_CODE = [
    ("IBAN DE89 3704 0044 0532 0130 00 bitte", ["DE89 3704 0044 0532 0130 00"]),
    ("gb42nawi04454264788619", ["gb42nawi04454264788619"]),
    ("PL61109010140000071219812874", ["PL61109010140000071219812874"]),
    ("ES91 2100 0418 4502 0005 1332.", ["ES91 2100 0418 4502 0005 1332"]),
    ("FR1420041010050500013M02606", ["FR1420041010050500013M02606"]),
    ("IT60 X054 2811 1010 0000 0123 456", ["IT60 X054 2811 1010 0000 0123 456"]),
    ("NL91 ABNA 0417 1643 00", ["NL91 ABNA 0417 1643 00"]),
    ("iban DE 89 3704 0044 0532 0130 00", ["DE 89 3704 0044 0532 0130 00"]),
    ("DE89.3704.0044.0532.0130.00", ["DE89.3704.0044.0532.0130.00"]),
    ("on 14 June 2019 5 people", []),
    ("DE89 3704 0044 0532 0130 01 is wrong", []),
    ("flight AB12 seat 14C", []),
]
US_SSN = [
    ("my ssn is 536-90-4399.", ["536-90-4399"]),
    ("536 90 4399", ["536 90 4399"]),
    ("social security number: 536904399", ["536904399"]),
    ("last four of my social are 4399", ["4399"]),
    ("4399", ["4399"]),
    ("sure 4182", ["4182"]),
    ("000-12-3456 666-12-3456 123-00-4567 123-45-0000", []),
    ("2019", []),
    ("It is 1603.", []),
    ("book it for 1130", []),
    ("536-90-43991", []),
]
PHONE_NUMBER = [
    ("call 415-555-0132", ["415-555-0132"]),
    ("(415) 555-0132 x12", ["(415) 555-0132 x12"]),
    ("+1 (415) 555-0132, thanks", ["+1 (415) 555-0132"]),
    ("+46 (0)8 928 571 38 fax", ["+46 (0)8 928 571 38"]),
    ("001-748-088-2851x818", ["001-748-088-2851x818"]),
    ("Phone:\n467 3395", ["467 3395"]),
    ("7700 at 07700 063 966", ["07700 063 966"]),
    ("Mi móvil es 612 345 678", ["612 345 678"]),
    ("Teléfono: 93 416 97 00", ["93 416 97 00"]),
    ("Meine Handynummer ist 0170 1234567", ["0170 1234567"]),
    ("Tel. 030/1234567", ["030/1234567"]),
    ("mon portable: 06 12 34 56 78", ["06 12 34 56 78"]),
    ("01.84.17.61.18", ["01.84.17.61.18"]),
    ("Mój numer telefonu to 601 234 567", ["601 234 567"]),
    ("proszę dzwonić: +48 601-234-567", ["+48 601-234-567"]),
    ("Мой телефон 8 (912) 345-67-89", ["8 (912) 345-67-89"]),
    ("звоните +79123456789", ["+79123456789"]),
    ("il mio cellulare è 347 1234567", ["347 1234567"]),
    ("bel mij op 06-12345678", ["06-12345678"]),
    ("电话是010-69121383。", ["010-69121383"]),
    ("\u202a+1 415 555 0132\u202c", ["+1 415 555 0132"]),
    ("2025550105", ["2025550105"]),
    ("ok my number is 3214587", ["3214587"]),
    ("order number 4829104820", []),
    ("my driver's license number is 2270-66-1551", []),
    ("$1,200 for 2 people on 2024-03-01 at 10:30", []),
    ("from 01/02/2024 to 05/02/2024", []),
    ("we are located at 17031 2202 Rissik St", []),
    ("123 123 123 123 123 123 123 123 123 123", []),
    ("Rechnung 2024-1234567", []),
]
TABLES = {
    "EMAIL_ADDRESS": EMAIL_ADDRESS,
    "URL": URL,
    "IP_ADDRESS": IP_ADDRESS,
    "MAC_ADDRESS": MAC_ADDRESS,
    "CRYPTO": CRYPTO,
    "CREDIT_CARD": CREDIT_CARD,
    "IBAN_CODE": IBAN_CODE,
    "US_SSN": US_SSN,
    "PHONE_NUMBER": PHONE_NUMBER,
}


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [(type_, text, expected) for type_, rows in TABLES.items() for text, expected in rows],
)
def test_detect_finds_structured_values_and_nothing_else_of_their_type(
    type_: str, text: str, expected: list[str]
) -> None:
    assert found(text, type_) == expected


@given(st.text("0123456789", min_size=12, max_size=19))
def test_the_check_of_cards_is_that_of_stdnum(digits: str) -> None:
    assert passes_luhn(digits) == (luhn.checksum(digits) == 0)
    assert passes_luhn(digits + luhn.calc_check_digit(digits))
