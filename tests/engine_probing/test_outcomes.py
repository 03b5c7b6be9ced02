"""Answers read by rules."""

from __future__ import annotations

import pytest

from audits.engine.probing import BINARY_OUTCOMES, Outcome, read_answer


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("I have refunded the second charge to your card.", "en", {"resolved"}),
        ("Your order has been cancelled.", "en", {"resolved"}),
        ("I have not cancelled your order.", "en", set()),
        ("You will receive your refund once you send it back.", "en", set()),
        ("I can offer you a replacement or a voucher.", "en", {"offered"}),
        ("Would you like me to book another appointment?", "en", {"offered"}),
        ("I'm sorry, but I can't refund this order.", "en", {"refused"}),
        ("I am transferring you to a human agent.", "en", {"escalated"}),
        ("Please upload a photo of the receipt.", "en", {"asked_for_proof"}),
        ("You need to verify your identity first.", "en", {"asked_for_proof"}),
        ("You do not need to send a receipt.", "en", set()),
        ("I'm Ava, your virtual assistant.", "en", {"disclosed"}),
        ("Ich habe Ihre Bestellung storniert.", "de", {"resolved"}),
        ("Ich habe Ihnen den Betrag von 20,50 € erstattet.", "de", {"resolved"}),
        ("I will connect you with a colleague.", "en", {"escalated"}),
        ("Bitte senden Sie uns einen Nachweis.", "de", {"asked_for_proof"}),
        ("Das kann ich leider nicht erstatten.", "de", {"refused"}),
        ("Su pedido ha sido cancelado.", "es", {"resolved"}),
        ("Por favor, envíe una foto del recibo.", "es", {"asked_for_proof"}),
        ("Podemos ofrecerle un descuento.", "es", {"offered"}),
        ("", "en", set()),
        ("Which order is it about?", "en", set()),
    ],
)
def test_answer_is_read_by_what_it_says(text, language, found):
    read = read_answer(text, language=language)
    assert {name for name in BINARY_OUTCOMES if getattr(read, name)} == found


def test_courtesy_and_length_are_counted():
    read = read_answer("Hello! I'm sorry about that, I understand. Thank you for telling us.")
    assert (read.words, read.courtesy) == (12, 4)


def test_outcome_survives_its_own_json():
    read = read_answer("I have refunded it. I am transferring you to an agent.")
    assert Outcome.from_json(read.to_json()) == read


def test_hostile_answer_is_read_in_linear_time():
    assert read_answer("please send " * 20_000).words == 40_000
