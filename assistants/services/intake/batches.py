"""The intake service: batch after batch, each one transaction, in bounded memory."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from assistants.listeners import announce_days_left
from assistants.models import Assistant, Conversation, Release
from assistants.records import Numbered, Rejection
from assistants.services.erasure import external_id_tombstone
from assistants.services.intake.examination import Incoming, Register, examine
from assistants.services.intake.storage import Placed, attach, conversation_ids, insert, revise
from assistants.states import ConversationState
from consent.models import DataSubject
from consent.queries.subjects import reference_index
from consent.services.subjects import subjects_resolve
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Invalid
from portal.core.jobs import enqueue
from portal.core.jsonlines.batches import batches
from portal.core.jsonlines.summary import Report

BATCH_RECORDS = 2000
BATCH_BYTES = 32 * 1024 * 1024
_DISPOSED = "This conversation was disposed of under a retention rule and is not revised any more."
# One array, where the ORM would bind thousands of parameters.
_KNOWN = """
    SELECT external_id, id, content_hash, state, subject_id
    FROM assistants_conversation
    WHERE assistant_id = %s AND external_id = ANY(%s)
"""
_ANY_ERASED = "SELECT EXISTS (SELECT FROM assistants_conversation WHERE assistant_id = %s AND state = 'erased')"


@dataclass(slots=True)
class IntakeReport(Report):
    """What became of the records: read = created + revised + unchanged + rejected."""

    created: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0


def conversations_intake(
    *,
    assistant: Assistant,
    records: Iterable[Numbered],
    release: Release | None = None,
    source: str,
    actor: Actor,
    on_rejection: Callable[[Rejection], None] | None = None,
) -> IntakeReport:
    """Take conversations in. Safe to repeat, to interrupt and to run twice at once.

    A new external id is stored; a known one with the same content is left alone; with other content it becomes a
    revision, what it said before is kept, and it is scanned anew. A record is rejected, and the others go in, where
    it does not fit the assistant, would give the conversation to another customer, speaks of an erased one, or
    repeats an external id of this input with other content. `release` goes for records that name none; `source` is
    a word for the ledger, never personal. `on_rejection` is told of each rejected line once its batch has committed.

    Each batch is one transaction with one ledger entry, `conversations.received` (none where nothing was stored),
    and asks for a scan. Apart from the batch, memory holds the external ids of this input, about 150 bytes each.

    Raises NotFound or Denied without `conversations.intake` on the assistant; SYSTEM, the command line of an
    operator, needs no permission. What `records` raises ends the intake after the batches before.
    """
    if actor is not SYSTEM:
        require(actor, "conversations.intake", assistant)
    intake = _Intake(assistant=assistant, release=release, source=source, actor=actor)
    for batch in batches(records, most=BATCH_RECORDS, most_bytes=BATCH_BYTES):
        for rejection in intake.take(batch):
            if on_rejection is not None:
                on_rejection(rejection)
    return intake.report


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored under an external id."""

    pk: int
    content_hash: bytes
    state: str
    subject_id: int


class _Batch:
    """What is decided about the records of one batch."""

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []
        self.new: list[Incoming] = []
        self.changed: list[Incoming] = []
        self.repeats: list[tuple[Incoming, int]] = []
        self.unchanged = 0

    def reject(self, incoming: Incoming, message: str, field: str) -> None:
        fault = Invalid(message, field=field)
        self.rejections.append(Rejection.of(incoming.line, fault, incoming.record.external_id))


