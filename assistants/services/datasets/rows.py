"""Taking rows in: records become sealed rows of a draft, batch by batch, each one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetRow
from assistants.records import NumberedRecord, Rejection
from assistants.records.training import RowParts, TrainingRecord, parts_of
from assistants.services.dataset_erasure import external_ids_disposed
from assistants.services.datasets.registry import dataset_locked
from assistants.services.datasets.storage import PlacedRow, rows_insert, rows_revise
from assistants.states import DatasetState
from consent.services.subjects import subjects_resolve
from portal.core import ledger
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid
from portal.core.jsonlines.batches import batches
from portal.core.jsonlines.summary import Report

BATCH_RECORDS = 2000
BATCH_BYTES = 32 * 1024 * 1024
NumberedRow = NumberedRecord[TrainingRecord] | Rejection
_KNOWN = """
    SELECT external_id, id, public_id, record_hash, subject_id
    FROM assistants_datasetrow
    WHERE dataset_id = %s AND external_id = ANY(%s)
"""


@dataclass(slots=True)
class RowsReport(Report):
    """What became of the records: read = created + revised + unchanged + rejected."""

    created: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0


def dataset_rows_import(
    *,
    dataset_id: int,
    records: Iterable[NumberedRow],
    source: str,
    actor: Actor,
    on_rejection: Callable[[Rejection], None] | None = None,
) -> RowsReport:
    """Take rows into a draft. Safe to repeat, to interrupt and to run twice at once.

    A known external id with the same content is left alone, with other content replaced. A record is rejected, and
    the others go in, where it would give the row to another customer, speaks of an erased one, or repeats an
    external id of this input with other content. A batch is one transaction with one ledger entry,
    `dataset.rows_received` (none where nothing was stored). Raises NotFound, Denied without `datasets.fill` (SYSTEM
    needs none), and Conflict where the data set is no draft.
    """
    report, first_lines = RowsReport(), dict[str, int]()
    for batch in batches(records, most=BATCH_RECORDS, most_bytes=BATCH_BYTES):
        with transaction.atomic():
            dataset = draft_locked(dataset_id, actor)
            taken = _take(batch, dataset, first_lines)
            if taken.stored:
                _record(dataset, actor, source, taken)
        report.read += len(batch)
        report.created += len(taken.created)
        report.revised += len(taken.revised)
        report.unchanged += taken.unchanged
        report.rejected += len(taken.rejections)
        if on_rejection is not None:
            for rejection in sorted(taken.rejections, key=lambda one: one.line):
                on_rejection(rejection)
    return report


def draft_locked(dataset_id: int, actor: Actor) -> Dataset:
    """The data set, locked, which must still take rows. Raises NotFound, Denied and Conflict."""
    dataset = dataset_locked(dataset_id, actor, "datasets.fill")
    if dataset.state != DatasetState.DRAFT:
        raise Conflict(f"This data set is {dataset.get_state_display().lower()}: it takes no rows.", code="not_a_draft")
    return dataset


@dataclass(slots=True)
class _Taken:
    """What became of one batch."""

    created: list[PlacedRow] = field(default_factory=list)
    revised: list[PlacedRow] = field(default_factory=list)
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def stored(self) -> list[PlacedRow]:
        return self.created + self.revised

    def reject(self, line: int, external_id: str, message: str, name: str) -> None:
        self.rejections.append(Rejection.of(line, Invalid(message, field=name), external_id))


@dataclass(frozen=True, slots=True)
class _Known:
    pk: int
    public_id: uuid.UUID
    record_hash: bytes
    subject_id: int


@dataclass(frozen=True, slots=True)
class _Incoming:
    line: int
    record: TrainingRecord
    parts: RowParts


def _take(batch: Sequence[NumberedRow], dataset: Dataset, first_lines: dict[str, int]) -> _Taken:
    """Decide about and store one batch of a locked data set."""
    taken, received_at = _Taken(), timezone.now()
    declared = {*dataset.quasi_identifiers, *dataset.sensitive}
    fitting: list[_Incoming] = []
    for one in batch:
        if isinstance(one, Rejection):
            taken.rejections.append(one)
            continue
        try:
            fitting.append(_Incoming(one.line, one.record, parts_of(one.record, declared=declared)))
        except Invalid as fault:
            taken.rejections.append(Rejection.of(one.line, fault, one.record.external_id))
    known = _known(dataset.pk, [one.record.external_id for one in fitting])
    disposed = external_ids_disposed(
        dataset_id=dataset.pk, external_ids={one.record.external_id for one in fitting} - known.keys()
    )
    news, repeats = [], []
    for incoming in fitting:
        external_id = incoming.record.external_id
        stored = known.get(external_id)
        if external_id in disposed:
            message = "Its time had passed, and it was disposed of; it is not taken in again."
            taken.reject(incoming.line, external_id, message, "external_id")
            continue
        if first_lines.setdefault(external_id, incoming.line) != incoming.line:
            repeats.append(incoming)
        elif stored is not None and stored.record_hash == incoming.parts.record_hash:
            taken.unchanged += 1
        else:
            news.append(incoming)
    _place(news, known, dataset, taken)
    rows_insert(taken.created, dataset_id=dataset.pk, received_at=received_at)
    rows_revise(taken.revised, dataset_id=dataset.pk, received_at=received_at)
    _settle_repeats(repeats, known, first_lines, taken)
    return taken


def _place(news: Sequence[_Incoming], known: dict[str, _Known], dataset: Dataset, taken: _Taken) -> None:
    """Find each row's data subject and its open key. An anonymous row that changes keeps the subject that it has."""
    if not news:
        return
    stored = [known.get(one.record.external_id) for one in news]
    anonymous = [row.pk for one, row in zip(news, stored, strict=True) if row and one.record.customer_ref is None]
    held = DatasetRow.objects.select_for_update(of=("self",)).select_related("subject__data_key")
    own = {row.pk: row for row in held.filter(pk__in=anonymous)}
    asked = [one for one, row in zip(news, stored, strict=True) if row is None or row.pk not in own]
    resolved = iter(
        subjects_resolve(team=dataset.assistant.team, references=[one.record.customer_ref for one in asked])
    )
    for one, row in zip(news, stored, strict=True):
        record = one.record
        if row is not None and row.pk in own:
            subject = own[row.pk].subject
            key = subject.data_key.unwrap()
            subject_id, same = subject.pk, subject.reference_index is None
        else:
            found = next(resolved)
            subject_id, key_or_none = found.subject_id, found.key
            if key_or_none is None:
                message = "This customer was erased; nothing more is stored about them."
                taken.reject(one.line, record.external_id, message, "customer_ref")
                continue
            key, same = key_or_none, row is None or row.subject_id == subject_id
        if not same:
            message = "This row belongs to another customer already."
            taken.reject(one.line, record.external_id, message, "customer_ref")
            continue
        placed = PlacedRow(
            external_id=record.external_id,
            parts=one.parts,
            subject_id=subject_id,
            key=key,
            language=record.language or dataset.language,
            collected_at=record.collected_at,
            public_id=uuid.uuid4() if row is None else row.public_id,
            pk=None if row is None else row.pk,
        )
        (taken.created if row is None else taken.revised).append(placed)


