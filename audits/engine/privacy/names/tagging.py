"""Capitalised words of a text in runs, each with what it can be."""

import re
from typing import NamedTuple

from ..matching import CAPITALS, WORD_LETTERS
from ..vocabulary import words
from .gazetteer import Kind, key

GIVEN, SURNAME, RARE, WORD, PLACE, COMMON, FREQUENT = (int(kind) for kind in Kind)

#: Between two words of one name.
PARTICLES = words(
    "van von der den de del della di da dos das du la le los las zu zur zum ter ten te el al bin ibn abu ben af av y "
    "e i och mac mc st"
)
#: Those of them that also join two people: "Ana Ruiz y Luis Gil".
CONJUNCTIONS = words("y e i och og и та și şi και ve ja a")
_BODY = rf"[{WORD_LETTERS}]*(?:['\-][{WORD_LETTERS}]+)*"
_CAPITALISED = rf"[{CAPITALS}]{_BODY}"
_INITIAL = rf"[{CAPITALS}]\."
_BETWEEN = rf"(?: {{1,2}}(?:(?:{'|'.join(sorted(PARTICLES))}) ){{0,3}})"
#: Capitalised words that stand together, from the first on.
_RUN = re.compile(rf"(?:{_INITIAL} ?|{_CAPITALISED}{_BETWEEN}(?=[{CAPITALS}])){{0,7}}{_CAPITALISED}")
_WORD = re.compile(_CAPITALISED)
_ANY_WORD = re.compile(rf"[{WORD_LETTERS}]{_BODY}")
_FEW_WORDS = re.compile(rf"[{WORD_LETTERS}]{_BODY}(?:\.? [{WORD_LETTERS}]{_BODY}){{0,3}}")
_LAST_PIECE = re.compile(rf"[{WORD_LETTERS}.'\-]*")
#: How far a name can reach to both sides of one of its words: words to the left, code points to the right.
_WORDS_LEFT = 3
_REACH_LEFT = 64
_REACH_RIGHT = 80
SURNAME_ENDINGS = tuple(
    sorted(
        words(
            "acci akis aldi ardi berg chuk cka cki ckiego ckiej czak czuk czyk czyka dahl dottir dsen dze dzka "
            "dzki dóttir eanu eira elli enko escu etti eva evic ević ewska ewski gaard guez gård idis inen ińska "
            "iński ksen kvist lsen mann nejad nsen oglu opoulos opoulou ova ovej ovic ović ová owska owski oğlu "
            "qvist rsen schmid schmidt schneider shvili ska skaya ski skiego skiej skiemu skii skim skiy sky ská "
            "ský ssen sson stein tsen ucci vic vić wicz wicza yan yev yeva yńska yński zadeh ñez дзе ев ева евич "
            "евича евой еву евым енко ов ова ович овича овой ову овым ская ский ским ского скому скую цкая цкий "
            "чук швили ёв ёва ёвой ёву"
        )
    )
)
#: The last two letters of them: most words are told from surnames by a look at these.
_SURNAMES_END_IN = frozenset(ending[-2:] for ending in SURNAME_ENDINGS)
_SURNAME_BEGINNINGS = ("mc", "mac", "o'", "d'", "fitz")
_SHORTEST_SHAPED = 5


class Token(NamedTuple):
    """A word of a run or a text, with its offsets there. `kind` is 0 for what the gazetteer does not know."""

    text: str
    lower: str
    start: int
    end: int
    kind: int
    is_initial: bool


def kind_of(lower: str, kinds: dict[str, int]) -> int:
    """What a word in lower case can be; of a double word, what all its parts can be."""
    kind = kinds.get(lower)
    if kind is not None:
        return kind
    plain = key(lower)
    kind = kinds.get(plain)
    if kind is not None or "-" not in plain:
        return kind or 0
    kind = -1
    for part in plain.split("-"):
        kind &= kinds.get(part, 0)
    return kind


def ends_as_surname(word: str, start: int = 0) -> bool:
    """Whether a word ends as surnames do, from its letter `start` on."""
    return word[-2:] in _SURNAMES_END_IN and word.endswith(SURNAME_ENDINGS, start)


def has_surname_shape(lower: str) -> bool:
    """Whether a word in lower case begins or ends as surnames do: -ová, -ski, -sson, -енко, Mc-."""
    return len(lower) >= _SHORTEST_SHAPED and (ends_as_surname(lower) or lower.startswith(_SURNAME_BEGINNINGS))


def run_around(text: str, start: int) -> tuple[int, str]:
    """The capitalised words that stand together around the one at `start`, and where they begin.

    The work does not depend on the text.
    """
    first = _first_of_run(text, start)
    match = _RUN.match(text, first, start + _REACH_RIGHT)
    if match is None or match.end() <= start:
        match = _RUN.match(text, start, start + _REACH_RIGHT)
    return (match.start(), match.group()) if match else (start, "")


def _first_of_run(text: str, start: int) -> int:
    if not start or text[start - 1] != " ":
        return start
    least = max(0, start - _REACH_LEFT)
    before = text[text.rfind(" ", least, start - 1) + 1 : start - 1]
    if before.islower() and before not in PARTICLES:
        return start  # the usual case, in a tenth of the time
    first = at = start
    for _ in range(_WORDS_LEFT):
        if at <= least or text[at - 1] != " ":
            break
        end = at - 1
        piece = _LAST_PIECE.match(text[least:end][::-1])
        word = piece.group()[::-1] if piece else ""
        at = end - len(word)
        if not word or (word[-1] == "." and len(word) > 2):
            break
        if word[0] != word[0].lower():
            first = at
        elif word not in PARTICLES:
            break
    return first


def tokens_between(text: str, start: int, end: int, kinds: dict[str, int]) -> list[Token]:
    """The words of a piece of text, whatever their case."""
    found: list[Token] = []
    for match in _ANY_WORD.finditer(text, start, end):
        lower = match.group().lower()
        found.append(Token(match.group(), lower, *match.span(), kind_of(lower, kinds), len(lower) == 1))
    return found


def words_from(text: str, start: int, kinds: dict[str, int]) -> list[Token]:
    """The next few words that only spaces part, from `start` on."""
    match = _FEW_WORDS.match(text, start, start + _REACH_RIGHT)
    return tokens_between(text, start, match.end(), kinds) if match else []


def run_tokens(run: str, within: int, kinds: dict[str, int]) -> list[Token]:
    """The words of a run, as far as no 's ends the name around its offset `within`."""
    found: list[Token] = []
    for match in _WORD.finditer(run):
        word, at = match.group(), match.start()
        owns = word[-2:] == "'s"
        if owns:
            word = word[:-2]
        lower, length = word.lower(), len(word)
        found.append(Token(word, lower, at, at + length, kind_of(lower, kinds), length == 1))
        if owns and at >= within:
            break
        if owns:
            found.clear()
    return found
