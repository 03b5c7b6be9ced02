"""Which conversations were scanned by an earlier engine or with other patterns than are live now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from assistants.models import Assistant, Conversation
from assistants.states import ConversationState
from audits.engine.conversation import scan_version
from audits.engine.privacy import BadPattern
from audits.queries.patterns import own_set


@dataclass(frozen=True, slots=True)
class Outdated:
    """How many scanned conversations an earlier version has read, since when, and how many wait for a scan now."""

    conversations: int
    first_day: date | None
    waiting: int


def current_version(assistant_id: int) -> str:
    """What a scan of the assistant's conversations is made with now; empty where a pattern does not compile."""
    try:
        return scan_version(own_set(assistant_id))
    except BadPattern:
        return ""


def outdated(*, assistant_id: int, since: date | None = None) -> QuerySet[Conversation]:
    """Scanned conversations from this day on that an earlier version has read, and those that could not be read."""
    conversations = Conversation.objects.filter(assistant=assistant_id)
    if since is not None:
        conversations = conversations.filter(day__gte=since)
    other = Q(state=ConversationState.SCANNED) & ~Q(scan__engine_version=current_version(assistant_id))
    return conversations.filter(other | Q(state=ConversationState.UNSCANNABLE))


def outdated_figures(assistant: Assistant) -> Outdated:
    """What the page offers to scan again."""
    figures = outdated(assistant_id=assistant.pk).aggregate(
        n=Count("pk", filter=Q(state=ConversationState.SCANNED)),
        first=Min("day", filter=Q(state=ConversationState.SCANNED)),
    )
    waiting = Conversation.objects.filter(assistant=assistant, state=ConversationState.RECEIVED).count()
    return Outdated(conversations=figures["n"], first_day=figures["first"], waiting=waiting)
