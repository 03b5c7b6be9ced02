from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from consent.models.subjects import DataSubject
from consent.states import AgeEvidence
from portal.core.access import TeamScoped


class SubjectAgeNote(TeamScoped):
    """What became known of a data subject's age, and from what; append-only, the last note on record counts.

    `minor_below_age`: younger than that; None takes earlier notes back. `of_age_on` is the first day on which it no
    longer holds, where that is known: from then on the subject consents alone and a guardian no longer can.
    """

    TEAM_PATH = "subject__team"

    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="age_notes")
    minor_below_age = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    of_age_on = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=24, choices=AgeEvidence.choices)
    source = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="age_note_date_needs_age",
                condition=models.Q(of_age_on__isnull=True) | models.Q(minor_below_age__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"age note {self.pk} of data subject {self.subject_id}"
