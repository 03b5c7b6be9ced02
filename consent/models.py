from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.states import ConsentActor, ConsentState, LawfulBasis, SubjectKind
from portal.accounts.models import Team
from portal.core.access import TeamScoped
from portal.core.models import DataKey


class DataSubject(TeamScoped):
    """A customer as the team knows them: a pseudonym, a data key, and, sealed under that key, their reference.

    Destroying the key makes the reference and every transcript of the subject unreadable. `minor_below_age` marks a
    person known to be younger than that; the age band of a consent event, being of its own day, outranks it.
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


class Purpose(TeamScoped):
    """What personal data is used for, and the lawful basis the controller relies on."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="purposes")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    lawful_basis = models.CharField(max_length=24, choices=LawfulBasis.choices, default=LawfulBasis.CONSENT)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "code"], name="purpose_once_per_team")]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Notice(TeamScoped):
    """One version of a privacy notice in one language. Immutable once written: a change is a new version.

    `material` says that earlier consents do not cover this version's purposes until they are renewed. `published_at`
    is when customers could read it, `recorded_at` when Probity learned of it.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="notices")
    code = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=12)
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    purposes = models.ManyToManyField(Purpose, related_name="notices")
    material = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "code", "version", "language"], name="notice_version_once")
        ]
        ordering = ["code", "-version", "language"]

    def __str__(self) -> str:
        return f"{self.code} v{self.version} ({self.language})"


class ConsentEvent(TeamScoped):
    """One entry of the append-only consent ledger; database triggers refuse any change to it.

    `occurred_at` is when it happened (give or take `clock_uncertainty_s` seconds), `recorded_at` when Probity learned
    of it, `valid_from`/`valid_until` the half-open time it speaks for. `invalidates` names the event that an
    `invalidated` event takes back, from its beginning.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="consent_events")
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="consent_events")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="events")
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
