"""Regular expressions in linear time: google-re2, or the standard library where it is not installed.

Patterns keep to what both read alike: no look-around, no back-references, no `\\d`, `\\w` or `\\b`.
"""

import re
import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from .spans import BadPattern, DetectionError

try:
    import re2
except ImportError:  # pragma: no cover - depends on the platform
    re2 = None

#: Bytes that one compiled expression may use; the combined set needs more than RE2's 8 MiB default.
_MEMORY = 64 << 20
_ALWAYS = "^"

LETTERS = "A-Za-zªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ԯԱ-Ֆա-ևא-תء-يٱ-ۓऄ-ह\u1e00-\u1fff぀-ヿ㐀-䶿一-鿿가-힣"
#: Letters of scripts that put spaces between words and are used in names and mail addresses.
WORD_LETTERS = "A-Za-zªºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ԯ\u1e00-\u1fff"
#: Where a word may begin, for first triggers: coarser than a pattern's own test, since every range of letters counts
#: in each state of the common pass.
WORD_MAY_BEGIN = "(?:^|[^A-Za-zÀ-ÖØ-öø-ʯЀ-ԯ])"
CAPITALS = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΆΈ-ΏΑ-ΫЀ-Я"


def is_linear() -> bool:
    """Whether matching is linear in the text, whatever the expression: google-re2 is installed."""
    return re2 is not None


def encoded(text: str) -> Any:
    """`text` as the engine reads it: UTF-8 for re2, as it is for `re`."""
    if re2 is None:
        return text
    return text.encode() if text.isascii() else text.encode("utf-8", "replace")


#: `encoded` for a folded text: folding leaves nothing that cannot be encoded.
encoded_plain: Callable[[str], Any] = str if re2 is None else str.encode


def all_encoded(texts: Sequence[str], *, in_ascii: bool) -> tuple[Any, Iterable[int]]:
    """Folded texts in one piece, a separator before each, as the engine reads them; and how long each is with it."""
    pieces: Sequence[Any] = texts
    if re2 is None:
        data: Any = SEPARATOR.join(("", *texts))
    elif in_ascii:
        data = _SEPARATOR_IN_LATIN.join(("", *texts)).encode("latin-1")  # a fourth of the time
    else:
        pieces = list(map(str.encode, texts))
        data = SEPARATOR.join((b"", *pieces))
    return data, map(len(SEPARATOR).__add__, map(len, pieces))


def decoded(data: Any) -> str:
    """The reverse of `encoded`, for slices at match borders."""
    text: str = data if isinstance(data, str) else data.decode("utf-8")
    return text


_WORD_CHARACTERS = frozenset(f"{string.ascii_letters}{string.digits}_")


def continues_word(character: str) -> bool:
    """Whether `character`, next to a value, makes it part of something longer: a digit or a cased letter.

    Letters without case do not: Chinese, Japanese or Thai is written without spaces around a number.
    """
    if character <= "\x7f":
        return character in _WORD_CHARACTERS
    return character.isdigit() or character.lower() != character.upper()


