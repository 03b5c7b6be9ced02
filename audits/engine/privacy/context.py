"""Words that announce what a value is: "phone", "rachunek", "Steuer-ID"."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from .matching import WORD_LETTERS, Pattern, decoded, encoded

_REACH_BEFORE = 48
_REACH_AFTER = 26
#: Shorter stems count only as whole words ("pin" is not in "Pino", nor "rg" in the postcode "cb58rg"), and so do those
#: that end in a short word ("my sin" is not in "my single room"), unless they end in an asterisk.
_SHORTEST_PREFIX = 5
_ENDS_SHORT = re.compile(rf"[^{WORD_LETTERS}][{WORD_LETTERS}]{{1,3}}\Z")

_LINKS_AFTER = (
    "is was as this my the our a es son mi ist mein meine est mon ma jest to mój moja moje это мой моя è é il "
    "mio mia mijn "
    "meu minha är mitt min je to můj moje je to benim бул мій моя це"
)
_LINKS_BEFORE = (
    "number numbers s num nr no nbr nº n° no. card code id line is are was as be it it's its i mean meant that this "
    "will "
    "should at on to in for from by of the my me us him her them our your his end ends ending with last first four "
    "digit digits "
    "phone cell mobile full also and or here there just sure yes ok back anytime please es son el la los las "
    "mi su al en "
    "de del número numero que termina ist lautet mein meine meiner unter der die das nummer auf bitte mich "
    "sie endet endend mit von est "
    "com acaba acaban acabada acabado terminada terminado finaliza en "
    "finit finissant terminant finisce finale con eindigt eindigend final em "
    "kończy kończąca kończącą końcówka заканчивается оканчивается кончается закінчується slutar končí biten "
    "le les mon ma au sur numéro se termine par votre du jest mój moj moja numer numeru pod na mnie się номер "
    "номера номеру "
    "это мой моя по на мне меня вот è il mio mia mijn op naar é meu minha o a "
    "é são numero nº para em nummer är mitt min till på číslo čísla je můj moje mého na numara numaram numarası "
    "numaramız benim no'su мій моя номер це мого за мій numéro серия серія и seria szám száma č n.º"
)


def _any_of(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words.split()), key=len, reverse=True))


_MARKS = r"(?:[\s:#=.,\-()*'\"\\/|]|</?(?:td|th|dt|dd|b|strong|span)>)"
#: Between a value and the word behind it that names it: "… is my mobile", "…-Fax".
_LINK_AFTER = Pattern(rf"(?i)^{_MARKS}*(?:(?:{_any_of(_LINKS_AFTER)})\s+){{0,4}}$")
#: Between a label and its value: the rest of the word, and words like "number is".
_LINK_BEFORE = Pattern(
    rf"(?i)^[{WORD_LETTERS}]*(?:{_MARKS}+(?:{_any_of(_LINKS_BEFORE)}))*(?:{_MARKS}+[{WORD_LETTERS}]{{2}})?{_MARKS}*$"
)
#: A word behind a value that names what comes next instead: "2545 and ssn 1234".
_OWN_VALUE = re.compile(
    r"[^\W\d_]*(?:[ :#.]{1,3}(?:no|number|num|nr|is|es|ist|est|to|это|è|é|är|je))*[ :#.]{1,3}[+(]{0,2}[0-9]",
    re.IGNORECASE,
)
#: The next line's field: a label and a colon.
_NEXT_FIELD = re.compile(r"[^\s:]*(?: [^\s:]+){0,3} ?:")
#: A label in the sentence before announces nothing, unless the next one takes it up: "My phone? It's …".
#: The names of columns announce what stands at their place in the lines below, not the first value there.
_SENTENCE_END = re.compile(
    r"[.!?]\s*(?!It\b|Its\b|It's\b|That\b|This\b)[A-ZÀ-ÞА-Я][a-zà-ÿа-я']+ |\n\s*\n|\n[^\n;|\t,]+(?:[;|\t]|,(?! ))"
)
#: Scripts without spaces between words, and one whose particles follow without: behind a word in them, or before, any
#: letter may stand.
_UNSPACED = re.compile(r"[ぁ-ヿ㐀-鿿가-힣]")


class Occurrence(NamedTuple):
    """A word that announces a type, offsets in code points."""

    start: int
    end: int
    type: str


class Lexicon:
    """Word stems and the type that each announces. A stem matches any word that begins with it."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._types: dict[str, str] = {}
        self._whole: set[str] = set()
        for stem, type_ in words:
            key = stem.lower().removesuffix("*")
            self._types.setdefault(key, type_)
            is_short = len(stem) < _SHORTEST_PREFIX or _ENDS_SHORT.search(stem) is not None
            if is_short and not stem.endswith("*") and not _UNSPACED.match(stem[-1]):
                self._whole.add(key)
        self._folded = {_folded(key): key for key in self._types}
        stems = sorted(self._types, key=len, reverse=True)
        alternatives = "|".join(re.escape(stem).replace(r"\ ", " ") for stem in stems)
        self._pattern = Pattern(f"(?i)(?:^|[^{WORD_LETTERS}])(?:{alternatives})")

    def occurrences(self, text: str) -> list[Occurrence]:
        """Every stem that begins a word of `text`, in order."""
        data, types, search = encoded(text), self._types, self._pattern.search
        is_plain = len(data) == len(text)
        found: list[Occurrence] = []
        position = counted = characters = 0
        while span := search(data, position):
            first, last = span
            characters = first if is_plain else characters + len(decoded(data[counted:first]))
            matched = text[first:last] if is_plain else decoded(data[first:last])
            counted = first
            end = characters + len(matched)
            key: str | None = matched.lower()
            if key not in types:
                key = self._stem(matched)
            if key and not (key in self._whole and _is_part(text, end - len(key), end)):
                found.append(Occurrence(end - len(key), end, types[key]))
            position = max(last, position + 1)
        return found

    def _stem(self, matched: str) -> str | None:
        """The stem in a match that is none as it stands: behind another character, or in unusual letters."""
        key = matched[1:].lower()
        if key in self._types:
            return key
        key = _folded(matched)
        return self._folded.get(key) or self._folded.get(key[1:])


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is only the beginning of a longer word, or what a digit stands right before."""
    if text[max(0, start - 1) : start].isdigit():
        return True
    following = text[end : end + 1]
    return text[end - 1].isalpha() and following.isalpha() and _UNSPACED.match(following) is None


def _folded(word: str) -> str:
    """`word` without any difference of case, as the engine compares: to it ſ is an s, and ς a σ."""
    capitals = ((character, character.upper()) for character in word)
    return "".join(capital.lower() if len(capital) == 1 else character.lower() for character, capital in capitals)


def stems(type_: str, words: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """All stems of a detector, whatever their language: a message's language tag may be wrong."""
    return ((stem, type_) for each in words.values() for stem in each)


