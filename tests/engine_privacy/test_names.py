"""Names of persons by what they are: a sentence each, written for this test, with the names that it holds."""

import pytest

from audits.engine.privacy import detect
from audits.engine.privacy.names import person_at
from tests.engine_privacy.found import found

NAMES = {
    "en": [
        ("I spoke with Deborah Whitfield about my refund.", ["Deborah Whitfield"]),
        ("Could you add Tyrone to the booking?", ["Tyrone"]),
        ("Best regards,\nEmily Watson", ["Emily Watson"]),
        ("Please call Mrs. Thompson at 5pm.", ["Thompson"]),
        ("The parcel is for Eric G. Samoylova.", ["Eric G. Samoylova"]),
        ("My manager, Patrick O'Connor, agreed.", ["Patrick O'Connor"]),
        ("i'm sarah connor, order 123", ["sarah connor"]),
        ("JUAN PEREZ wants a refund", ["JUAN PEREZ"]),
        ("Megan's card was charged twice.", ["Megan"]),
        ("The technician, Mr Marsh, never came. Surname Stone.", ["Marsh", "Stone"]),
        ("name: perry calhoun", ["perry calhoun"]),
    ],
    "es": [
        ("El paciente José Luis Rodríguez García acudió a consulta.", ["José Luis Rodríguez García"]),
        ("Mi hija Carmen no recibió el paquete.", ["Carmen"]),
        ("La señora Martínez llamó ayer.", ["Martínez"]),
        ("Apellidos: De la Fuente Ramos.", ["De la Fuente Ramos"]),
        ("la reserva es para ana ruiz y luis gil", ["ana ruiz", "luis gil"]),
        (
            "La reserva es para Ana Ruiz y Luis Gil, no José Ortega y Gasset.",
            ["Ana Ruiz", "Luis Gil", "José Ortega y Gasset"],
        ),
    ],
    "de": [
        ("Mein Mann Jürgen hat gestern angerufen.", ["Jürgen"]),
        ("Die Rechnung für Anna-Lena Hoffmann fehlt.", ["Anna-Lena Hoffmann"]),
        ("Bitte verbinden Sie mich mit Frau Özdemir.", ["Özdemir"]),
        ("Viele Grüße\nSabine Wagner", ["Sabine Wagner"]),
    ],
    "fr": [
        ("Mon mari, Jean-Pierre Moreau, a payé.", ["Jean-Pierre Moreau"]),
        ("Bonjour, je suis Amélie Lefèvre.", ["Amélie Lefèvre"]),
        ("Cordialement, François Bernard", ["François Bernard"]),
    ],
    "pl": [
        ("Proszę o kontakt z Anną Nowak w sprawie zamówienia.", ["Anną Nowak"]),
        ("Przesyłka dla Jana Kowalskiego nie dotarła.", ["Jana Kowalskiego"]),
        ("Rozmawiałem z panem Kowalskim o tej sprawie.", ["Kowalskim"]),
    ],
    "ru": [
        ("Позвоните Сергею Кузнецову.", ["Сергею Кузнецову"]),
        ("Заказ на имя Иванова Ивана Петровича.", ["Иванова Ивана Петровича"]),
        ("Я говорил с Ольгой вчера.", ["Ольгой"]),
        ("Call Ekaterina Smirnova, please.", ["Ekaterina Smirnova"]),
    ],
    "it": [("Il signor Esposito ha chiamato, poi Giulia Bianchi.", ["Esposito", "Giulia Bianchi"])],
    "nl": [
        ("Mijn man Pieter van den Berg belde.", ["Pieter van den Berg"]),
        ("De monteur, meneer van Dijk, kwam niet.", ["van Dijk"]),
    ],
    "sv": [("jag heter gunvor ek och ringer", ["gunvor ek"])],
    "tr": [("Sayın Özdemir, eşim İlknur aradı.", ["Özdemir", "İlknur"])],
    "pt": [("Olá, meu nome é João da Silva.", ["João da Silva"])],
    "cs": [("Volala paní Dvořáková a Tomáš Novotný.", ["Dvořáková", "Tomáš Novotný"])],
    "zh": [("你好，我叫王小明，我的订单没到。", ["王小明"])],
    "ja": [("私の名前は田中太郎です。", ["田中太郎"])],
    "ko": [("제 이름은 김민수입니다.", ["김민수"])],
}
ROWS = [(language, text, names) for language, rows in NAMES.items() for text, names in rows]

NO_NAMES = [
    "I want to go to San Jose and then Paris in May.",
    "Book a table at Olive Garden in San Francisco on Monday.",
    "The Hilton London is full; try Marriott.",
    "Is the Alexander near Grant Street?",
    "Bill me later. Mark my words. Rose wine please. Grant access.",
    "Will it arrive in August? May I pay by card?",
    "Lincoln Park and Victoria Station are closed.",
    "One Earl Grey and a Jasmine tea, please.",
    "Hello Alexa, hey Siri",
    "We fly to Jordan and Georgia, then Chad.",
    "It is called Johnson & Johnson.",
    "I live at 12 Thomas Street.",
    "Ich möchte eine Rechnung. Der Kaiser war da. Viele Grüße",
    "Der Sommer in Berlin, im Januar nach Köln.",
    "Quiero ir a Santa Cruz en julio. Hay paz y luz.",
    "El síndrome de Down y la prueba de Romberg.",
    "Je voudrais aller à Lyon lundi. Bonjour Madame.",
    "Jadę do Krakowa w środę. Dzień dobry.",
    "Хочу поехать в Москву в среду. Я потерял веру и надежду.",
    "Могу я заказать такси от колледжа Христа?",
    "my name is not on the list",
    "mark it as done, will you",
    "Dear Sir Good morning",
    "name: not sure",
]


@pytest.mark.parametrize(("language", "text", "names"), ROWS)
def test_names_are_found(language: str, text: str, names: list[str]) -> None:
    assert found(text, "PERSON", language) == names


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_only_looks_like_a_name_is_left_alone(text: str) -> None:
    assert found(text, "PERSON") == []


def test_offsets_count_code_points_of_the_given_text() -> None:
    text = "😀\u200b Мария\u200b Иванова и José\u00a0García"

    assert [(span.start, span.end) for span in detect(text) if span.type == "PERSON"] == [(3, 17), (20, 31)]


def test_a_name_with_two_signs_scores_above_one_with_one() -> None:
    surname_too, alone = (detect(text)[0].score for text in ("Ask Deborah Whitfield.", "Ask Deborah."))

    assert surname_too > alone


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Deborah Whitfield", "a given name and a surname"),
        ("Deborah", "a given name by itself"),
        ("Mr. Deborah", "a name after a title"),
    ],
)
def test_every_name_says_why(text: str, reason: str) -> None:
    person = person_at(text, text.index("Deborah"))

    assert person is not None
    assert person.reason == reason