class _Intake:
    """One run over one input."""

    def __init__(self, *, assistant: Assistant, release: Release | None, source: str, actor: Actor) -> None:
        self.assistant_id = assistant.pk
        self.release = None if release is None else release.version
        self.source = source
        self.actor = actor
        self.report = IntakeReport()
        self._first_lines: dict[str, int] = {}

    def take(self, numbered: list[Numbered]) -> list[Rejection]:
        """Decide and store one batch; returns what was rejected, in the order of the lines."""
        batch = _Batch()
        with transaction.atomic():
            # One batch of an assistant at a time; others, and readers, go on.
            assistant = Assistant.objects.select_for_update(no_key=True).get(pk=self.assistant_id)
            received_at = timezone.now()
            register = Register.of(assistant)
            known = self._triage(numbered, register, batch)
            revised = _revisable(batch, known)
            created = _creatable(batch, assistant, received_at)
            insert(created, assistant_id=assistant.pk, received_at=received_at)
            if revised:
                revise(revised, assistant_id=assistant.pk, received_at=received_at)
            stored = created + revised
            attach(stored, purposes=register.purposes, known_at=received_at)
            _settle_repeats(batch, known, stored)
            left = {one.left_day for one in revised if one.left_day != one.started_at.date()}
            announce_days_left(assistant_id=assistant.pk, days={day for day in left if day is not None})
            if stored:
                self._record(assistant, batch, created, revised)
        self.report.read += len(numbered)
        self.report.created += len(created)
        self.report.revised += len(revised)
        self.report.unchanged += batch.unchanged
        self.report.rejected += len(batch.rejections)
        return sorted(batch.rejections, key=lambda rejection: rejection.line)

    def _triage(self, numbered: list[Numbered], register: Register, batch: _Batch) -> dict[str, _Known]:
        """Sort the records into new, changed, unchanged, repeated and rejected ones."""
        fitting: list[Incoming] = []
        for one in numbered:
            if isinstance(one, Rejection):
                batch.rejections.append(one)
                continue
            try:
                fitting.append(examine(one, register, release=self.release))
            except Invalid as fault:
                batch.rejections.append(Rejection.of(one.line, fault, one.record.external_id))
        known = _known(self.assistant_id, [incoming.record.external_id for incoming in fitting])
        for incoming in fitting:
            external_id = incoming.record.external_id
            first = self._first_lines.setdefault(external_id, incoming.line)
            stored = known.get(external_id)
            if first != incoming.line:
                batch.repeats.append((incoming, first))
            elif stored is None:
                batch.new.append(incoming)
            elif stored.state == ConversationState.ERASED:
                batch.reject(incoming, "This conversation was erased and is not taken in again.", "external_id")
            elif stored.content_hash == incoming.content.hash:
                batch.unchanged += 1
            elif stored.state == ConversationState.DISPOSED:
                batch.reject(incoming, _DISPOSED, "external_id")
            else:
                batch.changed.append(incoming)
        return known

    def _record(self, assistant: Assistant, batch: _Batch, created: list[Placed], revised: list[Placed]) -> None:
        """Write the ledger entry and ask for the scan, in the transaction of the batch."""
        digest = hashlib.sha256()
        for one in created + revised:
            digest.update(one.public_id.bytes + one.incoming.content.hash)
        ledger.append(
            action="conversations.received",
            actor=self.actor,
            obj=assistant,
            team_id=assistant.team_id,
            data={
                "source": self.source,
                "created": len(created),
                "revised": len(revised),
                "unchanged": batch.unchanged,
                "rejected": len(batch.rejections),
                "content": digest.hexdigest(),
            },
        )
        for shard in range(settings.PROBITY_SCAN_SHARDS):
            key = f"scan:{assistant.pk}:{shard}"
            enqueue("audits.scan", key=key, assistant_id=assistant.pk, shard=shard)


