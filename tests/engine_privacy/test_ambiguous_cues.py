"""Words that announce a value in one language and mean something else in another, or begin a longer word."""

import pytest

from tests.engine_privacy.found import found

#: The type, the text, and its values of that type.
ROWS = [
    # A hotel, a postcode and a card game are no identity numbers, and take no telephone number away.
    ("PHONE_NUMBER", "The phone number to the Taj Tandoori is 01223412299.", ["01223412299"]),
    ("PHONE_NUMBER", "Taj Hotel 01223 412299", ["01223 412299"]),
    ("PHONE_NUMBER", "7 Barnwell Road Fen Ditton cb58rg, 01223244955.", ["01223244955"]),
    ("PHONE_NUMBER", "Epic now! 01223 412299", ["01223 412299"]),
    ("PHONE_NUMBER", "Führerschein dabei, bitte unter 030 901820 melden", ["030 901820"]),
    ("PHONE_NUMBER", "my NHS number is 943 476 5918", []),
    ("HU_TAJ", "Taj Mahal tour for 250 000 000", []),
    ("HU_TAJ", "a TAJ számom 123456788", ["123456788"]),
    ("HU_TAJ", "TAJ: 123 456 788", ["123 456 788"]),
    ("BR_RG", "cb58rg 12345678", []),
    ("BR_RG", "meu RG é 12.345.678-9", ["12.345.678-9"]),
    ("BR_RG", "RG 2023 relatório 1234567", []),
    ("CA_SIN", "My single room costs 120000000", []),
    ("CA_SIN", "my SIN 130 692 544", ["130 692 544"]),
    ("UK_NINO", "ni normal", []),
    # "Would be" in Portuguese, a series in Polish.
    ("RO_ID_CARD", "O valor seria AB 123456", []),
    ("RO_ID_CARD", "seria AB 123456 produktu", []),
    ("RO_ID_CARD", "buletin seria RX nr 123456", ["RX nr 123456"]),
    ("RO_ID_CARD", "Buletin de știri AB 123456", []),
    ("PL_ID_CARD", "dowód seria ABA 300000", ["ABA 300000"]),
    ("PHONE_NUMBER", "O número seria +351 912 345 678", ["+351 912 345 678"]),
    ("ES_NIF", "Adjunto el documento con fecha 20240115", []),
    ("ES_NIF", "documento: 20240101", []),
    ("ES_NIF", "mi número de documento es 27345678", ["27345678"]),
    ("ES_SOCIAL_SECURITY", "seguridad social abre a las 9:00, cuesta 12 3456789012", []),
    ("US_DRIVER_LICENSE", "Your Office license number is 12345678-90", []),
    ("US_DRIVER_LICENSE", "my license number is D1234567", ["D1234567"]),
    ("DE_DRIVER_LICENSE", "Der Führerschein kostet 12345678", []),
    ("DE_DRIVER_LICENSE", "Führerschein umschreiben 2024", []),
    ("ES_DRIVER_LICENSE", "licencia de conducir 123456789012", ["123456789012"]),
    ("HU_ID_CARD", "személyi igazolvány száma 123456AB", ["123456AB"]),
    ("CZ_ID_CARD", "občanský průkaz č. 123456789", ["123456789"]),
    ("PT_DRIVER_LICENSE", "carta de condução n.º L-1234567", ["L-1234567"]),
    ("RO_ID_CARD", "cartea de identitate seria RX 123456", ["RX 123456"]),
    ("RU_DRIVER_LICENSE", "водительских прав 77 15 123456", ["77 15 123456"]),
    ("FR_ID_CARD", "CNI F2PU598V2", ["F2PU598V2"]),
    ("DE_TAX_ID", "Steuer-IdNr. 36574261809", ["36574261809"]),
    ("PERSON", "Client : Professionnel", []),
    ("PERSON", "Client: Gwendal Guérin", ["Gwendal Guérin"]),
    ("PERSON", "Kunde: Anna", ["Anna"]),
    ("PERSON", "Client: Acme Corp Ltd", []),
    ("CREDENTIAL", "Passwort: mindestens 8 Zeichen", []),
    ("CREDENTIAL", "Password: N/A", []),
    # What stands in a field called address and is none.
    ("ADDRESS", "Address: see page 3 of the manual", []),
    ("ADDRESS", "Address: error 404 again", []),
    ("ADDRESS", "Anschrift: siehe Seite 3", []),
    ("ADDRESS", "Morada: 3 pessoas", []),
    ("ADDRESS", "Lieferadresse: wie bei Bestellung 3", []),
    ("ADDRESS", "Endereço: igual ao pedido 3", []),
    ("ADDRESS", "Cím: A 3 testőr", []),
    ("ADDRESS", "Cím: 1051 Budapest, Nádor 5", ["1051 Budapest, Nádor 5"]),
    ("ADDRESS", "Cím: Petőfi utca 12", ["Petőfi utca 12"]),
    ("ADDRESS", "Адрес: 01223 327908, Касл-стрит", []),
    # A name is not lost to the address behind it.
    (
        "PERSON",
        "Remitido por: Francisco Javier Torres Gómez Plaza de la Encarnación, 32",
        ["Francisco Javier Torres Gómez"],
    ),
    ("PERSON", "Remitido por: Lucas Villalaín Álvarez C. Piloña nº 23 6ºH 33006 Oviedo", ["Lucas Villalaín Álvarez"]),
    ("PERSON", "Remitido por: Miguel Ángel López Aramburu  Av. Camino San Juan, 12", ["Miguel Ángel López Aramburu"]),
    # Where it ends.
    (
        "ADDRESS",
        "адрес: 24 Green Street City Center, cb23jx. тебе нужен номер?",
        ["24 Green Street City Center, cb23jx"],
    ),
    ("ADDRESS", "Адрес: Cherry Hinton Road 2 cb17dy, телефонный номер 01223400170.", ["Cherry Hinton Road 2 cb17dy"]),
    ("ADDRESS", "Адрес: Уилер-стрит, 1, вход стоит 5 фунтов.", ["Уилер-стрит, 1"]),
    ("ADDRESS", "Адрес: 152 - 154 Hills Road, почтовый индекс cb28pb.", ["152 - 154 Hills Road"]),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_a_word_announces_only_what_it_names(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