class Announcements:
    """The announcing words of one text, looked up once and only when a candidate asks."""

    __slots__ = ("_ends", "_found", "_lexicon", "_starts", "text")

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self._lexicon = lexicon
        self._found: list[Occurrence] | None = None

    def _look_up(self) -> list[Occurrence]:
        if self._found is None:
            self._found = self._lexicon.occurrences(self.text)
            self._starts = [found.start for found in self._found]
            self._ends = [found.end for found in self._found]
        return self._found

    def before(self, start: int) -> tuple[str | None, str]:
        """The type announced by the nearest word before `start`, and what stands between."""
        found = self._look_up()
        at = bisect_right(self._ends, start) - 1
        if at < 0 or start - found[at].end > _REACH_BEFORE:
            return None, ""
        gap = self.text[found[at].end : start]
        return (None, "") if _SENTENCE_END.search(gap) else (found[at].type, gap)

    def are_near(self, start: int, end: int, type_: str, reach: int) -> bool:
        """Whether a word that announces `type_` stands at most `reach` code points before or behind a value."""
        found = self._look_up()
        first, stop = bisect_left(self._starts, start - reach), bisect_right(self._starts, end + reach)
        return any(found[at].type == type_ for at in range(first, stop))

    def after(self, end: int) -> str | None:
        """The type announced by a word that is tied to what ends at `end`."""
        found = self._look_up()
        at = bisect_left(self._starts, end)
        if at == len(found) or found[at].start - end > _REACH_AFTER:
            return None
        word = found[at]
        gap = self.text[end : word.start]
        if _OWN_VALUE.match(self.text, word.end) or not _links_after(gap):
            return None
        return None if "\n" in gap and _NEXT_FIELD.match(self.text, word.end) else word.type


@lru_cache(maxsize=2048)
def _links_after(gap: str) -> bool:
    return _LINK_AFTER.search(encoded(gap), 0) is not None


@lru_cache(maxsize=2048)
def names_directly(gap: str) -> bool:
    """Whether only words like "number is" or "ending in" stand between a label and its value."""
    return _LINK_BEFORE.search(encoded(gap), 0) is not None
