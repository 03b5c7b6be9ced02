"""Conversations per second of intake, against a bare PostgreSQL COPY of the same rows in the same run.

Run with `python -m bench.intake [CONVERSATIONS]`. It starts private servers in a temporary directory, with the same
durability as a real installation. Intake begins at JSON lines in memory and ends with validated, consent-checked,
sealed, indexed and constrained rows, batch by batch; the bare COPY puts finished rows of the conversation table, held
in memory, into a table without keys, indexes and constraints, in batches of the same size.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.private_portal import private_portal

_WORDS = ["account", "balance", "cancel", "card", "change", "charge", "date", "delivery", "flight", "help", "hotel"]
_WORDS += ["invoice", "late", "order", "package", "please", "price", "refund", "room", "thank", "ticket", "train"]
_COLUMNS = """
    id, public_id, assistant_id, release_id, subject_id, external_id, revision, content_hash, state,
    unscannable_reason, channel, language, intent, started_at, started_at_is_intake, ended_at, received_at, day,
    outcome::text, turn_count, sealed
"""


def conversations(count: int, *, customers: int) -> bytes:
    """JSON lines of about 1.6 kB each; the customers share them, or each is nameless where there are none."""
    chance = random.Random(2024)
    lines = []
    for number in range(count):
        turns = [
            {"role": ("customer", "assistant")[turn % 2], "text": " ".join(chance.choices(_WORDS, k=12))}
            for turn in range(14)
        ]
        record = {
            "external_id": f"{customers}-{number}",
            "channel": chance.choice(["chat", "voice"]),
            "language": chance.choice(["en", "de"]),
            "intent": chance.choice(_WORDS),
            "started_at": f"2026-03-{number % 28 + 1:02d}T10:00:00Z",
            "outcome": {"resolved": chance.random() < 0.8},
            "attributes": {"age_group": chance.choice(["18-29", "30-49", "50+"]), "campaign": "spring"},
            "turns": turns,
        }
        if customers:
            record["customer_ref"] = f"customer-{chance.randrange(customers)}"
        lines.append(json.dumps(record))
    return "\n".join(lines).encode()


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Wall and own CPU time in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(count: int) -> None:
    from django.conf import settings
    from django.db import connection, transaction

    from assistants.models import Conversation
    from assistants.records import RecordParser, numbered_records
    from assistants.services.intake import conversations_intake
    from assistants.services.intake.batches import BATCH_RECORDS
    from assistants.services.registry import assistant_register, audited_attribute_declare
    from consent.models import Purpose
    from portal.accounts.models import Team
    from portal.core.actors import SYSTEM

    team = Team.objects.create(slug="bench", name="Bench")
    purpose = Purpose.objects.create(team=team, code="service", name="Service")
    assistant = assistant_register(team=team, slug="bench", purposes=[purpose], actor=SYSTEM)
    audited_attribute_declare(assistant_id=assistant.pk, name="age_group", actor=SYSTEM)

    def intake(lines: bytes) -> None:
        records = numbered_records(io.BytesIO(lines), RecordParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES)
        report = conversations_intake(assistant=assistant, records=records, source="bench", actor=SYSTEM)
        assert (report.read, report.rejected) == (count, 0)

    def bare_copy(rows: list[tuple[Any, ...]]) -> None:
        for start in range(0, len(rows), BATCH_RECORDS):
            with (
                transaction.atomic(),
                connection.cursor() as cursor,
                cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(types)
                for row in rows[start : start + BATCH_RECORDS]:
                    copy.write_row(row)

    named, nameless = conversations(count, customers=count // 4), conversations(count, customers=0)
    results = {
        "intake, customers known by reference": timed(lambda: intake(named)),
        "intake, nameless customers": timed(lambda: intake(nameless)),
        "the same again, unchanged": timed(lambda: intake(named)),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare AS SELECT {_COLUMNS} FROM assistants_conversation WITH NO DATA")
        cursor.execute(
            "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'bare'::regclass "
            "AND attnum > 0 ORDER BY attnum"
        )
        types = [name.split("(")[0] for (name,) in cursor]
        cursor.execute(f"SELECT {_COLUMNS} FROM assistants_conversation ORDER BY id LIMIT %s", [count])
        rows = cursor.fetchall()
    assert Conversation.objects.count() == 2 * count
    bare, bare_cpu = timed(lambda: bare_copy(rows))

    print(f"{count:,} conversations of {len(named) / count:,.0f} bytes")
    print(f"  {'bare COPY of finished rows':<38}{count / bare:>10,.0f}/s   {bare_cpu / count * 1e6:6.0f} µs CPU each")
    for name, (wall, cpu) in results.items():
        print(
            f"  {name:<38}{count / wall:>10,.0f}/s   {cpu / count * 1e6:6.0f} µs CPU each   {wall / bare:5.1f} × COPY"
        )


if __name__ == "__main__":
    with private_portal():
        measure(*map(int, sys.argv[1:2] or ["10000"]))
