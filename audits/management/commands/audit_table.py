"""`manage.py audit_table`: a bias audit of a table kept elsewhere. Stores nothing, needs no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.engine.bias.table import audit_cube, count_table
from audits.engine.bias.table_report import text_report
from audits.engine.bias.table_rows import Columns
from audits.engine.bias.verdict import Policy, Verdict

_FAILING = {
    "disparity": {Verdict.DISPARITY},
    "watch": {Verdict.DISPARITY, Verdict.WATCH},
}


class Command(BaseCommand):
    """Exit status 0: done; 1: the verdict is one that `--fail-on` names; 2: bad input or usage."""

    help = (
        "Audit a table for gaps between groups. FILE holds JSON lines or CSV, plain or gzipped; a row is "
        '{"group": {…}, "stratum": {…}, "outcome": {…}, "count": n}, in CSV the columns group.NAME, '
        "stratum.NAME, outcome.NAME and count. Without a count a row counts once."
    )
    requires_system_checks: list[str] = []  # needs no database, keys or settings of the portal

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--outcome", required=True, metavar="NAME", help="the outcome to compare")
        parser.add_argument(
            "--favourable", default="true", metavar="VALUE", help="its favourable value (default: true)"
        )
        parser.add_argument(
            "--group", required=True, nargs="+", action="extend", metavar="NAME", help="attributes to audit"
        )
        parser.add_argument(
            "--stratum",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME",
            help="what to hold equal; only what was fixed before the outcome came about",
        )
        parser.add_argument("--reference", metavar="VALUE", help="compare with this group (default: the highest rate)")
        parser.add_argument(
            "--alpha", type=float, default=Policy().alpha, help="significance level (default: %(default)s)"
        )
        parser.add_argument(
            "--delta",
            type=float,
            default=Policy().delta,
            help="smallest gap that matters (default: %(default)s)",
        )
        parser.add_argument("--fail-on", choices=sorted(_FAILING), help="exit 1 on this verdict or a worse one")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            columns = Columns(tuple(options["group"]), tuple(options["stratum"]), options["outcome"])
            policy = Policy(alpha=options["alpha"], delta=options["delta"], confidence=1 - options["alpha"])
            progress = self._show_progress if self.stderr.isatty() else None
            cube = count_table(options["file"], columns, favourable=options["favourable"], progress=progress)
            audit = audit_cube(cube, policy=policy, reference=options["reference"])
        except LookupError as error:
            raise CommandError(f"--reference: {error.args[0]}", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(audit.to_json(), ensure_ascii=False, allow_nan=False, indent=2))
        else:
            self.stdout.write(text_report(audit))
        if options["fail_on"] and audit.verdict in _FAILING[options["fail_on"]]:
            raise CommandError(f"the verdict is {audit.verdict.value}", returncode=1)

    def _show_progress(self, lines: int) -> None:
        self.stderr.write(f"\r{lines:,} lines read", ending="")
