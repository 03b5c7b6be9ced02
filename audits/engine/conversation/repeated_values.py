"""Where a value that a conversation has shown to be personal stands again in its texts."""

import re
from collections.abc import Iterator

from audits.engine.privacy.names.gazetteer import Kind, key, kinds

#: Shorter values, such as a day of the month, stand in a text for many other reasons. Code points.
REPEATED_FROM = 4
#: From here on whatever holds a value is about it. Code points.
_LONG = 8
#: No ordinary word that is looked up is longer. Code points.
_LONGEST_WORD = 24
_LETTERS, _LETTERS_BEFORE = re.compile(rf"[^\W\d_]{{1,{_LONGEST_WORD}}}"), re.compile(r"[^\W\d_]*\Z")
_NAME = Kind.GIVEN | Kind.FREQUENT | Kind.SURNAME
#: What is put behind a name as it is declined: "Marks" is about Mark, though an ordinary word as well.
_ENDING = re.compile(r"(?:n?s|e[ns]?|n|a|ą|ę|i|u|y|ie|i?em|om|owi|ami|ach|[аеиуыюя]|ам|ами|ах|ем|ой|ом)", re.IGNORECASE)


def places_of(value: str, text: str) -> Iterator[int]:
    """Where `value` begins in `text` each time that it is said there; values below `REPEATED_FROM` never.

    A longer word around a short value mostly is of the same person (a mail address without its marks, a name
    declined or written together), unless it is an ordinary word: "Mark" is not said in "Market". A longer number begins
    or ends with a number that is said, as when somebody corrects it; what has digits on both sides is chance.
    """
    start = text.find(value) if len(value) >= REPEATED_FROM else -1
    while start >= 0:
        end = start + len(value)
        counts = len(value) >= _LONG or not _is_chance(text, start, end)
        if counts:
            yield start
        start = text.find(value, end if counts else start + 1)


def _is_chance(text: str, start: int, end: int) -> bool:
    if text[start].isdecimal() and text[end - 1].isdecimal():
        return text[start - 1 : start].isdecimal() and text[end : end + 1].isdecimal()
    for at in (start, end - 1):
        first, last = _word_around(text, at)
        is_longer = first < start or last > end
        is_declined = first >= start and _ENDING.fullmatch(text, end, last)
        if is_longer and not is_declined and _is_ordinary(text[first:last]):
            return True
    return False


def _word_around(text: str, at: int) -> tuple[int, int]:
    """Where the letters around `at` begin and end, as far as a word may go."""
    behind, before = _LETTERS.match(text, at), _LETTERS_BEFORE.search(text, max(0, at - _LONGEST_WORD), at)
    if behind is None or before is None:
        return at, at
    return before.start(), behind.end()


def _is_ordinary(word: str) -> bool:
    """Whether it is in the lists of ordinary words, and neither a given name nor a surname that proves anything."""
    kind = kinds().get(key(word), 0)
    return bool(kind & Kind.WORD) and not kind & _NAME
