from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from consent.models.subjects import DataSubject
from consent.states import RestrictionGround
from portal.core.access import TeamScoped


class ProcessingRestriction(TeamScoped):
    """A restriction of processing (GDPR Art. 18) of one data subject's data, from `imposed_at` up to `lifted_at`.

    `recorded_at` and `lift_recorded_at` say since when Probity knows of either. A row is written once and lifted once.
    """

    TEAM_PATH = "subject__team"

    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="restrictions")
    ground = models.CharField(max_length=24, choices=RestrictionGround.choices)
    imposed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_recorded_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=60)
    imposed_by = models.CharField(max_length=60)
    lifted_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="restriction_lift_complete",
                condition=Q(lifted_at__isnull=True, lift_recorded_at__isnull=True)
                | Q(
                    lifted_at__isnull=False,
                    lift_recorded_at__isnull=False,
                    lifted_at__gte=F("imposed_at"),
                    lift_recorded_at__gte=F("recorded_at"),
                ),
            )
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk} of data subject {self.subject_id}"
