"""Names that integrations give to outcomes, scores and attributes, as people read them."""

from __future__ import annotations

#: Scores that are known by their first letters.
_ABBREVIATIONS = frozenset({"aht", "ces", "csat", "fcr", "nps"})


def name_words(name: str) -> str:
    """Inside a sentence: "CSAT", "first answer"."""
    return " ".join(word.upper() if word.lower() in _ABBREVIATIONS else word for word in name.split("_"))


def name_title(name: str) -> str:
    """At the head of a line: "CSAT", "First answer", "CSAT after chat"."""
    words = name_words(name)
    return words[:1].upper() + words[1:]
