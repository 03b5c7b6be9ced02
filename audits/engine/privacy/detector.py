"""What a detector is: patterns, context words, a judgement, and why its hits should be believed."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .context import Announcements, names_directly
from .matching import LETTERS, continues_word

#: US and British street words; other languages put them before the number.
STREET_WORDS = (
    "street|st|avenue|ave|av|road|rd|boulevard|blvd|drive|dr|lane|ln|way|court|ct|place|pl|square|sq|terrace|parkway|"
    "pkwy|highway|hwy|circle|cir|crescent|close|trail|alley|expressway|freeway|turnpike|plaza|row|walk|grove|"
    "hill|mews|apt|suite|rue"
)
_FIELD_BEFORE = re.compile(r"[^\W\d_]\.?: {0,3}$")
#: As far as that goes back at most: its letter, point, colon, spaces and the end of a line.
_FIELD_ENDS_IN = 7
_STREET_NEXT = re.compile(
    rf" (?:[0-9]{{1,6}} )?(?:[^\s\d,]+ ){{0,4}}(?:{STREET_WORDS})(?=\.?(?:[\s,;]|$))", re.IGNORECASE
)

#: What every text has in which numbers, addresses of the net or keys could stand: a digit or a telling mark. The first
#: trigger of their detectors, so that one look keeps all of them off most messages.
ANY_SHAPE = rf"[0-9@:]|\.[{LETTERS}]|-[0-9A-Fa-f]{{2}}-|[(\[](?i:at)"
#: The same for scripts without capitals. No text in another script is looked at again for their detectors.
OTHER_SCRIPT = "[א-תء-ۓऀ-ॣぁ-ヿ㐀-鿿가-힣]"
#: Second triggers that many detectors share.
TWO_DIGITS, THREE_DIGITS = "[0-9]{2}", "[0-9]{3}"
SIX_DIGITS = r"[0-9](?:[ ().\-/_]{0,3}[0-9]){5}"

Words = Mapping[str, tuple[str, ...]]


class Hit(NamedTuple):
    """A judged candidate, offsets in the folded text."""

    start: int
    end: int
    score: float


class Candidate:
    """A pattern's match in its surroundings. `text` is the folded text, offsets are code points."""

    __slots__ = ("_announcements", "_before", "_whole", "end", "language", "start", "text", "value")

    def __init__(self, announcements: Announcements, start: int, end: int, language: str | None) -> None:
        self.text = announcements.text
        self.start = start
        self.end = end
        self.language = language
        self.value = self.text[start:end]
        self._announcements = announcements
        self._before: tuple[str | None, str] | None = None
        self._whole: Candidate | None = None

    def _look_before(self) -> tuple[str | None, str]:
        if self._before is None:
            self._before = self._whole._look_before() if self._whole else self._announcements.before(self.start)
        return self._before

    @property
    def label_before(self) -> str | None:
        """What the nearest context word before the value announces."""
        return self._look_before()[0]

    @property
    def label_on_its_line(self) -> str | None:
        """The same, but not from a line before: another field may stand between."""
        label, gap = self._look_before()
        return None if "\n" in gap else label

    @property
    def label_after(self) -> str | None:
        """What a word right behind the value calls it."""
        return self._announcements.after(self.end)

    @property
    def label(self) -> str | None:
        """What the text itself calls this value, if it says so: the word before wins over the one after."""
        return self.label_before or self.label_after

    def is_named(self, type_: str) -> bool:
        """The text calls the value `type_` right before it ("ssn number is …") or right after it."""
        before, gap = self._look_before()
        if before is not None:
            return before == type_ and names_directly(gap)
        return self.label_after == type_

    def is_near(self, type_: str, reach: int) -> bool:
        """The text speaks of `type_` within `reach` code points, even if not of this value."""
        return self._announcements.are_near(self.start, self.end, type_, reach)

    @property
    def fills_a_field(self) -> bool:
        """A form's field name and a colon stand right before: "Episodio: 1520368541"."""
        return _FIELD_BEFORE.search(self.text, max(0, self.start - _FIELD_ENDS_IN), self.start) is not None

    @property
    def is_followed_by_street(self) -> bool:
        """An English street name comes next: the digits are a house number, whatever else they look like."""
        return _STREET_NEXT.match(self.text, self.end) is not None and not self.fills_a_field

    @property
    def is_whole_message(self) -> bool:
        """Nothing but this value (and punctuation) was written: an answer to a question."""
        rest = len(self.text) - (self.end - self.start)
        return rest < 16 and self.end - self.start >= len(self.text.strip(" .,;:!?\n\r\"'"))

    @property
    def stands_alone(self) -> bool:
        """Neither neighbour continues the value: no letter, digit or joint is attached to it."""
        text, start, end = self.text, self.start, self.end
        if start and (continues_word(text[start - 1]) or text[start - 1] in "_@+"):
            return False
        if start > 1 and text[start - 1] in "-./+" and text[start - 2].isdigit():
            return False
        if end < len(text) and (continues_word(text[end]) or text[end] in "_@"):
            return False
        return not (end + 1 < len(text) and text[end] in "-./" and text[end + 1].isdigit())

    def hit(self, score: float, *, start: int | None = None, end: int | None = None) -> Hit:
        """This candidate, or a part of it, as a hit."""
        return Hit(self.start if start is None else start, self.end if end is None else end, score)

    def part(self, start: int, end: int) -> "Candidate":
        """A piece of this candidate's text as a candidate of its own, or all of it."""
        if start == self.start and end == self.end:
            return self
        piece = Candidate(self._announcements, start, end, self.language)
        if start == self.start:
            piece._whole = self
        return piece


class Known(Protocol):
    """What a customer and those who speak with them have said in a conversation so far."""

    def values(self, type_: str) -> Sequence[str]:
        """The last letters and digits of the values of a type that the customer gave by name, or when asked for one."""

    def types(self) -> Collection[str]:
        """The types of which the customer has given a value, guesses included."""

    def speaks_of(self, type_: str) -> bool:
        """Whether anybody has used a word that announces the type."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """What a guess in a customer's short answer is instead, once the conversation has said more.

    `read` is given the value, the text that it stands in and what is known, and names the other type; None leaves the
    guess as it is. `types` are those that it can name.
    """

    read: Callable[[str, str, Known], str | None]
    types: tuple[str, ...]
    explanation: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Detector:
    """One way of finding one type of personal data.

    All of `triggers` must occur in a text that has a hit. The first is looked for in every text that comes by
    itself, so it is made of words, or is `ANY_SHAPE`, which all that have digits share. The second is looked for in
    texts that come together, so it should be rare, or one that dozens share (`SIX_DIGITS`); the others are tried
    behind it. Shapes (with a `[0-9]`) have their passes and words others.

    `judge` sees each match of `pattern` and gives a hit (maybe narrower) or None; with `retries`, a candidate turned
    down is looked at again from its next token on ("12 4111 1111 …"), and one of fewer than `shortest` code points is
    turned down unseen. Where a dictionary knows the places better than an expression, `find` gives the hits of a
    folded text, in order, instead of both. `context` lists word stems per language that announce the type. `rank`
    settles overlaps: higher wins. `reread` says what becomes of a guess by what the conversation said before.
    """

    type: str
    triggers: tuple[str, ...]
    explanation: str
    pattern: str = ""
    judge: Callable[[Candidate], Hit | None] | None = None
    find: Callable[[str], Iterable[Hit]] | None = None
    version: int = 1
    context: Words = field(default_factory=dict)
    rank: int = 50
    retries: bool = False
    shortest: int = 1
    reread: Rereading | None = None
