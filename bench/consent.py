"""Consent decisions at a million data subjects and five million events, against a bare indexed look-up.

Run with `python -m bench.consent [--subjects N]`, 1,000,000 unless given, five events each (three gigabytes, freed at
the end). The rows are copied in; one subject in twenty has a proposed or confirmed merge, one in fifty an age note or a
restriction. Then, in the same run and taking turns:

- a bare look-up: the events of one subject and purpose, by the index, on an open connection;
- `evaluate` in this process;
- `POST /api/v1/consent/evaluate` by customer reference through Django's test client: all middleware, API key, JSON;
- the same over HTTP from one gunicorn worker;
- 10,000 conversations of 10,000 subjects joined with their decisions at once;
- events per second of `import_consents`.

The working set is far larger than what a test touches twice: each request asks for another subject.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import json
import os
import random
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bench.private_portal import analyze, private_portal
from bench.timing import timed
from portal.embedded.patience import wait_until

SUBJECTS = 1_000_000
EVENTS = 5
MANY = 10_000
REQUESTS, WARM = 1_500, 50
BAR_API_MS, BAR_MANY_S = 15.0, 2.0
START = datetime(2025, 1, 1, tzinfo=UTC)
_CHUNK = 20_000
_BARE = "SELECT id, state, occurred_at, valid_until FROM consent_consentevent WHERE subject_id = %s AND purpose_id = %s"
# The foreign keys of millions of rows would be checked one by one; they are right by construction.
_UNCHECKED = "SET session_replication_role = replica"


def reference(number: int) -> str:
    return f"customer-{number:08d}"


def rows_load(team_id: int, purpose_ids: list[int], notice_id: int, *, subjects: int) -> None:
    """Copy subjects with keys, references and events in, and the merges, notes and restrictions of some."""
    from django.db import connection

    from consent.queries.subjects import reference_index
    from portal.core import keys

    chance = random.Random(2027)
    at = START.isoformat()
    master_key_id, _ = keys.current_master_key()
    with connection.cursor() as cursor:
        cursor.execute(_UNCHECKED)
        for first in range(1, subjects + 1, _CHUNK):
            numbers = range(first, min(first + _CHUNK, subjects + 1))
            data_keys = {number: uuid.UUID(int=chance.getrandbits(128)) for number in numbers}
            _copy(
                cursor,
                "core_datakey (id, wrapped, master_key_id, created_at)",
                (f"{data_keys[number]}\t\\\\x00\t{master_key_id}\t{at}\n" for number in numbers),
            )
            _copy(
                cursor,
                "consent_datasubject (id, public_id, team_id, kind, data_key_id, reference_index, created_at)",
                (
                    f"{number}\t{uuid.UUID(int=chance.getrandbits(128))}\t{team_id}\tidentified\t{data_keys[number]}\t"
                    f"\\\\x{reference_index(team_id=team_id, reference=reference(number)).hex()}\t{at}\n"
                    for number in numbers
                ),
            )
            _copy(cursor, _EVENT_COLUMNS, _events(numbers, team_id, purpose_ids, notice_id, chance))
        _copy(
            cursor,
            "consent_subjectlinkevent (merge, state, low_id, high_id, occurred_at, recorded_at, source, actor, reason)",
            _links(subjects, chance),
        )
        _copy(
            cursor,
            "consent_subjectagenote (subject_id, minor_below_age, evidence, source, actor, recorded_at)",
            (f"{number}\t16\taccount\tbench\tsystem\t{at}\n" for number in range(1, subjects + 1, 100)),
        )
        _copy(
            cursor,
            "consent_processingrestriction "
            "(subject_id, ground, imposed_at, recorded_at, source, imposed_by, lifted_by)",
            (f"{number}\tunlawful\t{at}\t{at}\tbench\tsystem\t\n" for number in range(50, subjects + 1, 100)),
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in ("consent_datasubject", "consent_consentevent"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    analyze()


_EVENT_COLUMNS = (
    "consent_consentevent (team_id, subject_id, controller, purpose_id, purpose_version, notice_id, state, source, "
    "source_event_id, content_hash, occurred_at, recorded_at, clock_uncertainty_s, clamped, valid_from, given_by, "
    "verification, age_band, lawful_basis, jurisdiction, data_categories, recipients, evidence_channel, "
    "evidence_method, evidence_digest)"
)


def _events(
    numbers: range, team_id: int, purpose_ids: list[int], notice_id: int, chance: random.Random
) -> Iterator[str]:
    states = ("given", "renewed", "given", "withdrawn", "renewed")
    for number in numbers:
        for place in range(EVENTS):
            state = states[place] if chance.random() < 0.8 else "withdrawn"
            at = (START + timedelta(days=place * 30, seconds=chance.randrange(86_400))).isoformat()
            notice = "\\N" if state == "withdrawn" else notice_id
            yield (
                f"{team_id}\t{number}\t\t{purpose_ids[place % 2]}\t1\t{notice}\t{state}\tbench\t{number}-{place}\t"
                f"\\\\x{number:032x}{place:032x}\t{at}\t{at}\t0\tf\t{at}\tsubject\t\t\tconsent\tDE\t{{messages}}\t{{}}\t"
                "web\tcheckbox\t\n"
            )


def _links(subjects: int, chance: random.Random) -> Iterator[str]:
    at = (START + timedelta(days=200)).isoformat()
    for number in range(1, subjects, 40):
        merge = uuid.UUID(int=chance.getrandbits(128))
        for state in ("proposed", "confirmed")[: 1 + number // 40 % 2]:
            yield f"{merge}\t{state}\t{number}\t{number + 1}\t{at}\t{at}\tbench\tsystem\tsource_merged\n"


def _copy(cursor: Any, target: str, lines: Iterator[str]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        buffer: list[str] = []
        for line in lines:
            buffer.append(line)
            if len(buffer) == 2000:
                copy.write("".join(buffer))
                buffer.clear()
        copy.write("".join(buffer))


@contextlib.contextmanager
def server() -> Iterator[int]:
    """One gunicorn worker on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--threads", "2"]
    process = subprocess.Popen(command, env=os.environ | {"LOG_LEVEL": "ERROR"})
    try:
        if not wait_until(lambda: process.poll() is not None or _answers(port), seconds=60, interval=0.1):
            raise TimeoutError(f"gunicorn did not answer on port {port} within a minute: its output is above")
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with status {process.returncode}: its output is above")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def percentiles(seconds: list[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(np.array(seconds) * 1e3, [50, 95])
    return float(p50), float(p95)


