"""Rewrite JSON Lines without their personal data. Stores nothing and needs no database."""

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.engine.privacy.stream import BadLine, anonymise_batches
from audits.management.engines import ABOUT_CONVERSATIONS, add_engine, engine_called
from audits.management.line_files import opened_batches, shown, write_lines

_KEY_VARIABLE = "PROBITY_PSEUDONYM_KEY"


class Command(BaseCommand):
    help = (
        'Reads {"text", "language"?} lines and prints {"text"} lines, personal data redacted or pseudonymised. '
        f"The same value gets the same pseudonym inside one run; set {_KEY_VARIABLE} to keep it across runs. "
        f"{ABOUT_CONVERSATIONS}"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines, maybe gzip; standard input if left out")
        parser.add_argument("--mode", choices=("redact", "pseudonymise"), default="redact")
        parser.add_argument("--spans", action="store_true", help="add where each replacement stands, and stood")
        add_engine(parser)

    def handle(self, *args: Any, file: str, mode: Any, engine: str, spans: bool, **options: Any) -> None:
        key = os.fsencode(os.environ.get(_KEY_VARIABLE, "")) or secrets.token_bytes(32)
        with opened_batches(file) as batches:
            try:
                for answers in anonymise_batches(batches, mode, key, engine_called(engine), with_spans=spans):
                    write_lines(self.stdout, answers)
            except BadLine as error:
                raise CommandError(f"{shown(file)}: {error}", returncode=2) from error
