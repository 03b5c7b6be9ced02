"""Looking for personal data in training rows, once a row and engine version; only types and counts are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, DatasetRowAttributes
from assistants.queries.datasets import OpenedRow, rows_open
from assistants.records.training import RowContent
from audits.engine.privacy import DetectionError
from audits.models import DatasetRowScan
from audits.queries.training import RowReader, row_reader, unscanned

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
    opened, now = rows_open(rows), timezone.now()
    scans = []
    for row in rows:
        types, fault = _looked_at(opened[row.pk], attributes.get(row.pk, {}).values(), row.language, reader)
        scan = DatasetRowScan(row=row, engine_version=reader.version, types=types, fault=fault, scanned_at=now)
        scans.append(scan)
    DatasetRowScan.objects.bulk_create(
        scans,
        update_conflicts=True,
        unique_fields=["row"],
        update_fields=["engine_version", "types", "fault", "scanned_at"],
    )


def _looked_at(
    opened: OpenedRow, values: Iterable[object], language: str, reader: RowReader
) -> tuple[dict[str, int], str]:
    if not isinstance(opened, RowContent):
        return {}, type(opened).__name__
    texts = [opened.input, opened.output]
    try:
        found = Counter(span.type for text in texts for span in reader.find(text, language))
        for value in values:
            found.update(reader.types_in(str(value), language))
    except DetectionError as error:
        return {}, type(error).__name__
    return dict(sorted(found.items())), ""
