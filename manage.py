#!/usr/bin/env python
"""The command line of Probity. Commands that need a database get the embedded one if none is configured."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.management import execute_from_command_line, load_command_class
from django.db.utils import OperationalError

from portal import embedded

# Commands of the engine, which settings and apps would take several times as long to load as all that they need.
WITHOUT_PORTAL = frozenset({"anonymise", "audit_table", "check_anonymity", "detect_pii"})

# Commands that read and write files or code alone; everything else may need the database or the queue.
WITHOUT_SERVERS = frozenset(
    {
        *WITHOUT_PORTAL,
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "spectacular",
        "startapp",
        "verify_packet",
        "version",
    }
)
_INTERRUPTED = 130  # as a shell says of what Ctrl-C ended
WITHOUT_SERVERS_OPTIONS = frozenset({"-h", "--help", "--version"})


def needs_servers(arguments: Sequence[str]) -> bool:
    """Whether the command on this command line may talk to the database or the queue."""
    if not arguments or WITHOUT_SERVERS_OPTIONS & set(arguments):
        return False
    if os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production"):
        return False  # those settings name what is missing; nothing is started behind an operator's back
    if arguments[0] == "demo_assistant":
        return "--connect" in arguments
    return arguments[0] not in WITHOUT_SERVERS or "--database" in arguments


@contextlib.contextmanager
def servers_for(arguments: Sequence[str]) -> Iterator[None]:
    """The embedded servers that this command line needs, for as long as it runs."""
    wanted = needs_servers(arguments)
    database = wanted and not os.environ.get("DATABASE_URL")
    cache = wanted and not os.environ.get("REDIS_URL")
    with embedded.servers(embedded.state_directory(), database=database, cache=cache):
        yield


def run(arguments: list[str]) -> None:
    """Run the command of a whole command line, program included."""
    if arguments[1:2] and arguments[1] in WITHOUT_PORTAL:
        settings.configure()
        load_command_class("audits", arguments[1]).run_from_argv(arguments)
        return
    with servers_for(arguments[1:]):
        execute_from_command_line(arguments)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    try:
        run(sys.argv)
    except embedded.EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.stderr.write(
            f"The database cannot be reached or broke off; see DATABASE_URL. {' '.join(str(error).split())}\n"
        )
        sys.exit(2)
    except UnicodeEncodeError:
        # A file's name may be any bytes; what is looked up or stored has to be text.
        broken = [argument for argument in sys.argv if any("\ud800" <= character <= "\udfff" for character in argument)]
        if not broken:
            raise
        sys.stderr.write(f"{broken[0]!a} is not UTF-8\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
