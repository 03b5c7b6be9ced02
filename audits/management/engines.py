"""The detection engines that commands offer."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from audits.engine.privacy import detect_many, presidio
from audits.engine.privacy.detection import DetectMany
from audits.engine.privacy.stream import MOST_CONVERSATIONS, ROLES

#: For the help of commands that read records.
ABOUT_CONVERSATIONS = (
    'Lines with the same "conversation" (text or a number) are read as its turns, in their order, wherever they stand: '
    "the question before a short answer and what the customer said earlier tell what a bare number is. "
    f'"role" says who speaks ({", ".join(ROLES)}; the first if left out). The last {MOST_CONVERSATIONS:,} '
    "conversations are remembered."
)

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