class Subject:
    """A text ready to be searched, with offsets in code points on the outside."""

    __slots__ = ("_byte", "_char", "data", "is_ascii", "text")

    def __init__(self, text: str, data: Any) -> None:
        self.text = text
        self.data = data
        self.is_ascii = text.isascii()
        self._byte = self._char = 0

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The code points at two offsets of `data`. Cheap when asked with ascending starts."""
        if self.is_ascii or re2 is None:
            return start, end
        if start < self._byte:
            self._byte = self._char = 0
        self._char += len(self.data[self._byte : start].decode("utf-8"))
        self._byte = start
        return self._char, self._char + len(self.data[start:end].decode("utf-8"))

    def offset(self, base: int, base_position: int, position: int) -> int:
        """The offset in `data` of `position`, counted from a known pair close before it."""
        if self.is_ascii or re2 is None:
            return position
        return base + len(self.text[base_position:position].encode("utf-8", "replace"))


#: What stands for characters outside ASCII where none occur. The two that equal an ASCII letter where case does not
#: count stand for themselves: ſ is an s, the Kelvin sign a k. Order is kept, so that ranges still hold them.
_STAND_INS = tuple(
    # Of several in a row the last by itself: a quantifier may follow.
    (re.compile(f"[{characters}]+(?=[{characters}])|[{characters}]"), stand_in)
    for characters, stand_in in (
        ("\u0080-\u017e", "\u00fe"),
        ("\u0180-\u2129", "\u0180"),
        ("\u212b-\U0010ffff", "\u212b"),
    )
)


def for_ascii(source: str) -> str:
    """An expression that matches in a text of ASCII what `source` matches there.

    Foreign letters become one and the same, so that the automaton has fewer classes of bytes and more of it stays in
    the processor's caches.
    """
    if re2 is not None:
        for characters, stand_in in _STAND_INS:
            source = characters.sub(stand_in, source)
    return source


#: A group of alternatives without groups or classes in it.
_ALTERNATIVES = re.compile(r"(\((?:\?[im]*:)?)(?!\?)((?:[^()\[\]\\]|\\[^()|])+)(?=\))")


def in_order(source: str) -> str:
    """An expression that matches where `source` does, if maybe not as far: its alternatives are sorted.

    Those that begin alike then stand together, and the engine makes one of their beginnings: a third less work for
    each new state of a long list of words.
    """
    return _ALTERNATIVES.sub(lambda group: group[1] + "|".join(sorted(group[2].split("|"))), source)


_ERRORS: tuple[type[Exception], ...] = (re.error,) if re2 is None else (re.error, re2.error)


def _compiled(source: str, *, with_groups: bool = True) -> Any:
    if re2 is None:
        return re.compile(source)
    options = re2.Options()
    options.never_capture = not with_groups
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(source.encode(), options)


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


Search = Callable[[Any, int], tuple[int, int] | None]


class Pattern:
    """A compiled expression. Its first group, where it has one, is the part that counts.

    `search(data, start)` gives the first match at or after `start`, as offsets in `data`. Raises BadPattern for
    an expression that the engine does not know (look-around, back-references).
    """

    __slots__ = ("search", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            compiled = _compiled(source)
        except _ERRORS as error:
            raise BadPattern(f"{source}: {_reason(error)}") from error
        self.search: Search = _searching(compiled, 1 if compiled.groups else 0)


def _searching(compiled: Any, group: int) -> Search:
    if re2 is None:

        def search(data: Any, start: int) -> tuple[int, int] | None:
            match = compiled.search(data, start)
            return match.span(group) if match else None

        return search

    # re2's own search() is a generator around this call, and costs five times as much as a short match.
    find, anywhere = compiled._regexp.Match, re2._Anchor.UNANCHORED

    def search_bytes(data: Any, start: int) -> tuple[int, int] | None:
        spans = find(anywhere, data, start, len(data))
        found: tuple[int, int] = spans[group]
        return None if spans[0][0] < 0 else found

    return search_bytes


#: The place of the last character of a first match in joined texts that does not end before an offset; negative where
#: there is none.
Landmark = Callable[[Any, int], int]
#: Stands before each of the texts that are searched in one piece. Its middle is no part of UTF-8 (for `re`: of any
#: text that was folded), so that no match reaches from one text into the next.
SEPARATOR: Any = "\n\udfff\n" if re2 is None else b"\n\xff\n"
_SEPARATOR_IN_LATIN = "\n\xff\n"


def landmark(source: str) -> Landmark:
    """A search that only tells where about a match is. Half the work: nothing looks for its beginning."""
    if re2 is None:
        pattern = re.compile(source)

        def last(data: Any, start: int) -> int:
            match = pattern.search(data, start)
            return match.end() - 1 if match else -1

        return last

    # Anchored behind a lazy run of any bytes: re2 would run backwards to find where an unanchored match begins.
    find, here = _compiled(rf"\C*?(?:{source})", with_groups=False)._regexp.Match, re2._Anchor.ANCHOR_START

    def last_byte(data: Any, start: int) -> int:
        end: int = find(here, data, start, len(data))[0][1]
        return end - 1

    return last_byte


_Plan = TypeVar("_Plan")
#: Combinations of expressions whose plan is remembered.
_MOST_PLANS = 20_000


class PatternSet(Generic[_Plan]):
    """Many expressions tried in one pass, to learn which of them occur at all, and what is to be done then.

    `plan` is asked once for every combination of indices that is met. `in_ascii`: it is tried on such texts only.
    """

    def __init__(
        self, sources: Iterable[str], plan: Callable[[frozenset[int]], _Plan], *, in_ascii: bool = False
    ) -> None:
        listed = [in_order(for_ascii(source) if in_ascii else source) for source in sources]
        self._plan = plan
        self._always = len(listed)
        self._match: Callable[[Any], list[int]] = _each(listed) if re2 is None else _together(listed)
        self._plans: dict[tuple[int, ...], _Plan] = {}

    def plan_for(self, data: Any) -> _Plan:
        """The plan for the expressions that match somewhere in `data`.

        Raises DetectionError if the engine gave up (it then reports no match, which must not pass for clean).
        """
        found = tuple(self._match(data))
        try:
            return self._plans[found]
        except KeyError:
            return self._new_plan(found)

    def _new_plan(self, found: tuple[int, ...]) -> _Plan:
        if self._always not in found:
            raise DetectionError("the pattern set ran out of memory")
        plan = self._plan(frozenset(found) - {self._always})
        if len(self._plans) < _MOST_PLANS:
            self._plans[found] = plan
        return plan


def _each(sources: list[str]) -> Callable[[Any], list[int]]:
    compiled = [re.compile(source) for source in (*sources, _ALWAYS)]
    return lambda data: [index for index, expression in enumerate(compiled) if expression.search(data)]


def _together(sources: list[str]) -> Callable[[Any], list[int]]:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.never_capture = True
    options.log_errors = False
    compiled = re2.Set.SearchSet(options)
    for source in (*sources, _ALWAYS):
        try:
            compiled.Add(source.encode())
        except re2.error:
            Pattern(source)  # raises with a reason that can be shown
            raise
    compiled.Compile()
    match: Callable[[Any], list[int]] = compiled._set.Match
    return match
