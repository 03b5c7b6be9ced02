"""The way in: a cheap expression that a text with a given name matches, and the person at such a place."""

import hashlib
from pathlib import Path

from ..matching import CAPITALS, WORD_LETTERS, is_linear
from .evidence import Person, people
from .gazetteer import given_names, kinds
from .tagging import run_around

#: What stands before a saint's name in the name of a place, as the four characters before it.
_PLACES_NAMED_AFTER_SAINTS = frozenset({"San ", "Los ", "Las ", "São "})


def _version() -> int:
    """Changes with the gazetteer and with any line of this package."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.iterdir()):
        if source.suffix in (".py", ".gz"):
            digest.update(source.read_bytes())
    return int(digest.hexdigest()[:8], 16)


NAMES_VERSION = _version()


def _given_name() -> str:
    """Any given name with a capital, up to the end of its word.

    One automaton for all names costs next to nothing in linear-time matching; without it, any capitalised word has
    to do.
    """
    if not is_linear():
        return rf"[{CAPITALS}][{WORD_LETTERS}]+"
    names = "|".join(sorted(name.capitalize() for name in given_names()))
    return rf"(?:{names})(?:[^{WORD_LETTERS}]|$)"


GIVEN_NAME = _given_name()


def person_at(text: str, start: int) -> Person | None:
    """The person whose name has a word at `start`, with the reason why it is taken for one."""
    if text[start - 4 : start] in _PLACES_NAMED_AFTER_SAINTS:
        return None
    run = run_around(text, start, kinds())
    return next((person for person in people(text, run) if person.start <= start < person.end), None)
