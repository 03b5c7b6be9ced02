from __future__ import annotations

from django.db import models
from django.db.models import Q

from assistants.models import Conversation
from audits.models.findings import Finding
from audits.states import DismissReason, FlagKind, FlagSource, FlagState
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class Flag(EncryptedRow, TeamScoped):
    """A doubt about one conversation, raised by a person or a machine, to be looked at by a reviewer."""

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=12, choices=FlagKind.choices)
    source = models.CharField(max_length=12, choices=FlagSource.choices)
    source_id = models.CharField(max_length=120, blank=True, default="")
    turn = models.PositiveIntegerField(null=True, blank=True)
    note = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=FlagState.choices, default=FlagState.OPEN)
    raised_by = models.CharField(max_length=40)
    raised_at = models.DateTimeField()
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = EncryptedTextField(blank=True, default="")
    dismiss_reason = models.CharField(max_length=20, choices=DismissReason.choices, blank=True, default="")
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, blank=True, related_name="flags")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "source", "source_id"],
                condition=~Q(source_id=""),
                name="flag_once_per_source",
            ),
            models.UniqueConstraint(
                fields=["conversation", "source", "kind"],
                condition=Q(state__in=[FlagState.OPEN, FlagState.CLAIMED]),
                name="flag_waits_once",
            ),
            models.CheckConstraint(
                name="flag_dismissed_with_reason",
                condition=~Q(state=FlagState.DISMISSED) | ~Q(dismiss_reason=""),
            ),
            models.CheckConstraint(
                name="flag_claimed_by_someone",
                condition=~Q(state=FlagState.CLAIMED) | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
            models.CheckConstraint(
                name="flag_promoted_names_finding",
                condition=~Q(state=FlagState.PROMOTED) | Q(finding__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["conversation"], name="flag_conversation"),
            models.Index(
                fields=["raised_at"],
                condition=Q(state__in=[FlagState.OPEN, FlagState.CLAIMED, FlagState.CONFIRMED]),
                name="flag_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk} on conversation {self.conversation_id}"
