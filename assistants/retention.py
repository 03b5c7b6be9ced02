"""The kinds of data of a conversation that retention rules can be about, and how each is disposed of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from assistants.models import Assistant, AuditAttributes, Conversation, ConversationRevision
from assistants.states import CONVERSATION, ConversationState
from consent.models import DataSubject
from consent.queries.holds import held
from consent.queries.retention_anchors import subject_place, withdrawn_at
from consent.retention.classes import AnchorExpression, DataClass, Group, register_data_class
from consent.services.erasures import Held, requests_lock_free, subjects_erase
from consent.states import Anchor
from portal.core.actors import SYSTEM

DISPOSABLE = [state for state in ConversationState if CONVERSATION.allows(state, ConversationState.DISPOSED)]
_before: list[Callable[[Sequence[int]], None]] = []


def before_disposal(keep: Callable[[Sequence[int]], None]) -> None:
    """Have `keep` called with the ids of conversations before anything of them is disposed of, in that transaction.

    A higher floor keeps what must outlive the data, such as its counts.
    """
    _before.append(keep)


def about_to_dispose(conversation_ids: Sequence[int]) -> None:
    """Tell whoever has something to keep. Whatever disposes of data of conversations calls this first."""
    for keep in _before:
        keep(conversation_ids)


def groups(team_id: int) -> list[Group]:
    """One group an assistant. Two queries."""
    assistants = Assistant.objects.filter(team_id=team_id).prefetch_related("purposes").order_by("name", "pk")
    return [
        Group(
            key=one.pk,
            label=one.name,
            purposes=tuple(sorted(purpose.pk for purpose in one.purposes.all())),
            assistant=one.pk,
        )
        for one in assistants
    ]


def conversation_anchors(path: str = "") -> dict[Anchor, AnchorExpression]:
    """What a period can be counted from, for rows that reach their conversation over `path` (such as
    `conversation__`)."""
    ended = Coalesce(f"{path}ended_at", f"{path}started_at", output_field=DateTimeField())
    last = last_contact(f"{path}subject_id")
    return {
        Anchor.CONVERSATION_ENDED: lambda purpose: ended,
        Anchor.LAST_CONTACT: lambda purpose: last,
        Anchor.CONSENT_WITHDRAWN: lambda purpose: withdrawn_at(f"{path}subject_id", purpose),
    }


def conversation_place(path: str = "") -> Any:
    """Where the customer of a conversation is: as their consents say, else where the assistant serves."""
    return place_of(f"{path}subject_id", assistant=f"{path}assistant")


def place_of(subject: str, *, assistant: str) -> Any:
    """The same for any row, by the paths to its data subject's id and to its assistant."""
    return Coalesce(
        NullIf(subject_place(subject), Value("")), F(f"{assistant}__jurisdiction"), output_field=CharField()
    )


def living(path: str = "") -> dict[str, Any]:
    """Filters for conversations whose customer has not been erased."""
    return {f"{path}subject__data_key__destroyed_at__isnull": True}


def _transcripts(team_id: int, group: Group) -> QuerySet[Conversation]:
    return Conversation.objects.filter(assistant=group.key, state__in=DISPOSABLE, sealed__isnull=False, **living())


def _transcripts_dispose(ids: Sequence[int], now: datetime) -> int:
    about_to_dispose(ids)
    ConversationRevision.objects.filter(conversation__in=ids).update(sealed=None)
    return Conversation.objects.filter(pk__in=ids).update(
        sealed=None, state=ConversationState.DISPOSED, disposed_at=now
    )


def _revisions(team_id: int, group: Group) -> QuerySet[ConversationRevision]:
    return ConversationRevision.objects.filter(
        conversation__assistant=group.key, sealed__isnull=False, **living("conversation__")
    )


def _revisions_dispose(ids: Sequence[int], now: datetime) -> int:
    return ConversationRevision.objects.filter(pk__in=ids).update(sealed=None)


def _attributes(team_id: int, group: Group) -> QuerySet[Conversation]:
    return Conversation.objects.filter(assistant=group.key, audit_attributes__isnull=False, **living())


def _attributes_dispose(ids: Sequence[int], now: datetime) -> int:
    about_to_dispose(ids)
    return AuditAttributes.objects.filter(conversation__in=ids).delete()[0]


def _customers(team_id: int, group: Group) -> QuerySet[DataSubject]:
    return DataSubject.objects.filter(team_id=team_id, erased_at__isnull=True)


def _customers_dispose(ids: Sequence[int], now: datetime) -> int:
    """Erase whole customers, as a request would: what is held by then, by whatever hold, is passed over.

    So is whose request came in, and is being worked on, between the locks on requests and those on customers.
    """
    free = requests_lock_free(ids) - held(ids)
    erased = subjects_erase(subject_ids=free, actor=SYSTEM) if free else []
    return 0 if isinstance(erased, Held) else len(erased)


def _customers_group(team_id: int) -> list[Group]:
    return [Group(key=None, label="All assistants")]


def last_contact(subject: str) -> Any:
    """When a conversation with the subject at this path last ended, null where there was none."""
    conversations = (
        Conversation.objects.filter(subject=OuterRef(subject))
        .order_by()
        .values("subject")
        .annotate(last=Max(Coalesce("ended_at", "started_at")))
    )
    return Subquery(conversations.values("last"), output_field=DateTimeField())


def register_classes() -> None:
    """Called once, from `ready`."""
    anchors = conversation_anchors()
    common: dict[str, Any] = {
        "groups": groups,
        "place": conversation_place(),
        "subject": "subject_id",
        "conversation": "pk",
    }
    register_data_class(
        DataClass(
            name="transcript",
            label="Transcripts and metadata",
            disposal="The text and the metadata of the conversation and of its earlier revisions are deleted. "
            "Detections, attributes and counts stay.",
            anchors=anchors,
            rows=_transcripts,
            dispose=_transcripts_dispose,
            since="started_at",
            **common,
        )
    )
    register_data_class(
        DataClass(
            name="revision",
            label="Earlier revisions",
            disposal="The text of what a conversation said before it was revised is deleted.",
            anchors={
                **conversation_anchors("conversation__"),
                Anchor.SUPERSEDED: lambda purpose: F("superseded_at"),
            },
            groups=groups,
            rows=_revisions,
            place=conversation_place("conversation__"),
            subject="conversation__subject_id",
            conversation="conversation_id",
            dispose=_revisions_dispose,
        )
    )
    register_data_class(
        DataClass(
            name="attributes",
            label="Audited attributes",
            disposal="The customer attributes of single conversations are deleted. Counts by group stay.",
            anchors=anchors,
            rows=_attributes,
            dispose=_attributes_dispose,
            since="started_at",
            **common,
        )
    )
    register_data_class(
        DataClass(
            name="customer",
            label="Customers, as a whole",
            disposal="The customer is erased with everything about them, as on their own request: the data key is "
            "destroyed, so that backups cannot be read either. Rules for any purpose apply.",
            anchors={
                Anchor.LAST_CONTACT: lambda purpose: last_contact("pk"),
                Anchor.CREATED: lambda purpose: F("created_at"),
            },
            groups=_customers_group,
            rows=_customers,
            place=subject_place("pk"),
            subject="pk",
            dispose=_customers_dispose,
            first=requests_lock_free,
            of_assistants=False,
            batch=50,
        )
    )
