"""`manage.py check_anonymity`: k-anonymity and l-diversity of a table kept elsewhere. Needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.engine.anonymity import Policy
from audits.engine.anonymity.table import AnonymityColumns, TableAnonymity, check_table, text_report
from audits.management.documents import document_text

_FAILING = ("k", "l", "any")


class Command(BaseCommand):
    """Exit status 0: done; 1: the table breaks what `--fail-on` names; 2: bad input or usage."""

    help = (
        "Check how anonymous a table is: how many rows share each combination of quasi-identifiers (k), how many "
        "different sensitive values each combination has (l), and which rows break it. FILE holds JSON lines or CSV, "
        'plain or gzipped, "-" is standard input; a row is {"NAME": value, …} or {"group": {…}, "count": n}, in CSV '
        "the columns NAME or group.NAME, and count. A missing value is a value of its own."
    )
    requires_system_checks: list[str] = []  # needs no database, keys or settings of the portal

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--quasi",
            required=True,
            nargs="+",
            action="extend",
            metavar="NAME",
            help="what others may know of a person",
        )
        parser.add_argument(
            "--sensitive", nargs="+", action="extend", default=[], metavar="NAME", help="what nobody should learn"
        )
        parser.add_argument("--person", metavar="NAME", help="who a row is about; k then counts persons, not rows")
        parser.add_argument("--k", type=int, default=Policy().k, metavar="N", help="default: %(default)s")
        parser.add_argument("--l", type=int, default=Policy().l, metavar="N", help="default: %(default)s")
        parser.add_argument("--fail-on", choices=_FAILING, help="exit 1 where this is not reached")
        parser.add_argument("--json", action="store_true", help="print one JSON document, with every breaking line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            columns = AnonymityColumns(tuple(options["quasi"]), tuple(options["sensitive"]), options["person"])
            policy = Policy(k=options["k"], l=options["l"])
            progress = self._show_progress if self.stderr.isatty() else None
            checked = check_table(options["file"], columns, policy=policy, progress=progress)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(document_text(checked.to_json()))
        else:
            self.stdout.write(text_report(checked))
        if options["fail_on"] and (reason := _broken(checked, options["fail_on"])):
            raise CommandError(reason, returncode=1)

    def _show_progress(self, rows: int) -> None:
        self.stderr.write(f"\r{rows:,} rows read", ending="")


def _broken(checked: TableAnonymity, on: str) -> str:
    policy = checked.found.policy
    if checked.breaks_k and on in ("k", "any"):
        return f"k is {checked.found.k}, less than {policy.k}"
    if checked.breaks_l and on in ("l", "any"):
        return f"l is {checked.found.l}, less than {policy.l}"
    return ""
