"""Who saw what of a transcript: single values in clear, with a reason and for minutes; and masked transcripts."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from assistants.models import Conversation
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class Reveal(EncryptedRow, TeamScoped):
    """One masked value shown in clear to one person for some minutes. The value itself is stored nowhere.

    `turn` counts from 0; `start` ≤ i < `end` are code points of that turn in that `revision`. `types` are all types
    that stand in the place. The ledger holds SHA-256(`salt` + `reason` in UTF-8), so that the reason can be proved as
    long as it is kept, and cannot be guessed once both are emptied.
    """

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="reveals")
    revision = models.PositiveIntegerField()
    turn = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    types = ArrayField(models.CharField(max_length=40))
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = EncryptedTextField()
    salt = models.BinaryField(max_length=32)
    revealed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reveal_of_something", condition=Q(end__gt=F("start"))),
            models.CheckConstraint(name="reveal_expires", condition=Q(expires_at__gt=F("revealed_at"))),
        ]
        indexes = [models.Index(fields=["person", "-revealed_at"], name="reveal_by_person")]

    def __str__(self) -> str:
        return f"reveal {self.pk} in conversation {self.conversation_id}"

    def is_open(self, now: datetime) -> bool:
        """Whether its person may still see the value."""
        return self.ended_at is None and self.revealed_at <= now < self.expires_at


class TranscriptRead(TeamScoped):
    """That a person opened a masked transcript on a day (UTC): the first time of that day. Append-only."""

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="reads", db_index=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "person", "day"], name="transcript_read_once")]

    def __str__(self) -> str:
        return f"conversation {self.conversation_id} read on {self.day}"
