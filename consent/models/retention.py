from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from consent.models.notices import Purpose
from consent.retention.durations import Duration, duration
from consent.retention.resolution import Rule
from consent.states import Anchor, RuleState
from portal.accounts.models import Team, User
from portal.core.access import TeamScoped


class RetentionRule(TeamScoped):
    """One version of a rule: how long one kind of data is kept, counted from an anchor. Versions share a `series`.

    A draft shows in `preview` what it would dispose of, counted at `previewed_at`, before it can be activated;
    activating it retires the version before. An active version never changes. Empty `purpose` and `jurisdiction` mean
    any; consent.retention.resolution says which rule wins.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="retention_rules")
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=RuleState.choices, default=RuleState.DRAFT)
    data_class = models.CharField("kind of data", max_length=40)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    jurisdiction = models.CharField(max_length=12, blank=True, default="")
    anchor = models.CharField("counted from", max_length=24, choices=Anchor.choices)
    period = models.CharField("kept for", max_length=24)
    grace = models.CharField("days of grace", max_length=24, default="P0D")
    justification = models.CharField("why this long", max_length=400)
    preview = models.JSONField(default=dict, blank=True)
    previewed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    activated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["data_class", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="retention_version_once"),
            models.UniqueConstraint(
                F("team"),
                F("data_class"),
                Coalesce(F("purpose"), Value(0), output_field=models.BigIntegerField()),
                F("jurisdiction"),
                F("anchor"),
                condition=Q(state=RuleState.ACTIVE),
                name="retention_rule_active_once",
            ),
            models.UniqueConstraint(fields=["series"], condition=Q(state=RuleState.DRAFT), name="retention_draft_once"),
            models.CheckConstraint(
                name="retention_rule_active_by_somebody",
                condition=~Q(state=RuleState.ACTIVE)
                | Q(activated_by__isnull=False, activated_at__isnull=False, previewed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"retention rule {self.series} v{self.version}"

    @property
    def kept_for(self) -> Duration:
        return duration(self.period)

    @property
    def deciding(self) -> Rule:
        """The part of it that decides."""
        return Rule(
            id=self.pk,
            purpose=self.purpose_id,
            jurisdiction=self.jurisdiction,
            anchor=self.anchor,
            period=duration(self.period),
            grace=duration(self.grace),
        )


class RetentionRun(TeamScoped):
    """One pass over a team's data: what its rules disposed of, or, as a dry run, would dispose of.

    `position` is where a pass that was cut short goes on. `figures` holds counts by kind of data and group; nothing
    that names a person. `night` is set on the run of the clock, of which there is one a night.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="retention_runs")
    night = models.DateField(null=True, blank=True)
    dry = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    position = models.JSONField(default=list)
    figures = models.JSONField(default=list)
    disposed = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "night"], condition=Q(night__isnull=False), name="retention_run_once_a_night"
            )
        ]
        indexes = [models.Index(fields=["team", "-started_at"], name="retention_run_recent")]

    def __str__(self) -> str:
        return f"retention run {self.pk}"
