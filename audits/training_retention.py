"""What retention disposes of in training data: rows of data sets with all that was made of them, and exported lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from assistants.models import Dataset, DatasetRow
from assistants.retention import last_contact, living, place_of
from assistants.services.dataset_erasure import dataset_rows_dispose
from audits.models import DatasetRowScan, TrainingExport, TrainingExportExclusion, TrainingExportRow
from audits.services.training.withdrawals import DISPOSED, export_block
from audits.states import ExportState
from consent.queries.retention_anchors import withdrawn_at
from consent.retention.classes import AnchorExpression, DataClass, Group, register_data_class
from consent.states import Anchor


def _groups(team_id: int) -> list[Group]:
    """One group a data set, for each has a purpose of its own. One query."""
    found = Dataset.objects.filter(assistant__team=team_id).select_related("assistant")
    return [
        Group(
            key=one.pk,
            label=f"{one.assistant.name}: {one.name}",
            purposes=(one.purpose_id,),
            assistant=one.assistant_id,
        )
        for one in found.order_by("assistant__name", "name", "pk")
    ]


def _anchors(path: str = "") -> dict[Anchor, AnchorExpression]:
    """For rows that reach their training row over `path` (such as `row__`)."""
    last = last_contact(f"{path}subject_id")
    return {
        Anchor.COLLECTED: lambda purpose: F(f"{path}collected_at"),
        Anchor.LAST_CONTACT: lambda purpose: last,
        Anchor.CONSENT_WITHDRAWN: lambda purpose: withdrawn_at(f"{path}subject_id", purpose),
    }


def _rows(team_id: int, group: Group) -> Any:
    return DatasetRow.objects.filter(dataset=group.key, erased_at=None, **living())


def _rows_dispose(ids: Sequence[int], now: datetime) -> int:
    disposed = dataset_rows_dispose(ids, now=now)
    gone = list(DatasetRow.objects.filter(pk__in=ids, disposed_at__isnull=False).values_list("pk", flat=True))
    DatasetRowScan.objects.filter(row__in=gone).delete()
    TrainingExportExclusion.objects.filter(row__in=gone).delete()
    _lines_dispose(list(TrainingExportRow.objects.filter(row__in=gone).values_list("pk", flat=True)), now)
    return disposed


def _lines(team_id: int, group: Group) -> Any:
    return TrainingExportRow.objects.filter(export__dataset=group.key, **living("row__"))


def _lines_dispose(ids: Sequence[int], now: datetime) -> int:
    """Take lines out of their exports, which are whole no more and cannot be fetched."""
    exports = TrainingExport.objects.filter(state=ExportState.READY, rows__in=ids).order_by("pk").distinct()
    incomplete = list(exports.values_list("pk", flat=True))
    gone = TrainingExportRow.objects.filter(pk__in=ids).delete()[0]
    for export_id in incomplete:
        export_block(export_id=export_id, because=DISPOSED)
    return gone


def register_classes() -> None:
    """Called once, from `ready`."""
    register_data_class(
        DataClass(
            name="training_row",
            label="Training rows",
            disposal="The content, the attributes and the scan of the row are deleted, and with them its lines in "
            "exports, which can then no longer be fetched. An empty row stays, so that it is not taken in again, and "
            "so that a later withdrawal still marks the releases that learned from it.",
            anchors=_anchors(),
            groups=_groups,
            rows=_rows,
            place=place_of("subject_id", assistant="dataset__assistant"),
            subject="subject_id",
            conversation="conversation_id",
            dispose=_rows_dispose,
        )
    )
    register_data_class(
        DataClass(
            name="training_line",
            label="Exported training lines",
            disposal="The line is deleted, and its export can no longer be fetched. The manifest and the rows of the "
            "data set stay, so that it can be exported anew.",
            anchors={**_anchors("row__"), Anchor.CREATED: lambda purpose: F("export__finished_at")},
            groups=_groups,
            rows=_lines,
            place=place_of("row__subject_id", assistant="export__dataset__assistant"),
            subject="row__subject_id",
            conversation="row__conversation_id",
            dispose=_lines_dispose,
        )
    )
