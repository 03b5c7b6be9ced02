from __future__ import annotations

from django.db import models

from consent.models.requests import SubjectRequest
from consent.models.subjects import DataSubject
from portal.accounts.models import Team
from portal.core.access import TeamScoped


class Erasure(TeamScoped):
    """One line of the erasure list: whose data key was destroyed and when. Append-only, pseudonyms only.

    `removed` counts the rows that each trace removed. `replayed` marks an erasure done again after an old backup had
    brought the data back; `erased_at` then is the time of the first one.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="erasures")
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="erasures")
    data_key_id = models.UUIDField()
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, null=True, related_name="erasures")
    erased_at = models.DateTimeField()
    removed = models.JSONField(default=dict)
    replayed = models.BooleanField(default=False)
    ledger_seq = models.BigIntegerField()
    ledger_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class ErasedReference(TeamScoped):
    """The blind index of an erased customer's reference: data from before the erasure that arrives late is refused.

    The same person may come back at any time and is a new data subject then.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="erased_references", db_index=False)
    reference_index = models.BinaryField(max_length=32)
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "reference_index"], name="erased_reference_once")]

    def __str__(self) -> str:
        return f"reference of data subject {self.subject_id}"


class Certificate(TeamScoped):
    """The proof of one erasure: a signed statement without personal data, append-only.

    `body` is the canonical JSON that is hashed and signed (Ed25519, the ledger's key).
    """

    TEAM_PATH = "request__team"

    request = models.OneToOneField(SubjectRequest, on_delete=models.PROTECT, related_name="certificate")
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"certificate of request {self.request_id}"
