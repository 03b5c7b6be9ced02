from __future__ import annotations

from django.db import models

from consent.models.events import ConsentEvent
from portal.accounts.models import Team
from portal.core.access import TeamScoped


class SourceConflict(TeamScoped):
    """A source said something else under the id of an event that stands. Append-only; each other statement once.

    `content_hash` tells other statements apart, under a key: without it nobody can guess what was said.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="conflicts", db_index=False)
    source = models.CharField(max_length=60)
    content_hash = models.BinaryField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "content_hash"], name="source_conflict_once")]
        indexes = [models.Index(fields=["team", "recorded_at"], name="source_conflict_by_time")]

    def __str__(self) -> str:
        return f"another statement for consent event {self.event_id}"
