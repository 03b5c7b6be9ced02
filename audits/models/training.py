from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from assistants.models import Dataset, DatasetRow
from audits.states import Breach, ExportState
from portal.accounts.models import User
from portal.core.access import TeamScoped


class DatasetRowScan(TeamScoped):
    """How much personal data of which type one engine version found in a training row. Never a value.

    `fault` names the class of error where the row could not be read: such a row is never clean. Of a row that was
    copied from a conversation, `context` says from which state of it the row was read, and `marks` where which type
    stands, [0 for the input or 1, start, end, type, score]: they stand in for the transcript when that is gone.
    """

    TEAM_PATH = "row__dataset__assistant__team"

    row = models.OneToOneField(DatasetRow, on_delete=models.CASCADE, primary_key=True, related_name="scan")
    engine_version = models.CharField(max_length=40)
    types = models.JSONField(default=dict)
    fault = models.CharField(max_length=60, blank=True, default="")
    context = models.CharField(max_length=140, blank=True, default="")
    marks = models.JSONField(null=True, blank=True)
    scanned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"scan of row {self.row_id}"


class TrainingExport(TeamScoped):
    """A data set as it leaves for training: judged, rewritten, and described by its manifest.

    `parameters` and their hash are frozen when it is asked for. `manifest` is complete from `ready` on; its `sha256`
    is that of the JSON lines. A `blocked` export was ready until a data subject withdrew or was erased.
    """

    TEAM_PATH = "dataset__assistant__team"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="exports")
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    exclude_breaking = models.BooleanField(default=False)
    parameters = models.JSONField(default=dict)
    config_hash = models.CharField(max_length=64)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    consent_as_of = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    row_count = models.PositiveBigIntegerField(default=0)
    manifest = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_because = models.CharField(max_length=200, blank=True, default="")
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="training_export_recent")]
        constraints = [
            models.CheckConstraint(
                name="training_export_ready_is_hashed", condition=~Q(state=ExportState.READY) | ~Q(sha256="")
            ),
            models.UniqueConstraint(
                fields=["dataset"],
                condition=Q(state__in=[ExportState.QUEUED, ExportState.RUNNING]),
                name="training_export_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"training export {self.public_id}"


class TrainingExportRow(models.Model):
    """One exported line, sealed under the key of its data subject, so that an erasure reaches it as well."""

    export = models.ForeignKey(TrainingExport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveBigIntegerField()
    row = models.ForeignKey(DatasetRow, on_delete=models.PROTECT, related_name="exported")
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "position"], name="training_export_position_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of training export {self.export_id}"


def exported_place(export: uuid.UUID, row: uuid.UUID) -> str:
    """What a sealed exported line is bound to; see portal.core.envelope."""
    return f"training-export/{export}/{row}"


class TrainingExportExclusion(models.Model):
    """A row that broke the policy of an export, and why: left out, or the reason for which the export was refused."""

    export = models.ForeignKey(TrainingExport, on_delete=models.CASCADE, related_name="exclusions", db_index=False)
    row = models.ForeignKey(DatasetRow, on_delete=models.PROTECT, related_name="+")
    breach = models.CharField(max_length=12, choices=Breach.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "row", "breach"], name="training_export_exclusion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.breach} of row {self.row_id}"
