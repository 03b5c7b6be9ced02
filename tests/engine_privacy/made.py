"""Scores on invented messages in thirteen languages, per type and language."""

import random
from collections.abc import Iterator

from tests.engine_privacy.made_texts import NOTHING, SAID
from tests.engine_privacy.made_values import MAKERS, digits
from tests.engine_privacy.scoring import Row, Score, compare

PER_SENTENCE = 24


def made_rows(language: str, type_: str) -> Iterator[Row]:
    """Messages with one value of a type each."""
    rng = random.Random(f"{language} {type_}")
    for sentence in SAID[language].get(type_, ()):
        for _ in range(PER_SENTENCE):
            value = MAKERS[type_](rng, language)
            start = sentence.index("{}")
            yield {
                "text": sentence.replace("{}", value),
                "language": language,
                "spans": [{"start": start, "end": start + len(value), "type": type_}],
            }


def harmless_texts(language: str) -> Iterator[str]:
    """Messages with numbers, and without personal data of a structured type."""
    rng = random.Random(language)
    for sentence in NOTHING[language]:
        for _ in range(PER_SENTENCE):
            yield "".join(digits(rng, 1) if c == "#" else c for c in sentence)


def made_score(language: str, type_: str) -> Score:
    """What is found in `made_rows`, all types."""
    return compare(made_rows(language, type_), frozenset({type_}))
