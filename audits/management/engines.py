"""The detection engines that commands offer."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from audits.engine.privacy import detect_many, presidio
from audits.engine.privacy.stream import DetectMany

_OWN, _PRESIDIO = "probity", "presidio"


def add_engine(parser: ArgumentParser) -> None:
    """The option `--engine`."""
    parser.add_argument(
        "--engine", choices=(_OWN, _PRESIDIO), default=_OWN, help="presidio needs the extra of that name, and time"
    )


def engine_called(name: str) -> DetectMany:
    """The engine of that name. Raises CommandError with exit code 2 where it is not installed."""
    if name == _OWN:
        return detect_many
    try:
        presidio.analyzer()
    except presidio.PresidioMissing as error:
        raise CommandError(str(error), returncode=2) from error
    return presidio.detect_many
