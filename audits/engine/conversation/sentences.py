"""Texts cut into sentences, and words looked for in them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from audits.engine.privacy.matching import WORD_LETTERS, Pattern, decoded, encoded

_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*|\n")
_ABBREVIATION = re.compile(r"\b(A)\.(I)\b\.?")
#: Longest text whose behaviour is read; what an assistant is gets said at the beginning.
_LONGEST = 20_000


class Sentence(NamedTuple):
    """A sentence, its closing mark included."""

    text: str

    @property
    def is_question(self) -> bool:
        return self.text.rstrip().endswith(("?", "？"))


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text`, with straight apostrophes."""
    plain = _ABBREVIATION.sub(r"\1\2", text[:_LONGEST].replace("’", "'"))
    for match in _SENTENCE.finditer(plain):
        if match.group().strip():
            yield Sentence(match.group().strip())


def phrase_pattern(*phrases: str) -> Pattern:
    """A case-blind expression for any of `phrases` as whole words. A phrase may hold regular-expression syntax."""
    return Pattern(rf"(?i)(?:^|[^{WORD_LETTERS}])({'|'.join(phrases)})(?:$|[^{WORD_LETTERS}])")


def find(pattern: Pattern, text: str) -> tuple[int, int] | None:
    """The first match of `pattern` in `text`, as offsets in code points."""
    data = encoded(text)
    span = pattern.search(data, 0)
    if span is None:
        return None
    start = len(decoded(data[: span[0]]))
    return start, start + len(decoded(data[span[0] : span[1]]))


def occurs(pattern: Pattern, text: str) -> bool:
    """Whether `pattern` matches anywhere in `text`."""
    return pattern.search(encoded(text), 0) is not None
