"""Numbers that only the question of the turn before names."""

import pytest

from audits.engine.conversation.answers import with_answers
from audits.engine.conversation.turns import Turn
from audits.engine.privacy import detect_many


def _answer(question: str, answer: str, *, asker: str = "assistant", language: str | None = None) -> list[object]:
    turns = [Turn(asker, question), Turn("customer", answer)]
    spans = with_answers(turns, detect_many([turn.text for turn in turns]), language=language)[1]
    return [(answer[span.start : span.end], span.type, span.score) for span in spans]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Could you tell me the last four digits of the card?", "8569", [("8569", "CREDIT_CARD", 0.45)]),
        ("Thanks. May I have your card number please", "it's 89644513354", [("89644513354", "CREDIT_CARD", 0.45)]),
        ("And the last four digits of your SSN, please?", "ok 8569", [("8569", "US_SSN", 0.45)]),
        ("What is your account number?", "43262 😀", [("43262", "ACCOUNT_NUMBER", 0.45)]),
        ("¿Cuál es el número de su tarjeta?", "８５６９", [("８５６９", "CREDIT_CARD", 0.45)]),
        ("Wie lautet Ihre Kartennummer?", "4182", [("4182", "CREDIT_CARD", 0.45)]),
        ("Podaj numer karty.", "4182", [("4182", "CREDIT_CARD", 0.45)]),
        ("Назовите номер карты", "4182", [("4182", "CREDIT_CARD", 0.45)]),
    ],
)
def test_the_question_names_the_number(question: str, answer: str, expected: list[object]) -> None:
    assert _answer(question, answer) == expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Your card number?", "4111 1111 1111 1111", [("4111 1111 1111 1111", "CREDIT_CARD", 1.0)]),
        ("Your card number?", "my phone is 415-555-0132", [("415-555-0132", "PHONE_NUMBER", 0.8)]),
        ("Your order number?", "my order is 85691", []),
        ("Do you pay by card? What time suits you?", "1830", [("1830", "US_SSN", 0.3)]),
        ("I see your card. How many people will come?", "12", []),
        (
            "Your card number?",
            "I have none with me, but I remember that I paid with it on the 12 03 2024",
            [],
        ),
    ],
)
def test_what_says_itself_what_it_is_stays_that(question: str, answer: str, expected: list[object]) -> None:
    assert _answer(question, answer) == expected


def test_what_a_customer_asks_names_no_number_of_theirs() -> None:
    assert _answer("What is my card number?", "43262", asker="customer") == []
