"""Looking for personal data in training rows, once a row, engine version and state of its conversation.

Types, counts and places are kept, never a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, DatasetRowAttributes
from assistants.queries.datasets import rows_open
from audits.engine.conversation.excerpts import types_within
from audits.engine.privacy import DetectionError
from audits.models import DatasetRowScan
from audits.queries.row_reading import RowRead, RowReader, RowReading, row_reader
from audits.queries.training import unscanned

BATCH = 500


def dataset_rows_scan(*, dataset_id: int) -> int:
    """Scan every row of the data set that this version of engine and patterns has not seen; returns how many.

    A batch is one transaction that holds the data set, so that two audits share the work and neither runs ahead of
    the other. A row that does not open or cannot be read to its end keeps the class of its error.
    """
    reader = row_reader(dataset_id)
    done, after = 0, 0
    while True:
        with transaction.atomic():
            Dataset.objects.select_for_update(no_key=True).get(pk=dataset_id)
            rows = list(
                unscanned(dataset_id, version=reader.version)
                .filter(pk__gt=after)
                .select_for_update(of=("self",), no_key=True)
                .select_related("subject__data_key")
                .order_by("pk")[:BATCH]
            )
            if not rows:
                return done
            _store(rows, reader)
        after = rows[-1].pk
        done += len(rows)


def _store(rows: list[DatasetRow], reader: RowReader) -> None:
    ids = [row.pk for row in rows]
    attributes = dict(DatasetRowAttributes.objects.filter(pk__in=ids).values_list("pk", "values"))
    now = timezone.now()
    read = reader.read(rows, rows_open(rows))
    DatasetRowScan.objects.bulk_create(
        [_scan(row, read[row.pk], attributes.get(row.pk, {}).values(), reader, now) for row in rows],
        update_conflicts=True,
        unique_fields=["row"],
        update_fields=["engine_version", "types", "fault", "context", "marks", "scanned_at"],
    )


def _scan(row: DatasetRow, read: RowRead, values: Iterable[object], reader: RowReader, now: datetime) -> DatasetRowScan:
    scan = DatasetRowScan(row=row, engine_version=reader.version, scanned_at=now)
    if not isinstance(read, RowReading):
        scan.fault = type(read).__name__
        return scan
    try:
        found = Counter(type_ for spans in read.texts for type_ in types_within(spans))
        for value in values:
            found.update(reader.types_in(str(value), row.language))
    except DetectionError as error:
        scan.fault = type(error).__name__
        return scan
    scan.types = dict(sorted(found.items()))
    if row.conversation_id is not None:
        scan.context = read.context
        scan.marks = [[number, *span] for number, spans in enumerate(read.texts) for span in spans]
    return scan
