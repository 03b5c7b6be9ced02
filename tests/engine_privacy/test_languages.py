"""Invented messages in thirteen languages: each type is found in each, and numbers that are nothing stay nothing."""

import pytest

from audits.engine.privacy import detect
from tests.engine_privacy.made import harmless_texts, made_score
from tests.engine_privacy.made_texts import NOTHING, SAID

_NOT_STRUCTURED = {"PERSON", "LOCATION", "ADDRESS"}
#: Below 1 for bare Spanish domain names in the middle of a clause: "ejemplo.es" could be a forgotten space.
_BAR = 0.93


@pytest.mark.parametrize("language", SAID)
def test_structured_values_are_found_in_every_language(language: str) -> None:
    scores = {type_: made_score(language, type_) for type_ in SAID[language]}

    assert {type_: round(score.recall(type_), 2) for type_, score in scores.items() if score.recall(type_) < _BAR} == {}
    assert {type_: score["false", type_] for type_, score in scores.items() if score["false", type_]} == {}


@pytest.mark.parametrize("language", NOTHING)
def test_orders_dates_and_prices_are_not_personal(language: str) -> None:
    false = [
        (text[span.start : span.end], span.type, text)
        for text in harmless_texts(language)
        for span in detect(text, language=language)
        if span.type not in _NOT_STRUCTURED
    ]

    assert false == []
