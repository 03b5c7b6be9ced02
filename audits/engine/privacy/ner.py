"""Persons and places by a language model: spaCy, behind the same spans. Slow, so it is nobody's default.

    model = LanguageModel(spacy.load("en_core_web_sm"))
    model.find("I spoke with Favian Rangel.")       # [Span(13, 26, "PERSON", 0.6)]

Needs the `ner` extra and a model's package; nothing is downloaded.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .spans import DetectionError, Span

TYPES = ("LOCATION", "PERSON")
#: What models call them. GPE is a country, a city, a state.
_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "persName": "PERSON",
    "GPE": "LOCATION", "LOC": "LOCATION", "placeName": "LOCATION", "geogName": "LOCATION",
}  # fmt: skip
_SCORE = 0.6
#: A model's memory grows with the text; longer ones are read in pieces, cut at a space.
_LONGEST_PIECE = 20_000
_LAST_SPACE = re.compile(r"\s\S*\Z")
_LONGEST_WORD = 200


class ModelMissing(Exception):
    """The `ner` extra or the model's package is not installed."""


def load(package: str) -> "LanguageModel":
    """The model of an installed package. Raises ModelMissing."""
    try:
        import spacy

        return LanguageModel(spacy.load(package))
    except (ImportError, OSError) as error:
        raise ModelMissing(f"{package}: install probity[ner] and the model's package") from error


class LanguageModel:
    """A spaCy pipeline as a finder. `version` names the model and its version."""

    types = TYPES

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        meta = pipeline.meta
        self.version = f"{meta['lang']}-{meta['name']}-{meta['version']}"

    def find(self, text: str) -> list[Span]:
        """Persons and places in order, offsets in code points. Raises DetectionError where the model gave up."""
        try:
            return [span for start, piece in _pieces(text) for span in self._read(piece, start)]
        except (ValueError, IndexError, RecursionError, MemoryError) as error:
            raise DetectionError(f"{type(error).__name__} in the language model") from error

    def _read(self, piece: str, start: int) -> Iterable[Span]:
        for entity in self._pipeline(piece).ents:
            type_ = _LABELS.get(entity.label_)
            if type_ is not None and any(character.isalpha() for character in entity.text):
                yield Span(start + entity.start_char, start + entity.end_char, type_, _SCORE)


def _pieces(text: str) -> Iterable[tuple[int, str]]:
    start = 0
    while len(text) - start > _LONGEST_PIECE:
        end = start + _LONGEST_PIECE
        space = _LAST_SPACE.search(text, end - _LONGEST_WORD, end)
        end = space.start() + 1 if space else end
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def joined(sure: Sequence[Span], more: Iterable[Span]) -> list[Span]:
    """`sure`, and of `more` what overlaps none of it: sorted, not overlapping."""
    kept = sorted(sure)
    for span in more:
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return sorted(kept)
