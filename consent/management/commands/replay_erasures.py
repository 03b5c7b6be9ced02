"""`manage.py replay_erasures FILE…`: erase again, after a backup was restored, whomever the lists name."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.services.erasure_list import BadLine, Listed, lines_read
from consent.services.replay import erasures_replay


class Command(BaseCommand):
    help = (
        "After restoring a backup, before the portal is started: destroys the data keys of everybody on the list again "
        "and purges what is kept of them. Can be run again safely. Exit 0: done; 2: a file cannot be read, or holds "
        "lines that this installation did not sign, and nothing was done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, file: list[Path], **options: Any) -> None:
        listed = list(_listed(file))
        report = erasures_replay(listed=listed)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))
            return
        self.stdout.write(
            f"{report.read} erasures read: {report.erased} carried out again, {report.already} already in force, "
            f"{report.unknown} not in this database."
        )


def _listed(files: list[Path]) -> Iterator[Listed]:
    """Everything on the lists, or CommandError before anything is done."""
    found: list[Listed] = []
    bad: list[str] = []
    for path in files:
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                for one in lines_read(file):
                    if isinstance(one, BadLine):
                        bad.append(f"{path}, line {one.number}: not signed by this installation, or altered")
                    else:
                        found.append(one)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.", returncode=2) from error
    if bad:
        sys.stderr.write("\n".join(bad) + "\n")
        raise CommandError("Nothing was erased. Take these lines out or find the right list.", returncode=2)
    yield from found
