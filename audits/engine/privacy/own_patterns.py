"""Patterns that somebody writes for one assistant, such as its customer numbers, made safe and ready for the pass.

    own = compile_own([OwnPattern("CUSTOMER_NUMBER", r"BW-\\d{7}", 0.8, {"en": ("customer number",)}, version=3)])
    detect(text, own=own.detectors)

A pattern is written in a small language that RE2 reads in linear time, whatever the text: letters, classes, groups,
alternatives and counted repetition. What could run on without bound is refused in words that say what to write instead.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .detector import Candidate, Detector, Hit
from .detector_set import DetectorSet, compile_detectors
from .folding import fold
from .matching import Pattern, encoded
from .spans import BadPattern, Span

LONGEST_SOURCE = 200
#: Code points; what is longer is no number that a customer is known by.
LONGEST_MATCH = 64
#: Above names, telephone numbers and what only a cue word gives away; below what a checksum or an address proves.
RANK = 79
_ESCAPES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\r "}
#: Everyday sentences in which nothing is personal: a pattern that finds something in many of them finds everything.
_EVERYDAY = (
    "Hello, how can I help you today?",
    "Where is my parcel? It should have been here on Monday.",
    "I have been waiting for 3 weeks now, that is much too long.",
    "Please choose between plan A and plan B; plan A costs 9.99 a month.",
    "Thank you, that is all I needed.",
    "Das Paket kommt in 2 bis 3 Tagen an.",
    "¿Puedo cambiar mi reserva para el 12 de mayo?",
    "Merci beaucoup, bonne journée !",
    "Proszę o kontakt w sprawie zwrotu.",
    "Спасибо, всё работает.",
    "The app shows error 404 when I open it on my phone.",
    "Can you send the invoice of March 2024 again?",
)
_ABSURD = 3


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """One declaration. With `context` words (per language) a value counts only where one of them names it."""

    type: str
    source: str
    score: float
    context: Mapping[str, tuple[str, ...]]
    version: int


@dataclass(frozen=True, slots=True)
class OwnSet:
    """Patterns ready for the pass. `version` changes whenever any of them does; it is empty for none.

    `names` are words of the assistant's own name, which is no personal data where it speaks of itself.
    """

    detectors: DetectorSet | None
    version: str
    types: tuple[str, ...]
    names: frozenset[str] = frozenset()


NOTHING = OwnSet(None, "", ())


class _Reader:
    """Reads a pattern once, from left to right, and writes what the engine is given."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def read(self) -> tuple[str, int]:
        """The engine's expression, and the most code points that it can match."""
        written, longest = self._alternatives()
        if self.at < len(self.source):
            raise BadPattern("There is a closing bracket without an opening one.")
        return written, longest

    def _alternatives(self) -> tuple[str, int]:
        written, longest = self._sequence()
        while self._take("|"):
            more, length = self._sequence()
            written, longest = f"{written}|{more}", max(longest, length)
        return written, longest

    def _sequence(self) -> tuple[str, int]:
        written, longest = "", 0
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            piece, length = self._piece()
            counted, most = self._repetition()
            written, longest = written + piece + counted, longest + length * most
            if longest > LONGEST_MATCH:
                raise BadPattern(f"It can match more than {LONGEST_MATCH} characters; make the repetitions smaller.")
        return written, longest

    def _piece(self) -> tuple[str, int]:
        character = self.source[self.at]
        self.at += 1
        if character == "(":
            return self._group()
        if character == "[":
            return self._class(), 1
        if character == "\\":
            return self._escape(), 1
        if character in "^$":
            raise BadPattern(f"Leave out {character}: a value may stand anywhere, and its edges are looked after.")
        if character in "*+?{":
            raise BadPattern(f"There is nothing before {character} that could be repeated.")
        return (character if character == "." else _literal(character)), 1

    def _group(self) -> tuple[str, int]:
        if self._take("?") and not self._take(":"):
            raise BadPattern("Only plain groups (…) and (?:…) are known: no look-around, names or switches inside.")
        written, longest = self._alternatives()
        if not self._take(")"):
            raise BadPattern("There is an opening bracket without a closing one.")
        return f"(?:{written})", longest

    def _class(self) -> str:
        """A class, copied with its shorthands spelt out."""
        written = "[^" if self._take("^") else "["
        first = True
        while self.at < len(self.source):
            character = self.source[self.at]
            self.at += 1
            if character == "]" and not first:
                return written + "]"
            first = False
            if character == "\\":
                written += self._escape(inside=True)
            elif character == "[":
                raise BadPattern("Inside [ ], write \\[ for a bracket.")
            elif character in "^&~":
                written += _literal(character)
            else:
                written += character
        raise BadPattern("There is a [ without its ].")

    def _escape(self, *, inside: bool = False) -> str:
        if self.at >= len(self.source):
            raise BadPattern("It ends with a backslash.")
        character = self.source[self.at]
        self.at += 1
        if character in _ESCAPES:
            return _ESCAPES[character] if inside else f"[{_ESCAPES[character]}]"
        if character.isdigit():
            raise BadPattern("It refers back to a group; write out what may stand there.")
        if character == "b" and not inside:
            raise BadPattern("Leave out \\b: the edges of a value are looked after.")
        if character.isalnum():
            raise BadPattern(f"\\{character} is not known; there are \\d, \\w, \\s and escaped signs.")
        return _literal(character)

    def _repetition(self) -> tuple[str, int]:
        if self.at >= len(self.source):
            return "", 1
        character = self.source[self.at]
        if character in "*+":
            raise BadPattern(f"{character} repeats without end; say how often at most, such as {{1,12}}.")
        if character == "?":
            self.at += 1
            return "?", 1
        if character != "{":
            return "", 1
        end = self.source.find("}", self.at)
        least, comma, most = self.source[self.at + 1 : max(end, 0)].partition(",")
        if (
            end < 0
            or not least.isdecimal()
            or not least.isascii()
            or (most and not (most.isdecimal() and most.isascii()))
        ):
            raise BadPattern("A repetition is written {7} or {1,12}.")
        if comma and not most:
            raise BadPattern("{n,} repeats without end; say how often at most, such as {1,12}.")
        if int(most or least) < max(int(least), 1):
            raise BadPattern("The larger number of a repetition comes second and is at least 1.")
        self.at = end + 1
        if self.source[self.at : self.at + 1] in ("?", "*", "+", "{"):
            raise BadPattern("A repetition cannot be repeated itself; put it into a group.")
        return (f"{{{least},{most}}}" if comma else f"{{{least}}}"), int(most or least)

    def _take(self, character: str) -> bool:
        if self.source[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True


def _literal(character: str) -> str:
    """RE2 escapes ASCII signs only."""
    return character if character.isalnum() or character == " " or not character.isascii() else "\\" + character


def engine_pattern(source: str) -> str:
    """`source` as the engine reads it. Raises BadPattern, in words for whoever wrote it.

    Refused are unbounded repetition, look-around, back-references, anchors, more than 200 characters, matches of more
    than 64, and what finds nothing at all or something in everyday sentences. `(?i)` at the start ignores case.
    """
    if not source.strip():
        raise BadPattern("Write a pattern, such as BW-\\d{7}.")
    if len(source) > LONGEST_SOURCE:
        raise BadPattern(f"It has more than {LONGEST_SOURCE} characters.")
    if not source.isprintable():
        raise BadPattern("It holds a character that cannot be printed.")
    switch, body = ("(?i)", source[4:]) if source.startswith("(?i)") else ("", source)
    written, longest = _Reader(body).read()
    if longest == 0:
        raise BadPattern("It matches nothing at all.")
    written = switch + written
    try:
        pattern = Pattern(written)
    except BadPattern as error:
        raise BadPattern("The pattern engine does not accept it.") from error
    found = pattern.search(encoded(""), 0)
    if found is not None:
        raise BadPattern("It matches the empty text; at least one character has to be there.")
    if sum(pattern.search(encoded(text), 0) is not None for text in _EVERYDAY) >= _ABSURD:
        raise BadPattern(
            "It finds something in everyday sentences; make it say more exactly what the value looks like."
        )
    return written


def compile_own(patterns: Iterable[OwnPattern]) -> OwnSet:
    """The patterns ready for the pass; compiled once for the same declarations. Raises BadPattern."""
    declared = tuple(
        (
            each.type,
            each.source,
            each.score,
            tuple(sorted((k, tuple(v)) for k, v in each.context.items())),
            each.version,
        )
        for each in sorted(patterns, key=lambda each: each.type)
    )
    return _compiled(declared) if declared else NOTHING


_Declared = tuple[str, str, float, tuple[tuple[str, tuple[str, ...]], ...], int]


@lru_cache(maxsize=256)
def _compiled(declared: tuple[_Declared, ...]) -> OwnSet:
    detectors = compile_detectors(
        _detector(type_, engine_pattern(source), score, dict(context), number)
        for type_, source, score, context, number in declared
    )
    version = hashlib.sha256(json.dumps([RANK, detectors.version, declared]).encode()).hexdigest()[:8]
    return OwnSet(detectors, version, detectors.types)


def _detector(type_: str, written: str, score: float, context: dict[str, tuple[str, ...]], version: int) -> Detector:
    named_only = any(context.values())

    def judge(candidate: Candidate) -> Hit | None:
        if not candidate.stands_alone or (named_only and candidate.label != type_):
            return None
        return candidate.hit(score)

    return Detector(
        type=type_,
        triggers=(written,),
        pattern=written,
        judge=judge,
        explanation="a pattern of this assistant" + (", named by a word beside it" if named_only else ""),
        version=version,
        context=context,
        rank=RANK,
        retries=True,
    )


def matches_alone(text: str, own: OwnSet) -> list[Span]:
    """Where the patterns match by themselves, whatever a built-in type makes of the same place."""
    if own.detectors is None:
        return []
    folded = fold(text)
    found = [ranked.span for ranked in own.detectors.find(folded.text, encoded(folded.text), None)]
    if not folded.cuts:
        return found
    return [
        span._replace(start=folded.original(span.start), end=folded.original(span.end, is_end=True)) for span in found
    ]


def shape_of(value: str) -> str:
    """The value with every letter as A or a and every digit as 9: what it looks like, without saying what it is."""
    return "".join(
        "9" if c.isdigit() else ("A" if c.isupper() else "a") if c.isalpha() else c if c in "-/. #_" else "?"
        for c in value[:LONGEST_MATCH]
    )
