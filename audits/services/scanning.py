"""Scan once: open each received conversation, run the detectors, keep the results.

Work is pulled in batches with `FOR UPDATE SKIP LOCKED`, a transaction each, so that any number of workers share an
assistant's conversations and a worker killed at any point leaves nothing half-written. A conversation that cannot be
opened or read becomes `unscannable` with the class of the error; it never counts as clean.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Assistant, Conversation
from assistants.queries import OpenedTranscript, transcripts_open
from assistants.states import ConversationState
from assistants.transcripts import Transcript
from audits.engine.conversation import SCAN_VERSION, Turn, exposure, scan_version
from audits.engine.conversation import ConversationScan as ScanResult
from audits.engine.conversation import scan as scan_turns
from audits.engine.privacy import BadPattern, DetectionError
from audits.engine.privacy.ner import LanguageModel
from audits.engine.privacy.own_patterns import OwnSet
from audits.models import ConversationScan, Detection
from audits.queries.patterns import own_set
from audits.services.first_answer import first_answer_seconds
from audits.services.pattern_lock import patterns_hold
from audits.services.stale_days import changed_days_mark_stale, received_days_mark_stale
from audits.services.waking import waiting_audits_wake
from portal.core import jobs, ledger
from portal.core.actors import SYSTEM
from portal.core.blind_index import blind_index

BATCH = 200
MANY = 2_000
_NEEDED = [
    "id", "public_id", "revision", "language", "day", "sealed", "assistant_id",
    "subject_id", "subject__data_key",
]  # fmt: skip
_COPY = """
    COPY audits_detection (conversation_id, turn, start, "end", type, role, origin, score, value_hash) FROM STDIN
"""


def scan_job_key(assistant_id: int, shard: int) -> str:
    return f"scan:{assistant_id}:{shard}"


def scan_queue(*, assistant_id: int, shard: int) -> None:
    """Queue one scan job of the assistant; one that waits already is not doubled."""
    key = scan_job_key(assistant_id, shard)
    jobs.enqueue("audits.scan", key=key, assistant_id=assistant_id, shard=shard)


def model_reading_queue(*, assistant_id: int) -> None:
    """Have language models read what was scanned, where the installation has any (PROBITY_NER)."""
    if settings.PROBITY_NER:
        jobs.enqueue("audits.read_by_model", key=f"model:{assistant_id}", assistant_id=assistant_id)


def conversations_scan(*, assistant_id: int, shard: int, seconds: float = math.inf) -> int:
    """Scan until no received conversation of the assistant is free; returns how many were read.

    After `seconds` it queues itself again behind whatever waits, so that a large import does not hold up everybody
    else's checks. Writes one `conversations.scanned` ledger entry a batch and, at the end, queues the fold of the
    days it touched. `shard` only tells several workers on one assistant apart.
    """
    assistant = Assistant.objects.get(pk=assistant_id)
    with transaction.atomic():
        received_days_mark_stale(assistant_id=assistant_id)
    total = Conversation.objects.filter(assistant=assistant, state=ConversationState.RECEIVED).count()
    done, after = 0, 0
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        batch = batch_scan(assistant=assistant, after=after)
        if batch:
            done += len(batch)
            after = batch[-1]
            jobs.progress(scan_job_key(assistant_id, shard), done=done, total=max(total, done))
        elif after:
            after = 0  # once more from the start: what came back or was revised behind us
        else:
            break
    if done >= MANY:
        _statistics_refresh()
    with transaction.atomic():
        if time.monotonic() >= ends_at:
            scan_queue(assistant_id=assistant_id, shard=shard)
        model_reading_queue(assistant_id=assistant_id)
        jobs.enqueue("audits.fold", key=f"fold:{assistant_id}", assistant_id=assistant_id)
        waiting_audits_wake(assistant_id=assistant_id)
    return done


def batch_scan(*, assistant: Assistant, after: int = 0) -> list[int]:
    """Scan the next free conversations with ids above `after` in one transaction; returns their ids in order."""
    with transaction.atomic():
        conversations = list(
            Conversation.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("subject__data_key")
            .only(*_NEEDED)
            .filter(assistant=assistant, state=ConversationState.RECEIVED, pk__gt=after)
            .order_by("pk")[:BATCH]
        )
        if not conversations:
            return []
        patterns_hold(assistant_id=assistant.pk)
        read = _read_with_patterns(assistant, conversations)
        ids = [conversation.pk for conversation in conversations]
        moved_from = ConversationScan.objects.filter(pk__in=ids).values_list("day", flat=True)
        days = {conversation.day for conversation in conversations} | set(moved_from)
        scans_store(conversations, read)
        changed_days_mark_stale(assistant_id=assistant.pk, days=days)
        ledger.append(
            action="conversations.scanned",
            actor=SYSTEM,
            obj=assistant,
            team_id=assistant.team_id,
            data={
                "scanned": len(read.results),
                "unscannable": dict(sorted(Counter(read.reasons.values()).items())),
                "detections": sum(len(result.detections) for result in read.results.values()),
                "first": ids[0],
                "last": ids[-1],
                "engine": read.version,
            },
        )
    return ids


def _statistics_refresh() -> None:
    """Tell the planner what a large scan has written; what audits ask next does not wait for autovacuum."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assistants_conversation, audits_conversationscan, audits_detection")


