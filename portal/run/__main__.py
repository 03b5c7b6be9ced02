"""Start everything, in order, in this terminal; leave nothing behind."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from portal import embedded
from portal.demo.truth import ASSISTANT_BIAS
from portal.embedded.places import Places
from portal.run.announcement import Announcement, say
from portal.run.preflight import Address, StartError, check_address, sole_instance
from portal.run.supervision import KILLED_AFTER_SECONDS, Supervisor

PROJECT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = KILLED_AFTER_SECONDS - 2  # for requests under way; the rest is for gunicorn itself
LOGINS = "demo-logins.txt"  # written by `manage.py seed_demo`


def main() -> int:
    """Exit code: 0 stopped as asked, 1 a process ended by itself, 2 could not start."""
    end_on_signals()
    var = embedded.state_directory()
    try:
        address = Address.from_environment(os.environ)
        Places.of(var).make()
        with sole_instance(var):
            check_address(address)
            embedded.secrets(var)
            return run(address, var)
    except (embedded.EmbeddedError, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 0


def run(address: Address, var: Path) -> int:
    database = not os.environ.get("DATABASE_URL")
    cache = not os.environ.get("REDIS_URL")
    demo = demo_assistant_place(var)
    environment = {
        **os.environ,
        **probing(demo, os.environ),
        "PROBITY_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings.dev"),
        "PROBITY_BASE_URL": os.environ.get("PROBITY_BASE_URL") or address.url.rstrip("/"),
        "PYTHONUNBUFFERED": "1",
    }
    (var / "static").mkdir(exist_ok=True)  # whitenoise complains where it is missing
    with embedded.servers(var, database=database, cache=cache):
        manage("migrate", "--verbosity", "0", saying="Preparing the database …", environment=environment)
        logins = var / LOGINS
        if not logins.exists():
            manage("seed_demo", saying="First run: making the demo data …", environment=environment)
        with announcing(address, logins, environment) as announcement:
            supervisor = supervised(address, var, environment, announcement)
            if supervisor.supervise():
                return 0
    say("A part of the portal ended by itself (see above), so the rest was stopped.")
    return 1


@contextlib.contextmanager
def announcing(address: Address, logins: Path, environment: dict[str, str]) -> Iterator[Announcement]:
    announcement = Announcement(address=address, logins=logins, project=PROJECT, environment=environment)
    try:
        yield announcement
    finally:
        announcement.stop()


def supervised(address: Address, var: Path, environment: dict[str, str], announcement: Announcement) -> Supervisor:
    """The processes of the portal, web, worker and beat, and the assistant that the demo company probes."""

    def started() -> None:
        # Threads come after honcho has forked, never before.
        announcement.start()
        end_with_terminal()

    supervisor = Supervisor(on_started=started)
    web = ["-m", "gunicorn", "portal.wsgi", "--config", "python:portal.gunicorn_conf", "--bind", address.bind]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    web += ["--no-control-socket", "--graceful-timeout", str(GRACE_SECONDS)]
    # Celery warns root in eight lines at every start; the portal of one machine has no other user to offer.
    celery = ["-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "--app", "portal"]
    worker = [*celery, "worker", "--pool", "prefork", "--loglevel", "WARNING"]
    worker += ["--concurrency", os.environ.get("PROBITY_WORKER_PROCESSES", "2")]
    if queues := os.environ.get("PROBITY_WORKER_QUEUES"):
        worker += ["--queues", queues]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(var / "beat-schedule"), "--pidfile="]
    # Only the web process has threads that share connections.
    supervisor.add("web", [sys.executable, *web], {**environment, "DATABASE_POOL": "true"})
    supervisor.add("worker", [sys.executable, *worker], environment)
    supervisor.add("beat", [sys.executable, *beat], environment)
    host, _, port = environment["PROBITY_DEMO_ASSISTANT"].rpartition(":")
    assistant = ["manage.py", "demo_assistant", "--host", host, "--port", port, "--bias", ASSISTANT_BIAS]
    supervisor.add("assistant", [sys.executable, *assistant, "--connect"], environment)
    return supervisor


def demo_assistant_place(var: Path) -> str:
    """`host:port` of the demo assistant: that of the last start, unless somebody else has taken it since."""
    kept = var / "demo-assistant.port"
    port = int(kept.read_text()) if kept.exists() else 0
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port = probe.getsockname()[1]
            break
    kept.write_text(str(port))
    return f"127.0.0.1:{port}"


def probing(demo: str, given: Mapping[str, str]) -> dict[str, str]:
    """Let the demo assistant be asked beside what the environment allows already."""
    hosts, networks = given.get("PROBITY_PROBE_HOSTS", ""), given.get("PROBITY_PROBE_NETWORKS", "")
    return {
        "PROBITY_DEMO_ASSISTANT": demo,
        "PROBITY_PROBE_HOSTS": ",".join(filter(None, (hosts, demo))),
        "PROBITY_PROBE_NETWORKS": ",".join(filter(None, (networks, "127.0.0.1/32"))),
    }


def manage(*command: str, saying: str, environment: dict[str, str]) -> None:
    """Run a management command in the foreground. Raises StartError if it fails; it has said why."""
    say(saying)
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment, check=False)
    if done.returncode != 0:
        raise StartError(f"`manage.py {command[0]}` failed (exit code {done.returncode}): see above.")


def end_on_signals() -> None:
    """SIGTERM and a closed terminal end the start-up as Ctrl-C does; later honcho takes over."""

    def terminate(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def hang_up(number: int, frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, terminate)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # `nohup` asks to go on without the terminal
        signal.signal(signal.SIGHUP, hang_up)


def end_with_terminal() -> None:
    """Hang up when the terminal closes: the kernel tells only its first process, which may be a waiting `make`."""
    if not sys.stdin.isatty():
        return

    def watch() -> None:
        poller = select.poll()
        poller.register(sys.stdin.fileno(), 0)  # a closed terminal is reported unasked
        poller.poll()
        os.kill(os.getpid(), signal.SIGHUP)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
