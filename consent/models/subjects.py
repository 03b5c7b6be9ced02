from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from consent.states import SubjectKind
from portal.accounts.models import Team
from portal.core.access import TeamScoped
from portal.core.models import DataKey


class DataSubject(TeamScoped):
    """A customer as the team knows them: a pseudonym, a data key, and, sealed under that key, their reference.

    Destroying the key makes the reference and every transcript of the subject unreadable. `minor_below_age` repeats
    the last age note for lists; decisions read the notes (`SubjectAgeNote`), as they were known.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="data_subjects")
    kind = models.CharField(max_length=12, choices=SubjectKind.choices, default=SubjectKind.IDENTIFIED)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="subject")
    reference_sealed = models.BinaryField(null=True)
    reference_index = models.BinaryField(max_length=32, null=True)
    minor_below_age = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "reference_index"],
                condition=Q(reference_index__isnull=False),
                name="data_subject_once_per_team",
            ),
            models.CheckConstraint(
                name="data_subject_reference_matches_kind",
                condition=Q(kind=SubjectKind.IDENTIFIED)
                | Q(reference_sealed__isnull=True, reference_index__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"data subject {self.public_id}"
