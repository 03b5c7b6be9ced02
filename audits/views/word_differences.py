"""Two texts side by side, with the words marked that only one of them has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"(\s*)(\w+|[^\w\s]|\Z)")
# Comparing takes as many steps as words of the one stand in the other, and that anew for each stretch that is equal:
# texts that are longer, or say the same again and again, are shown without marks.
LONGEST, MOST_MATCHES = 4000, 20_000

Word = tuple[str, str]
"""The space before a word, and the word or sign itself."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked where the other text has something else."""

    text: str
    marked: bool = False


def marked_apart(a: str, b: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces that join to them again."""
    first, second = _WORDS.findall(a), _WORDS.findall(b)
    ours, theirs = ([word for _, word in words] for words in (first, second))
    if max(len(ours), len(theirs)) > LONGEST or _matches(ours, theirs) > MOST_MATCHES:
        return [Piece(a)], [Piece(b)]
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a_from, a_until, b_from, b_until in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        left += _pieces(first[a_from:a_until], marked=kind != "equal")
        right += _pieces(second[b_from:b_until], marked=kind != "equal")
    return _joined(left), _joined(right)


def _matches(ours: Sequence[str], theirs: Sequence[str]) -> int:
    there = Counter(theirs)
    return sum(n * there[word] for word, n in Counter(ours).items())


def _pieces(words: Iterable[Word], *, marked: bool) -> list[Piece]:
    return [
        piece for space, word in words for piece in (Piece(space), Piece(word, marked and bool(word))) if piece.text
    ]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind are one piece, and so are marks with nothing but space between them."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.marked == joined[-1].marked:
            joined.append(Piece(joined.pop().text + piece.text, piece.marked))
        elif len(joined) > 1 and piece.marked and not joined[-1].text.strip():
            space, before = joined.pop(), joined.pop()
            joined.append(Piece(before.text + space.text + piece.text, marked=True))
        else:
            joined.append(piece)
    return joined
