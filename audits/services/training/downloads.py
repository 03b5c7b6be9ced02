"""Fetching an export: asked again at that moment whether everybody in it may still be used."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from assistants.states import DatasetState
from audits.models import TrainingExport, TrainingExportRow
from audits.models.training import exported_place
from audits.services.training.withdrawals import UNUSED, WITHDRAWN, export_block, holds_withdrawn
from audits.states import ExportState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.errors import Conflict, NotFound

_CHUNK = 1000


def training_export_lines(*, export_id: int, actor: User) -> Iterator[bytes]:
    """The JSON lines of an export, whose SHA-256 is that of the manifest, one by one as they are opened.

    Raises NotFound, Denied without `datasets.export`, and Conflict (`export_blocked`, with the reason) where a data
    subject has withdrawn or was erased since, or the data set was put out of use, which blocks the export for good.
    Writes `training_export.fetched`.
    """
    export = (
        TrainingExport.objects.select_related("dataset__assistant", "dataset__purpose").filter(pk=export_id).first()
    )
    if export is None:
        raise NotFound("There is no such item.")
    require(actor, "datasets.export", export)
    with transaction.atomic():
        if export.state == ExportState.READY and export.dataset.state == DatasetState.WITHDRAWN:
            export_block(export_id=export.pk, because=UNUSED)
        elif export.state == ExportState.READY and holds_withdrawn(export):
            export_block(export_id=export.pk, because=WITHDRAWN)
    export.refresh_from_db(fields=["state", "blocked_because"])
    if export.state == ExportState.BLOCKED:
        raise Conflict(f"This export is blocked. {export.blocked_because}", code="export_blocked")
    if export.state != ExportState.READY:
        raise Conflict("This export is not there to be fetched.", code="export_not_ready")
    with transaction.atomic():
        ledger.append(
            action="training_export.fetched",
            actor=actor,
            obj=export,
            team_id=export.dataset.assistant.team_id,
            data={"dataset": export.dataset_id, "sha256": export.sha256},
        )
    return _lines(export)


def _lines(export: TrainingExport) -> Iterator[bytes]:
    """Raises KeyDestroyed or SealBroken, which breaks the stream off, where a line does not open any more."""
    rows = TrainingExportRow.objects.filter(export=export).select_related("row__subject__data_key")
    for one in rows.order_by("position").iterator(chunk_size=_CHUNK):
        key = one.row.subject.data_key.unwrap()
        yield key.open(bytes(one.sealed), place=exported_place(export.public_id, one.row.public_id))
