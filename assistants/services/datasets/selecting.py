"""Filling a data set from conversations: what customers asked and what was answered, copied pair by pair."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from assistants.models import AuditAttributes, Conversation, Dataset, DatasetRow, Release
from assistants.queries import transcripts_open
from assistants.queries.datasets import selection_job_key
from assistants.records.training import TrainingRecord, parts_of
from assistants.services.datasets.rows import draft_locked
from assistants.services.datasets.storage import Origin, PlacedRow, rows_insert
from assistants.states import ConversationState, TurnRole
from assistants.transcripts import Transcript, Turn
from portal.core import jobs, ledger
from portal.core.actors import SYSTEM, Actor
from portal.core.blind_index import blind_index
from portal.core.errors import Conflict, Invalid

BATCH = 200
# Of a selection: what the sources of conversations wrote, and whoever repeats it.
_WRITTEN = ("intent", "outcome_value")


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which conversations: days `since` ≤ day ≤ `last`, and equal values where they are given."""

    since: date
    last: date
    release_id: int | None = None
    intent: str | None = None
    language: str | None = None
    outcome: str | None = None
    outcome_value: str | bool | None = None


@transaction.atomic
def dataset_rows_select(*, dataset_id: int, selection: Selection, actor: Actor) -> bool:
    """Start copying the pairs of these conversations into a draft, in the background; whether any conversation fits.

    Safe to repeat.

    Raises NotFound, Denied, Conflict where it is no draft or a selection is under way, and Invalid that names the
    field. Writes `dataset.selection_started`; queues `assistants.select_rows`.
    """
    dataset = draft_locked(dataset_id, actor)
    if selection.last < selection.since:
        raise Invalid("The period ends before it begins.", field="last")
    release = selection.release_id
    if release is not None and not Release.objects.filter(pk=release, assistant=dataset.assistant).exists():
        raise Invalid("This assistant has no such release.", field="release")
    filters = _hidden(selection)
    ledger.append(
        action="dataset.selection_started",
        actor=actor,
        obj=dataset,
        team_id=dataset.assistant.team_id,
        data={"since": filters["since"], "last": filters["last"], "release": release},
    )
    queued = jobs.enqueue(
        "assistants.select_rows", key=selection_job_key(dataset.pk), dataset_id=dataset.pk, filters=filters
    )
    if queued is None:
        raise Conflict("A selection is under way already.", code="selection_under_way")
    return _wanted(dataset, msgspec.convert(filters, Selection)).exists()


def dataset_rows_select_batches(*, dataset_id: int, filters: dict[str, Any]) -> int:
    """Copy every pair that is not there yet, batch by batch, a transaction each; returns how many were added.

    The job behind `dataset_rows_select`, with its `filters`. It ends where the data set is no draft any more. A pair
    has one place in a data set, by conversation and turns, so a repetition adds nothing. Queues `audits.scan_rows`.
    """
    dataset = Dataset.objects.select_related("assistant").get(pk=dataset_id)
    wanted = _wanted(dataset, msgspec.convert(filters, Selection))
    total, done, added, after = wanted.count(), 0, 0, 0
    while True:
        try:
            with transaction.atomic():
                dataset = draft_locked(dataset_id, SYSTEM)
                conversations = list(_locked(wanted.filter(pk__gt=after)))
                if not conversations:
                    _scan_queue(dataset_id)
                    return added
                added += _copy(dataset, conversations)
        except Conflict:
            _scan_queue(dataset_id)
            return added
        after = conversations[-1].pk
        done += len(conversations)
        jobs.progress(selection_job_key(dataset_id), done=done, total=max(total, done))


def _scan_queue(dataset_id: int) -> None:
    """What a conversation shows of its rows is kept with them, for when retention takes the transcript."""
    with transaction.atomic():
        jobs.enqueue("audits.scan_rows", key=f"scan-rows:{dataset_id}", dataset_id=dataset_id)


def _hidden(selection: Selection) -> dict[str, Any]:
    """The selection as a job may hold it: what a source wrote as a keyed hash, since erasures do not look into jobs."""
    filters: dict[str, Any] = msgspec.to_builtins(selection)
    return filters | {name: _hash(filters[name]) for name in _WRITTEN if isinstance(filters.get(name), str)}


