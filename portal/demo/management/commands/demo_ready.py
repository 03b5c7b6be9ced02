import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audits.models import Cycle, Finding, ProbeRun
from audits.queries.probing import UNDER_WAY
from audits.states import CycleState

_UNFINISHED = [CycleState.SCHEDULED, CycleState.RUNNING]


class Command(BaseCommand):
    help = "Say whether the demo company's first audit cycles are done. Exit 1: not yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="wait until they are")
        parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="at most so long")

    def handle(self, *args: Any, **options: Any) -> None:
        cycles = Cycle.objects.filter(assistant__team__synthetic=True)
        if not cycles.exists():
            raise CommandError("There is no demo company in this database.", returncode=2)
        pause, waited = threading.Event(), 0.0
        probes = ProbeRun.objects.filter(assistant__team__synthetic=True, state__in=UNDER_WAY)
        while cycles.filter(state__in=_UNFINISHED).exists() or probes.exists():
            if not options["wait"] or waited >= options["timeout"]:
                raise CommandError("The demo audit cycles are still running.", returncode=1)
            connection.close()
            pause.wait(0.5)
            waited += 0.5
        findings = Finding.objects.filter(assistant__team__synthetic=True).count()
        self.stdout.write(
            f"Demo audits done: {cycles.count()} cycles, {findings} findings. They wait in the review queue."
        )
