"""What training data keeps of a data subject, and how it goes: with the subject, or when its time has passed.

The empty row stays, as the place that audits and exports point to; its external id becomes a keyed hash.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, DatasetRowAttributes
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
    return _empty(_legible(subjects), timezone.now())


def dataset_rows_dispose(ids: Sequence[int], *, now: datetime) -> int:
    """Empty these rows, which the caller has locked, with their attributes; returns how many.

    None is emptied of a data set that somebody is at work on, who may be about to write to the same rows. The row that
    stays behind is not taken in again.
    """
    held = Dataset.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("pk")
    free = list(
        held.filter(pk__in=DatasetRow.objects.filter(pk__in=ids).values("dataset")).values_list("pk", flat=True)
    )
    rows = DatasetRow.objects.filter(pk__in=ids, dataset__in=free, erased_at=None)
    DatasetRowAttributes.objects.filter(row__in=rows).delete()
    return _empty(rows, now, disposed_at=now)


def external_ids_disposed(*, dataset_id: int, external_ids: Collection[str]) -> set[str]:
    """Which of these a row had that retention has emptied since. One query."""
    stones = {external_id_tombstone(holder_id=dataset_id, external_id=one): one for one in external_ids}
    rows = DatasetRow.objects.filter(dataset=dataset_id, disposed_at__isnull=False, external_id__in=list(stones))
    return {stones[stone] for stone in rows.order_by().values_list("external_id", flat=True)}


def _empty(rows: QuerySet[DatasetRow], now: datetime, *, disposed_at: datetime | None = None) -> int:
    emptied = list(rows.only("pk", "dataset_id", "external_id"))
    for row in emptied:
        row.external_id = external_id_tombstone(holder_id=row.dataset_id, external_id=row.external_id)
    # Apart from the values that are the same for all: an expression a row for each column costs several times as much.
    DatasetRow.objects.bulk_update(emptied, ["external_id"], batch_size=500)
    DatasetRow.objects.filter(pk__in=[row.pk for row in emptied]).update(
        erased_at=now,
        collected_at=now,
        received_at=now,
        disposed_at=disposed_at,
        language="",
        sealed=None,
        record_hash=None,
        text_hash=None,
        near_hash=None,
    )
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