def _hash(value: str) -> str:
    return blind_index("assistants.selection", value).hex()


def _wanted(dataset: Dataset, selection: Selection) -> QuerySet[Conversation]:
    """The conversations of a selection whose written values are hashed."""
    found = Conversation.objects.filter(
        assistant=dataset.assistant, day__gte=selection.since, day__lte=selection.last
    ).exclude(state=ConversationState.ERASED)
    equal: dict[str, Any] = {"release": selection.release_id, "language": selection.language}
    found = found.filter(**{name: value for name, value in equal.items() if value not in (None, "")})
    if selection.intent:
        said = found.order_by().values_list("intent", flat=True).distinct()
        found = found.filter(intent__in=[intent for intent in said if _hash(intent) == selection.intent])
    if selection.outcome:
        value: object = selection.outcome_value
        if isinstance(value, str):
            said = found.order_by().values_list(KeyTransform(selection.outcome, "outcome"), flat=True).distinct()
            value = next((one for one in said if isinstance(one, str) and _hash(one) == value), None)
            if value is None:
                return found.none()
        found = found.filter(Q(outcome__contains={selection.outcome: value}))
    return found.order_by("pk")


def _locked(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """The next ones, held against an erasure until they are copied."""
    return conversations.select_for_update(of=("self",), no_key=True).select_related("subject__data_key")[:BATCH]


def _copy(dataset: Dataset, conversations: Sequence[Conversation]) -> int:
    declared = {*dataset.quasi_identifiers, *dataset.sensitive}
    ids = [one.pk for one in conversations]
    attributes = dict(AuditAttributes.objects.filter(pk__in=ids).values_list("pk", "values"))
    there = DatasetRow.objects.filter(dataset=dataset, conversation__in=ids)
    known = set(there.values_list("conversation_id", "turn_from", "turn_until"))
    opened, keys = transcripts_open(conversations), {}
    placed: list[PlacedRow] = []
    for conversation in conversations:
        transcript = opened[conversation.pk]
        if not isinstance(transcript, Transcript):
            continue
        values = {name: value for name, value in attributes.get(conversation.pk, {}).items() if name in declared}
        for start, end, question, answer in pairs(transcript.turns):
            if (conversation.pk, start, end) in known:
                continue
            data_key = conversation.subject.data_key
            if data_key.pk not in keys:
                keys[data_key.pk] = data_key.unwrap()
            record = TrainingRecord(
                external_id=f"{conversation.public_id}/{start}-{end}",
                collected_at=conversation.started_at,
                language=conversation.language,
                input=question,
                output=answer,
                attributes=values,
            )
            placed.append(
                PlacedRow(
                    external_id=record.external_id,
                    parts=parts_of(record, declared=declared),
                    subject_id=conversation.subject_id,
                    key=keys[data_key.pk],
                    language=conversation.language,
                    collected_at=conversation.started_at,
                    public_id=uuid.uuid4(),
                    origin=Origin(conversation.pk, conversation.revision, start, end),
                )
            )
    rows_insert(placed, dataset_id=dataset.pk, received_at=timezone.now())
    return len(placed)


def pairs(turns: Sequence[Turn]) -> Iterator[tuple[int, int, str, str]]:
    """(first turn, the turn after the last, question, answer) for each time the assistant answers a customer.

    Turns of one speaker in a row are one text. What a person or the system says ends a pair: it is not the
    assistant's to learn.
    """
    question: list[str] = []
    answer: list[str] = []
    start = 0
    for index, turn in enumerate([*turns, None]):
        role = None if turn is None else turn.role
        if answer and role != TurnRole.ASSISTANT:
            yield start, index, "\n".join(question), "\n".join(answer)
            question, answer = [], []
        if turn is None:
            return
        if role == TurnRole.CUSTOMER:
            if not question:
                start = index
            question.append(turn.text)
        elif role == TurnRole.ASSISTANT:
            if question:
                answer.append(turn.text)
        else:
            question = []
