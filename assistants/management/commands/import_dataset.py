"""Rows of a training data set from files."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assistants.models import Dataset
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import RowsReport, dataset_rows_import
from assistants.services.datasets.rows import NumberedRow
from portal.core.actors import SYSTEM
from portal.core.errors import ProbityError
from portal.core.jsonlines.files import RecordFile, record_file
from portal.core.jsonlines.progress import ProgressBar
from portal.core.jsonlines.rejections import RejectionFile
from portal.core.jsonlines.streams import DAMAGED


class Command(BaseCommand):
    help = (
        "Take rows of a training data set in from JSON lines, plain or gzip. Safe to run again: what is known stays "
        "as it is. Rejected lines go to FILE.rejected.jsonl with the reason. Exit 2: the file is not what it says."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dataset", metavar="SLUG", required=True, help="a registered data set that is a draft")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        dataset, path = _dataset(options["dataset"]), options["file"]
        begun = time.monotonic()
        try:
            with record_file(path) as file, RejectionFile.beside(path) as rejections:
                report = dataset_rows_import(
                    dataset_id=dataset.pk,
                    records=self._rows(file, label=path.name),
                    source="import_dataset",
                    actor=SYSTEM,
                    on_rejection=rejections.write,
                )
                rejected_to = rejections.written_to
        except DAMAGED as error:
            message = f"{path}: is damaged; what was taken in before that stays, and a whole file can be imported."
            raise CommandError(message, returncode=2) from error
        except ProbityError as error:
            raise CommandError(error.message, returncode=2) from error
        self._show(report, rejected_to, seconds=time.monotonic() - begun, as_json=options["json"])

    def _rows(self, file: RecordFile, *, label: str) -> Iterator[NumberedRow]:
        parser, limit = TrainingRecordParser(), settings.PROBITY_MAX_RECORD_BYTES
        with ProgressBar(self.stderr, label=label, total=file.size) as bar:
            for numbered in numbered_records(file.source, parser, max_line_bytes=limit):
                bar.show(file.position)
                yield numbered

    def _show(self, report: RowsReport, rejected_to: Path | None, *, seconds: float, as_json: bool) -> None:
        rate = round(report.read / seconds) if seconds else 0
        if as_json:
            rejected = None if rejected_to is None else str(rejected_to)
            self.stdout.write(json.dumps({**report.as_dict(), "per_second": rate, "rejected_to": rejected}))
            return
        self.stdout.write(", ".join(f"{count} {name}" for name, count in report.as_dict().items()))
        if rejected_to is not None:
            self.stdout.write(f"  The rejected lines and their reasons are in {rejected_to}")
        self.stdout.write(f"{rate} rows/s")


def _dataset(slug: str) -> Dataset:
    dataset = Dataset.objects.filter(slug=slug).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"--dataset: there is no data set {slug}; known: {known}.", returncode=2)
    return dataset
