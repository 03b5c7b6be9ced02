"""How much a run of capitalised words looks like a person, and why."""

import re
from functools import lru_cache
from typing import NamedTuple

from .cues import (
    ARTICLES,
    BLOCKS_AFTER,
    BLOCKS_BEFORE,
    CUES_AFTER,
    CUES_BEFORE,
    GREETINGS,
    STREET_ENDINGS,
    TITLES,
)
from .gazetteer import kinds, written_given_names
from .tagging import (
    COMMON,
    CONJUNCTIONS,
    FREQUENT,
    GIVEN,
    PLACE,
    RARE,
    SURNAME,
    WORD,
    Token,
    has_surname_shape,
    run_tokens,
)

#: From here on the words beside a name do not count against it.
_SURE = 0.65
_LONGEST = 8
_LONGEST_IN_CAPITALS = 5
_BLOCKS = BLOCKS_AFTER | BLOCKS_BEFORE
_TURNED = re.compile(r"([^\w&]*)(&|[\w']+)")
_NEXT = re.compile(r"('s\b ?|[^\w&]*)(&|\w*)")
_HOUSE_NUMBER = re.compile(r"[0-9]{1,4}[a-zA-Z]?")
_REACH = 24


class Person(NamedTuple):
    """A piece of text that reads as a person's name, and the reason."""

    start: int
    end: int
    score: float
    reason: str


GIVEN_AND_SURNAME = "a given name and a surname"
GIVEN_AND_UNKNOWN = "a given name and a capitalised word that is in no dictionary"
SURNAME_FIRST = "a surname and a given name"
GIVEN_ALONE = "a given name by itself"
GIVEN_INSIDE = "a given name that is also a word, with a capital inside a sentence"
SURNAME_CUED = "a surname where the sentence speaks of a person"
SURNAME_SHAPED = "a word that ends as surnames do"
TITLED = "a name after a title"


IN_CAPITALS = "a given name and a surname in capitals"
IN_LOWER_CASE = "a given name in a text without capitals"


def _word_at_end(text: str) -> tuple[str, str]:
    """The last word, in lower case, and what stands behind it."""
    if text[-1:] == " " and (word := text[text.rfind(" ", 0, -1) + 1 : -1]).isalpha():
        return word.lower(), " "  # the usual case, in a third of the time
    match = _TURNED.match(text[::-1]) if text else None
    return (match.group(2)[::-1].lower(), match.group(1)[::-1]) if match else ("", text)


def _word_at_head(text: str) -> tuple[str, str]:
    """The first word, in lower case, and what stands before it."""
    if text[:1] == " " and (word := text[1:].split(" ", 1)[0]).isalnum():
        return word.lower(), " "  # the usual case, in a third of the time
    match = _NEXT.match(text) if text else None
    return (match.group(2).lower(), match.group(1)) if match else ("", "")


