from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from assistants.management.arguments import assistant_named
from audits.queries.outdated import current_version
from audits.services.rescans import rescan_ask
from portal.core.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Have an assistant's conversations scanned again on the workers, where an earlier engine or other patterns "
        "have read them or they could not be read. Safe to repeat: what the present version has read is left alone. "
        "Until they are read again, conversations count as unscanned. Exit 0: asked; 2: bad input or usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--assistant", metavar="SLUG", required=True)
        parser.add_argument("--since", metavar="D", type=_day, help="first day, such as 2025-03-01; without it, all")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        assistant = assistant_named(options["assistant"])
        version = current_version(assistant.pk)
        count = rescan_ask(assistant_id=assistant.pk, since=options["since"], actor=SYSTEM)
        if options["json"]:
            document = {"assistant": assistant.slug, "conversations": count, "version": version}
            self.stdout.write(json.dumps(document, indent=2))
        else:
            self.stdout.write(f"{count:,} conversations of {assistant.slug} will be scanned again with {version}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2025-03-01") from error
