"""Postal addresses in the forms of countries whose street words, codes or scripts are their own."""

import pytest

from tests.engine_privacy.found import found

ROWS = [
    (
        "en",
        "ship it to 41799 Anthony Rapids, North Evelynmouth, WA 86538",
        "41799 Anthony Rapids, North Evelynmouth, WA 86538",
    ),
    ("en", "Unit 7/12 Banksia St, Carindale QLD 4152", "Unit 7/12 Banksia St, Carindale QLD 4152"),
    ("en", "71 Spruce Grove, Kelowna, BC V1Y 4R2 please", "71 Spruce Grove, Kelowna, BC V1Y 4R2"),
    ("en", "to 29 Ranelagh Village, Dublin 6, D06 F7X2", "29 Ranelagh Village, Dublin 6, D06 F7X2"),
    ("de", "Linzer Gasse 40, 5020 Salzburg", "Linzer Gasse 40, 5020 Salzburg"),
    ("de", "bitte an schillerstraße 47, 99423 weimar", "schillerstraße 47, 99423 weimar"),
    ("fr", "livrer au 90 rue victor hugo 59000 lille", "90 rue victor hugo 59000 lille"),
    ("it", "consegnate in via roma 12, 10121 torino", "via roma 12, 10121 torino"),
    ("es", "Av. Corrientes 123, C1043 Buenos Aires", "Av. Corrientes 123, C1043 Buenos Aires"),
    ("sv", "till Kungsgatan 53 lgh 1102, 411 19 Göteborg", "Kungsgatan 53 lgh 1102, 411 19 Göteborg"),
    ("da", "Nørrebrogade 39, 2. tv, 2200 København N", "Nørrebrogade 39, 2. tv, 2200 København"),
    ("nb", "bor i Kirkeveien 147 B, 5003 Bergen", "Kirkeveien 147 B, 5003 Bergen"),
    ("fi", "Mannerheimintie 17 A 5, 00100 Helsinki", "Mannerheimintie 17 A 5, 00100 Helsinki"),
    ("cs", "pošlete na Masarykova 172/12, 602 00 Brno", "Masarykova 172/12, 602 00 Brno"),
    (
        "ro",
        "Bulevardul Unirii nr. 82, bl. A3, ap. 12, 030823 București",
        "Bulevardul Unirii nr. 82, bl. A3, ap. 12, 030823 București",
    ),
    ("tr", "Lale Mah. Gül Sok. No: 158, 06100 Çankaya", "Lale Mah. Gül Sok. No: 158, 06100 Çankaya"),
    ("el", "μένω Λεωφόρος Κηφισίας 166, 115 23 Αθήνα", "Λεωφόρος Κηφισίας 166, 115 23 Αθήνα"),
    ("uk", "вул. Франка 115, кв. 7, 79005 Львів", "вул. Франка 115, кв. 7, 79005 Львів"),
    ("ja", "新しい住所は東京都渋谷区神南1丁目87番地です", "東京都渋谷区神南1丁目87番地"),
    ("zh", "请寄到广东省深圳市南山区科技路84号2栋301室，谢谢", "广东省深圳市南山区科技路84号2栋301室"),
    ("ko", "서울특별시 강남구 테헤란로 152로 보내주세요", "서울특별시 강남구 테헤란로 152"),
    ("he", "הכתובת שלי רחוב הרצל 138, תל אביב", "רחוב הרצל 138, תל אביב"),
    ("ar", "عنواني شارع الملك فهد 69، الرياض", "شارع الملك فهد 69، الرياض"),
    ("en", "she moved to 90, MG Road, Bengaluru - 560067 in March", "90, MG Road, Bengaluru - 560067"),
    (
        "en",
        "send it to H.No. 228/2, Sector 15, Gurgaon, Haryana 122043 please",
        "H.No. 228/2, Sector 15, Gurgaon, Haryana 122043",
    ),
    ("en", "44 Eyre Square, Galway, Co. Galway, H91 FD73", "44 Eyre Square, Galway, Co. Galway, H91 FD73"),
    ("en", "we live at Rose Cottage, Mill Lane, Ludlow SY8 3AB", "Rose Cottage, Mill Lane, Ludlow SY8 3AB"),
    ("hu", "a címem 1052 Budapest, Váci utca 87. 2. em. 5.", "1052 Budapest, Váci utca 87. 2. em. 5"),
    ("hu", "6722 Szeged, Kossuth Lajos sugárút 216. alatt", "6722 Szeged, Kossuth Lajos sugárút 216"),
    ("pt", "moro na Rua Augusta, n.º 5, 2.º Dto, 1100-053 Lisboa", "Rua Augusta, n.º 5, 2.º Dto, 1100-053 Lisboa"),
    ("pt", "moro na Alameda Santos, nº 231, São Paulo", "Alameda Santos, nº 231, São Paulo"),
    ("fi", "asun Rautatienkatu 43 as. 5, 33100 Tampere", "Rautatienkatu 43 as. 5, 33100 Tampere"),
    (
        "es",
        "vivo en Blvd. Kukulcán Km 4, Zona Hotelera, 77500 Cancún",
        "Blvd. Kukulcán Km 4, Zona Hotelera, 77500 Cancún",
    ),
    # In a field called address no street word need be known.
    ("cs", "**Adresa:** Na Příkopě 165, Praha", "Na Příkopě 165, Praha"),
    ("hi", "पता: मकान नं. 8, गांधी नगर, जयपुर 302015\nखाता संख्या: 1", "मकान नं. 8, गांधी नगर, जयपुर 302015"),
    ("es", "Domicilio: Teatinos 180.\nLocalidad: Santiago", "Teatinos 180"),
    ("en", '{"address": "Plot 27, Jubilee Hills", "city": "Hyderabad"}', "Plot 27, Jubilee Hills"),
    ("en", "| Address | 3421 Fagradalsbraut 71 |", "3421 Fagradalsbraut 71"),
    ("en", "Address: 12 Old Quay, Phone: +44 20 7946 0018", "12 Old Quay"),
    ("ru", "Адрес: Уоркворт-стрит, 41. Могу я вам чем-нибудь помочь?", "Уоркворт-стрит, 41"),
]
NONE = [
    ("sv", "Flyg SK2490 kl 07:45 gate 22, bokning X7K2PQ."),
    ("de", "Flug LH2490 geht ab Gate 22, Buchungscode X7K2PQ."),
    ("en", "Halle 5, 2024 Conference"),
    ("fr", "une place pour 4, via mail 2"),
    ("it", "via email 2 volte"),
    ("zh", "订单在北京市发货，共3件"),
    ("en", "IP address: 10 or 12, I forgot"),
    ("de", "E-Mail-Adresse: keine, siehe Punkt 3"),
    ("en", "Address: I moved in 2019 and have none now"),
    ("en", "12 tickets, order 123456"),
    ("hu", "az utca 12 méter széles"),
]


@pytest.mark.parametrize(("language", "text", "address"), ROWS)
def test_addresses_are_found_whole(language: str, text: str, address: str) -> None:
    assert found(text, "ADDRESS", language) == [address]


@pytest.mark.parametrize(("language", "text"), NONE)
def test_what_only_looks_like_an_address_is_left_alone(language: str, text: str) -> None:
    assert found(text, "ADDRESS", language) == []
