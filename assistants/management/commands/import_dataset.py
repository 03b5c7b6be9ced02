"""Rows of a training data set from files."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assistants.models import Dataset
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import RowsReport, dataset_rows_import
from portal.core.actors import SYSTEM
from portal.core.errors import ProbityError
from portal.core.jsonlines.imports import FileBeingImported, files_import
from portal.core.management.arguments import by_name


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
        dataset = _dataset(options["dataset"])
        begun = time.monotonic()
        try:
            (imported,) = files_import([options["file"]], lambda file: _take(file, dataset), terminal=self.stderr)
        except ProbityError as error:
            raise CommandError(error.message, returncode=2) from error
        seconds = time.monotonic() - begun
        self._show(imported.report, imported.rejected_to, seconds=seconds, as_json=options["json"])

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


def _take(file: FileBeingImported, dataset: Dataset) -> RowsReport:
    limit = settings.PROBITY_MAX_RECORD_BYTES
    return dataset_rows_import(
        dataset_id=dataset.pk,
        records=file.watched(numbered_records(file.source, TrainingRecordParser(), max_line_bytes=limit)),
        source="import_dataset",
        actor=SYSTEM,
        on_rejection=file.rejections.write,
    )


def _dataset(slug: str) -> Dataset:
    return by_name(Dataset.objects.all(), "slug", slug, f"--dataset: there is no data set {slug}")
