from __future__ import annotations

from django.db import models
from django.utils import timezone

from consent.states import LawfulBasis
from portal.accounts.models import Team
from portal.core.access import TeamScoped


class Purpose(TeamScoped):
    """What personal data is used for, and the lawful basis the controller relies on.

    `version` counts rewordings. `legal_claims` marks the establishment, exercise or defence of legal claims, which a
    restriction of processing does not stop (GDPR Art. 18(2)).
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="purposes")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    lawful_basis = models.CharField(max_length=24, choices=LawfulBasis.choices, default=LawfulBasis.CONSENT)
    version = models.PositiveIntegerField(default=1)
    legal_claims = models.BooleanField(default=False)
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
