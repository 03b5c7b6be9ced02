"""Groups in words for people: "65+", "Polish", "unknown"."""

from __future__ import annotations

from collections.abc import Mapping

from audits.engine.bias.cube import UNKNOWN
from portal.core.languages import language_name


def level_words(dimension: str, level: object) -> str:
    """One level of a dimension: languages by name, None as unknown."""
    if level is None:
        return UNKNOWN
    return language_name(str(level)) if dimension == "language" else str(level)


def group_words(group: Mapping[str, object]) -> str:
    """A group as a result keeps it, dimension → level."""
    return " × ".join(level_words(dimension, level) for dimension, level in group.items())
