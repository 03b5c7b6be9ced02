from __future__ import annotations

from django.db import models
from django.db.models import Q

from consent.models.subjects import DataSubject
from consent.states import HoldScope
from portal.accounts.models import Team, User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class LegalHold(EncryptedRow, TeamScoped):
    """What must not be disposed of while a matter is open: of one data subject, one assistant, or the whole team.

    A hold is placed once and released once, and both stay on record: a database trigger refuses every other change,
    deletion included. `assistant_id` is the key of a row that belongs to a higher floor (consent.holds).
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="legal_holds")
    scope = models.CharField(max_length=12, choices=HoldScope.choices)
    subject = models.ForeignKey(
        DataSubject, on_delete=models.PROTECT, related_name="legal_holds", null=True, blank=True, db_index=False
    )
    assistant_id = models.BigIntegerField(null=True, blank=True)
    matter = EncryptedTextField("matter reference", help_text="The court's, authority's or lawyer's file reference.")
    reason = EncryptedTextField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="legal_hold_names_its_scope",
                condition=Q(scope=HoldScope.SUBJECT, subject__isnull=False, assistant_id__isnull=True)
                | Q(scope=HoldScope.ASSISTANT, subject__isnull=True, assistant_id__isnull=False)
                | Q(scope=HoldScope.TEAM, subject__isnull=True, assistant_id__isnull=True),
            ),
            models.CheckConstraint(
                name="legal_hold_released_by_somebody",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], condition=Q(released_at__isnull=True), name="hold_of_subject"),
            models.Index(fields=["team", "scope"], condition=Q(released_at__isnull=True), name="hold_in_force"),
        ]

    def __str__(self) -> str:
        return f"legal hold {self.pk}"

    @property
    def in_force(self) -> bool:
        return self.released_at is None
