"""Batches of the intake: one entry and one request for a scan each, whole or not at all, however many at once."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.db import connection

from assistants.models import AuditAttributes, ConsentSnapshot, Conversation, ConversationRevision
from assistants.services.intake import IntakeReport, batches
from consent.models import DataSubject
from portal.core.models import DataKey, Job, LedgerEntry
from tests.factories import AssistantFactory, PurposeFactory


def report(**counts: int) -> IntakeReport:
    return IntakeReport(read=sum(counts.values()), **counts)


# -- ledger and work -----------------------------------------------------------------------------------------


def test_intake_writes_one_entry_and_asks_for_the_scans_with_each_batch(
    monkeypatch, assistant, conversation, hand_over
):
    monkeypatch.setattr(batches, "BATCH_RECORDS", 2)
    hand_over(conversation("a"), conversation("b"), {"external_id": "x"}, conversation("c", customer_ref="me"))
    entries = LedgerEntry.objects.order_by("seq")
    assert [(one.action, one.object_id) for one in entries] == [("conversations.received", str(assistant.pk))] * 2
    a, b, c = Conversation.objects.order_by("external_id")
    digests = [
        hashlib.sha256(b"".join(one.public_id.bytes + bytes(one.content_hash) for one in batch)).hexdigest()
        for batch in ([a, b], [c])
    ]
    counts = [
        {"created": 2, "revised": 0, "unchanged": 0, "rejected": 0},
        {"created": 1, "revised": 0, "unchanged": 0, "rejected": 1},
    ]
    assert [json.loads(entry.body)["data"] for entry in entries] == [
        {"source": "test", "content": digest, **count} for digest, count in zip(digests, counts, strict=True)
    ]
    waiting = Job.objects.order_by("key").values_list("task", "key", "payload")
    assert list(waiting) == [
        ("audits.scan", f"scan:{assistant.pk}:{shard}", {"assistant_id": assistant.pk, "shard": shard})
        for shard in (0, 1)
    ]


@pytest.mark.django_db(transaction=True)
def test_intake_commits_with_the_broker_away(settings, monkeypatch, assistant, conversation, hand_over):
    # The write address falls back to the other one: patched second, the wrong one would be put back.
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    begun = time.monotonic()
    assert hand_over(conversation("a"))[0] == report(created=1)
    assert time.monotonic() - begun < 5
    assert list(Job.objects.values_list("state", "announced_at")) == [("queued", None)] * 2


# -- all or nothing ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_batch_that_fails_leaves_nothing_and_can_be_repeated(monkeypatch, assistant, conversation, hand_over):
    assistant.purposes.add(PurposeFactory(team=assistant.team))
    monkeypatch.setattr(batches, "BATCH_RECORDS", 2)
    hand_over(conversation("b"))
    records = [conversation("a", customer_ref="1"), conversation("b", intent="x"), conversation("c"), conversation("d")]
    whole = batches.attach

    def killed(placed, **options):
        whole(placed, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "attach", killed)
    before = [model.objects.count() for model in EVERYTHING]
    with pytest.raises(KeyboardInterrupt):
        hand_over(*records)
    assert [model.objects.count() for model in EVERYTHING] == before
    assert Conversation.objects.get().revision == 1
    monkeypatch.setattr(batches, "attach", whole)
    assert hand_over(*records)[0] == report(created=3, revised=1)


EVERYTHING = (
    Conversation,
    ConversationRevision,
    ConsentSnapshot,
    AuditAttributes,
    DataSubject,
    DataKey,
    LedgerEntry,
    Job,
)


@pytest.mark.django_db(transaction=True)
def test_intakes_at_once_neither_double_nor_fail(monkeypatch, assistant, conversation, hand_over):
    monkeypatch.setattr(batches, "BATCH_RECORDS", 20)
    sister = AssistantFactory(team=assistant.team, slug="sister")
    records = [conversation(f"c-{n}", customer_ref=str(n % 30) if n % 3 else None) for n in range(200)]
    start = threading.Barrier(4)
    reports, failures = [], []

    def run(target, given):
        try:
            start.wait(timeout=20)
            reports.append(hand_over(*given, assistant=target)[0])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(target, given))
        for target, given in [
            (assistant, records),
            (assistant, records),
            (assistant, records[::-1]),
            (sister, records),
        ]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert sum(one.created for one in reports) == 400
    assert sum(one.unchanged for one in reports) == 400
    assert Conversation.objects.filter(assistant=assistant).count() == 200
    assert DataSubject.objects.filter(kind="identified").count() == len({n % 30 for n in range(200) if n % 3})


def test_revision_is_counted_from_the_day_it_now_belongs_to(assistant, conversation, hand_over):
    hand_over(conversation("a", started_at="2026-03-02T10:00:00Z"))
    moved = datetime(2026, 3, 2, 10, tzinfo=UTC) + timedelta(days=1)
    hand_over(conversation("a", started_at=moved.isoformat()))
    assert Conversation.objects.get().day == moved.date()
