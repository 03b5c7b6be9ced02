"""The portal with a part of it killed: nothing is lost, nothing counts twice, pages answer."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from portal import embedded
from portal.embedded.patience import wait_until
from tests.e2e.newer_data import fair_conversations
from tests.embedded.conftest import processes_of

TEAM = "brightwater-care"
RECOVERS_WITHIN = 90.0

Count = Callable[[str, str], int]

SCANNED = """
SELECT count(*) FROM audits_conversationscan scan
JOIN assistants_conversation conversation ON conversation.id = scan.conversation_id
JOIN assistants_assistant assistant ON assistant.id = conversation.assistant_id WHERE assistant.slug = %s
"""
COUNTED = """
SELECT coalesce(sum(n), 0) FROM audits_countcell cell
JOIN assistants_assistant assistant ON assistant.id = cell.assistant_id
WHERE assistant.slug = %s AND measure = 'total'
"""


@pytest.fixture
def count(portal) -> Iterator[Count]:
    """The number that a statement about one assistant gives."""
    with psycopg.connect(embedded.addresses(portal.var).database_url, autocommit=True) as database:
        yield lambda statement, slug: int(database.execute(statement, [slug]).fetchone()[0])


def command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def worker_processes(portal) -> set[int]:
    """The processes of the pool: they have the command of the worker that has forked them."""
    workers = {pid for pid in processes_of(portal.var) if {"celery", "worker"} <= set(command_of(pid))}
    return {pid for pid in workers if parent_of(pid) in workers}


def valkey(portal) -> int:
    [pid] = [pid for pid in processes_of(portal.var) if "valkey-server" in command_of(pid)[0]]
    return pid


def new_assistant(portal, slug: str) -> None:
    model = ["--release", "1.0", "--model", "small", "--algorithm", "Answers from the help pages."]
    portal.manage("register_assistant", slug, "--team", TEAM, "--attribute", "age_group", *model, "--live")


def test_killed_worker_process_loses_nothing_and_doubles_nothing(portal, count, tmp_path):
    new_assistant(portal, "dana")
    file = tmp_path / "dana.jsonl"
    total = fair_conversations(file, release="1.0", started_at=datetime.now(UTC), each=1000)
    before = worker_processes(portal)
    with ThreadPoolExecutor() as operator:
        importing = operator.submit(portal.manage, "import_conversations", str(file), "--assistant", "dana")
        assert wait_until(lambda: count(SCANNED, "dana") > 0, seconds=RECOVERS_WITHIN)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        left = total - count(SCANNED, "dana")
        importing.result()
    today = datetime.now(UTC).date().isoformat()
    report = json.loads(
        portal.manage("run_cycle", "--assistant", "dana", "--from", today, "--to", today, "--wait", "--json")
    )
    assert report["state"] == "awaiting_sign_off"  # nothing found, so all there is to do is to sign
    assert (count(SCANNED, "dana"), count(COUNTED, "dana")) == (total, total)
    assert left > 0  # it was killed in the middle
    assert wait_until(
        lambda: len(worker_processes(portal) - {victim}) == len(before), seconds=RECOVERS_WITHIN, interval=0.2
    )


def test_pages_and_intake_go_on_without_the_broker(people, portal, count, tmp_path):
    new_assistant(portal, "egon")
    file = tmp_path / "egon.jsonl"
    total = fair_conversations(file, release="1.0", started_at=datetime.now(UTC))
    page = people("ravi")
    killed = valkey(portal)
    os.kill(killed, signal.SIGKILL)
    assert page.goto("/queue/").status == 200
    key = people.context(extra_http_headers={"Authorization": f"Bearer {portal.api_key}"})
    answer = key.request.post(
        "/api/v1/assistants/egon/conversations/",
        data=file.read_bytes(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert (answer.status, answer.json()["created"]) == (200, total)
    key.close()
    assert wait_until(lambda: count(SCANNED, "egon") == total, seconds=RECOVERS_WITHIN, interval=0.2)
    assert wait_until(lambda: count(COUNTED, "egon") == total, seconds=RECOVERS_WITHIN, interval=0.2)
    assert valkey(portal) != killed
    assert json.loads(portal.manage("verify_ledger", "--json"))["intact"] is True