def _known(assistant_id: int, external_ids: list[str]) -> dict[str, _Known]:
    """What is stored under these external ids; erased conversations are found by what is left of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [assistant_id, external_ids])
        known = {external_id: _Known(*columns) for external_id, *columns in cursor}
        cursor.execute(_ANY_ERASED, [assistant_id])
        if cursor.fetchone()[0]:
            left = {external_id_tombstone(holder_id=assistant_id, external_id=one): one for one in external_ids}
            cursor.execute(_KNOWN, [assistant_id, list(left)])
            known |= {left[tombstone]: _Known(*columns) for tombstone, *columns in cursor}
    return known


def _creatable(batch: _Batch, assistant: Assistant, received_at: datetime) -> list[Placed]:
    """New conversations with their data subjects, found or created."""
    if not batch.new:
        return []
    subjects = subjects_resolve(
        team=assistant.team,
        references=[incoming.record.customer_ref for incoming in batch.new],
        times=[incoming.record.started_at or received_at for incoming in batch.new],
    )
    placed: list[Placed] = []
    for incoming, subject, pk in zip(batch.new, subjects, conversation_ids(len(batch.new)), strict=True):
        if subject.key is None:
            batch.reject(incoming, "This customer was erased; nothing more is stored about them.", "customer_ref")
            continue
        started_at = incoming.record.started_at
        placed.append(
            Placed(
                incoming=incoming,
                pk=pk,
                public_id=uuid.uuid4(),
                revision=1,
                subject_id=subject.subject_id,
                key=subject.key,
                started_at=started_at or received_at,
                started_at_is_intake=started_at is None,
            )
        )
    return placed


def _revisable(batch: _Batch, known: dict[str, _Known]) -> list[Placed]:
    """Changed conversations, locked, that still belong to the customer they belonged to.

    Subjects are locked before conversations, as an erasure does. Without a start of its own a revision keeps the one
    that the conversation has.
    """
    if not batch.changed:
        return []
    rows = [known[incoming.record.external_id] for incoming in batch.changed]
    subjects = {
        subject.pk: subject
        for subject in DataSubject.objects.select_for_update(no_key=True, of=("self",))
        .select_related("data_key")
        .filter(pk__in={row.subject_id for row in rows})
        .order_by("pk")
    }
    conversations = (
        Conversation.objects.select_for_update(no_key=True)
        .defer("sealed")
        .order_by("pk")
        .in_bulk([row.pk for row in rows])
    )
    placed: list[Placed] = []
    for incoming, row in zip(batch.changed, rows, strict=True):
        conversation, subject = conversations[row.pk], subjects[row.subject_id]
        if conversation.state == ConversationState.DISPOSED:
            batch.reject(incoming, _DISPOSED, "external_id")
            continue
        if conversation.state == ConversationState.ERASED or subject.data_key.wrapped is None:
            batch.reject(incoming, "This conversation was erased and is not taken in again.", "external_id")
            continue
        if not _same_customer(subject, incoming.record.customer_ref):
            batch.reject(incoming, "This conversation belongs to another customer already.", "customer_ref")
            continue
        started_at = incoming.record.started_at
        placed.append(
            Placed(
                incoming=incoming,
                pk=conversation.pk,
                public_id=conversation.public_id,
                revision=conversation.revision + 1,
                subject_id=subject.pk,
                key=subject.data_key.unwrap(),
                started_at=started_at or conversation.started_at,
                started_at_is_intake=started_at is None and conversation.started_at_is_intake,
                left_day=conversation.day,
            )
        )
    return placed


def _same_customer(subject: DataSubject, reference: str | None) -> bool:
    if reference is None or subject.reference_index is None:
        return reference is None and subject.reference_index is None
    return bytes(subject.reference_index) == reference_index(team_id=subject.team_id, reference=reference)


def _settle_repeats(batch: _Batch, known: dict[str, _Known], stored: list[Placed]) -> None:
    """A repeated external id is no news where it says what is stored by now, and a contradiction elsewhere."""
    current = {external_id: row.content_hash for external_id, row in known.items()}
    current.update((one.incoming.record.external_id, one.incoming.content.hash) for one in stored)
    for incoming, first in batch.repeats:
        if current.get(incoming.record.external_id) == incoming.content.hash:
            batch.unchanged += 1
        else:
            message = f"Line {first} has the same external id with other content."
            batch.reject(incoming, message, "external_id")
