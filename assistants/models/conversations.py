from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from assistants.models.registry import Assistant, Release
from assistants.states import ConversationState
from consent.models import DataSubject, Purpose
from consent.states import ConsentStatus
from portal.core.access import TeamScoped


class Conversation(TeamScoped):
    """A conversation as handed over: figures in clear; transcript and metadata sealed with the subject's key.

    The sealed place is `conversation/<public_id>/<revision>`. `day` is the UTC day of `started_at`. Retention rules
    take the transcript (`disposed_at`) and later all but the row (`cleared_at`).
    """

    TEAM_PATH = "assistant__team"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Every index below begins with the assistant, so that it needs none of its own.
    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="conversations", db_index=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="conversations", null=True, blank=True)
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="conversations")
    external_id = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    content_hash = models.BinaryField(max_length=32)
    state = models.CharField(max_length=12, choices=ConversationState.choices, default=ConversationState.RECEIVED)
    unscannable_reason = models.CharField(max_length=120, blank=True, default="")
    channel = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    intent = models.CharField(max_length=120, blank=True, default="")
    started_at = models.DateTimeField()
    started_at_is_intake = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    day = models.DateField()
    outcome = models.JSONField(default=dict)
    turn_count = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    # Set once its counts were folded for good, because something that they were counted from was to be disposed of.
    counts_kept_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assistant", "external_id"], name="conversation_once")]
        indexes = [
            models.Index(
                fields=["assistant", "id"],
                condition=Q(state=ConversationState.RECEIVED),
                name="conversation_to_scan",
            ),
            models.Index(fields=["assistant"], condition=Q(state=ConversationState.ERASED), name="conversation_erased"),
            models.Index(fields=["assistant", "day"], name="conversation_by_day"),
            models.Index(fields=["assistant", "-started_at", "-id"], name="conversation_recent"),
        ]

    def __str__(self) -> str:
        return f"conversation {self.public_id}"

    @property
    def place(self) -> str:
        return sealed_place(self.public_id, self.revision)


def sealed_place(public_id: uuid.UUID, revision: int) -> str:
    """What a sealed transcript is bound to; see portal.core.envelope."""
    return f"conversation/{public_id}/{revision}"


class ConversationRevision(TeamScoped):
    """What a conversation said before it was revised, kept as evidence under the same data key."""

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    revision = models.PositiveIntegerField()
    content_hash = models.BinaryField(max_length=32)
    outcome = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    superseded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "revision"], name="revision_once")]

    def __str__(self) -> str:
        return f"revision {self.revision} of conversation {self.conversation_id}"


class AuditAttributes(models.Model):
    """The declared customer attributes of a conversation. Only counting reads them; erasure empties them."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="audit_attributes"
    )
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit attributes"

    def __str__(self) -> str:
        return f"attributes of conversation {self.conversation_id}"


class ConsentSnapshot(models.Model):
    """Whether the use of a conversation for a purpose was inside the consent, as known when it came in."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="consents", db_index=False)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=ConsentStatus.choices)
    reason = models.CharField(max_length=40)
    event_ids = models.JSONField(default=list)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "purpose"], name="consent_snapshot_once")]
        indexes = [
            models.Index(
                fields=["purpose", "conversation"],
                condition=~Q(status=ConsentStatus.PERMITTED),
                name="consent_snapshot_outside",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id}: {self.status}"
