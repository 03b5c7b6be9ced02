"""Import of consent events from the command line."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consent.records import NEEDED, OPTIONAL, EntryParser, entries_of_lines, entries_of_table
from consent.services.imports import ImportReport, consents_import
from portal.accounts.models import Team
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid
from portal.core.jsonlines.imports import FileBeingImported, files_import
from portal.core.jsonlines.mapping import FieldMap
from portal.core.jsonlines.summary import summary
from portal.core.management.arguments import by_name


class Command(BaseCommand):
    help = (
        "Take in consent events from JSON lines or CSV, plain or gzip. Safe to run again: what is known stays as it "
        "is. Rejected and conflicting lines go to FILE.rejected.jsonl with the reason. Exit 2: a file is not what it "
        f"says. A line has {', '.join(NEEDED)}, and customer_ref or subject; it may have {', '.join(OPTIONAL)}."
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
            begun = time.monotonic()
            imported = files_import(
                options["files"], lambda file: _take(file, team, parser), terminal=self.stderr, is_table=_is_table
            )
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from error
        seconds = time.monotonic() - begun
        self.stdout.write(summary(imported, ImportReport(), seconds=seconds, unit="events", as_json=options["json"]))


def _take(file: FileBeingImported, team: Team, parser: EntryParser) -> ImportReport:
    read = entries_of_table if _is_table(file.path) else entries_of_lines
    lines = read(file.source, parser, max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES)
    try:
        return consents_import(team=team, lines=file.watched(lines), actor=SYSTEM, on_rejection=file.rejections.write)
    except Invalid as error:
        raise Invalid(f"{file.path}: {error.message}", field=error.field) from error


def _is_table(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".csv")


def _team(slug: str) -> Team:
    return by_name(Team.objects.all(), "slug", slug, f"--team: there is no team {slug}")
