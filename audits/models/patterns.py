from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assistants.models import Assistant
from audits.states import PatternState
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class DetectionPattern(EncryptedRow, TeamScoped):
    """One version of an assistant's own pattern, such as its customer numbers.

    `type` is what its hits are called, beside the engine's types; `context` maps a language to words of which one has
    to name the value. The examples, one a line, are encrypted: people paste real numbers. `trial` holds counts only,
    `tried_hash` the hash of what was tried, so that a changed draft has to be tried anew. A live version is not
    changed: its successor takes its place.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="patterns")
    type = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=80)
    pattern = models.CharField(max_length=200)
    context = models.JSONField(default=dict, blank=True)
    must_match = EncryptedTextField(blank=True, default="")
    must_not_match = EncryptedTextField(blank=True, default="")
    score = models.FloatField(default=0.8, validators=[MinValueValidator(0.5), MaxValueValidator(0.95)])
    state = models.CharField(max_length=8, choices=PatternState.choices, default=PatternState.DRAFT)
    trial = models.JSONField(default=dict, blank=True)
    tried_hash = models.CharField(max_length=64, blank=True, default="")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assistant", "type", "version"], name="pattern_version_once"),
            models.UniqueConstraint(
                fields=["assistant", "type"], condition=Q(state=PatternState.LIVE), name="pattern_one_live"
            ),
            models.UniqueConstraint(
                fields=["assistant", "type"], condition=Q(state=PatternState.DRAFT), name="pattern_one_draft"
            ),
            models.CheckConstraint(
                name="pattern_live_was_tried", condition=~Q(state=PatternState.LIVE) | ~Q(tried_hash="")
            ),
        ]
        ordering = ["type", "-version"]

    def __str__(self) -> str:
        return f"{self.type} v{self.version}"

    @property
    def examples(self) -> tuple[list[str], list[str]]:
        """The texts in which a value must be found, and those in which none may be."""
        return _lines(self.must_match), _lines(self.must_not_match)

    @property
    def words(self) -> list[tuple[str, str]]:
        """(language, its words), for people."""
        context: dict[str, Any] = self.context
        return [(language, ", ".join(listed)) for language, listed in sorted(context.items()) if listed]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]
