from django.db import models
from django.db.models import Q


class RotationKind(models.TextChoices):
    MASTER = "master", "Master key"
    FIELDS = "fields", "Field key"


class KeyRotation(models.Model):
    """One rotation to a new key: how far it is, so that a rotation that was cut short goes on where it was.

    `key` names the key that everything is brought under. `position` is the place reached: of master keys the last data
    key, of field keys the table and its last row. `unreadable` counts what does not open under any configured key.
    """

    kind = models.CharField(max_length=8, choices=RotationKind.choices)
    key = models.CharField(max_length=16)
    position = models.JSONField(default=list)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    unreadable = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(finished_at__isnull=True), name="key_rotation_under_way_once"
            )
        ]

    def __str__(self) -> str:
        return f"rotation of the {self.get_kind_display().lower()} to {self.key}"


class RetiredKey(models.Model):
    """A master key that nothing uses any more. A database trigger refuses data keys wrapped under it from then on."""

    key = models.CharField(max_length=16, primary_key=True)
    retired_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"retired master key {self.key}"
