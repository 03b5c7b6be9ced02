"""Words that announce what a value is: "phone", "rachunek", "Steuer-ID"."""

import re
from collections.abc import Iterable, Mapping

from .matching import WORD_LETTERS, Pattern, decoded, encoded

_REACH_BEFORE = 48
_REACH_AFTER = 26
#: What may stand between a value and the word behind it that names it: "… is my mobile", "…-Fax".
_LINK_AFTER = re.compile(
    r"[ \-()\\,/]*(?:(?:is|was|as|this|my|the|our|a|es|son|mi|ist|mein|meine|est|mon|ma|jest|to|mój|moja|moje|"
    r"это|мой|моя|è|é|il|mio|mia|mijn|meu|minha)\s+){0,4}"
)


class Lexicon:
    """Word stems and the type that each announces."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._types: dict[str, str] = {}
        for stem, type_ in words:
            self._types.setdefault(stem.lower(), type_)
        stems = sorted(self._types, key=len, reverse=True)
        alternatives = "|".join(re.escape(stem).replace(r"\ ", " ") for stem in stems)
        self._pattern = Pattern(f"(?i)(?:^|[^{WORD_LETTERS}])({alternatives})")

    def found(self, window: str) -> list[tuple[int, int, str]]:
        """(start, end, type) of every stem that begins a word of `window`, in code points, in order."""
        data = encoded(window)
        hits: list[tuple[int, int, str]] = []
        position = 0
        while span := self._pattern.search(data, position):
            stem = decoded(data[span[0] : span[1]])
            type_ = self._types.get(stem.lower())
            if type_ is not None:
                start = len(decoded(data[: span[0]]))
                hits.append((start, start + len(stem), type_))
            position = max(span[1], position + 1)
        return hits


def stems(type_: str, words: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """All stems of a detector, whatever their language: a message's language tag may be wrong."""
    return ((stem, type_) for each in words.values() for stem in each)


def labels_near(text: str, start: int, end: int, lexicon: Lexicon) -> tuple[str | None, str | None]:
    """The types announced by the nearest word before, and by the nearest word after in the same phrase."""
    before = lexicon.found(text[max(0, start - _REACH_BEFORE) : start])
    window = text[end : end + _REACH_AFTER]
    after = [type_ for at, _, type_ in lexicon.found(window)[:1] if _LINK_AFTER.fullmatch(window, 0, at)]
    return (before[-1][2] if before else None), (after[0] if after else None)
