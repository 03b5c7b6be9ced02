"""Conversations with sealed transcripts for the audits' tests, made in bulk and without intake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from assistants.models import Assistant, AuditAttributes, ConsentSnapshot, Conversation, Release
from assistants.transcripts import Transcript, Turn, encoded, packer
from consent.models import DataSubject, Purpose
from consent.services.subjects import subjects_resolve
from portal.core import envelope
from portal.core.models import DataKey

DAY = date(2025, 3, 3)
PLAIN = (("customer", "Where is my parcel?"), ("assistant", "It arrives tomorrow."))


@dataclass
class Told:
    """What a test says about one conversation."""

    turns: Iterable[tuple[str, str]] = PLAIN
    outcome: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: Mapping[Purpose, str] = field(default_factory=dict)
    day: date = DAY
    language: str = "en"
    channel: str = "chat"
    intent: str = ""
    release: Release | None = None
    subject: DataSubject | None = None


def conversations_make(assistant: Assistant, told: Iterable[Told]) -> list[Conversation]:
    """Received conversations, sealed under their subject's key (an anonymous subject each, where none is named)."""
    told = list(told)
    with transaction.atomic():
        anonymous = iter(subjects_resolve(team=assistant.team, references=[None for one in told if not one.subject]))
    keys: dict[Any, envelope.OpenKey] = {}
    pack = packer()
    first = Conversation.objects.count()
    rows = []
    for number, one in enumerate(told, first):
        if one.subject is None:
            own = next(anonymous)
            assert own.key is not None
            subject_id, key = own.subject_id, own.key
        else:
            subject_id = one.subject.pk
            if subject_id not in keys:
                keys[subject_id] = _opened(one.subject)
            key = keys[subject_id]
        started_at = datetime.combine(one.day, time(10), UTC)
        conversation = Conversation(
            assistant=assistant,
            release=one.release,
            subject_id=subject_id,
            external_id=f"told-{number}",
            content_hash=b"\x00" * 32,
            channel=one.channel,
            language=one.language,
            intent=one.intent,
            started_at=started_at,
            received_at=started_at,
            day=one.day,
            outcome=dict(one.outcome),
            turn_count=2,
        )
        conversation.sealed = key.seal(pack(_transcript(one.turns)), place=conversation.place)
        rows.append(conversation)
    Conversation.objects.bulk_create(rows)
    AuditAttributes.objects.bulk_create(
        AuditAttributes(conversation=row, values=dict(one.attributes))
        for row, one in zip(rows, told, strict=True)
        if one.attributes
    )
    ConsentSnapshot.objects.bulk_create(
        ConsentSnapshot(conversation=row, purpose=purpose, status=status, reason="test", known_at=row.received_at)
        for row, one in zip(rows, told, strict=True)
        for purpose, status in one.consents.items()
    )
    return rows


def conversation_revise(
    conversation: Conversation, *, turns: Iterable[tuple[str, str]], **changes: Any
) -> Conversation:
    """What a second delivery of the same conversation leaves behind."""
    conversation.refresh_from_db()
    for name, value in changes.items():
        setattr(conversation, name, value)
    conversation.revision += 1
    conversation.state = "received"
    key = _opened(conversation.subject)
    conversation.sealed = key.seal(packer()(_transcript(turns)), place=conversation.place)
    conversation.save()
    return conversation


def _transcript(turns: Iterable[tuple[str, str]]) -> bytes:
    return encoded(Transcript(turns=[Turn(role=role, text=text) for role, text in turns]))


def _opened(subject: DataSubject) -> envelope.OpenKey:
    return DataKey.objects.get(pk=subject.data_key_id).unwrap()
