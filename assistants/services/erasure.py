"""What conversations keep of a data subject, and how it goes when the subject is erased.

The row of a conversation stays, as the empty place that findings point to: assistant, release, channel, language and
day. Its external id becomes a keyed hash, by which the same conversation is recognised and refused when it comes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from assistants.models import AuditAttributes, ConsentSnapshot, Conversation, ConversationRevision
from assistants.states import ConversationState
from consent.models import DataSubject
from consent.traces import Section, Subjects, Trace, register_trace
from portal.core.blind_index import blind_index

_INDEX = "assistants.conversation.external_id"
_EMPTY_HASH = b"\x00" * 32


def external_id_tombstone(*, holder_id: int, external_id: str) -> str:
    """What an erased record keeps of its external id: an HMAC, so that it can be compared and not read.

    `holder_id` is the assistant of a conversation, or the data set of a row: external ids are told apart within it.
    """
    return "erased-" + blind_index(_INDEX, f"{holder_id}\x00{external_id}").hex()


def _of(subjects: Subjects) -> QuerySet[Conversation]:
    return Conversation.objects.filter(subject__in=list(subjects))


def _legible() -> Q:
    """Conversations that still say something of their subject."""
    emptied = Q(state=ConversationState.ERASED, sealed__isnull=True, outcome={}, intent="", ended_at__isnull=True)
    return ~(emptied & Q(turn_count=0, unscannable_reason=""))


def _conversations_lock(subjects: Subjects) -> None:
    """Wait for scans and flags under way, and hold new ones back."""
    list(_of(subjects).select_for_update().order_by("pk").values_list("pk"))


def _conversations_purge(subjects: Subjects) -> int:
    emptied = []
    for row in _of(subjects).filter(_legible()).only("pk", "assistant_id", "external_id", "day", "state"):
        if row.state != ConversationState.ERASED:
            row.external_id = external_id_tombstone(holder_id=row.assistant_id, external_id=row.external_id)
        row.started_at = datetime.combine(row.day, time(), UTC)
        for name, value in _nothing().items():
            setattr(row, name, value)
        emptied.append(row)
    Conversation.objects.bulk_update(emptied, ["external_id", "started_at", *_nothing()], batch_size=500)
    return len(emptied)


def _nothing() -> dict[str, Any]:
    return {
        "state": ConversationState.ERASED,
        "unscannable_reason": "",
        "content_hash": _EMPTY_HASH,
        "intent": "",
        "started_at_is_intake": False,
        "ended_at": None,
        "outcome": {},
        "turn_count": 0,
        "sealed": None,
    }


def _conversations_look(subjects: Subjects) -> int:
    return _of(subjects).filter(_legible()).count()


def _revisions(subjects: Subjects) -> QuerySet[ConversationRevision]:
    return ConversationRevision.objects.filter(conversation__subject__in=list(subjects))


def _attributes(subjects: Subjects) -> QuerySet[AuditAttributes]:
    return AuditAttributes.objects.filter(conversation__subject__in=list(subjects))


def _snapshots(subjects: Subjects) -> QuerySet[ConsentSnapshot]:
    return ConsentSnapshot.objects.filter(conversation__subject__in=list(subjects))


def _attributes_section(subject: DataSubject) -> Iterator[Section]:
    rows = _attributes([subject.pk]).select_related("conversation__assistant")
    rows = rows.order_by("conversation__started_at", "pk")
    yield Section(
        name="attributes",
        title="Attributes used for fairness audits",
        note="What your groups are said to be. They are only ever counted, never shown to anybody with your name.",
        data=[{"conversation": str(row.conversation.public_id), **row.values} for row in rows],
        shown=[
            {
                "Conversation with": row.conversation.assistant.name,
                "When": row.conversation.started_at,
                **{name.replace("_", " ").capitalize(): value for name, value in sorted(row.values.items())},
            }
            for row in rows
        ],
    )


def _rows(name: str, label: str, rows: Any, export: Any = None) -> Trace:
    """A trace whose rows are deleted as a whole."""
    return Trace(
        name=name,
        label=label,
        export=export,
        purge=lambda subjects: int(rows(subjects).delete()[0]),
        look=lambda subjects: int(rows(subjects).count()),
    )


register_trace(
    Trace(
        name="assistants.conversations",
        label="Conversations: transcript, metadata, outcome, intent, times, external id",
        purge=_conversations_purge,
        look=_conversations_look,
        lock=_conversations_lock,
    )
)
register_trace(_rows("assistants.revisions", "Earlier revisions of conversations", _revisions))
register_trace(_rows("assistants.attributes", "Attributes declared for auditing", _attributes, _attributes_section))
register_trace(_rows("assistants.consents", "Consent decisions kept with conversations", _snapshots))
