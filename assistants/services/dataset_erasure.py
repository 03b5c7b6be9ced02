"""What training data keeps of a data subject, and how it goes when the subject is erased.

The empty row stays, as the place that audits and exports point to; its external id becomes a keyed hash.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import DatasetRow, DatasetRowAttributes
from assistants.services.erasure import external_id_tombstone
from consent.traces import Subjects, Trace, register_trace


def _rows(subjects: Subjects) -> QuerySet[DatasetRow]:
    return DatasetRow.objects.filter(subject__in=list(subjects))


def _legible(subjects: Subjects) -> QuerySet[DatasetRow]:
    return _rows(subjects).filter(erased_at=None)


def _lock(subjects: Subjects) -> None:
    """Wait for imports, audits and exports under way, and hold new ones back."""
    list(_rows(subjects).select_for_update().order_by("pk").values_list("pk"))


def _purge(subjects: Subjects) -> int:
    emptied, now = [], timezone.now()
    for row in _legible(subjects).only("pk", "dataset_id", "external_id"):
        row.external_id = external_id_tombstone(assistant_id=row.dataset_id, external_id=row.external_id)
        row.erased_at = row.collected_at = row.received_at = now
        row.language, row.sealed = "", None
        row.record_hash = row.text_hash = row.near_hash = None
        emptied.append(row)
    fields = ["external_id", "erased_at", "collected_at", "received_at", "language", "sealed"]
    hashes = ["record_hash", "text_hash", "near_hash"]
    DatasetRow.objects.bulk_update(emptied, [*fields, *hashes], batch_size=500)
    return len(emptied)


register_trace(
    Trace(
        name="assistants.dataset_rows",
        label="Rows of training data sets",
        purge=_purge,
        look=lambda subjects: _legible(subjects).count(),
        lock=_lock,
    )
)
register_trace(
    Trace(
        name="assistants.dataset_attributes",
        label="Attributes of training rows",
        purge=lambda subjects: int(DatasetRowAttributes.objects.filter(row__subject__in=list(subjects)).delete()[0]),
        look=lambda subjects: DatasetRowAttributes.objects.filter(row__subject__in=list(subjects)).count(),
    )
)
