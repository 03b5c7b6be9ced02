"""What the registry's pages show beside an assistant itself."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from assistants.models import Assistant, Conversation, Release


def with_last_version(assistants: QuerySet[Assistant]) -> QuerySet[Assistant]:
    """Each assistant with its owner and `last_version`, the version of its latest release."""
    last = Release.objects.filter(assistant=OuterRef("pk")).order_by("-released_at", "-pk").values("version")[:1]
    return assistants.select_related("owner").annotate(last_version=Subquery(last))


def recent_conversations(assistant: Assistant) -> QuerySet[Conversation]:
    """Its conversations, the latest first, without their transcripts."""
    conversations = Conversation.objects.filter(assistant=assistant).select_related("release")
    return conversations.defer("sealed").order_by("-started_at", "-pk")
