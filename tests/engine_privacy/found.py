"""How the tests of this folder read the engine's answer."""

from collections.abc import Sequence

from audits.engine.privacy import Spans, detect


def found(text: str, type_: str, language: str | None = None) -> list[str]:
    """The pieces of `text` that were found to be of a type."""
    return [text[span.start : span.end] for span in detect(text, language=language) if span.type == type_]


def nothing_is_lost(alone: Sequence[Spans], by_conversation: Sequence[Spans]) -> bool:
    """Whether all that was found in the turns alone is found in the conversation too, and the findings as they were."""
    return all(
        {place for span in found for place in range(*span[:2])}
        <= {place for span in turn for place in range(*span[:2])}
        and {span for span in found if span.score >= 0.5} <= set(turn)
        and not any(span.score >= 0.5 for span in set(turn) - set(found))
        for found, turn in zip(alone, by_conversation, strict=True)
    )
