from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from consent.models.subjects import DataSubject
from consent.states import LinkReason, LinkState
from portal.core.access import TeamScoped


class SubjectLinkEvent(TeamScoped):
    """One step in the life of a merge: that two data subjects are one person is proposed, confirmed or undone.

    Append-only; database triggers refuse any change. `merge` holds the steps of one proposal together. What counts at
    a time is the last step of each merge recorded by then; `occurred_at` is what the source says and decides nothing,
    since two records are of one person always or never. Each subject keeps its own events, so an undone merge leaves
    two histories as they were.
    """

    TEAM_PATH = "low__team"

    merge = models.UUIDField()
    state = models.CharField(max_length=12, choices=LinkState.choices)
    # The lower id first: the same two subjects are always written in the same order. An index of its own for each end.
    low = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="+")
    high = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    reason = models.CharField(max_length=24, choices=LinkReason.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merge", "state"], name="link_state_once_per_merge"),
            models.CheckConstraint(name="link_of_two_subjects", condition=Q(low__lt=F("high"))),
        ]

    def __str__(self) -> str:
        return f"merge {self.merge}: {self.state}"
