from django.db import models


class LedgerEntry(models.Model):
    """One link of the tamper-evident chain. Written only by portal.core.ledger; database triggers refuse the rest.

    `body` is the canonical JSON text that was hashed; the other columns repeat parts of it for searching, and
    verification compares them.
    """

    seq = models.BigIntegerField(primary_key=True)
    prev = models.BinaryField(max_length=32, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)
    body = models.TextField()
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    team_id = models.BigIntegerField(null=True)
    correlation_id = models.CharField(max_length=40, default="")

    TEAM_PATH = "team_id"

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="ledger_object"),
            models.Index(fields=["team_id", "-seq"], name="ledger_team"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"
