import contextlib
import signal
import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.assistant_server import DemoAssistant, bias_against, server_for
from portal.demo.probes import connectors_point_at


class Command(BaseCommand):
    help = (
        "Serve an OpenAI-compatible chat endpoint of canned customer-service answers, with a planted bias that can be "
        "switched: POST /bias. Behind /judge it judges such answers, as a second model. For the demo and for trying "
        "probes out; it answers from this machine only."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8089)
        parser.add_argument("--seed", type=int, default=1, help="which answers vary by chance")
        parser.add_argument("--bias", default="", metavar="CUE=GROUP", help="such as name=arab or age=older; none")
        parser.add_argument("--connect", action="store_true", help="point the demo company's connector here")
        parser.add_argument("--key", default="", help="answer only those who send it as a bearer token")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROBITY_ENVIRONMENT == "production":
            raise CommandError("The demo assistant does not belong into production.", returncode=2)
        try:
            bias = bias_against(options["bias"]) if options["bias"] else None
        except LookupError as error:
            raise CommandError(f"--bias: {error.args[0]}", returncode=2) from error
        assistant = DemoAssistant(seed=options["seed"], bias=bias, key=options["key"])
        try:
            server = server_for(assistant, host=options["host"], port=options["port"])
        except OSError as error:
            raise CommandError(f"Cannot listen on {options['host']}:{options['port']}: {error.strerror}") from error

        if options["connect"]:
            connectors_point_at(f"{options['host']}:{options['port']}")

        def end(number: int, frame: FrameType | None) -> None:
            sys.exit(0)

        signal.signal(signal.SIGTERM, end)
        planted = f"with a bias against {bias.name}" if bias else "without a bias"
        url = f"http://{options['host']}:{options['port']}/v1/chat/completions"
        self.stdout.write(f"The demo assistant answers at {url}, {planted}.")
        self.stdout.write(f"A judge of its answers, which errs in one of fifty: {url.replace('/v1/', '/judge/v1/')}")
        with contextlib.suppress(KeyboardInterrupt), server:
            server.serve_forever()
