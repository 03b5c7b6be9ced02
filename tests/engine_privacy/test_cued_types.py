"""Values that the words around them give away: names, addresses, dates of birth, documents, secrets."""

import pytest

from tests.engine_privacy.found import found

ROWS = [
    ("PERSON", "My name is John van Buren and I live here", ["John van Buren"]),
    ("PERSON", "my name is senthil and ssn 7812", ["senthil"]),
    ("PERSON", "Hola, me llamo Ana García", ["Ana García"]),
    ("PERSON", "Ich heiße Jörg Müller.", ["Jörg Müller"]),
    ("PERSON", "Je m'appelle Élodie Dupont, merci", ["Élodie Dupont"]),
    ("PERSON", "Nazywam się Łukasz Żak", ["Łukasz Żak"]),
    ("PERSON", "Меня зовут Иван Петров", ["Иван Петров"]),
    ("PERSON", "Mi chiamo Giulia Rossi", ["Giulia Rossi"]),
    ("PERSON", "Mijn naam is Jan de Vries", ["Jan de Vries"]),
    ("PERSON", "Dear Mrs. Siobhan O'Neill,", ["Siobhan O'Neill"]),
    ("PERSON", "Nombre: Ernesto.\nApellidos: Rivera Bueno.", ["Ernesto", "Rivera Bueno"]),
    ("PERSON", "Hello, I'd like a table. Thank you, Can you help?", []),
    ("PERSON", "I am Happy. I'm looking for a flight", []),
    ("ADDRESS", "I live at 123 Main Street, apt 4", ["123 Main Street, apt 4"]),
    ("ADDRESS", "Hauptstraße 5, Berlin", ["Hauptstraße 5, Berlin"]),
    ("ADDRESS", "Calle Miguel Benitez 90.", ["Calle Miguel Benitez 90"]),
    ("ADDRESS", "ul. Marszałkowska 12/3", ["ul. Marszałkowska 12/3"]),
    ("ADDRESS", "улица Ленина, д. 5", ["улица Ленина, д. 5"]),
    ("ADDRESS", "Via Garibaldi 12", ["Via Garibaldi 12"]),
    ("ADDRESS", "Keizersgracht 123", ["Keizersgracht 123"]),
    ("ADDRESS", "P.O. Box 1234", ["P.O. Box 1234"]),
    ("ADDRESS", "2 tickets, row 5, thanks a lot", []),
    ("LOCATION", "I live in San Francisco now", ["San Francisco"]),
    ("LOCATION", "Vivo en Sevilla", ["Sevilla"]),
    ("DATE_OF_BIRTH", "I was born on 12/05/1980", ["12/05/1980"]),
    ("DATE_OF_BIRTH", "Geburtsdatum: 3.4.1975", ["3.4.1975"]),
    ("DATE_OF_BIRTH", "fecha de nacimiento 3 de mayo de 1975", ["3 de mayo de 1975"]),
    ("DATE_OF_BIRTH", "Дата рождения: 01.02.1990", ["01.02.1990"]),
    ("DATE_OF_BIRTH", "data urodzenia 1990-02-01", ["1990-02-01"]),
    ("DATE_OF_BIRTH", "my flight is on 12/05/2024", []),
    ("PASSPORT", "passport number C01X00T47", ["C01X00T47"]),
    ("PASSPORT", "паспорт 4509 123456", ["4509 123456"]),
    ("PASSPORT", "I lost my passport in 2019", []),
    ("ACCOUNT_NUMBER", "my account number is 12345678", ["12345678"]),
    ("ACCOUNT_NUMBER", "Kundennummer: 4711-0815", ["4711-0815"]),
    ("ACCOUNT_NUMBER", "nr konta 83726154", ["83726154"]),
    ("ACCOUNT_NUMBER", "Meine Mitgliedsnummer ist 83726154", ["83726154"]),
    ("ACCOUNT_NUMBER", "I have had the account since 2019", []),
    ("CREDENTIAL", "my password is Hunter2!", ["Hunter2"]),
    ("CREDENTIAL", "contraseña: s3creta99", ["s3creta99"]),
    ("CREDENTIAL", "Mein Passwort ist Geheim123", ["Geheim123"]),
    ("CREDENTIAL", "hasło: Kotek77", ["Kotek77"]),
    ("CREDENTIAL", "пароль: Qwerty12", ["Qwerty12"]),
    ("CREDENTIAL", "the PIN is 4821", ["4821"]),
    ("CREDENTIAL", "key AKIAIOSFODNN7EXAMPLE", ["AKIAIOSFODNN7EXAMPLE"]),
    ("CREDENTIAL", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", ["ghp_16C7e42F292c6912E7710c838347Ae178B4a"]),
    ("CREDENTIAL", "I forgot my password is it possible to reset", []),
    ("CREDENTIAL", "the password is wrong", []),
]


@pytest.mark.parametrize(("type_", "text", "expected"), ROWS)
def test_detect_reads_cues(type_: str, text: str, expected: list[str]) -> None:
    assert found(text, type_) == expected
