"""Intake of files from the command line."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assistants.management.arguments import assistant_named
from assistants.models import Assistant, Release
from assistants.records import FieldMap, RecordParser, numbered_records
from assistants.services.intake import IntakeReport, conversations_intake
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid
from portal.core.jsonlines.imports import FileBeingImported, files_import
from portal.core.jsonlines.summary import summary
from portal.core.management.arguments import by_name


class Command(BaseCommand):
    help = (
        "Take in conversations from JSON lines, plain or gzip. Safe to run again: what is known stays as it is. "
        "Rejected lines go to FILE.rejected.jsonl with the reason. Exit 2: a file is not what it says."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--assistant", metavar="SLUG", required=True, help="whose conversations these are")
        parser.add_argument("--release", metavar="V", help="the release of conversations that name none")
        parser.add_argument(
            "--map",
            metavar="KEY=FIELD",
            nargs="+",
            action="extend",
            default=[],
            help="rename a key of the file to a field of the record; dotted paths reach into objects",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        assistant = assistant_named(options["assistant"])
        release = _release(assistant, options["release"])
        try:
            parser = RecordParser(field_map=FieldMap.parse(options["map"]) if options["map"] else None)
            begun = time.monotonic()
            imported = files_import(
                options["files"], lambda file: _take(file, assistant, release, parser), terminal=self.stderr
            )
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from error
        seconds = time.monotonic() - begun
        self.stdout.write(
            summary(imported, IntakeReport(), seconds=seconds, unit="conversations", as_json=options["json"])
        )


def _take(file: FileBeingImported, assistant: Assistant, release: Release | None, parser: RecordParser) -> IntakeReport:
    return conversations_intake(
        assistant=assistant,
        records=file.watched(numbered_records(file.source, parser, max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES)),
        release=release,
        source="import_conversations",
        actor=SYSTEM,
        on_rejection=file.rejections.write,
    )


def _release(assistant: Assistant, version: str | None) -> Release | None:
    if version is None:
        return None
    missing = f"--release: {assistant.slug} has no release {version}"
    return by_name(assistant.releases.all(), "version", version, missing)
