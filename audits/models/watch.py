from __future__ import annotations

from django.db import models
from django.db.models import Q

from assistants.models import Assistant
from portal.core.access import TeamScoped


class Watch(TeamScoped):
    """The daily watch of one assistant: by which bars, how far it has counted, and when it goes on.

    `unspent` is what is left of α for groups that appear later, as a share of it. Days before `counted_until` are
    closed: they were counted once, as they stood then, and are never counted again.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="watch")
    params = models.JSONField(default=dict)
    config_hash = models.CharField(max_length=64)
    counted_until = models.DateField()
    unspent = models.FloatField(default=1.0)
    next_run_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"daily watch of {self.assistant}"


class WatchStream(TeamScoped):
    """One group of a question, watched against a reference from `started_on` on, with its part of α.

    `state` is what its evidence goes on from (audits.engine.statistics.eprocess). A stream that has ended stays as it
    was; `reason` says why this one began. A `hidden` one is not to be shown: its group or its reference is too small,
    or would tell how small another is (audits.engine.bias.suppression), as of the days that were counted last.
    """

    TEAM_PATH = "watch__assistant__team"

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="streams")
    outcome = models.CharField(max_length=90)
    favourable = models.BooleanField()
    dimension = models.CharField(max_length=90)
    group = models.CharField(max_length=120)
    reference = models.CharField(max_length=120)
    share = models.FloatField()
    state = models.JSONField(default=list)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=120)
    hidden = models.BooleanField(default=False)
    alarmed_on = models.DateField(null=True, blank=True)
    finding = models.ForeignKey("audits.Finding", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "outcome", "dimension", "group"],
                condition=Q(ended_on__isnull=True),
                name="watch_stream_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.dimension}: stream {self.pk}"


class WatchDay(TeamScoped):
    """The evidence of a stream after one day on which there was anything to compare; counts are since its start."""

    TEAM_PATH = "stream__watch__assistant__team"

    stream = models.ForeignKey(WatchStream, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    log_e = models.FloatField()
    k = models.PositiveBigIntegerField()
    n = models.PositiveBigIntegerField()
    reference_k = models.PositiveBigIntegerField()
    reference_n = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "day"], name="watch_day_once")]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.day}"
