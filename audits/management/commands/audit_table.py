"""`manage.py audit_table`: a bias audit of a table kept elsewhere. Stores nothing, needs no database."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from audits.engine.bias.table.audit import TableAudit, audit_cube
from audits.engine.bias.table.batches import Reading
from audits.engine.bias.table.cube import MISSING, count_table
from audits.engine.bias.table.files import STANDARD_INPUT, BadTable
from audits.engine.bias.table.report import text_report
from audits.engine.bias.table.rows import COUNT, Columns
from audits.engine.bias.verdict import Policy, Verdict
from audits.management.documents import document_text

_FAILING = {
    "disparity": {Verdict.DISPARITY},
    "watch": {Verdict.DISPARITY, Verdict.WATCH},
}
_WIDEST = 160
_EXAMPLES = """\
examples:
  %(prog)s docs/examples/berkeley.csv --outcome admitted --group gender --stratum department --html report.html
      one row a group, department and outcome, with a count

  %(prog)s decisions.csv --outcome hired --group gender
      one row a person; hired is true/false, yes/no or 1/0

  %(prog)s loans.jsonl.gz --outcome denied --favourable no --group race sex --stratum branch
      does the gap survive among people of the same branch? also race × sex

  %(prog)s scores.csv --outcome risk --favourable low --truth reoffended --truth-favourable no --group race
      are the scores wrong equally often? false positives and false negatives by race

  zcat big.csv.gz | %(prog)s - --outcome hired --group gender --json > audit.json

exit status: 0 done; 1 the verdict is one that --fail-on names; 2 bad input or usage.
Every option and every number is explained in docs/audit-table.md.
"""


class _HelpFormatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's order of options, and examples with their line ends."""


