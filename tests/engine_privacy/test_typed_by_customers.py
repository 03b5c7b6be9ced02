"""Addresses as customers type and dictate them: words for signs, no capitals. `|` marks where the value stands."""

import pytest

from tests.engine_privacy.found import found

MAIL = [
    "send it to |john dot smith at gmail dot com| please",
    "contact |jane dot doe at acme dot co dot uk| please",
    "reach me at |mary.jones at outlook.com|",
    "my email address is |bob at company dot com|",
    "my mail is |susan.boyle @ hotmail.com|",
    "mi correo es |juan.perez arroba gmail punto com|",
    "mi correo: |maria_lopez(arroba)hotmail.com|",
    "meine Mail ist |anna punkt schmidt ät web punkt de|",
    "mon mail c'est |jean.dupont arobase orange point fr|",
    "mój mail to |jan.kowalski małpa wp kropka pl|",
    "моя почта |ivan собака mail точка ru|",
    "la mia mail è |mario.rossi chiocciola libero punto it|",
    "mijn mail is |jan apenstaartje ziggo punt nl|",
    "meu email é |joao arroba uol ponto com ponto br|, obrigado",
    "look at booking dot com",
    "email us at support.acme.com",
    "I booked it at hotels.com yesterday",
    "room 5 at hilton.com",
    "my order A-123 at amazon.com",
    "check-in at hilton.com was slow",
    "le point de vente est à Paris",
    "el punto com de la web",
    "Meet me at noon. Then we go",
]
STREETS = [
    "i live at |12 oak street, springfield|",
    "my address is |flat 3, 45 high street, bristol bs1 2ab|",
    "|742 evergreen terrace springfield il 62704|",
    "pls deliver to |7 mill lane| today",
    "the new address is |48 main street mastic new york 11950|",
    "the museum is 2 miles down the road",
    "a table for 2 at 5 pm near king street",
    "we walked 5 minutes from high street",
    "it took 3 hours to drive",
    "turn left after 200 m on the road",
]


@pytest.mark.parametrize(
    ("type_", "marked"),
    [("EMAIL_ADDRESS", marked) for marked in MAIL] + [("ADDRESS", marked) for marked in STREETS],
)
def test_what_customers_type_is_found_whole(type_: str, marked: str) -> None:
    assert found(marked.replace("|", ""), type_) == marked.split("|")[1::2]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("DATE_OF_BIRTH", "My date of birth is 12 Feb 88", "12 Feb 88"),
        ("CREDENTIAL", "mein Passwort lautet Hund123", "Hund123"),
    ],
)
def test_what_the_text_announces_is_found(type_: str, text: str, value: str) -> None:
    assert found(text, type_) == [value]


@pytest.mark.parametrize("text", ["my iban is", "iva incluido", "iban al centro y volvían", "tengo una esim"])
def test_a_thing_that_is_also_a_name_is_none_in_lower_case(text: str) -> None:
    assert found(text, "PERSON") == []
