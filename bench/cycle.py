"""Scan, count and audit one assistant's day, each against a limit measured in the same run.

Run with `python -m bench.cycle [CONVERSATIONS]`, 5,000 unless given. The conversations are real ones where
PROBITY_REAL_DATA has them (SGD), else those of the demo company; each draws a group of a lottery, so that the audit
has a group to compare. Everything runs in one process: workers multiply it. The limits: the scan against the engine
alone on the same turns in memory; the fold of the day against a bare GROUP BY of the same conversations.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.private_portal import analyze, drained, private_portal
from bench.timing import timed
from tests.engine_privacy.scoring import data_directory

CONVERSATIONS = 5_000
_REAL = "conversations_sgd_train.jsonl.gz"
_GROUP_BY = """
    SELECT release_id, intent, channel, language, outcome, state, count(*) FROM assistants_conversation
    WHERE assistant_id = %s AND day = %s GROUP BY 1, 2, 3, 4, 5, 6
"""


def records() -> tuple[str, Iterator[dict[str, Any]]]:
    """What the conversations are, and the conversations, without a time: they happen at intake."""
    path = data_directory() / _REAL
    if path.exists():
        return f"real (SGD, {_REAL})", (json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8"))
    from portal.demo.company import ASSISTANTS
    from portal.demo.conversations import records as demo_records

    plan = replace(ASSISTANTS[0], conversations=CONVERSATIONS, customers=CONVERSATIONS // 2)
    timeless = ("release", "started_at", "ended_at")
    told = demo_records(plan, today=datetime.now(UTC).date())
    return f"synthetic ({_REAL} is absent)", (
        {key: value for key, value in record.items() if key not in timeless}
        | {"turns": [{"role": turn["role"], "text": turn["text"]} for turn in record["turns"]]}
        for record in told
    )


def measure(count: int = CONVERSATIONS) -> None:
    from django.db import connection

    from assistants.models import Conversation
    from assistants.records import RecordParser, numbered_records
    from assistants.services.intake import conversations_intake
    from assistants.services.registry import assistant_register, audited_attribute_declare
    from audits.engine.conversation import Turn, scan
    from audits.models import CountCell
    from audits.services.counting import day_fold
    from audits.services.cycles import cycle_open
    from audits.services.scanning import conversations_scan
    from consent.models import Purpose
    from portal.accounts.models import Team
    from portal.core.actors import SYSTEM

    team = Team.objects.create(slug="bench", name="Bench")
    purpose = Purpose.objects.create(team=team, code="service", name="Service")
    assistant = assistant_register(team=team, slug="bench", purposes=[purpose], actor=SYSTEM)
    audited_attribute_declare(assistant_id=assistant.pk, name="lottery", actor=SYSTEM)
    chance = random.Random(2024)
    kind, found = records()
    told = [record | {"attributes": {"lottery": chance.choice("abcd")}} for record in itertools.islice(found, count)]
    count = len(told)
    turns = [([Turn(turn["role"], turn["text"]) for turn in record["turns"]], record["language"]) for record in told]
    lines = io.BytesIO(b"\n".join(json.dumps(record).encode() for record in told))
    numbered = numbered_records(lines, RecordParser(), max_line_bytes=1 << 23)
    report = conversations_intake(assistant=assistant, records=numbered, source="bench", actor=SYSTEM)
    assert (report.created, report.rejected) == (count, 0), report
    analyze()

    def engine_alone() -> float:
        return timed(lambda: [scan(spoken, language=language) for spoken, language in turns])[0]

    # Before and after: a machine that gets busy in between must not flatter either side.
    before = engine_alone()
    scanned, read = timed(lambda: conversations_scan(assistant_id=assistant.pk, shard=0))
    engine = (before + engine_alone()) / 2
    assert read == count
    analyze()
    day = Conversation.objects.values_list("day", flat=True).first()
    assert day is not None

    def group_by() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_GROUP_BY, [assistant.pk, day])
            cursor.fetchall()

    bare = min(timed(group_by)[0] for _ in range(3))
    folded = min(timed(lambda: day_fold(assistant_id=assistant.pk, day=day))[0] for _ in range(3))
    drained()
    cycle = cycle_open(assistant=assistant, period_from=day, period_until=day + timedelta(days=1), actor=SYSTEM)
    audited, _ = timed(drained)
    cycle.refresh_from_db()
    checks, state = cycle.check_runs.count(), cycle.get_state_display()

    print(f"{count:,} conversations with {sum(len(spoken) for spoken, _ in turns):,} turns of one day: {kind}")
    print(f"  engine alone, in memory                 {count / engine:10,.0f}/s")
    print(
        f"  scan: open, detect, store, mark         {count / scanned:10,.0f}/s   {scanned / engine:6.2f} × engine alone"
    )
    print(f"  bare GROUP BY of the day                {bare * 1e3:10.1f} ms")
    cells = CountCell.objects.count()
    print(f"  fold of the day into {cells:6,} cells       {folded * 1e3:10.1f} ms  {folded / bare:6.1f} × GROUP BY")
    print(f"  cycle with {checks:2} checks, all its jobs      {audited * 1e3:10.1f} ms  {state.lower()}")


if __name__ == "__main__":
    with private_portal():
        measure(*map(int, sys.argv[1:2]))