@dataclass(slots=True)
class BatchRead:
    """What a batch gave, by conversation: the scan, or why there is none. `version` is what it was scanned with.

    `first_answers` are the seconds until the customer's first answer, where the times of turns tell.
    """

    version: str
    model_version: str = ""
    results: dict[int, ScanResult] = field(default_factory=dict)
    first_answers: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def _read_with_patterns(assistant: Assistant, conversations: Sequence[Conversation]) -> BatchRead:
    """A pattern that the engine refuses by now leaves everything unread: without it nothing would be known as clean."""
    try:
        own = own_set(assistant.pk)
    except BadPattern as error:
        return BatchRead(SCAN_VERSION, reasons=dict.fromkeys((one.pk for one in conversations), type(error).__name__))
    return conversations_read(conversations, transcripts_open(conversations), own)


def conversations_read(
    conversations: Sequence[Conversation],
    opened: dict[int, OpenedTranscript],
    own: OwnSet,
    model: LanguageModel | None = None,
) -> BatchRead:
    """Scan what was opened, with a language model on top where there is one."""
    read = BatchRead(scan_version(own), model.version if model else "")
    for conversation in conversations:
        transcript = opened[conversation.pk]
        if not isinstance(transcript, Transcript):
            read.reasons[conversation.pk] = type(transcript).__name__
            continue
        waited = first_answer_seconds(transcript.turns)
        if waited is not None:
            read.first_answers[conversation.pk] = waited
        turns = [Turn(turn.role, turn.text) for turn in transcript.turns]
        try:
            read.results[conversation.pk] = scan_turns(turns, language=conversation.language, own=own, model=model)
        except DetectionError as error:
            read.reasons[conversation.pk] = type(error).__name__
    return read


def scans_store(conversations: Sequence[Conversation], read: BatchRead) -> None:
    """Put the results in the place of earlier ones, and move the conversations. In the caller's transaction."""
    ids = [conversation.pk for conversation in conversations]
    Detection.objects.filter(conversation_id__in=ids).delete()
    ConversationScan.objects.filter(pk__in=read.reasons).delete()
    now = timezone.now()
    ConversationScan.objects.bulk_create(
        [
            ConversationScan(
                conversation_id=conversation.pk,
                revision=conversation.revision,
                engine_version=read.version,
                model_version=read.model_version,
                day=conversation.day,
                measures=scan_measures(read.results[conversation.pk]),
                exposure=exposure(read.results[conversation.pk]),
                first_answer_seconds=read.first_answers.get(conversation.pk),
                scanned_at=now,
            )
            for conversation in conversations
            if conversation.pk in read.results
        ],
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=[
            "revision",
            "engine_version",
            "model_version",
            "day",
            "measures",
            "exposure",
            "first_answer_seconds",
            "scanned_at",
        ],
    )
    _copy_detections(read.results)
    scanned = Conversation.objects.filter(pk__in=read.results)
    scanned.update(state=ConversationState.SCANNED, unscannable_reason="")
    by_reason: dict[str, list[int]] = defaultdict(list)
    for pk, reason in read.reasons.items():
        by_reason[reason].append(pk)
    for reason, pks in by_reason.items():
        unread = Conversation.objects.filter(pk__in=pks)
        unread.update(state=ConversationState.UNSCANNABLE, unscannable_reason=reason[:120])


def _copy_detections(results: dict[int, ScanResult]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for pk, result in results.items():
            for row in _detection_rows(pk, result):
                copy.write_row(row)


def _detection_rows(pk: int, result: ScanResult) -> Iterable[tuple[Any, ...]]:
    for found in result.detections:
        yield (
            pk,
            found.turn_index,
            found.start,
            found.end,
            found.type,
            found.role,
            found.origin,
            found.score,
            blind_index(f"detected-value/{found.type}", found.normalised),
        )


def scan_measures(result: ScanResult) -> dict[str, bool]:
    """What is counted of a scan. `human_request_met` only where a human was asked for, tone only where it was read."""
    origins = {found.origin for found in result.detections}
    measures = {
        "disclosed": result.disclosed,
        "pii_originated": "originated" in origins,
        "pii_echoed": "echoed" in origins,
        "pii_volunteered": "volunteered" in origins,
        "secrets_from_customer": result.secrets_from_customer,
        "human_requested": result.human_requested,
        "refused": result.refused,
    }
    # What could not be read is counted as neither.
    measures |= {name: value for name, value in asdict(result.tone).items() if value is not None}
    if result.human_request_met is not None:
        measures["human_request_met"] = result.human_request_met
    return measures
