"""Decoding and validation of one conversation record.

Times are ISO 8601; one without an offset is UTC. Text that is stored in clear may hold no control characters (the
database cannot keep NUL); turns and metadata are sealed as bytes and keep whatever they hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from assistants.records.faults import as_invalid
from assistants.transcripts import Turn
from consent.queries.subjects import reference_normalised
from portal.core.errors import Invalid
from portal.core.jsonlines.mapping import FieldMap

# Zeros of common clocks (year 1, 1970) are unset fields, not times of conversations.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MAX_OUTCOMES = 50
MAX_NAME = 60
MAX_VALUE = 120
MAX_DEPTH = 32
_MAX_INTEGER = 2**63
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Outcome = bool | int | float | str


class ConversationRecord(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A conversation as an integration hands it over. Every key that is not named here is an error."""

    external_id: str
    assistant: str | None = None
    release: str | None = None
    channel: str
    language: str
    intent: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    customer_ref: str | None = None
    attributes: dict[str, Any] = {}
    outcome: dict[str, Outcome] = {}
    metadata: dict[str, Any] = {}
    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one record may hold."""

    turn_bytes: int
    turns: int
    clock_skew: timedelta

    @classmethod
    def from_settings(cls) -> Limits:
        return cls(
            turn_bytes=settings.PROBITY_MAX_TURN_BYTES,
            turns=settings.PROBITY_MAX_TURNS,
            clock_skew=timedelta(seconds=settings.PROBITY_CLOCK_SKEW_SECONDS),
        )


class RecordParser:
    """Turns lines of JSON into valid records. `field_map` renames the keys of foreign sources first."""

    def __init__(self, *, limits: Limits | None = None, field_map: FieldMap | None = None) -> None:
        self.limits = limits or Limits.from_settings()
        self.field_map = field_map
        self._decode = msgspec.json.Decoder(ConversationRecord).decode

    def parse(self, line: bytes) -> ConversationRecord:
        """The record on this line, with its times in UTC and its language tag and reference in standard form.

        Raises Invalid, whose field is a path such as `turns[3].text` and whose message repeats no content.
        """
        try:
            record = self._mapped(line) if self.field_map else self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise as_invalid(error, line, record=ConversationRecord) from error
        self._check_texts(record)
        self._check_outcome(record.outcome)
        self._check_times(record)
        self._check_turns(record)
        require_shallow("attributes", record.attributes)
        require_shallow("metadata", record.metadata)
        return record

    def _mapped(self, line: bytes) -> ConversationRecord:
        source = msgspec.json.decode(line)
        if not isinstance(source, dict):
            raise msgspec.ValidationError(f"Expected `object`, got `{type(source).__name__}`")
        assert self.field_map is not None
        return msgspec.convert(self.field_map.apply(source), ConversationRecord)

    def _check_texts(self, record: ConversationRecord) -> None:
        require_text("external_id", record.external_id, longest=200)
        require_text("channel", record.channel, longest=40)
        record.language = language_tag(record.language)
        if record.intent is not None:
            require_text("intent", record.intent, longest=120, blank=True)
        if record.customer_ref is not None:
            require_text("customer_ref", record.customer_ref, longest=200, blank=True)
            record.customer_ref = reference_normalised(record.customer_ref)

    def _check_outcome(self, outcome: dict[str, Outcome]) -> None:
        if len(outcome) > MAX_OUTCOMES:
            raise Invalid(f"More than {MAX_OUTCOMES} outcomes.", field="outcome")
        for name, value in outcome.items():
            if not name or len(name) > MAX_NAME or _CONTROL.search(name):
                raise Invalid(f"An outcome's name has 1 to {MAX_NAME} printable characters.", field="outcome")
            require_countable(f"outcome.{name}", value)

    def _check_times(self, record: ConversationRecord) -> None:
        if record.started_at is not None:
            record.started_at = self._moment("started_at", record.started_at)
        if record.ended_at is not None:
            record.ended_at = self._moment("ended_at", record.ended_at)
            if record.started_at is not None and record.ended_at < record.started_at:
                raise Invalid("It ends before it starts.", field="ended_at")

    def _moment(self, field: str, value: datetime) -> datetime:
        return moment_in_utc(field, value, skew=self.limits.clock_skew)

    def _check_turns(self, record: ConversationRecord) -> None:
        turns, limit = record.turns, self.limits.turn_bytes
        if not turns:
            raise Invalid("A conversation has at least one turn.", field="turns")
        if len(turns) > self.limits.turns:
            raise Invalid(f"{len(turns)} turns, more than the limit of {self.limits.turns}.", field="turns")
        surely_short = limit // 4  # no code point takes more than four bytes of UTF-8
        for index, turn in enumerate(turns):
            if len(turn.text) > surely_short and (size := len(turn.text.encode())) > limit:
                raise Invalid(
                    f"The turn has {size} bytes, more than the limit of {limit}.", field=f"turns[{index}].text"
                )
            if turn.at is not None:
                turns[index] = msgspec.structs.replace(turn, at=self._moment(f"turns[{index}].at", turn.at))
            if turn.meta is not None:
                require_shallow(f"turns[{index}].meta", turn.meta)


def moment_in_utc(field: str, value: datetime, *, skew: timedelta) -> datetime:
    """The time in UTC (without an offset it is UTC). Raises Invalid for an unset clock or the future beyond `skew`."""
    try:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise Invalid("The date is out of range.", field=field) from error
    if moment < EARLIEST:
        raise Invalid(f"The date is before {EARLIEST.year}; it looks like an unset field.", field=field)
    if moment > timezone.now() + skew:
        raise Invalid("The date lies in the future.", field=field)
    return moment


def require_countable(field: str, value: object) -> None:
    """Raise Invalid unless `value` is a scalar that can be stored in clear and counted."""
    if isinstance(value, str):
        if len(value) > MAX_VALUE:
            raise Invalid(f"A text has at most {MAX_VALUE} characters here.", field=field)
        if _CONTROL.search(value):
            raise Invalid("Control characters are not allowed here.", field=field)
    elif isinstance(value, int):  # True and False are integers too
        if not -_MAX_INTEGER <= value < _MAX_INTEGER:
            raise Invalid("The number is out of range.", field=field)
    elif not isinstance(value, float):
        raise Invalid("Expected true, false, a number or a text.", field=field)


def attributes_apart(
    attributes: Mapping[str, Any], metadata: Mapping[str, Any], *, declared: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The declared attributes that have a value, and all the others with the metadata.

    Raises Invalid for a declared attribute that is no scalar, and for a name that stands in both.
    """
    counted: dict[str, Any] = {}
    rest = dict(metadata)
    for name, value in attributes.items():
        if name in declared:
            if value is not None:
                require_countable(f"attributes.{name}", value)
                counted[name] = value
        elif name in rest:
            raise Invalid("This name stands in both attributes and metadata.", field=f"metadata.{name[:60]}")
        else:
            rest[name] = value
    return counted, rest


