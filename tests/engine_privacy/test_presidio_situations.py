"""The situations that Presidio's own tests are about, as facts of ours: addresses, hardware, dates, web, cards.

Where we differ on purpose, the row says so by what it expects.
"""

import pytest

from tests.engine_privacy.found import found

IP_ADDRESS = [
    ("microsoft.com 192.168.0.1", ["192.168.0.1"]),
    ("my ip address: 192.168.0", []),
    ("684D:1111:222:3333:4444:5555:6:77", ["684D:1111:222:3333:4444:5555:6:77"]),
    ("my ip: 684D:1111:222:3333:4444:5555:6:77.", ["684D:1111:222:3333:4444:5555:6:77"]),
    ("684D:1111:222:3333:4444:5555:77", []),
    ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", ["2001:0db8:85a3:0000:0000:8a2e:0370:7334"]),
    ("2001:db8::1, fe80::1 and ::1", ["2001:db8::1", "fe80::1", "::1"]),
    ("[2001:db8::1]:8080", ["2001:db8::1"]),
    ("::ffff:192.0.2.1", ["::ffff:192.0.2.1"]),
    ("10.0.0.0/8, 2001:db8::/32", ["10.0.0.0/8", "2001:db8::/32"]),
    ("192.168.1.256 and 1.2.3.4.5", []),
    ("std::vector and a::b", []),
    ("0.0.0.0 to 255.255.255.255", ["0.0.0.0", "255.255.255.255"]),
]
MAC_ADDRESS = [
    ("00:1A:2B:3C:4D:5E", ["00:1A:2B:3C:4D:5E"]),
    ("my MAC is 00-1a-2b-3c-4d-5e", ["00-1a-2b-3c-4d-5e"]),
    ("001A.2B3C.4D5E", ["001A.2B3C.4D5E"]),
    ("a1:b2:c3:d4:e5:f6 and 11:22:33:44:55:66", ["a1:b2:c3:d4:e5:f6", "11:22:33:44:55:66"]),
    ("00:1A:2B:3C:4D", []),
    ("00:1A:2B:3C:4D:5E:6F", []),
    ("00:1G:2B:3C:4D:5E", []),
    ("00:1A-2B:3C-4D:5E", []),
    ("FF:FF:FF:FF:FF:FF", []),
    ("00:00:00:00:00:00", []),
]
DATE_OF_BIRTH = [
    ("born 5/21/2021", ["5/21/2021"]),
    ("born 05/21/2021", ["05/21/2021"]),
    ("born 21.5.2021", ["21.5.2021"]),
    ("born 21-05-2021", ["21-05-2021"]),
    ("born 2021-05-21", ["2021-05-21"]),
    ("born 2021/05/21", ["2021/05/21"]),
    ("born 21-MAY-2021", ["21-MAY-2021"]),
    ("born May 21, 2021", ["May 21, 2021"]),
    ("born 5/21/21", ["5/21/21"]),
    ("born in May", []),
    ("the meeting of 5/21/2021", []),
]
URL = [
    ("https://www.microsoft.com/", ["https://www.microsoft.com/"]),
    ("http://www.microsoft.com", ["http://www.microsoft.com"]),
    ("http://microsoft.com/path?q=1&r=2#top", ["http://microsoft.com/path?q=1&r=2#top"]),
    ("www.microsoft.com", ["www.microsoft.com"]),
    ("microsoft.com", ["microsoft.com"]),
    ("my domain: microsoft.com and microsoft.co.uk", ["microsoft.com", "microsoft.co.uk"]),
    ("'https://www.microsoft.com'", ["https://www.microsoft.com"]),
    ('see "http://microsoft.com/a b"', ["http://microsoft.com/a"]),
    ("http://localhost:8080/x", ["http://localhost:8080/x"]),
    ("http://192.168.1.1:8080/x", []),  # the address in it is what counts
    ("microsoft.", []),
    ("my domain is microsoft", []),
    ("http:// and www.", []),
]
CREDIT_CARD = [
    ("4012888888881881 4012-8888-8888-1881 4012 8888 8888 1881",
     ["4012888888881881", "4012-8888-8888-1881", "4012 8888 8888 1881"]),
    ("my credit card: 122000000000003", ["122000000000003"]),
    ("371449635398431", ["371449635398431"]),
    ("5555555555554444", ["5555555555554444"]),
    ("5019717010103742", ["5019717010103742"]),
    ("30569309025904", ["30569309025904"]),
    ("6011000400000000", ["6011000400000000"]),
    ("3528000700000000", ["3528000700000000"]),
    ("6759649826438453", ["6759649826438453"]),
    ("4917300800000000", ["4917300800000000"]),
    ("4484070000000000", ["4484070000000000"]),
    ("ship it with 36168002586008 on the label of the box, please", []),
    ("my card number is 4012-8888-8888-1882", ["4012-8888-8888-1882"]),
    ("tracking 4012-8888-8888-1882", []),
]  # fmt: skip
TABLES = {
    "IP_ADDRESS": IP_ADDRESS,
    "MAC_ADDRESS": MAC_ADDRESS,
    "DATE_OF_BIRTH": DATE_OF_BIRTH,
    "URL": URL,
    "CREDIT_CARD": CREDIT_CARD,
}


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [(type_, text, expected) for type_, rows in TABLES.items() for text, expected in rows],
)
def test_detect_in_the_situations_of_presidios_tests(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
