from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform

from assistants.models import Assistant, Dataset, Release
from audits.states import CheckKind, CheckState, CycleState
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class Frequency(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
    MANUAL = "manual", "Only when asked"


class Programme(TeamScoped):
    """Which checks an assistant undergoes, how often, by which thresholds, and who is told.

    `checks` is a list of `{"kind", "enabled", "params": {…}}`; audits.programmes validates and documents the params.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="programme")
    frequency = models.CharField(max_length=10, choices=Frequency.choices, default=Frequency.MONTHLY)
    checks = models.JSONField(default=list)
    notify = models.ManyToManyField(User, related_name="+", blank=True)
    active = models.BooleanField(default=True)
    next_opens_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"audit programme of {self.assistant}"


class Cycle(EncryptedRow, TeamScoped):
    """One audit of one assistant over a period (`period_from` ≤ day < `period_until`, UTC days).

    `context` freezes what was audited: releases, purposes, attributes and programme as they were.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="cycles")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cycles")
    period_from = models.DateField()
    period_until = models.DateField()
    state = models.CharField(max_length=20, choices=CycleState.choices, default=CycleState.SCHEDULED)
    scheduled = models.BooleanField(default=False)
    context = models.JSONField(default=dict)
    config_hash = models.CharField(max_length=64)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closing_note = EncryptedTextField(blank=True, default="")
    failure = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "period_from", "period_until"],
                condition=Q(scheduled=True),
                name="cycle_scheduled_once",
            ),
            models.CheckConstraint(name="cycle_period_ordered", condition=Q(period_until__gt=F("period_from"))),
        ]
        indexes = [models.Index(fields=["assistant", "-opened_at"], name="cycle_recent")]

    def __str__(self) -> str:
        return f"cycle {self.pk} of {self.assistant_id}"

    @property
    def last_day(self) -> date:
        """The last day of the period; `period_until` is the day after it."""
        return self.period_until - timedelta(days=1)


#: Their targets are short names of purposes and probe sets.
_TARGETS_BY_SHORT_NAME = frozenset({CheckKind.CONSENT_COVERAGE, CheckKind.MATCHED_PAIRS})
_DIMENSION, _OUTCOME, _CUE = (KeyTransform(name, "params") for name in ("dimension", "outcome", "cue"))


class CheckRun(TeamScoped):
    """One check over one window, frozen: the same `params` and `config_hash` run again on newer data prove a fix.

    `target` says what it looks at inside its kind, such as `resolved by age_group`. `result` holds every number, passed
    or failed. A run with `verifies` belongs to a finding and not to a cycle's own checks. A run about a training data
    set names it in `dataset`; asked for on its page, it belongs to neither, as does a run of the daily watch or of a
    probe.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="check_runs")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="check_runs", null=True)
    verifies = models.ForeignKey(
        "audits.Finding", on_delete=models.PROTECT, related_name="verification_runs", null=True, blank=True
    )
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="check_runs", null=True, blank=True)
    kind = models.CharField(max_length=20, choices=CheckKind.choices)
    target = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    config_hash = models.CharField(max_length=64)
    window_from = models.DateField()
    window_until = models.DateField()
    release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=20, choices=CheckState.choices, default=CheckState.QUEUED)
    sentence = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict)
    n = models.PositiveBigIntegerField(default=0)
    engine_version = models.CharField(max_length=40, blank=True, default="")
    error = models.CharField(max_length=200, blank=True, default="")
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind", "target"], name="check_once_per_cycle"),
            models.CheckConstraint(
                name="check_run_one_reason_at_most",
                condition=Q(cycle__isnull=True) | Q(verifies__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["assistant", "kind", "-id"], name="check_run_latest"),
            # By what they ask: the pages of a finding and of an assistant's fairness look for the latest.
            models.Index("assistant", "kind", _DIMENSION, F("id").desc(), name="check_run_by_dimension"),
            models.Index("assistant", "kind", _DIMENSION, _OUTCOME, F("id").desc(), name="check_run_by_question"),
            models.Index(
                *("assistant", _CUE, F("id").desc()),
                condition=Q(kind=CheckKind.MATCHED_PAIRS),
                name="check_run_by_cue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target_words}"

    @property
    def target_words(self) -> str:
        """The target as people read it: `resolved by age group`."""
        words = self.target.replace("_", " ").replace("csat", "CSAT")
        return words.replace("-", " ") if self.kind in _TARGETS_BY_SHORT_NAME else words

    @property
    def counted_words(self) -> str:
        """What `n` counts."""
        if self.dataset_id is not None:
            return "rows"
        return "pairs" if self.kind == CheckKind.MATCHED_PAIRS else "conversations"

    @property
    def last_day(self) -> date:
        """The last day that the window holds."""
        return self.window_until - timedelta(days=1)
