"""The way in: a cheap expression that a text with a given name matches, and the person at such a place."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from ..matching import CAPITALS, WORD_LETTERS, WORD_MAY_BEGIN, is_linear
from .evidence import Person, in_capitals, in_lower_case, person_in_run
from .gazetteer import clear_given_names, given_names, key, kinds
from .tagging import PLACE, SURNAME_ENDINGS, ends_as_surname, run_around, tokens_between, words_from

#: What stands before a saint's name in the name of a place, as the four characters before it.
_PLACES_NAMED_AFTER_SAINTS = frozenset({"San ", "nta ", "Los ", "Las ", "São "})


def _version() -> int:
    """Changes with the gazetteer and with any line of this package."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.iterdir()):
        if source.suffix in (".py", ".gz"):
            digest.update(source.read_bytes())
    return int(digest.hexdigest()[:8], 16)


NAMES_VERSION = _version()


_END = rf"(?:[^{WORD_LETTERS}]|$)"
#: Latin letters with marks: no English word has them, and no list of names has all spellings.
_MARKED = "À-ÖØ-öø-ʯ\u1e00-\u1eff"


def _any_of(names: Iterable[str]) -> str:
    """Any of the names, up to the end of its word.

    One automaton for all names costs next to nothing in linear-time matching; without it, any word has to do.
    """
    return rf"(?:{'|'.join(names) if is_linear() else rf'[{WORD_LETTERS}]+'}){_END}"


GIVEN_NAME = _any_of(map(str.capitalize, given_names()))
GIVEN_NAME_IN_LOWER_CASE = rf"{WORD_MAY_BEGIN}{_any_of(clear_given_names())}"
#: A capitalised word with a marked letter, or with an ending that surnames have.
NAME_SHAPE = (
    rf"[{CAPITALS}][{WORD_LETTERS}]*(?:[{_MARKED}][{WORD_LETTERS}]*|{'|'.join(SURNAME_ENDINGS)}){_END}|"
    rf"[{_MARKED}][a-z]+"
)
#: The look behind comes second, so that the search can leap from capital to capital.
_CAPITALISED = re.compile(rf"[{CAPITALS}](?<![^\W\d_].)[{WORD_LETTERS}]+")
_CAPITALISED_IN_ASCII = re.compile(r"[A-Z](?<![A-Za-z].)[A-Za-z]+")
_ANY_WORD = re.compile(rf"(?<![{WORD_LETTERS}])[{WORD_LETTERS}]+")
_SHAPED = re.compile(NAME_SHAPE)
_WITHOUT_CAPITALS = re.compile(rf"[^{CAPITALS}]+")
#: So many code points to both sides without a capital make a text one without capitals.
_LOWER_CASE_AROUND = 60
#: So many capitalised words are remembered with what they are.
_MOST_REMEMBERED = 16_384
#: Two words or more in capitals.
IN_CAPITALS = rf"[{CAPITALS}][{CAPITALS}'\-]+(?:,? [{CAPITALS}][{CAPITALS}'\-]+)+"


def persons(text: str) -> Iterator[Person]:
    """The persons in `text` with a word that `GIVEN_NAME` or `NAME_SHAPE` would find.

    A look at each capitalised word: searching with the automaton of all names takes ten times as long.
    """
    reach = 0
    for match in (_CAPITALISED_IN_ASCII if text.isascii() else _CAPITALISED).finditer(text):
        if _IS_NAME[match[0]] and (start := match.start()) >= reach:
            person = person_at(text, start)
            if person is not None:
                reach = person.end
                yield person


def persons_in_lower_case(text: str) -> Iterator[Person]:
    """The persons whose given name `GIVEN_NAME_IN_LOWER_CASE` would find, where no capital is near."""
    reach = 0
    for stretch in _WITHOUT_CAPITALS.finditer(text):
        first, end = stretch.span()
        first += _LOWER_CASE_AROUND if first else 0
        end -= _LOWER_CASE_AROUND if end < len(text) else 0
        for match in _ANY_WORD.finditer(text, first, max(first, end)):
            start = match.start()
            if start < reach or match.group() not in _clear_given_names():
                continue
            if not text[max(0, start - _LOWER_CASE_AROUND) : match.end() + _LOWER_CASE_AROUND].islower():
                continue
            person = in_lower_case(text, words_from(text, start, kinds()))
            if person is not None:
                reach = person.end
                yield person


@cache
def _clear_given_names() -> frozenset[str]:
    return frozenset(clear_given_names())


class _Names(dict[str, bool]):
    """Whether a capitalised word is a given name or has a surname's shape, worked out when it is first met."""

    def __missing__(self, word: str) -> bool:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[word] = is_name = word in _capitalised_given_names() or _is_shaped(word)
        return is_name


_IS_NAME = _Names()


def _is_shaped(word: str) -> bool:
    """The same as to ask for `NAME_SHAPE`, in a tenth of the time for most words."""
    return ends_as_surname(word, 1) if word.isascii() else _SHAPED.match(word) is not None


@cache
def _capitalised_given_names() -> frozenset[str]:
    return frozenset(map(str.capitalize, given_names()))


def person_at(text: str, start: int) -> Person | None:
    """The person whose name has a capitalised word at `start`, with the reason why it is taken for one."""
    if text[start - 4 : start] in _PLACES_NAMED_AFTER_SAINTS:
        return None
    first, run = run_around(text, start)
    return person_in_run(text, first, run, start - first)


def person_in_capitals(text: str, start: int, end: int) -> Person | None:
    """The person whose name is all of a run of capitals."""
    return in_capitals(tokens_between(text, start, end, kinds()))


def is_place(name: str) -> bool:
    """Whether one word or several are a known town, region or country."""
    return bool(kinds().get(key(name).replace(" ", "_"), 0) & PLACE)
