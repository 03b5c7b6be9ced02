"""A number that was personal once in a conversation, where it is said again inside a sentence.

"4182" as an answer is masked for its question; "so I use 4182 for this" holds nothing that names it. What counts is
the very value, between boundaries, in whatever grouping and case; an amount, a decimal, a time of day and a part of a
longer number are something else.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator

from .folding import fold
from .spans import Span, Spans

#: Digits; of fewer, too many are the same.
SHORTEST = 4
#: Letters and digits; from here on a value may be grouped otherwise than before ("4111 1111" and "41111111").
_GROUPED_FROM = 6
_LONGEST, _MOST = 24, 64
#: What was said before makes a reading likely, no more: masked, and never a finding.
_SCORE = 0.45
#: Types that are told from others by their words, not by a number.
FREE_TEXT = frozenset({"PERSON", "LOCATION", "ADDRESS", "URL"})
_ENOUGH_DIGITS = re.compile(r"\d(?:\D?\d){3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: Letters and digits that belong together. Scripts from Hebrew on write letters against numbers, or no spaces at all.
_WORD = re.compile(r"(?:(?![\u0590-\U0010ffff])[^\W_])+")
_SEPARATORS = frozenset(" -._")
_CURRENCY = r"[$€£¥₽₹]|\b(?:usd|eur|gbp)\b"
_AMOUNT_BEFORE = re.compile(rf"(?:\d[.,:]|(?:{_CURRENCY}) ?)\Z")
_AMOUNT_BEHIND = re.compile(rf"[.,:]\d| ?(?:%|{_CURRENCY}|euros?\b|dollars?\b|pounds?\b|złot|zł\b|руб)")


class Numbers:
    """The numbers that a conversation has called personal up to now, in bounded space."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def add(self, text: str, spans: Spans) -> None:
        """Remember the numbers among what was found in a turn."""
        for span in spans:
            if span.type in FREE_TEXT or span.end - span.start > 2 * _LONGEST:
                continue
            value = compared(text[span.start : span.end])
            if not SHORTEST <= sum(map(str.isdigit, value)) <= len(value) <= _LONGEST:
                continue
            # A year that nothing named is more often just that.
            if span.score < _SCORE and _YEAR.fullmatch(value):
                continue
            if value not in self._known or self._known[value][1] < span.score:
                self._known[value] = (span.type, span.score)
                self._known.move_to_end(value)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def repeated(self, text: str, spans: Spans) -> Spans:
        """Those that stand in a later turn where nothing was found, as guesses, in the order of its text."""
        if not self._known or not _ENOUGH_DIGITS.search(text):
            return ()
        folded = fold(text)
        found, free_from = [], 0
        for value, start, end in self._said(folded.text):
            type_, score = self._known[value]
            start, end = folded.original(start), folded.original(end, is_end=True)
            while free_from < len(spans) and spans[free_from].end <= start:
                free_from += 1
            if free_from == len(spans) or end <= spans[free_from].start:
                found.append(Span(start, end, type_, min(score, _SCORE)))
        return tuple(found)

    def _said(self, plain: str) -> Iterator[tuple[str, int, int]]:
        """The known values in a folded text with their places, the longest that begins at a word, none in another."""
        longest = max(map(len, self._known))
        words = [word.span() for word in _WORD.finditer(plain)]
        free_from = 0
        for number, (start, end) in enumerate(words):
            if start < free_from:
                continue
            value, match = plain[start:end].lower(), None
            if value in self._known:
                match = value, start, end
            for following, its_end in words[number + 1 : number + longest] if len(value) < longest else ():
                value += plain[following:its_end].lower()
                if following != end + 1 or plain[end] not in _SEPARATORS or len(value) > longest:
                    break
                end = its_end
                if len(value) >= _GROUPED_FROM and value in self._known:
                    match = value, start, end
            if match and not _is_amount(plain, *match):
                yield match
                free_from = match[2]


def compared(value: str) -> str:
    """The letters and digits of a number as it is compared, however it is grouped and in whatever digits."""
    return "".join(_WORD.findall(fold(value).text)).lower()


def _is_amount(plain: str, value: str, start: int, end: int) -> bool:
    if not value.isdigit():
        return False
    before, behind = plain[max(0, start - 4) : start].lower(), plain[end : end + 8].lower()
    return bool(_AMOUNT_BEFORE.search(before) or _AMOUNT_BEHIND.match(behind))
