"""Look-alike characters made plain before matching, with a way back to the original offsets.

Full-width and other decimal digits, exotic spaces and dashes become their ASCII twins; characters that
are invisible (zero-width, bidirectional marks) are left out, so that they cannot hide a number.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2061\u2062\u2063\u202a-\u202e\u2066-\u2069\ufeff"
_MATHEMATICAL_DIGITS = range(0x1D7CE, 0x1D800)
_QUOTES = "\u2018\u2019\u02bc"


def _plain_twins() -> dict[int, str]:
    """One-to-one replacements, so that code points keep their places."""
    twins = {ord(c): " " for c in _SPACES} | {ord(c): "-" for c in _DASHES} | {ord(c): "'" for c in _QUOTES}
    for code in (*range(0x80, 0x10000), *_MATHEMATICAL_DIGITS):
        digit = unicodedata.digit(chr(code), None)
        if digit is not None and unicodedata.category(chr(code)) == "Nd":
            twins[code] = str(digit)
    twins |= {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    twins |= dict.fromkeys(range(55296, 57344), "�")
    return twins


def _as_ranges(codes: Iterable[int]) -> str:
    """A character class's inside. Ranges, since a class of single characters is searched slowly."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_TWINS = _plain_twins()
_HAS_TWIN = re.compile(f"[{_as_ranges(code for code in _TWINS if code > 0x7F)}]")
_IS_INVISIBLE = re.compile(f"[{_INVISIBLE}]+")


def _place(cut: tuple[int, int]) -> int:
    return cut[0]


class Folded(NamedTuple):
    """A text made plain. `cuts` lists (offset in `text`, code points left out before it), ascending."""

    text: str
    cuts: Sequence[tuple[int, int]]

    def original(self, offset: int, *, is_end: bool = False) -> int:
        """The offset in the original text of an offset in `text`.

        An end stays before characters that were left out at that very place; a start goes behind them.
        """
        at = bisect_right(self.cuts, offset - 1 if is_end else offset, key=_place)
        return offset + (self.cuts[at - 1][1] if at else 0)


_NO_CUTS: tuple[tuple[int, int], ...] = ()


def fold(text: str) -> Folded:
    """Make `text` plain. ASCII without tabs comes back as it is."""
    if "\t" in text:
        text = text.replace("\t", " ")
    if text.isascii():
        return Folded(text, _NO_CUTS)
    if _HAS_TWIN.search(text):
        text = text.translate(_TWINS)
    if not _IS_INVISIBLE.search(text):
        return Folded(text, _NO_CUTS)
    kept: list[str] = []
    cuts: list[tuple[int, int]] = []
    position = length = 0
    for gap in _IS_INVISIBLE.finditer(text):
        kept.append(text[position : gap.start()])
        length += gap.start() - position
        position = gap.end()
        cuts.append((length, position - length))
    kept.append(text[position:])
    return Folded("".join(kept), cuts)