class Surroundings:
    """What stands before and behind a run, looked up when asked."""

    __slots__ = ("_after", "_before", "end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self._before: tuple[str, str] | None = None
        self._after: tuple[str, str] | None = None

    @property
    def before(self) -> tuple[str, str]:
        """The word before, in lower case, and what parts it from the run."""
        if self._before is None:
            self._before = _word_at_end(self.text[max(0, self.start - _REACH) : self.start])
        return self._before

    @property
    def after(self) -> tuple[str, str]:
        """The word behind, in lower case, and what parts it from the run."""
        if self._after is None:
            self._after = _word_at_head(self.text[self.end : self.end + _REACH])
        return self._after

    @property
    def opens_sentence(self) -> bool:
        """Whether the run is the first of its sentence, so that its capital says nothing."""
        word, gap = self.before
        return not word or not gap.isspace() or "\n" in gap

    @property
    def is_cued(self) -> bool:
        """Whether the sentence speaks of a person here."""
        word, gap = self.before
        if gap == " " and word in CUES_BEFORE:
            return True
        word, gap = self.after
        return gap.strip(" ,") == "" and word in CUES_AFTER

    @property
    def is_named_thing(self) -> bool:
        """Whether an article makes it a thing: "the Alexander"."""
        word, gap = self.before
        return gap == " " and word in ARTICLES

    @property
    def is_blocked(self) -> bool:
        """Whether the words around make it a firm's, a place's or a thing's name."""
        word, gap = self.before
        if word == "&" or (gap in (" ", ". ", "-") and word in BLOCKS_BEFORE):
            return True
        word, gap = self.after
        if word == "&" or (gap in (" ", "'s ", "-") and word in BLOCKS_AFTER):
            return True
        return gap == " " and _HOUSE_NUMBER.fullmatch(word) is not None


class _Run(NamedTuple):
    """Capitalised words that stand together, and which of them may be one person's name: first, and one past last.

    `parts_behind_first` are those if the first word only has its capital from the head of the sentence; None where it
    cannot be so.
    """

    tokens: list[Token]
    parts: list[tuple[int, int]]
    parts_behind_first: list[tuple[int, int]] | None


@lru_cache(maxsize=8192)
def _read(run: str, within: int) -> _Run:
    """What the words of a run say by themselves. Remembered: names of towns and people come again and again."""
    tokens = run_tokens(run, within, kinds())
    return _Run(tokens, _parts(tokens, 0, run), _parts(tokens, 1, run) if _may_open(tokens) else None)


def _parts(run: list[Token], first: int, text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = first
    while at < len(run):
        if not _begins(run, at):
            at += 1
            continue
        end = at + 1
        while end < len(run) and end - at < _LONGEST and _continues(run[end]) and not _is_another(run, at, end, text):
            end += 1
        found.append((at, end))
        at = end
    return found


def _is_another(run: list[Token], at: int, end: int, text: str) -> bool:
    """Whether an "and" before a given name begins the next person: "Ana Ruiz y Luis Gil", not "Ortega y Gasset"."""
    first, last = run[end - 1].end, run[end].start
    return (
        last - first > 1 and end - at > 1 and bool(run[end].kind & GIVEN) and text[first:last].strip() in CONJUNCTIONS
    )


def person_in_run(text: str, start: int, run: str, within: int) -> Person | None:
    """The person whose name holds the offset `within` of a run of capitalised words that begins at `start`."""
    tokens, parts, behind_first = _read(run, within)
    if behind_first is not None:
        first = tokens[0]
        if Surroundings(text, start + first.start, start + first.end).opens_sentence:
            parts = behind_first
    for at, end in parts:
        if tokens[at].start <= within < tokens[end - 1].end:
            person = _judge(text, start, tokens, at, end)
            return person if person and start + within < person.end else None
    return None


def _may_open(run: list[Token]) -> bool:
    """Whether the first word may have its capital only from the head of the sentence: "Позвоните Анне"."""
    return (
        len(run) > 1
        and run[0].kind == 0
        and not run[0].is_initial
        and bool(run[1].kind & GIVEN)
        and not run[1].kind & WORD
        and not has_surname_shape(run[0].lower)
    )


def _begins(run: list[Token], at: int) -> bool:
    token = run[at]
    if token.lower in TITLES or token.lower in GREETINGS:
        return False
    if token.kind & COMMON and not token.kind & GIVEN:
        return bool(token.kind & SURNAME) and at > 0 and run[at - 1].lower in TITLES
    return bool(token.kind & (GIVEN | SURNAME | RARE)) or token.is_initial or _unknown(token)


def _unknown(token: Token) -> bool:
    return token.kind == 0 and not token.is_initial and not token.text.isupper()


def _continues(token: Token) -> bool:
    if token.is_initial or token.kind & (GIVEN | SURNAME) or (token.kind & RARE and not token.kind & WORD):
        return token.lower not in BLOCKS_AFTER
    return token.kind == 0


def _judge(text: str, start: int, run: list[Token], at: int, end: int) -> Person | None:
    while end - at > 1 and run[end - 1].is_initial:
        end -= 1
    part = run[at:end]
    around = Surroundings(text, start + part[0].start, start + part[-1].end)
    if around.is_blocked or part[-1].lower.endswith(STREET_ENDINGS):
        return None
    head = run[at - 1].lower if at else ""
    titled = head in TITLES or (not at and around.before[0] in TITLES and around.before[1] in (" ", ". "))
    found = _score(part, around, titled, greeted=head in GREETINGS)
    if found is None:
        return None
    score, reason = found
    if score < _SURE and not titled and _in_compound(text, start, run, at, end):
        return None
    return Person(around.start, around.end, score, reason)


def _in_compound(text: str, start: int, run: list[Token], at: int, end: int) -> bool:
    """Whether other capitalised words stand beside it, as in the name of a place or a dish."""
    if end < len(run):
        return True
    if not at or run[at - 1].lower in GREETINGS or run[at - 1].lower in CUES_BEFORE:
        return False
    return at > 1 or not Surroundings(text, start + run[0].start, start + run[0].end).opens_sentence


def _score(part: list[Token], around: Surroundings, titled: bool, greeted: bool) -> tuple[float, str] | None:
    first, rest = part[0], part[1:]
    if titled and any(not token.kind & (WORD | PLACE) or token.kind & (GIVEN | SURNAME) for token in part):
        return 0.7, TITLED
    if not rest:
        return _score_one(first, around, greeted)
    if any(token.text.isupper() and not token.is_initial for token in part) and not all(
        token.text.isupper() for token in part
    ):
        return None
    if first.kind & GIVEN:
        return _score_given_first(first, rest, around)
    strong = any(token.kind & GIVEN and not token.kind & (WORD | PLACE) for token in rest)
    if strong and not first.kind & (COMMON | PLACE):
        return 0.6, SURNAME_FIRST if first.kind & SURNAME else GIVEN_AND_UNKNOWN
    if first.kind & (WORD | PLACE):
        return None
    if has_surname_shape(rest[-1].lower) and not rest[-1].kind & (WORD | PLACE):
        return 0.5, SURNAME_SHAPED
    return (0.45, SURNAME_CUED) if around.is_cued and rest[-1].kind & SURNAME else None


def _score_given_first(first: Token, rest: list[Token], around: Surroundings) -> tuple[float, str] | None:
    surname = any(
        (token.kind & SURNAME and not token.kind & (COMMON | PLACE)) or has_surname_shape(token.lower) for token in rest
    )
    if first.kind & COMMON:
        return (0.5, GIVEN_AND_SURNAME) if surname and not first.kind & PLACE else None
    if surname:
        return 0.75, GIVEN_AND_SURNAME
    initial = any(token.is_initial for token in rest)
    if first.kind & (WORD | PLACE) and not initial:
        beside = any(token.kind & (SURNAME | RARE | GIVEN) and not token.kind & PLACE for token in rest)
        return (0.5, GIVEN_AND_UNKNOWN) if beside or around.is_cued else None
    return (0.65, GIVEN_AND_UNKNOWN) if initial or not rest[-1].kind & COMMON else (0.5, GIVEN_ALONE)


def _score_one(token: Token, around: Surroundings, greeted: bool) -> tuple[float, str] | None:
    kind = token.kind
    if token.is_initial or kind & COMMON or token.text.isupper() or around.is_named_thing:
        return None
    if kind & GIVEN:
        if not token.lower.isascii() and around.opens_sentence and token.lower not in written_given_names():
            return None
        if not kind & (WORD | PLACE):
            return 0.55, GIVEN_ALONE
        if greeted or around.is_cued:
            return 0.5, GIVEN_ALONE
        return (0.45, GIVEN_INSIDE) if not kind & PLACE and not around.opens_sentence else None
    if kind & (WORD | PLACE) or not around.is_cued:
        return None
    if kind & SURNAME:
        return 0.45, SURNAME_CUED
    return (0.4, SURNAME_SHAPED) if has_surname_shape(token.lower) else None


def in_capitals(run: list[Token]) -> Person | None:
    """The person that a run of words in capitals is: a given name, a surname, and no other word."""
    if not 1 < len(run) <= _LONGEST_IN_CAPITALS or any(token.kind & COMMON or token.lower in _BLOCKS for token in run):
        return None
    given = [token for token in run if token.kind & GIVEN and not token.kind & (WORD | PLACE)]
    named = [token for token in run if token.kind & (GIVEN | SURNAME | RARE) and not token.kind & PLACE]
    if not given or len(named) < 2:
        return None
    return Person(run[0].start, run[-1].end, 0.55, IN_CAPITALS)


def _joins(run: list[Token], at: int) -> bool:
    """Whether a letter is an "and" before another given name: "ana ruiz y luis gil"."""
    return run[at].lower in CONJUNCTIONS and at + 1 < len(run) and bool(run[at + 1].kind & GIVEN)


def in_lower_case(text: str, run: list[Token]) -> Person | None:
    """The person whose given name, in lower case, begins `run`: with a surname, or known to everybody."""
    first = run[0]
    end = 1
    while end < len(run) and (
        (run[end].is_initial and not (end > 1 and _joins(run, end)))
        or (run[end].kind & (SURNAME | RARE | GIVEN) and not run[end].kind & (WORD | PLACE))
        or (run[end].kind == 0 and has_surname_shape(run[end].lower))
    ):
        end += 1
    while end > 1 and run[end - 1].is_initial:
        end -= 1
    around = Surroundings(text, first.start, run[end - 1].end)
    if around.is_blocked:
        return None
    if end > 1:
        return Person(first.start, run[end - 1].end, 0.5, IN_LOWER_CASE)
    if first.kind & FREQUENT and not around.is_named_thing:
        return Person(first.start, first.end, 0.4, IN_LOWER_CASE)
    return None
