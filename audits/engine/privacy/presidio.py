"""Microsoft Presidio's pattern recognizers behind the same interface as `detect`, where its package is installed.

An adapter for operators who have to compare or to keep what they are used to, and the oracle of the benchmark.
It takes no language model: names are found only by what has a pattern. It is some hundred times slower than
the engine, and its time is not linear in the text. Needs the `presidio` extra.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .resolution import Ranked, resolve
from .spans import DetectionError, Span, Spans

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

#: Languages that Presidio has recognizers for; texts in others are read as English.
LANGUAGES = ("en", "es", "it", "pl", "de", "fi", "ko", "th")
#: Presidio's names where ours differ.
_RENAMED = {
    "US_BANK_NUMBER": "ACCOUNT_NUMBER",
    "ES_NIE": "ES_NIF",
    "US_PASSPORT": "PASSPORT",
    "UK_PASSPORT": "PASSPORT",
    "IN_PASSPORT": "PASSPORT",
    "IT_PASSPORT": "PASSPORT",
    "KR_PASSPORT": "PASSPORT",
}
#: Any date at all, which is nothing personal.
_LEFT_OUT = frozenset({"DATE_TIME"})


class PresidioMissing(ImportError):
    """The `presidio` extra is not installed."""


@lru_cache(maxsize=1)
def analyzer() -> "AnalyzerEngine":
    """Presidio's analyzer with its predefined patterns and without a language model. Raises PresidioMissing."""
    try:
        import tldextract
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
    except ImportError as error:
        raise PresidioMissing("Presidio is not installed: pip install probity[presidio]") from error

    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)  # it logs several lines for every text
    # Presidio's mail recognizer would fetch the list of public suffixes from the network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())

    class NoLanguageModel(NlpEngine):
        """Gives every text empty artifacts, so that only patterns are at work."""

        def load(self) -> None:
            """Nothing to load."""

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> NlpArtifacts:
            nothing: Any = []
            return NlpArtifacts(nothing, nothing, [], [], self, language)

        def process_batch(
            self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
        ) -> Iterator[tuple[str, NlpArtifacts]]:
            return ((text, self.process_text(text, language)) for text in texts)

        def is_stopword(self, word: str, language: str) -> bool:
            return False

        def is_punct(self, word: str, language: str) -> bool:
            return False

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return list(LANGUAGES)

    registry = RecognizerRegistry(supported_languages=list(LANGUAGES))
    registry.load_predefined_recognizers(languages=list(LANGUAGES))
    registry.remove_recognizer("SpacyRecognizer")
    return AnalyzerEngine(registry=registry, nlp_engine=NoLanguageModel(), supported_languages=list(LANGUAGES))


def detect(text: str, *, language: str | None = None, types: Collection[str] | None = None) -> Spans:
    """What Presidio finds in `text`: sorted spans that do not overlap, offsets in code points, types named as ours.

    Where finds overlap, the surer wins, then the longer. Raises PresidioMissing, and DetectionError if Presidio
    failed on the text.
    """
    engine = analyzer()
    spoken = (language or "en")[:2].lower()
    try:
        results = engine.analyze(text=text, language=spoken if spoken in LANGUAGES else "en")
    except Exception as error:  # whatever Presidio raises, the text has not been read to its end
        raise DetectionError(f"Presidio: {type(error).__name__} while scanning") from error
    found = (
        Span(each.start, each.end, _RENAMED.get(each.entity_type, each.entity_type), round(each.score, 4))
        for each in results
        if each.entity_type not in _LEFT_OUT
    )
    spans = resolve([Ranked(int(100 * span.score), span) for span in found])
    return spans if types is None else tuple(span for span in spans if span.type in types)


def detect_many(texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]:
    """What `detect` gives for each text; Presidio looks at one after the other."""
    return [detect(text, language=language) for text, language in zip(texts, languages, strict=True)]