def _settle_repeats(
    repeats: Sequence[_Incoming], known: dict[str, _Known], first_lines: dict[str, int], taken: _Taken
) -> None:
    """A repeated external id is no news where it says what is stored by now, and a contradiction elsewhere."""
    current = {external_id: row.record_hash for external_id, row in known.items()}
    current |= {one.external_id: one.parts.record_hash for one in taken.stored}
    for one in repeats:
        external_id = one.record.external_id
        if current.get(external_id) == one.parts.record_hash:
            taken.unchanged += 1
        else:
            message = f"Line {first_lines[external_id]} has the same external id with other content."
            taken.reject(one.line, external_id, message, "external_id")


def _known(dataset_id: int, external_ids: list[str]) -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [dataset_id, external_ids])
        return {
            external_id: _Known(pk, public_id, bytes(record_hash), subject_id)
            for external_id, pk, public_id, record_hash, subject_id in cursor
        }


def _record(dataset: Dataset, actor: Actor, source: str, taken: _Taken) -> None:
    digest = hashlib.sha256()
    for one in taken.stored:
        digest.update(one.public_id.bytes + one.parts.record_hash)
    ledger.append(
        action="dataset.rows_received",
        actor=actor,
        obj=dataset,
        team_id=dataset.assistant.team_id,
        data={
            "source": source,
            "created": len(taken.created),
            "revised": len(taken.revised),
            "unchanged": taken.unchanged,
            "rejected": len(taken.rejections),
            "content": digest.hexdigest(),
        },
    )
