"""A transcript with every known personal value cut out. What cannot be masked for certain is not shown at all.

Beyond the stored spans, the same value elsewhere in the conversation is masked too: a detector that needs context may
know it in one turn and miss it in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from assistants.transcripts import Turn
from audits.engine.conversation.repeated_values import places_of
from audits.models.scans import DetectionOrigin
from audits.type_words import words

# What stands in any signature or order. All else (secrets, payment data, ids of a state, own types of an assistant)
# asks for a step-up login before it is revealed, and so does a type that a future detector brings.
ORDINARY_TYPES = frozenset(
    {"PERSON", "LOCATION", "ADDRESS", "EMAIL_ADDRESS", "PHONE_NUMBER", "URL", "IP_ADDRESS", "MAC_ADDRESS"}
)


class MaskingError(Exception):
    """The stored spans do not fit the transcript. Says nothing of its content."""


class Place(NamedTuple):
    """Code points `start` ≤ i < `end` of turn number `turn`, counted from 0."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """One personal value: where it stands, what it is, who brought it up, and the keyed hash of its normal form."""

    turn: int
    start: int
    end: int
    type: str
    origin: str
    value_hash: str = ""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is cut out in one place: one span, or several that overlap. `identities` tell equal values in another
    spelling: they are empty where the place holds more than one value.
    """

    place: Place
    text: str = field(repr=False)
    type: str = ""
    origin: str = ""
    types: tuple[str, ...] = ()
    identities: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Segment:
    """Either `text` that may be shown, or the type of what is masked, with a note on who brought it up.

    Of a mask, `place` and `types` say what could be revealed; `shown` is its value where it is revealed `until` then.
    """

    text: str = ""
    mask: str = ""
    note: str = ""
    place: Place | None = None
    types: tuple[str, ...] = ()
    shown: str = field(default="", repr=False)
    until: datetime | None = None

    @property
    def asks_for_step_up(self) -> bool:
        """Whether this mask opens only to who has signed in again a moment ago."""
        return asks_for_step_up(self.types)


@dataclass(frozen=True, slots=True)
class MaskedTurn:
    """One turn as pages show it. `index` counts from 1; `meta` says in words what was found in it."""

    index: int
    role: str
    at: datetime | None
    segments: tuple[Segment, ...]
    meta: str


def asks_for_step_up(types: Collection[str]) -> bool:
    """Whether values of these types are shown only to who has signed in again a moment ago."""
    return not ORDINARY_TYPES.issuperset(types)


def masked_turns(
    turns: Sequence[Turn], spans: Iterable[Span], *, revealed: Mapping[Place, datetime] | None = None
) -> list[MaskedTurn]:
    """The turns without the values that `spans` point at. Raises MaskingError where a span lies outside its turn.

    `revealed` names masks whose value is shown until then, and with it the same value wherever else it is masked.
    A place that is not exactly that of a mask reveals nothing.
    """
    spans = list(spans)
    masks = masks_of(turns, spans)
    until = _until(masks, revealed or {})
    found: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.turn].append(span)
    return [
        MaskedTurn(
            index=index + 1,
            role=turn.role,
            at=turn.at,
            segments=tuple(_segments(turn.text, masks[index], until)),
            meta=_in_words(found[index]),
        )
        for index, turn in enumerate(turns)
    ]


def masks_of(turns: Sequence[Turn], spans: Iterable[Span]) -> list[list[Mask]]:
    """What is cut out of each turn, in the order of its text. Raises MaskingError as `masked_turns` does."""
    by_turn: dict[int, list[Span]] = defaultdict(list)
    values: dict[str, str] = {}
    for span in spans:
        if not (0 <= span.turn < len(turns) and 0 <= span.start < span.end <= len(turns[span.turn].text)):
            raise MaskingError(f"a span of turn {span.turn} lies outside its text")
        by_turn[span.turn].append(span)
        value = turns[span.turn].text[span.start : span.end]
        values.setdefault(value, span.type)
    return [
        list(_masks(turn.text, index, [*by_turn[index], *_repeated(turn.text, index, values)]))
        for index, turn in enumerate(turns)
    ]


def _masks(text: str, turn: int, spans: Iterable[Span]) -> Iterator[Mask]:
    """Overlapping spans become one mask, named after the one that begins first."""
    for start, end, merged in _merged(spans):
        whole = {(span.start, span.end) for span in merged} == {(start, end)}
        yield Mask(
            place=Place(turn, start, end),
            text=text[start:end],
            type=merged[0].type,
            origin=merged[0].origin,
            types=tuple(sorted({span.type for span in merged})),
            identities=frozenset((span.type, span.value_hash) for span in merged if whole and span.value_hash),
        )


def _merged(spans: Iterable[Span]) -> list[tuple[int, int, list[Span]]]:
    merged: list[tuple[int, int, list[Span]]] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, not span.origin)):
        if merged and span.start < merged[-1][1]:
            start, end, those = merged[-1]
            merged[-1] = (start, max(end, span.end), [*those, span])
        else:
            merged.append((span.start, span.end, [span]))
    return merged


def _repeated(text: str, turn: int, values: dict[str, str]) -> Iterator[Span]:
    for value, kind in values.items():
        for start in places_of(value, text):
            yield Span(turn, start, start + len(value), kind, "")


def _until(masks: Iterable[Iterable[Mask]], revealed: Mapping[Place, datetime]) -> dict[Place, datetime]:
    """Until when each place is shown: the revealed ones, and those that hold the same value."""
    every = [mask for of_turn in masks for mask in of_turn]
    values: dict[object, datetime] = {}
    for mask in every:
        if mask.place in revealed:
            for value in (mask.text, *mask.identities):
                values[value] = max(revealed[mask.place], values.get(value, revealed[mask.place]))
    if not values:
        return {}
    shown: dict[Place, datetime] = {}
    for mask in every:
        times = [values[value] for value in (mask.text, *mask.identities) if value in values]
        if times:
            shown[mask.place] = max(times)
    return shown


def _segments(text: str, masks: Iterable[Mask], until: Mapping[Place, datetime]) -> Iterator[Segment]:
    at = 0
    for mask in masks:
        _, start, end = mask.place
        if start > at:
            yield Segment(text=text[at:start])
        yield Segment(
            mask=mask.type,
            note=_origin_label(mask.origin),
            place=mask.place,
            types=mask.types,
            shown=mask.text if mask.place in until else "",
            until=until.get(mask.place),
        )
        at = end
    if at < len(text):
        yield Segment(text=text[at:])


def _in_words(spans: Sequence[Span]) -> str:
    """Such as `Brought up by the assistant: email address, person`."""
    types: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        types[span.origin].add(words(span.type))
    return " · ".join(f"{_origin_label(origin)}: {', '.join(sorted(types[origin]))}" for origin in sorted(types))


def _origin_label(origin: str) -> str:
    if not origin:
        return "The same value as elsewhere in this conversation"
    # The assistant's own name is stated as well, so that "by an agent or the system" would not do here.
    return "Stated" if origin == DetectionOrigin.STATED else DetectionOrigin(origin).label
