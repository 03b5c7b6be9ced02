import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core import ledger
from portal.core.models import LedgerEntry


class Command(BaseCommand):
    help = "Verify the whole ledger. Exit 0: intact. Exit 1: broken, with the first bad entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--export", metavar="FILE", type=Path, help="also write every entry as JSON lines")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        found = ledger.verify()
        if options["export"]:
            _export(options["export"])
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "intact": found.intact,
                        "entries": found.entries,
                        "head": found.head,
                        "broken_at": found.broken_at,
                        "reason": found.reason,
                    }
                )
            )
        elif found.intact:
            self.stdout.write(f"The ledger is intact: {found.entries} entries, head {found.head}.")
        if not found.intact:
            raise CommandError(
                f"The ledger is broken at entry {found.broken_at}: {found.reason}. "
                f"The {found.entries} entries before it are intact.",
                returncode=1,
            )


def _export(path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            for row in LedgerEntry.objects.order_by("seq").iterator(chunk_size=5000):
                file.write(json.dumps(ledger.exported(row), ensure_ascii=False) + "\n")
    except OSError as error:
        raise CommandError(f"{path}: cannot be written ({error.strerror}).", returncode=2) from error
