"""What a word can be: a given name, a surname, a place, an ordinary word; read once, at the first capitalised word."""

import gzip
import unicodedata
from enum import IntFlag
from functools import cache
from pathlib import Path

KINDS_FILE = Path(__file__).with_name("kinds.txt.gz")
GIVEN_FILE = Path(__file__).with_name("given.txt.gz")


class Kind(IntFlag):
    """What a word can be. A word can be several things."""

    GIVEN = 1
    SURNAME = 2
    #: A surname that few people bear: it proves nothing by itself.
    RARE_SURNAME = 4
    WORD = 8
    PLACE = 16
    #: A word so common that at the head of a sentence it is nothing else.
    COMMON = 32
    #: A given name that many people bear.
    FREQUENT = 64


class _Plain(dict[int, str | None]):
    """How each character is kept, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(character: str) -> str | None:
    if unicodedata.combining(character):
        return None
    # Cyrillic й and ї are letters of their own, not и and і with a mark.
    is_latin = character < "\u0370" or "\u1e00" <= character < "\u1f00"
    return unicodedata.normalize("NFKD", character)[0] if is_latin else character


_PLAIN = _Plain(
    (ord(character), plain)
    for character, plain in {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ё": "е",
        "’": "'",
    }.items()
)  # fmt: skip


def key(word: str) -> str:
    """The form under which a word is kept: lower case, without the marks of Latin letters."""
    word = word.lower()
    return word if word.isascii() else word.translate(_PLAIN)


@cache
def kinds() -> dict[str, int]:
    """What each word can be, as the numbers of `Kind`, by key; the words of a place are joined by underscores.

    Read at the first name that is looked at, in about a tenth of a second.
    """
    found: dict[str, int] = {}
    for line in gzip.decompress(KINDS_FILE.read_bytes()).decode().splitlines():
        number, _, listed = line.partition(" ")
        found.update(dict.fromkeys(listed.split(" "), int(number)))
    return found


def given_names() -> list[str]:
    """Given names that are no common word, in lower case, with the marks that they are written with and without."""
    return _given_lines()[0].split(" ")


@cache
def written_given_names() -> frozenset[str]:
    """The same as a set. A verb of Polish can look like a name once its marks are gone: "Jadę" is no Jade."""
    return frozenset(given_names())


def clear_given_names() -> list[str]:
    """Those of them that are neither an ordinary word nor a place, so that they need no capital to be seen."""
    return _given_lines()[1].split(" ")


def _given_lines() -> list[str]:
    return gzip.decompress(GIVEN_FILE.read_bytes()).decode().splitlines()