class Command(BaseCommand):
    """Exit status 0: done; 1: the verdict is one that `--fail-on` names; 2: bad input or usage."""

    help = (
        "Do groups get the favourable outcome at different rates? Audits a table of decisions and prints the verdict\n"
        "in a sentence, then figures with intervals and exact tests, for each --group and each pair of them."
    )
    requires_system_checks: list[str] = []  # needs no database, keys or settings of the portal

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(
            prog_name,
            subcommand,
            formatter_class=_HelpFormatter,
            usage="%(prog)s FILE --outcome NAME --group NAME [NAME …] [options]",
            epilog=_EXAMPLES,
            **kwargs,
        )
        # What every Django command has goes last: nobody comes for it.
        parser._optionals.title = "of every command"
        parser._action_groups.remove(parser._optionals)
        parser._action_groups.append(parser._optionals)
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        defaults = Policy()
        parser.add_argument(
            "file",
            metavar="FILE",
            type=Path,
            help="JSON lines or CSV, plain or gzipped, - for standard input. A row is "
            '{"group": {…}, "stratum": {…}, "outcome": {…}, "count": n}, or columns of these names; without a count it '
            "counts once",
        )
        what = parser.add_argument_group("what is compared")
        what.add_argument("--outcome", required=True, metavar="NAME", help="the outcome to compare")
        what.add_argument(
            "--favourable",
            default="true",
            metavar="VALUE",
            help="its favourable value, whatever its case; in a yes/no column true, yes, y, t and 1 are the same, and "
            "so are false, no, n, f and 0 (default: %(default)s)",
        )
        what.add_argument(
            "--group", required=True, nargs="+", action="extend", metavar="NAME", help="attributes to audit"
        )
        what.add_argument(
            "--stratum",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME",
            help="what to hold equal (their combinations, if several); only what was fixed before the outcome",
        )
        what.add_argument(
            "--reference",
            nargs="+",
            action="extend",
            default=[],
            metavar="VALUE",
            help="compare with this group: White, or race=White; a pair is compared with the intersection where both "
            "are named (default: the highest rate among groups large enough)",
        )
        what.add_argument(
            "--truth",
            metavar="NAME",
            help="what the outcome should have been: adds false positive and false negative rates by group, where "
            "the positive prediction is the unfavourable outcome. Read from the outcome section, or plainly",
        )
        what.add_argument(
            "--truth-favourable",
            metavar="VALUE",
            help="the truth's favourable value: who has it did not deserve an unfavourable outcome (default: the "
            "value of --favourable)",
        )
        what.add_argument(
            "--missing",
            nargs="+",
            default=list(MISSING),
            metavar="VALUE",
            help=f"values that mean not known, besides a blank (default: {' '.join(MISSING)})",
        )
        what.add_argument(
            "--count",
            default=COUNT,
            metavar="NAME",
            help="how many equal rows a row stands for, such as Freq (default: %(default)s, where there is one)",
        )
        bars = parser.add_argument_group("the bar")
        bars.add_argument(
            "--alpha",
            type=float,
            default=defaults.alpha,
            help="chance of a false disparity in the whole audit (default: %(default)s)",
        )
        bars.add_argument(
            "--delta", type=float, default=defaults.delta, help="smallest gap that matters (default: %(default)s)"
        )
        bars.add_argument(
            "--smallest-share",
            type=float,
            default=defaults.minimum_share,
            metavar="SHARE",
            help="groups with a smaller share of the known rows are left out of the ratios (default: %(default)s)",
        )
        bars.add_argument(
            "--fail-on",
            choices=sorted(_FAILING),
            help="exit 1 on this verdict or a worse one, in the aggregate, within strata or on error rates",
        )
        output = parser.add_argument_group("output")
        output.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        output.add_argument("--html", type=Path, metavar="FILE", help="also write a one-page report with charts")
        output.add_argument("--encoding", metavar="NAME", help="encoding of the file (default: UTF-8), such as cp1252")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            audit = self._audit(options)
        except LookupError as error:
            raise CommandError(f"--reference: {error.args[0]}", returncode=2) from error
        except BadTable as error:
            undecoded = not options["encoding"] and "is not UTF-8 text" in error.problem
            hint = ". In another encoding? Name it: --encoding cp1252" if undecoded else ""
            raise CommandError(f"{error}{hint}", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["html"] is not None:
            self._write_page(audit, options)
        if options["json"]:
            self.stdout.write(document_text(audit.to_json()))
        else:
            self.stdout.write(self._text(audit))
        self._fail_on(audit, options["fail_on"])

    def _audit(self, options: dict[str, Any]) -> TableAudit:
        if options["truth_favourable"] is not None and options["truth"] is None:
            raise ValueError("--truth-favourable says nothing without --truth")
        columns = Columns(
            tuple(options["group"]),
            tuple(options["stratum"]),
            options["outcome"],
            options["truth"],
            options["count"],
        )
        policy = _policy(options)
        progress = _Progress(self.stderr) if self.stderr.isatty() else None
        try:
            cube = count_table(
                options["file"],
                columns,
                favourable=options["favourable"],
                truth_favourable=options["truth_favourable"],
                missing=options["missing"],
                encoding=options["encoding"],
                progress=progress,
            )
        finally:
            if progress is not None:
                progress.clear()
        if cube.form.like_a_count is not None:
            name = cube.form.like_a_count
            self.stderr.write(f"Every row counts once: {name} was not read. Is it a count? Name it: --count {name}")
        return audit_cube(cube, policy=policy, references=options["reference"])

    def _write_page(self, audit: TableAudit, options: dict[str, Any]) -> None:
        from audits.reports.table_page import table_page  # charts and templates, which the figures alone do without

        source = "standard input" if options["file"] == STANDARD_INPUT else str(options["file"])
        try:
            page = table_page(audit, source=source, command=_command_line())
            options["html"].write_text(page, encoding="utf-8", errors="backslashreplace")  # names may hold any bytes
        except OSError as error:
            raise CommandError(f"{options['html']} cannot be written: {error.strerror}", returncode=2) from error

    def _text(self, audit: TableAudit) -> str:
        if not self.stdout.isatty():
            return text_report(audit)
        colours = {
            Verdict.DISPARITY: self.style.ERROR,
            Verdict.WATCH: self.style.WARNING,
            Verdict.NO_MATERIAL_DIFFERENCE: self.style.SUCCESS,
            Verdict.NOT_ENOUGH_DATA: self.style.HTTP_NOT_MODIFIED,
        }
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        return text_report(audit, width=width, paint=lambda text, verdict: colours[verdict](text))

    def _fail_on(self, audit: TableAudit, bar: str | None) -> None:
        if bar is None:
            return
        if audit.verdict in _FAILING[bar]:
            raise CommandError(f"the verdict is {audit.verdict.value}", returncode=1)
        for question, verdict in audit.answers().items():
            if verdict in _FAILING[bar]:
                where = question if question.startswith("within") else f"on {question}"
                raise CommandError(f"the verdict {where} is {verdict.value}", returncode=1)


def _policy(options: dict[str, Any]) -> Policy:
    """The bars that were typed. Raises ValueError, in the words of the options."""
    alpha, share = options["alpha"], options["smallest_share"]
    if not 0 <= share < 1:
        raise ValueError(f"smallest-share must be 0 or more and below 1, got {share}")
    if alpha > 0 and 1 - alpha == 1:
        raise ValueError(f"alpha is too small for ranges that hold 1 − alpha, got {alpha}")
    # An alpha that is none is refused as such, before what it would make of the ranges.
    return Policy(alpha=alpha, delta=options["delta"], minimum_share=share, confidence=1 - alpha)


class _Progress:
    """Rows, speed and share of the file on one line of a terminal, a few times a second."""

    _EVERY = 0.2

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._started = self._told = time.monotonic()

    def __call__(self, reading: Reading) -> None:
        now = time.monotonic()
        if now - self._told < self._EVERY:
            return
        self._told = now
        speed = reading.taken / 1e6 / (now - self._started)
        share = f", {100 * reading.taken / reading.size:.0f} %" if reading.size else ""
        self._write(f"\r\x1b[K{reading.rows:,} rows, {speed:.0f} MB/s{share}")

    def clear(self) -> None:
        if self._told != self._started:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self._terminal.write(text, style_func=str, ending="")
        self._terminal.flush()


def _command_line() -> str:
    """What was typed, to reproduce the page."""
    program, *arguments = sys.argv
    return shlex.join([os.path.relpath(program) if program.endswith(".py") else Path(program).name, *arguments])
