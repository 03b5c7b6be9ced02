"""What retention disposes of on this floor: detections, and whole conversations with everything about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistants.models import AuditAttributes, ConsentSnapshot, Conversation, ConversationRevision
from assistants.retention import (
    about_to_dispose,
    before_disposal,
    conversation_anchors,
    conversation_place,
    groups,
    living,
)
from assistants.states import ConversationState
from audits.models import ConversationScan, Detection
from audits.services.counting import counts_keep
from consent.retention.classes import DataClass, Group, register_data_class


def _scanned(team_id: int, group: Group) -> Any:
    return Conversation.objects.filter(assistant=group.key, scan__isnull=False, **living())


def _scans_dispose(ids: Sequence[int], now: datetime) -> int:
    about_to_dispose(ids)
    Detection.objects.filter(conversation__in=ids).delete()
    return ConversationScan.objects.filter(pk__in=ids).delete()[1].get("audits.ConversationScan", 0)


def _whole(team_id: int, group: Group) -> Any:
    return Conversation.objects.filter(assistant=group.key, cleared_at__isnull=True, **living()).exclude(
        state=ConversationState.ERASED
    )


def _whole_dispose(ids: Sequence[int], now: datetime) -> int:
    """Empty conversations down to the row that says that there was one, so that it is not taken in again."""
    about_to_dispose(ids)
    Detection.objects.filter(conversation__in=ids).delete()
    ConversationScan.objects.filter(pk__in=ids).delete()
    AuditAttributes.objects.filter(conversation__in=ids).delete()
    ConsentSnapshot.objects.filter(conversation__in=ids).delete()
    ConversationRevision.objects.filter(conversation__in=ids).delete()
    Conversation.objects.filter(pk__in=ids, disposed_at__isnull=True).update(disposed_at=now)
    return Conversation.objects.filter(pk__in=ids).update(
        sealed=None, state=ConversationState.DISPOSED, cleared_at=now, outcome={}, intent="", unscannable_reason=""
    )


def register_classes() -> None:
    """Called once, from `ready`."""
    before_disposal(counts_keep)
    common: dict[str, Any] = {
        "anchors": conversation_anchors(),
        "groups": groups,
        "place": conversation_place(),
        "subject": "subject_id",
        "since": "started_at",
        "conversation": "pk",
    }
    register_data_class(
        DataClass(
            name="detection",
            label="Detections",
            disposal="What the scan found is deleted: types, places and keyed hashes of values. A transcript that is "
            "still there can then no longer be shown, because nothing says what to mask. Counts stay.",
            rows=_scanned,
            dispose=_scans_dispose,
            **common,
        )
    )
    register_data_class(
        DataClass(
            name="conversation",
            label="Whole conversations",
            disposal="Everything about the conversation is deleted but its identifier, day, channel and language, so "
            "that it is not taken in again. Counts stay.",
            rows=_whole,
            dispose=_whole_dispose,
            **common,
        )
    )