def require_text(field: str, value: str, *, longest: int, blank: bool = False) -> None:
    """Raise Invalid for a text stored in clear that is empty, too long or holds control characters."""
    if not blank and not value.strip():
        raise Invalid("It is empty.", field=field)
    if len(value) > longest:
        raise Invalid(f"{len(value)} characters, more than the limit of {longest}.", field=field)
    if _CONTROL.search(value):
        raise Invalid("Control characters are not allowed here.", field=field)


def require_shallow(field: str, tree: dict[str, Any] | list[Any], *, left: int = MAX_DEPTH) -> None:
    """Every later reader has less stack than the decoder had here, so the depth has a limit of its own."""
    if not left:
        raise Invalid(f"It is nested more than {MAX_DEPTH} levels deep.", field=field)
    for inner in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(inner, dict | list):
            require_shallow(field, inner, left=left - 1)


@lru_cache(maxsize=1024)
def language_tag(value: str) -> str:
    """The BCP 47 tag in the case that RFC 5646 §2.1.1 recommends, so that `EN` and `en` are one group."""
    if len(value) > 12 or not _LANGUAGE.fullmatch(value):
        raise Invalid("Not a BCP 47 language tag of at most 12 characters, such as en or pt-BR.", field="language")
    primary, *rest = value.split("-")
    shaped = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest)
    return "-".join([primary.lower(), *shaped])
