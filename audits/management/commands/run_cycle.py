from __future__ import annotations

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistants.management.arguments import assistant_named
from assistants.models import Assistant
from audits.management.cycle_report import json_report, text_report
from audits.management.watching import UNDER_WAY, cycle_watch
from audits.models import Cycle
from audits.queries.cycle_progress import CycleProgress, days_with_conversations, findings_of
from audits.queries.cycles import check_runs_of
from audits.services.cycles import cycle_open
from audits.states import CheckKind, CheckState, CycleState
from portal.core.actors import SYSTEM
from portal.core.errors import ProbityError

_FAILING = {
    "failed": {CheckState.FAILED, CheckState.ERROR},
    "watch": {CheckState.FAILED, CheckState.ERROR, CheckState.WATCH},
}


class Command(BaseCommand):
    help = (
        "Open an audit cycle of an assistant and run it on the workers. Exit 0: done; 1: a verdict that --fail-on "
        "names, or the cycle did not end; 2: bad input or usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--assistant", metavar="SLUG", required=True)
        parser.add_argument("--from", metavar="D", type=_day, dest="since", help="first day, such as 2025-03-01")
        parser.add_argument("--to", metavar="D", type=_day, dest="last", help="last day, included")
        parser.add_argument(
            "--check",
            metavar="NAME",
            nargs="+",
            action="extend",
            help=f"only these kinds: {', '.join(CheckKind.values)}",
        )
        parser.add_argument("--wait", action="store_true", help="until every check is decided")
        parser.add_argument("--timeout", metavar="S", type=float, default=3600.0, help="seconds to wait at most")
        parser.add_argument("--fail-on", choices=sorted(_FAILING), help="exit 1 on this verdict or a worse one")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fail_on"] and not options["wait"]:
            raise CommandError("--fail-on needs --wait.", returncode=2)
        begun = time.monotonic()
        cycle = self._open(options)
        if not options["wait"]:
            self._say_opened(cycle, as_json=options["json"])
            return
        self._wait(cycle, seconds=options["timeout"])
        cycle.refresh_from_db()
        runs, findings = list(check_runs_of(cycle)), list(findings_of(cycle))
        seconds = time.monotonic() - begun
        if options["json"]:
            self.stdout.write(_document(json_report(cycle, runs, findings, seconds=seconds)))
        else:
            self.stdout.write(text_report(cycle, runs, findings, seconds=seconds))
        if cycle.state in (CycleState.FAILED, CycleState.CANCELLED):
            raise CommandError(f"cycle {cycle.pk} {cycle.state}: {cycle.failure or 'stopped'}.", returncode=1)
        if options["fail_on"]:
            _judge([CheckState(run.state) for run in runs], options["fail_on"])

    def _open(self, options: dict[str, Any]) -> Cycle:
        assistant = assistant_named(options["assistant"])
        since, until = _period(assistant, options["since"], options["last"])
        try:
            return cycle_open(
                assistant=assistant,
                period_from=since,
                period_until=until,
                actor=SYSTEM,
                kinds=options["check"],
            )
        except ProbityError as error:
            field = {"check": "--check: ", "period_until": "--to: "}.get(error.field or "", "")
            raise CommandError(f"{field}{error.message}", returncode=2) from error

    def _say_opened(self, cycle: Cycle, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(_document(json_report(cycle, [], [], seconds=None)))
        else:
            last = cycle.period_until - timedelta(days=1)
            period = f"{cycle.period_from} to {last}"
            self.stdout.write(f"Cycle {cycle.pk} of {cycle.assistant.slug} opened, {period}.")

    def _wait(self, cycle: Cycle, *, seconds: float) -> None:
        progress = None
        for progress in cycle_watch(cycle.pk, seconds=seconds, warn=self.stderr.write):
            self._show(progress)
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")
        if progress is not None and progress.state in UNDER_WAY:
            message = f"Cycle {cycle.pk} is not done after {seconds:g} s; it goes on without this command."
            raise CommandError(message, returncode=1)

    def _show(self, progress: CycleProgress) -> None:
        if self.stderr.isatty():
            waiting = f"{progress.unscanned:,} to scan, " if progress.unscanned else ""
            line = f"{waiting}{progress.decided} of {progress.checks} checks decided"
            self.stderr.write(f"\r\x1b[K{line}", lambda plain: plain, ending="")


def _period(assistant: Assistant, since: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for; what is left open is filled from the days that have conversations."""
    days = days_with_conversations(assistant)
    if days is None and (since is None or last is None):
        raise CommandError(f"{assistant.slug} has no conversations: name --from and --to.", returncode=2)
    first, until = days or (date.min, date.max)
    return since or first, until if last is None else last + timedelta(days=1)


def _judge(verdicts: Iterable[CheckState], bar: str) -> None:
    failing = [verdict for verdict in verdicts if verdict in _FAILING[bar]]
    if failing:
        raise CommandError(f"{len(failing)} checks did not pass --fail-on {bar}.", returncode=1)


def _document(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2025-03-01") from error
