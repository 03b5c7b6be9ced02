"""Whole addresses as one find, in the way each country writes them. `|` marks where the address begins and ends."""

import pytest

from tests.engine_privacy.found import found

ENGLISH = [
    "Send it to |12 High Street, London SW1A 1AA|, please",
    "I live at |Flat 3, 12 High St, Leeds LS1 4AB| and need help",
    "|Flat 3, 12 High St|",
    "|123 N Main St Apt 4B, Springfield, IL 62704|",
    "|1600 Pennsylvania Ave NW, Washington, DC 20500|",
    "|221B Baker Street, London NW1 6XE|",
    "|5 The Cottages, Ripley GU23 6AA|",
    "We moved to |7 Kingsmead, Guildford GU1 2AB|. Please call me",
    "|12-14 Mill Lane|",
    "|PO Box 123, Albany, NY 12207|",
    "|12 High St, London|. Please call me",
    "2 people at King Street",
    "A table for 2 at 5 pm in King Street",
    "Spring 2024 Collection",
    "Engineering 101, during 5 weeks",
    "I leave from the place March 10",
    "On 12 May, London SW1A 1AA",
    "Their telephone is 01223 356354, Cambridge CB2 1AB",
]
GERMAN = [
    "|Goethestr. 12a, 10115 Berlin|",
    "Ich wohne |Am Markt 3|.",
    "|Am Markt 3, 10115 Berlin|",
    "Ich wohne |Unter den Linden 77, 10117 Berlin|.",
    "|Lindenstraße 5, 3. OG links, 80331 München, Deutschland|",
    "|Anna-Seghers-Weg 27-49, 88482 Heinsberg|",
    "|Bahnhofstrasse 5, 8001 Zürich|",
    "|Postfach 10 12 34, 50667 Köln|",
    "|Hauptstr. 5|, 10000 Stück",
    "Am Montag 3 Personen",
    "Rechnung 5, 10115 Berlin",
    "Max Müller\n|Lindenstr. 3\n10115 Berlin|",
    "Meine Adresse ist |Lindenstr. 3 in 10115 Berlin|. Danke",
]
FRENCH = [
    "J'habite au |12 bis rue de la Paix, 75002 Paris|",
    "|8, avenue des Champs-Élysées, 75008 Paris, France|",
    "|14 allée des Tilleuls, 69003 Lyon|",
    "|rue du Bourg, 35000 Rennes|",
    "une place pour 2 personnes",
]
SPANISH = [
    "Vivo en |C/ Mayor 5, 3º B, 28013 Madrid|",
    "|Calle de Alcalá, 45, 2º izq., 28014 Madrid|",
    "|Avda. de la Constitución 12, 41001 Sevilla (Sevilla)|",
    "|Apartado de correos 123, 28080 Madrid|",
    "|Calle Mayor 5|, 15000 euros",
    "|Calle Mayor 5|, Gracias",
    "Clínica Aurora. |Calle Mayor 5|, 28013 Madrid",
]
ITALIAN = [
    "Abito in |Via Roma 12, 20121 Milano (MI)|",
    "|Corso Vittorio Emanuele II, 15, 10123 Torino TO|",
    "|Viale Trieste, 11 Piano 2, 85021, Avigliano (PZ)|",
    "|Piazza del Duomo 1|",
    "volo via Roma per 2",
]
DUTCH = [
    "Ik woon op |Keizersgracht 123-II, 1015 CJ Amsterdam|",
    "|Lange Nieuwstraat 3, 3512 PA Utrecht|",
    "|Kerkstraat 12 bis, 1017GC Amsterdam|",
    "|Postbus 1234, 1000 AA Amsterdam|",
    "een tafel in de straat voor 2",
]
POLISH = [
    "|ul. Długa 5/7 m. 3, 00-238 Warszawa|",
    "Mieszkam przy |al. Jerozolimskich 54, 00-024 Warszawa, Polska|",
    "|Rynek Główny 1, 31-042 Kraków|",
    "plac dla 2 osób",
]
PORTUGUESE = [
    "|Rua Augusta, 1500, apto 12, Consolação, São Paulo - SP, 01304-001|",
    "Moro na |Rua da Prata 80, 1100-420 Lisboa|",
    "|Av. Paulista, 1000 - Bela Vista, São Paulo - SP|",
    "|Avenida da Liberdade 110, 3º Esq., 1250-146 Lisboa, Portugal|",
    "na rua com 2 amigos",
]
RUSSIAN = [
    "|г. Москва, ул. Тверская, д. 7, кв. 15, 125009|",
    "|125009, Россия, г. Москва, ул. Тверская, д. 7, кв. 15|",
    "|Московская обл., г. Химки, ул. Ленина, 5, кв. 10|",
    "Мой адрес: |Санкт-Петербург, Невский проспект, д. 20, кв. 3|",
    "Живу на |Невском проспекте, 20|",
    "|г. Казань, наб. Строителей, д. 3 к. 7/6, 420009|",
    "на улице было 2 человека",
]
ROWS = [
    *(("en", row) for row in ENGLISH),
    *(("de", row) for row in GERMAN),
    *(("fr", row) for row in FRENCH),
    *(("es", row) for row in SPANISH),
    *(("it", row) for row in ITALIAN),
    *(("nl", row) for row in DUTCH),
    *(("pl", row) for row in POLISH),
    *(("pt", row) for row in PORTUGUESE),
    *(("ru", row) for row in RUSSIAN),
]


@pytest.mark.parametrize(("language", "row"), ROWS, ids=[f"{language}{at}" for at, (language, _) in enumerate(ROWS)])
def test_an_address_is_found_from_its_first_word_to_its_last(language: str, row: str) -> None:
    _, *marked = row.split("|")

    assert found(row.replace("|", ""), "ADDRESS", language) == marked[:1]
    assert found(row.replace("|", ""), "ADDRESS") == marked[:1], "the language is a help, not a need"
