import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.models import RetentionRun
from consent.retention.classes import data_class
from consent.services.retention_runs import retention_run_now
from portal.accounts.models import Team
from portal.core.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Dispose of what the retention rules in force say, now instead of tonight; with --dry-run only count it. "
        "Exit 0: done; 2: bad usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG", help="only this team")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        teams = Team.objects.order_by("slug")
        if options["team"]:
            teams = teams.filter(slug=options["team"])
            if not teams:
                raise CommandError(f"There is no team {options['team']}.", returncode=2)
        runs = [retention_run_now(team=team, dry=options["dry_run"], actor=SYSTEM) for team in teams]
        if options["json"]:
            self.stdout.write(json.dumps([_as_dict(run) for run in runs]))
            return
        for run in runs:
            for line in _lines(run):
                self.stdout.write(line)


def _as_dict(run: RetentionRun) -> dict[str, Any]:
    return {"team": run.team.slug, "dry_run": run.dry, "disposed": run.disposed, "figures": run.figures}


def _lines(run: RetentionRun) -> list[str]:
    """What was done, and what is left to do where there is something to say."""
    done = "would dispose of" if run.dry else "disposed of"
    rows = sum(one["due"] for one in run.figures) if run.dry else run.disposed
    lines = [f"{run.team.name}: {done} {rows:,} rows"]
    for one in run.figures:
        if one["governed"] and (one["due"] or one["soon"] or one["held"]):
            lines.append(
                f"  {data_class(one['data_class']).label}, {one['label']}: {one['due']:,} due, "
                f"{one['soon']:,} within 30 days, {one['held']:,} held back"
            )
    return lines
