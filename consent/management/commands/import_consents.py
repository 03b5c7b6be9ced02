"""Import of consent events from the command line."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consent.records import EntryParser, Numbered, entries_of_lines, entries_of_table
from consent.services.imports import ImportReport, consents_import
from portal.accounts.models import Team
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid
from portal.core.jsonlines.files import RecordFile, record_file
from portal.core.jsonlines.mapping import FieldMap
from portal.core.jsonlines.progress import ProgressBar
from portal.core.jsonlines.rejections import RejectionFile
from portal.core.jsonlines.streams import DAMAGED
from portal.core.jsonlines.summary import Imported, summary


class Command(BaseCommand):
    help = (
        "Take in consent events from JSON lines or CSV, plain or gzip. Safe to run again: what is known stays as it "
        "is. Rejected and conflicting lines go to FILE.rejected.jsonl with the reason. Exit 2: a file is not what it "
        "says."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--team", metavar="SLUG", required=True, help="whose customers these are")
        parser.add_argument("--source", metavar="NAME", help="the source of lines that name none")
        parser.add_argument(
            "--map",
            metavar="KEY=FIELD",
            nargs="+",
            action="extend",
            default=[],
            help="rename a key or column of the file to a field of an event; dotted paths reach into objects",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        team = _team(options["team"])
        try:
            field_map = FieldMap.parse(options["map"]) if options["map"] else None
            parser = EntryParser(source=options["source"], field_map=field_map)
            for path in options["files"]:
                with record_file(path, table=_is_table(path)):
                    pass  # so that nothing is taken in before every file is known to be readable
            begun = time.monotonic()
            imported = [self._import(path, team, parser) for path in options["files"]]
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from error
        seconds = time.monotonic() - begun
        self.stdout.write(summary(imported, ImportReport(), seconds=seconds, unit="events", as_json=options["json"]))

    def _import(self, path: Path, team: Team, parser: EntryParser) -> Imported[ImportReport]:
        last_line = 0

        def lines(file: RecordFile) -> Iterator[Numbered]:
            nonlocal last_line
            read = entries_of_table if _is_table(path) else entries_of_lines
            with ProgressBar(self.stderr, label=path.name, total=file.size) as bar:
                for one in read(file.source, parser, max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES):
                    last_line = one.line
                    bar.show(file.position)
                    yield one

        with record_file(path, table=_is_table(path)) as file, RejectionFile.beside(path) as rejections:
            try:
                report = consents_import(team=team, lines=lines(file), actor=SYSTEM, on_rejection=rejections.write)
            except DAMAGED as error:
                raise Invalid(
                    f"{path}: is damaged after line {last_line}; what was taken in before that stays, "
                    "and a whole file can be imported over it.",
                    field="file",
                ) from error
            except Invalid as error:
                raise Invalid(f"{path}: {error.message}", field=error.field) from error
            return Imported(path, report, rejections.written_to)


def _is_table(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".csv")


def _team(slug: str) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        known = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"--team: there is no team {slug}; known: {known}.", returncode=2)
    return team
