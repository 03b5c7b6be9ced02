"""Offsets are code points of the given string, whatever it holds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.privacy import Span, detect, redact

_PIECES = st.sampled_from(
    [
        "a@b.co",
        "+1 415 555 0132",
        "4111 1111 1111 1111",
        "my name is Ana ",
        "https://x.org/é ",
        "DE89370400440532013000",
    ]
)
_NOISE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\x00\u200b\u200e\u202e\ufeff\ud800１２３٣۴४😀é中я-. \n\t@"),
    ),
    max_size=30,
)


@given(st.lists(st.one_of(_PIECES, _NOISE), max_size=8).map("".join))
def test_spans_are_sorted_apart_and_inside_the_text(text: str) -> None:
    spans = detect(text)

    assert list(spans) == sorted(spans)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(first.end <= second.start for first, second in itertools.pairwise(spans))


@given(_NOISE, _NOISE)
def test_a_mail_address_between_spaces_keeps_its_place(before: str, after: str) -> None:
    text = f"{before} ann.lee@example.com {after}"
    start = len(before) + 1

    assert Span(start, start + 19, "EMAIL_ADDRESS", 0.95) in detect(text)


@pytest.mark.parametrize(
    "noise", ["\x00", "\ud83d", "\u202e", "👩‍👩‍👧", "ｗｉｄｅ", "עברית", "العربية", "中文", "e\u0301"]
)
def test_offsets_hold_behind_odd_characters(noise: str) -> None:
    text = f"{noise} call +44 20 7946 0958 {noise}"
    spans = detect(text)

    assert [text[span.start : span.end] for span in spans] == ["+44 20 7946 0958"]


def test_invisible_characters_hide_nothing() -> None:
    text = "card 4111\u200b1111\u200d1111\u20601111 ok"

    assert detect(text) == (Span(5, 24 - 0, "CREDIT_CARD", 1.0),)
    assert redact(text, detect(text)) == "card [CREDIT_CARD] ok"


def test_direction_marks_around_a_value_stay_outside() -> None:
    text = "\u202a+1 415 555 0132\u202c"

    assert detect(text) == (Span(1, 16, "PHONE_NUMBER", 0.95),)


@pytest.mark.parametrize(
    "digits", ["４１１１ １１１１ １１１１ １１１１", "٤١١١ ١١١١ ١١١١ ١١١١", "४१११ ११११ ११११ ११११"]
)
def test_digits_of_other_scripts_count(digits: str) -> None:
    assert detect(f"card {digits}") == (Span(5, 24, "CREDIT_CARD", 1.0),)


@pytest.mark.parametrize("language", [None, "en", "de-DE", "xx", "", "not a language"])
def test_a_wrong_language_tag_neither_fails_nor_blinds(language: str | None) -> None:
    assert [span.type for span in detect("Mi teléfono es 612 345 678", language=language)] == ["PHONE_NUMBER"]


@pytest.mark.slow
def test_ten_megabytes_are_read_to_the_end() -> None:
    text = "lorem ipsum dolor " * 580_000 + "x@y.com"

    assert detect(text) == (Span(len(text) - 7, len(text), "EMAIL_ADDRESS", 0.95),)
