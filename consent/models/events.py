from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from consent.models.notices import Notice, Purpose
from consent.models.subjects import DataSubject
from consent.states import ConsentActor, ConsentState, LawfulBasis
from portal.accounts.models import Team
from portal.core.access import TeamScoped


class ConsentEvent(TeamScoped):
    """One entry of the append-only consent ledger; database triggers refuse any change to it.

    `occurred_at` is when it happened (give or take `clock_uncertainty_s` seconds), `recorded_at` when Probity learned
    of it, `valid_from`/`valid_until` the half-open time it speaks for. `invalidates` names the event that an
    `invalidated` event takes back, from its beginning. `controller` is for whom the source says it collected it;
    blank: the team. `purpose_version` is the wording of the purpose at the time of recording.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="consent_events")
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="consent_events")
    controller = models.CharField(max_length=120, blank=True, default="")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="events")
    purpose_version = models.PositiveIntegerField(default=1)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="events", null=True, blank=True)
    state = models.CharField(max_length=20, choices=ConsentState.choices)
    source = models.CharField(max_length=60)
    source_event_id = models.CharField(max_length=120)
    content_hash = models.BinaryField(max_length=32)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    clock_uncertainty_s = models.PositiveIntegerField(default=0)
    clamped = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=12, choices=ConsentActor.choices, default=ConsentActor.SUBJECT)
    verification = models.CharField(max_length=60, blank=True)
    age_band = models.CharField(max_length=20, blank=True)
    lawful_basis = models.CharField(max_length=24, choices=LawfulBasis.choices, default=LawfulBasis.CONSENT)
    jurisdiction = models.CharField(max_length=12, blank=True)
    data_categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    recipients = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    evidence_channel = models.CharField(max_length=40, blank=True)
    evidence_method = models.CharField(max_length=60, blank=True)
    evidence_digest = models.CharField(max_length=64, blank=True)
    invalidates = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "source", "source_event_id"], name="consent_event_once"),
            models.CheckConstraint(
                name="consent_event_validity_ordered",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["subject", "purpose", "occurred_at"], name="consent_by_subject")]

    def __str__(self) -> str:
        return f"consent event {self.pk}: {self.state}"
