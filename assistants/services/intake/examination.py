"""What of a record must fit the assistant: its name, its release, its audited attributes."""

from __future__ import annotations

from dataclasses import dataclass

from assistants.models import Assistant, AuditedAttribute, Release
from assistants.records import Content, ConversationRecord, NumberedRecord, content_of
from consent.models import Purpose
from portal.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Register:
    """What is declared about an assistant at the moment of a batch."""

    slug: str
    audited: frozenset[str]
    releases: dict[str, int]
    purposes: tuple[Purpose, ...]

    @classmethod
    def of(cls, assistant: Assistant) -> Register:
        names = AuditedAttribute.objects.filter(assistant=assistant).values_list("name", flat=True)
        releases = Release.objects.filter(assistant=assistant).values_list("version", "pk")
        return cls(
            slug=assistant.slug,
            audited=frozenset(names),
            releases=dict(releases),
            purposes=tuple(assistant.purposes.filter(retired_at=None)),
        )


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record that fits its assistant, taken apart into what is stored where."""

    line: int
    record: ConversationRecord
    release_id: int | None
    content: Content


def examine(numbered: NumberedRecord[ConversationRecord], register: Register, *, release: str | None) -> Incoming:
    """Fit a record to its assistant. `release` is the version of records that name none. Raises Invalid."""
    record = numbered.record
    if record.assistant not in (None, register.slug):
        raise Invalid(f"This intake is for the assistant {register.slug}.", field="assistant")
    # What is implied and what is said outright must hash alike.
    record.assistant = None
    record.release = record.release or release
    if record.release is not None and record.release not in register.releases:
        known = ", ".join(sorted(register.releases)) or "none"
        raise Invalid(f"Unknown release; {register.slug} has: {known}.", field="release")
    return Incoming(
        line=numbered.line,
        record=record,
        release_id=None if record.release is None else register.releases[record.release],
        content=content_of(record, audited=register.audited),
    )
