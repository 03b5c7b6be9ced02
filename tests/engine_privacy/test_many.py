"""Many texts at once: the same answers as one by one, whatever stands beside a text and however they are cut up."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audits.engine.privacy import detect, detect_many
from audits.engine.privacy import detection as engine
from audits.engine.privacy.own_patterns import OwnPattern, compile_own
from tests.engine_privacy.made import harmless_texts, made_rows
from tests.engine_privacy.made_texts import SAID
from tests.engine_privacy.made_values import MAKERS
from tests.engine_privacy.test_linear_time import HOSTILE

#: What begins, ends or splits values, so that neighbours would complete each other if anything reached across.
_PIECES = (
    "Anna Smith", "anna", "my name is", "Mr", "Lee", "4111 1111", "1111 1111", "+1 415", "555 0132", "ssn", "536-90-",
    "4399", "a@", "b.co", "http://", "12 Main", "Street", "ul. Długa", "5", "Berlin", "меня зовут", "Иван", "password:",
    "hunter2", "DE89 3704 0044", "0532 0130 00", "card ending in", "1234", "born", "12.03.1980", "１２３", "\u200b",
    "\t", "\n", "\0", "é", "😀", "我叫王小明", "KD-123456", "PO box", " ", ".", ",", "",
)  # fmt: skip
_TEXTS = st.lists(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=6).map(" ".join), max_size=9)
_OWN = compile_own([OwnPattern("CUSTOMER_NUMBER", r"KD-\d{6}", 0.8, {}, version=1)])


@settings(max_examples=150)
@given(_TEXTS, st.integers(1, 5), st.integers(1, 80))
@example(["", "", ""], 2, 1)
@example(["4111 1111", "1111 1111"], 5, 80)
@example(["\ud800 a@b.co", "\udfff", "\udcff\n+1 415 555 0132"], 5, 80)
def test_many_texts_get_the_answers_that_each_gets(texts: list[str], most: int, longest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_MOST_IN_PORTION", most)
        patch.setattr(engine, "_LONGEST_PORTION", longest)
        together = detect_many(texts, own=_OWN.detectors)

    assert together == [detect(text, own=_OWN.detectors) for text in texts]


def test_made_messages_of_all_languages_get_the_answers_that_each_gets() -> None:
    rows = [(row["text"], language) for language in SAID for type_ in MAKERS for row in made_rows(language, type_)]
    rows += [(text, language) for language in SAID for text in harmless_texts(language)]
    texts, languages = zip(*rows, strict=True)

    assert detect_many(texts, languages=languages) == [detect(text, language=spoken) for text, spoken in rows]


def test_hostile_texts_get_the_answers_that_each_gets() -> None:
    texts = [(unit * 4_000)[:4_000] + " x@y.com" for unit in HOSTILE.values()]

    assert detect_many(texts) == [detect(text) for text in texts]


def test_the_types_asked_for_limit_the_answers() -> None:
    answers = detect_many(["a@b.co, +1 415 555 0132", "a@b.co"], types={"PHONE_NUMBER"})

    assert [[span.type for span in spans] for spans in answers] == [["PHONE_NUMBER"], []]