def take_turns(asks: dict[str, Callable[[int], object]], *, subjects: int) -> dict[str, tuple[float, float]]:
    """p50 and p95 in ms of each; every call is for another subject, and a busy spell slows all alike."""
    chance = random.Random(7)
    times: dict[str, list[float]] = {name: [] for name in asks}
    for turn in range(WARM + REQUESTS):
        for name, ask in asks.items():
            number = chance.randint(1, subjects)
            seconds, _ = timed(lambda ask=ask, number=number: ask(number))
            if turn >= WARM:
                times[name].append(seconds)
    return {name: percentiles(taken) for name, taken in times.items()}


def measure(subjects: int) -> int:
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from consent.models import DataSubject, Notice, Purpose
    from consent.queries import Use, evaluate, evaluate_many
    from consent.records import EntryParser, entries_of_lines
    from consent.services.imports import consents_import
    from portal.accounts.api_keys import api_key_create
    from portal.accounts.models import Membership, Team, User
    from portal.core.actors import SYSTEM
    from portal.core.roles import Role, Scope

    team = Team.objects.create(slug="bench", name="Bench")
    purposes = [Purpose.objects.create(team=team, code=code, name=code) for code in ("service", "training")]
    notice = Notice.objects.create(
        team=team, code="privacy", version=1, language="en", content="-", content_hash="0" * 64, published_at=START
    )
    notice.purposes.set(purposes)
    administrator = User.objects.create(email="bench@test.example", name="Bench")
    Membership.objects.create(user=administrator, team=team, role=Role.ADMINISTRATOR)
    _, key = api_key_create(
        team=team,
        name="bench",
        scopes=[Scope.CONSENT_READ],
        expires_at=timezone.now() + timedelta(days=1),
        actor=administrator,
    )
    seconds, _ = timed(lambda: rows_load(team.pk, [one.pk for one in purposes], notice.pk, subjects=subjects))
    print(f"{subjects:,} subjects and {subjects * EVENTS:,} events copied in and analysed in {seconds:.0f} s\n")

    now = timezone.now()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    api = Client(headers={"Authorization": headers["Authorization"]})

    def question(number: int) -> dict[str, str]:
        return {"customer_ref": reference(number), "purpose": "service"}

    def bare(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_BARE, [number, purposes[0].pk])
            cursor.fetchall()

    def in_process(number: int) -> None:
        evaluate(subject=DataSubject(pk=number), purpose=purposes[0], use_time=now)

    def through_client(number: int) -> None:
        answer = api.post("/api/v1/consent/evaluate", question(number), content_type="application/json")
        assert answer.status_code == 200, answer.content

    with server() as port:

        def over_http(number: int) -> None:
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            asking.request("POST", "/api/v1/consent/evaluate", json.dumps(question(number)), headers)
            answer = asking.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
            asking.close()

        asks = {
            "bare indexed look-up": bare,
            "evaluate, in process": in_process,
            "evaluate, API in process": through_client,
            "evaluate, API over HTTP": over_http,
        }
        found = take_turns(asks, subjects=subjects)
    floor = found["bare indexed look-up"]
    print(f"{'ms':<28}{'p50':>8}{'p95':>8}{'p95 ratio':>12}")
    for name, (p50, p95) in found.items():
        print(f"{name:<28}{p50:8.2f}{p95:8.2f}{p95 / floor[1]:12.1f}")

    chance = random.Random(11)
    uses = [
        Use(number, purposes[0], START + timedelta(days=chance.randrange(200)))
        for number in chance.sample(range(1, subjects + 1), min(MANY, subjects))
    ]
    many = [timed(lambda: evaluate_many(uses=uses))[0] for _ in range(3)]
    print(f"\n{len(uses):,} conversations joined with their decisions: {max(many):.2f} s (slowest of 3)")

    lines = "\n".join(json.dumps(_line(number)) for number in range(50_000)).encode()
    entries = entries_of_lines(io.BytesIO(lines), EntryParser(source="import"), max_line_bytes=1 << 20)
    taken, report = timed(lambda: consents_import(team=team, lines=entries, actor=SYSTEM))
    assert report.created == 50_000
    print(f"import of 50,000 events of 10,000 new customers: {50_000 / taken:,.0f}/s")
    late = [name for name, (_, p95) in found.items() if p95 >= BAR_API_MS]
    print(f"p95 under {BAR_API_MS:.0f} ms: {'yes' if not late else 'no: ' + ', '.join(late)}")
    return len(late) + (max(many) >= BAR_MANY_S)


def _line(number: int) -> dict[str, Any]:
    return {
        "source_event_id": f"i-{number}",
        "customer_ref": f"imported-{number // 5}",
        "purpose": "service",
        "state": "given",
        "occurred_at": "2025-06-01T12:00:00Z",
        "notice": {"code": "privacy", "version": 1, "language": "en"},
        "evidence_channel": "web",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=SUBJECTS)
    options = parser.parse_args()
    with private_portal():
        sys.exit(1 if measure(options.subjects) else 0)
