"""Scanning once: results, fail-closed reasons, revisions, and several workers at the same time."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from assistants.models import Conversation
from audits.engine.privacy import DetectionError
from audits.models import ConversationScan, Detection, StaleDay
from audits.queries.outdated import current_version
from audits.services import scanning
from audits.services.scanning import batch_scan, conversations_scan
from portal.core.blind_index import blind_index
from portal.core.models import Job, LedgerEntry
from tests.audits.conversations import DAY, PLAIN, Told, conversation_revise, conversations_make
from tests.factories import AssistantFactory
from tests.other_session import other_session

pytestmark = pytest.mark.django_db

LEAK = (
    ("customer", "Who do I call?"),
    ("assistant", "I am your virtual assistant. Please call +1 415 555 2671."),
)


def ledger_data() -> list[dict]:
    entries = LedgerEntry.objects.filter(action="conversations.scanned").order_by("seq")
    return [json.loads(entry.body)["data"] for entry in entries]


def test_batch_scan_stores_measures_and_detections(assistant):
    conversation, plain = conversations_make(assistant, [Told(turns=LEAK), Told()])
    assert batch_scan(assistant=assistant) == [conversation.pk, plain.pk]

    scan = ConversationScan.objects.get(pk=conversation.pk)
    assert scan.measures == {
        "disclosed": True,
        "pii_originated": True,
        "pii_echoed": False,
        "pii_volunteered": False,
        "secrets_from_customer": False,
        "human_requested": False,
        "refused": False,
        "hostile": False,
        "stereotype": False,
        "condescending": False,
        "cold": True,
    }
    assert (scan.revision, scan.engine_version, scan.day) == (1, current_version(assistant.pk), DAY)
    found = Detection.objects.get(conversation=conversation)
    text = LEAK[1][1]
    assert (found.turn, found.type, found.role, found.origin) == (
        1,
        "PHONE_NUMBER",
        "assistant",
        "originated",
    )
    assert text[found.start : found.end] == "+1 415 555 2671"
    assert bytes(found.value_hash) == blind_index("detected-value/PHONE_NUMBER", "14155552671")
    assert set(Conversation.objects.values_list("state", flat=True)) == {"scanned"}


def test_batch_scan_counts_a_met_request_only_where_a_human_was_asked_for(assistant):
    asked = (("customer", "I want to speak to a human agent."), ("agent", "Hello, this is Tom."))
    first, second = conversations_make(assistant, [Told(turns=asked), Told()])
    batch_scan(assistant=assistant)
    measures = dict(ConversationScan.objects.values_list("pk", "measures"))
    assert measures[first.pk]["human_request_met"] is True
    assert "human_request_met" not in measures[second.pk]


def test_batch_scan_writes_one_ledger_entry_with_figures_only(assistant):
    first, last = conversations_make(assistant, [Told(turns=LEAK), Told()])
    batch_scan(assistant=assistant)
    assert ledger_data() == [
        {
            "scanned": 2,
            "unscannable": {},
            "detections": 1,
            "first": first.pk,
            "last": last.pk,
            "engine": current_version(assistant.pk),
        }
    ]


def test_batch_scan_marks_a_transcript_that_does_not_open_unscannable(assistant):
    broken, erased, whole = conversations_make(assistant, [Told(), Told(), Told()])
    Conversation.objects.filter(pk=broken.pk).update(sealed=b"\x01" + b"x" * 60)
    Conversation.objects.filter(pk=erased.pk).update(sealed=None)
    batch_scan(assistant=assistant)
    states = dict(Conversation.objects.values_list("pk", "state"))
    assert states == {broken.pk: "unscannable", erased.pk: "unscannable", whole.pk: "scanned"}
    reasons = dict(Conversation.objects.values_list("pk", "unscannable_reason"))
    assert reasons == {broken.pk: "SealBroken", erased.pk: "KeyDestroyed", whole.pk: ""}
    assert list(ConversationScan.objects.values_list("pk", flat=True)) == [whole.pk]
    assert ledger_data()[0]["unscannable"] == {"KeyDestroyed": 1, "SealBroken": 1}


def test_batch_scan_fails_closed_when_the_engine_gives_up(assistant, monkeypatch):
    (conversation,) = conversations_make(assistant, [Told()])

    def give_up(turns, *, language, own, model):
        raise DetectionError("ValueError while scanning")

    monkeypatch.setattr(scanning, "scan_turns", give_up)
    batch_scan(assistant=assistant)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.unscannable_reason) == ("unscannable", "DetectionError")


def test_a_revision_replaces_the_results_and_makes_both_days_stale(assistant):
    (conversation,) = conversations_make(assistant, [Told(turns=LEAK)])
    batch_scan(assistant=assistant)
    StaleDay.objects.all().delete()
    conversation_revise(conversation, turns=PLAIN, day=date(2025, 3, 4))
    batch_scan(assistant=assistant)
    scan = ConversationScan.objects.get()
    assert (scan.revision, scan.day, scan.measures["pii_originated"]) == (2, date(2025, 3, 4), False)
    assert Detection.objects.count() == 0
    assert sorted(StaleDay.objects.values_list("day", flat=True)) == [DAY, date(2025, 3, 4)]


def test_a_turn_that_comes_later_is_read_by_what_was_said_before(assistant):
    talk = (
        ("agent", "The last four of your SSN?"),
        ("customer", "4182"),
        ("agent", "Thank you. And those of your card, please?"),
        ("customer", "8569"),
    )
    whole, growing = conversations_make(assistant, [Told(turns=talk), Told(turns=talk[:3])])
    batch_scan(assistant=assistant)
    conversation_revise(growing, turns=talk)
    batch_scan(assistant=assistant)

    found = {
        conversation.pk: list(
            Detection.objects.filter(conversation=conversation).order_by("turn").values_list("turn", "type", "score")
        )
        for conversation in (whole, growing)
    }
    assert found[whole.pk] == found[growing.pk] == [(1, "US_SSN", 0.45), (3, "CREDIT_CARD", 0.45)]


def test_a_revision_that_does_not_open_leaves_no_earlier_result(assistant):
    (conversation,) = conversations_make(assistant, [Told(turns=LEAK)])
    batch_scan(assistant=assistant)
    conversation_revise(conversation, turns=PLAIN)
    Conversation.objects.update(sealed=b"\x01" + b"x" * 60)
    batch_scan(assistant=assistant)
    assert (ConversationScan.objects.count(), Detection.objects.count()) == (0, 0)


def test_conversations_scan_reads_everything_and_queues_one_fold(assistant):
    conversations_make(assistant, [Told() for _ in range(7)])
    assert conversations_scan(assistant_id=assistant.pk, shard=0) == 7
    assert conversations_scan(assistant_id=assistant.pk, shard=0) == 0
    assert list(Job.objects.values_list("task", "key", "payload")) == [
        ("audits.fold", f"fold:{assistant.pk}", {"assistant_id": assistant.pk})
    ]


def test_conversations_scan_makes_room_for_others_when_its_time_is_over(assistant):
    conversations_make(assistant, [Told()])
    assert conversations_scan(assistant_id=assistant.pk, shard=1, seconds=0) == 0
    assert [job.key for job in Job.objects.order_by("pk")] == [
        f"scan:{assistant.pk}:1",
        f"fold:{assistant.pk}",
    ]


def test_conversations_scan_reports_progress_on_its_job(assistant):
    conversations_make(assistant, [Told() for _ in range(3)])
    job = Job.objects.create(
        task="audits.scan",
        key=scanning.scan_job_key(assistant.pk, 1),
        state="running",
        started_at=timezone.now(),
    )
    conversations_scan(assistant_id=assistant.pk, shard=1)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (3, 3)


def test_conversations_scan_leaves_other_assistants_alone(assistant, away):
    other = AssistantFactory(team=away)
    conversations_make(other, [Told()])
    assert conversations_scan(assistant_id=assistant.pk, shard=0) == 0
    assert list(Conversation.objects.values_list("state", flat=True)) == ["received"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_read_the_same_conversation(assistant):
    rows = conversations_make(assistant, [Told() for _ in range(4)])
    with other_session() as other:
        other.execute("BEGIN")
        other.execute("SELECT id FROM assistants_conversation WHERE id <= %s FOR UPDATE SKIP LOCKED", [rows[1].pk])
        assert conversations_scan(assistant_id=assistant.pk, shard=0) == 2
        other.execute("ROLLBACK")  # the other worker was killed: its part is free again
    assert conversations_scan(assistant_id=assistant.pk, shard=0) == 2
    assert Conversation.objects.filter(state="scanned").count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_half_way_leaves_nothing(assistant, monkeypatch):
    conversations_make(assistant, [Told(turns=LEAK), Told()])

    def fall(**_):
        raise RuntimeError("the worker falls over")

    monkeypatch.setattr(scanning, "changed_days_mark_stale", fall)
    with pytest.raises(RuntimeError):
        batch_scan(assistant=assistant)
    assert not connection.in_atomic_block
    assert (ConversationScan.objects.count(), Detection.objects.count()) == (0, 0)
    assert set(Conversation.objects.values_list("state", flat=True)) == {"received"}
    assert LedgerEntry.objects.count() == 0
