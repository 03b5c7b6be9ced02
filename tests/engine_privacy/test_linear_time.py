"""Hostile texts: the work grows with the length, and what stands at the end is found."""

import time

import pytest

from audits.engine.privacy import detect

_END = " x@y.com"
_LENGTH = 52_000
HOSTILE = {
    "dotted letters": "a.",
    "dashed ones": "1-",
    "at signs": "@",
    "addresses cut short": "a@b.",
    "colons": ":",
    "colons and digits": "1:2",
    "octets": "1.1.1.",
    "opening brackets": "(1",
    "number table": "123 ",
    "one digit": "1",
    "iban heads": "DE12",
    "card-like": "4111 1111 1111 1112 ",
    "labels": "phone: ",
    "label and spaces": "phone" + " " * 50 + "1 ",
    "name cues": "my name is ",
    "titles": "Mr Aa ",
    "streets": "12 Main Aa ",
    "street words": "calle de la ",
    "given names": "Ann ",
    "given names and surnames": "Anna Smith ",
    "given names, lower case": "anna ",
    "initials": "A. B. C. ",
    "marked names": "María ",
    "cyrillic names": "Анна Иванова ",
    "capitals": "JUAN PEREZ ",
    "surname endings": "Xowski ",
    "postal codes": "28013 Madrid ",
    "secret cues": "password is ",
    "token heads": "eyJ",
    "cyrillic cues": "меня зовут ",
    "zero-width": "1\u200b",
    "full-width": "１-",
}


def _cpu_seconds(text: str) -> float:
    def once() -> float:
        started = time.process_time()
        detect(text)
        return time.process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_address_behind_a_hostile_text_is_found(unit: str) -> None:
    text = (unit * _LENGTH)[:_LENGTH] + _END
    last = detect(text)[-1]

    assert (last.type, text[last.start : last.end]) == ("EMAIL_ADDRESS", "x@y.com")


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_four_times_the_text_is_not_sixteen_times_the_work(unit: str) -> None:
    """Linear work grows by 4, quadratic by 16; 9 leaves room for caches and a busy machine."""
    short = (unit * _LENGTH)[: _LENGTH // 4]
    detect(short + _END)

    assert _cpu_seconds((unit * _LENGTH)[:_LENGTH] + _END) < 9 * max(_cpu_seconds(short + _END), 0.002)
