import uuid

from django.db import models

from portal.core import envelope
from portal.core.errors import KeyDestroyed


class DataKey(models.Model):
    """The wrapped data key of one data subject. Destroying it erases all that was sealed under it, backups too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped = models.BinaryField(null=True)
    master_key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["master_key_id", "id"],
                condition=models.Q(destroyed_at__isnull=True),
                name="data_key_by_master_key",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="data_key_gone_when_destroyed",
                condition=models.Q(destroyed_at__isnull=True, wrapped__isnull=False)
                | models.Q(destroyed_at__isnull=False, wrapped__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"data key {self.pk}"

    def unwrap(self) -> envelope.OpenKey:
        """Open the key. Raises KeyDestroyed after erasure, SealBroken on a wrong master key."""
        if self.wrapped is None:
            raise KeyDestroyed("What was kept about this data subject has been erased.")
        return envelope.unwrap(self.pk, bytes(self.wrapped))
