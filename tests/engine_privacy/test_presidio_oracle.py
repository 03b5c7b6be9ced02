"""Presidio as the oracle for what it can prove: a value that passes its checks is one for the engine too."""

from collections.abc import Iterator

import pytest

from audits.engine.privacy import detect, presidio
from audits.engine.privacy.spans import Span
from tests.engine_privacy.made import harmless_texts, made_rows
from tests.engine_privacy.made_texts import SAID

#: Types whose values Presidio checks by more than their look.
PROVED = frozenset({"CREDIT_CARD", "CRYPTO", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS"})
EVERY = 5


def texts(language: str) -> Iterator[str]:
    """Every so many of the invented messages with a value of one of the types, and some without any."""
    for type_ in sorted(PROVED & SAID[language].keys()):
        yield from [row["text"] for row in made_rows(language, type_)][::EVERY]
    yield from list(harmless_texts(language))[:: 8 * EVERY]


def overlaps(one: Span, other: Span) -> bool:
    return one.type == other.type and one.start < other.end and other.start < one.end


@pytest.mark.parametrize("language", ["en", "es", "de", "it", "pl"])
def test_what_presidio_proves_is_found(language: str) -> None:
    missed, proved = [], 0
    for text in texts(language):
        ours = detect(text, language=language)
        for span in presidio.detect(text, language=language, types=PROVED):
            proved += span.score == 1.0
            if span.score == 1.0 and not any(overlaps(span, found) for found in ours):
                missed.append((text, span))
    assert missed == []
    assert proved >= 20
