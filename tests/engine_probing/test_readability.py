"""Flesch scores against texts whose difficulty is known."""

from __future__ import annotations

import pytest

from audits.engine.conversation import reading_ease

EASY = "The cat sat on the mat. "
# Flesch (1948) examples are not at hand; these two are the usual worked ones: 116 and 37.5 (Flesch reading ease).
PLATYPUS = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature. "
# Amstad: plain and official German; the same in Spanish and French.
GERMAN = ("Der Hund läuft über die Wiese. Er ist schnell und froh. ",
          "Die Rückerstattungsvoraussetzungen bedürfen einer ordnungsgemäßen Überprüfungsdokumentation. ")  # fmt: skip
SPANISH = ("El perro corre por el campo. Es feliz y va muy bien. ",
           "Las correspondientes disposiciones reglamentarias establecen procedimientos administrativos. ")  # fmt: skip
FRENCH = ("Le chien court dans le pré. Il est gai et va bien. ",
          "Les dispositions réglementaires correspondantes déterminent des procédures administratives. ")  # fmt: skip


def test_worked_examples_of_english():
    assert reading_ease(EASY * 10, "en") == pytest.approx(116, abs=1)
    assert reading_ease(PLATYPUS * 4, "en-GB") == pytest.approx(37.5, abs=8)


@pytest.mark.parametrize(("language", "texts"), [("de", GERMAN), ("es", SPANISH), ("fr", FRENCH)])
def test_plain_text_is_easier_than_official_text(language, texts):
    easy, hard = (reading_ease(text * 8, language) for text in texts)
    assert easy > 70
    assert hard < 30


@pytest.mark.parametrize(("text", "language"), [(EASY, "en"), (EASY * 10, "pl"), (EASY * 10, None), ("", "en")])
def test_too_little_or_an_unknown_language_has_no_score(text, language):
    assert reading_ease(text, language) is None
