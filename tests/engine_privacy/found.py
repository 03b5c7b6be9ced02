"""How the tests of this folder read the engine's answer."""

from audits.engine.privacy import detect


def found(text: str, type_: str, language: str | None = None) -> list[str]:
    """The pieces of `text` that were found to be of a type."""
    return [text[span.start : span.end] for span in detect(text, language=language) if span.type == type_]
