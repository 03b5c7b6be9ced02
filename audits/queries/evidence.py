"""Example conversations for a finding, picked the same way every time.

The order is that of the random public id: a spread over the whole window that a second run repeats.
"""

from __future__ import annotations

from django.db.models import QuerySet

from assistants.models import Assistant, Conversation
from assistants.states import ConversationState
from audits.queries.windows import Window


def conversations_in(*, assistant: Assistant, window: Window) -> QuerySet[Conversation]:
    """The conversations of the window that can still be read, in the order in which examples are picked."""
    conversations = Conversation.objects.filter(
        assistant=assistant, day__gte=window.since, day__lt=window.until
    ).exclude(state__in=[ConversationState.ERASED, ConversationState.DISPOSED])
    if window.release is not None:
        conversations = conversations.filter(release=window.release)
    return conversations.order_by("public_id")


def with_outcome(
    *, assistant: Assistant, window: Window, outcome: str, value: bool, dimension: str, group: str, most: int
) -> list[int]:
    """Conversations of a language or channel whose outcome is `value`.

    Raises LookupError for any other dimension: examples must never say which group a person belongs to.
    """
    if dimension not in ("language", "channel"):
        raise LookupError(f"no examples are shown by {dimension}")
    found = conversations_in(assistant=assistant, window=window).filter(**{dimension: group})
    return list(found.filter(outcome__contains={outcome: value}).values_list("pk", flat=True)[:most])


def with_measure(*, assistant: Assistant, window: Window, measure: str, value: bool, most: int) -> list[int]:
    """Scanned conversations whose scan has this measure with this value."""
    found = conversations_in(assistant=assistant, window=window).filter(state=ConversationState.SCANNED)
    return list(found.filter(scan__measures__contains={measure: value}).values_list("pk", flat=True)[:most])


def with_consent(*, assistant: Assistant, window: Window, purpose: str, status: str, most: int) -> list[int]:
    """Conversations whose consent for the purpose was evaluated to this status."""
    found = conversations_in(assistant=assistant, window=window)
    found = found.filter(consents__purpose__code=purpose, consents__status=status)
    return list(found.values_list("pk", flat=True)[:most])
