"""Intake of files from the command line."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assistants.models import Assistant, Release
from assistants.records import FieldMap, Numbered, RecordParser, numbered_records
from assistants.services.intake import IntakeReport, conversations_intake
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid
from portal.core.jsonlines.files import RecordFile, record_file
from portal.core.jsonlines.progress import ProgressBar
from portal.core.jsonlines.rejections import RejectionFile
from portal.core.jsonlines.streams import DAMAGED
from portal.core.jsonlines.summary import Imported, summary


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
        assistant = _assistant(options["assistant"])
        release = _release(assistant, options["release"])
        try:
            parser = RecordParser(field_map=FieldMap.parse(options["map"]) if options["map"] else None)
            for path in options["files"]:
                with record_file(path):
                    pass  # so that nothing is taken in before every file is known to be readable
            begun = time.monotonic()
            imported = [self._import(path, assistant, release, parser) for path in options["files"]]
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from error
        seconds = time.monotonic() - begun
        self.stdout.write(
            summary(imported, IntakeReport(), seconds=seconds, unit="conversations", as_json=options["json"])
        )

    def _import(
        self, path: Path, assistant: Assistant, release: Release | None, parser: RecordParser
    ) -> Imported[IntakeReport]:
        last_line = 0

        def records(file: RecordFile) -> Iterator[Numbered]:
            nonlocal last_line
            with ProgressBar(self.stderr, label=path.name, total=file.size) as bar:
                limit = settings.PROBITY_MAX_RECORD_BYTES
                for numbered in numbered_records(file.source, parser, max_line_bytes=limit):
                    last_line = numbered.line
                    bar.show(file.position)
                    yield numbered

        with record_file(path) as file, RejectionFile.beside(path) as rejections:
            try:
                report = conversations_intake(
                    assistant=assistant,
                    records=records(file),
                    release=release,
                    source="import_conversations",
                    actor=SYSTEM,
                    on_rejection=rejections.write,
                )
            except DAMAGED as error:
                raise Invalid(
                    f"{path}: is damaged after line {last_line}; what was taken in before that stays, "
                    "and a whole file can be imported over it.",
                    field="file",
                ) from error
            return Imported(path, report, rejections.written_to)


def _assistant(slug: str) -> Assistant:
    assistant = Assistant.objects.filter(slug=slug).first()
    if assistant is None:
        known = ", ".join(Assistant.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"--assistant: there is no assistant {slug}; known: {known}. register_assistant adds one.", returncode=2
        )
    return assistant


def _release(assistant: Assistant, version: str | None) -> Release | None:
    if version is None:
        return None
    release = Release.objects.filter(assistant=assistant, version=version).first()
    if release is None:
        known = ", ".join(assistant.releases.order_by("version").values_list("version", flat=True)) or "none"
        raise CommandError(f"--release: {assistant.slug} has no release {version}; known: {known}.", returncode=2)
    return release
