"""Two texts side by side, with the words marked that only one of them has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 4000  # words; longer texts are shown without marks, since comparing is quadratic


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked where the other text has something else."""

    text: str
    marked: bool = False


def marked_apart(a: str, b: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces that join to them again."""
    ours, theirs = _WORDS.findall(a), _WORDS.findall(b)
    if max(len(ours), len(theirs)) > LONGEST:
        return [Piece(a)], [Piece(b)]
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a_from, a_until, b_from, b_until in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        left += _pieces(ours[a_from:a_until], marked=kind != "equal")
        right += _pieces(theirs[b_from:b_until], marked=kind != "equal")
    return _joined(left), _joined(right)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Marks with nothing but space between them are one."""
    joined: list[Piece] = []
    for piece in pieces:
        if len(joined) > 1 and piece.marked and joined[-2].marked and not joined[-1].text.strip():
            space, before = joined.pop(), joined.pop()
            joined.append(Piece(before.text + space.text + piece.text, marked=True))
        elif joined and piece.marked and joined[-1].marked:
            joined.append(Piece(joined.pop().text + piece.text, marked=True))
        else:
            joined.append(piece)
    return joined


def _pieces(words: Sequence[str], *, marked: bool) -> list[Piece]:
    text = "".join(words)
    return [Piece(text, marked and bool(text.strip()))] if text else []
