"""`manage.py export_erasures FILE`: write the erasure list, to be kept apart from the database's backups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.services.erasure_list import list_export


class Command(BaseCommand):
    help = (
        "Append every erasure that FILE does not hold yet: pseudonym, data key and time, a signed line each. Keep the "
        "file apart from the backups of the database; replay_erasures reads it after a restore."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            added = list_export(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"file": str(file), "added": added}))
        else:
            self.stdout.write(f"{added} erasure{'' if added == 1 else 's'} added to {file}.")
