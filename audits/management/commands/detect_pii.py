"""Find personal data in JSON Lines. Stores nothing and needs no database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.engine.privacy.stream import BadLine, detect_batches
from audits.management.engines import ABOUT_CONVERSATIONS, add_engine, engine_called
from audits.management.line_files import opened_batches, shown, write_lines


class Command(BaseCommand):
    help = (
        'Reads {"text", "language"?} lines and prints {"spans": [{"start", "end", "type", "score"}]} lines. '
        f"{ABOUT_CONVERSATIONS}"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines, maybe gzip; standard input if left out")
        add_engine(parser)

    def handle(self, *args: Any, file: str, engine: str, **options: Any) -> None:
        with opened_batches(file) as batches:
            try:
                for answers in detect_batches(batches, engine_called(engine)):
                    write_lines(self.stdout, answers)
            except BadLine as error:
                raise CommandError(f"{shown(file)}: {error}", returncode=2) from error
