"""What is known of the rows of a training data set: consent, personal data left in, repetitions, anonymity.

Nothing here opens a row. Every function costs a fixed number of queries, whatever the number of rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from assistants.models import Dataset, DatasetReference, DatasetRow, DatasetRowAttributes, TrainedOn
from assistants.states import DatasetState, DuplicateRule
from audits.engine.anonymity import Anonymity, Column, Policy, assess, encoded
from audits.models import DatasetRowScan
from audits.queries.row_reading import row_reader
from consent.models import Purpose
from consent.queries import TrainingDecision, TrainingUse, training_decisions
from consent.states import SubjectKind

_REPEATED = """
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY {column} ORDER BY id) AS place
        FROM assistants_datasetrow
        WHERE dataset_id = %s AND erased_at IS NULL AND {column} IS NOT NULL
    ) AS placed
    WHERE place > 1
"""
#: As `audits.queries.row_reading.context_of` has it.
_CONTEXT = Concat(
    Cast("conversation__revision", CharField()),
    Value("/"),
    "conversation__scan__engine_version",
    Value("/"),
    "conversation__scan__model_version",
    output_field=CharField(),
)
_COLUMN = {DuplicateRule.EXACT: "text_hash", DuplicateRule.NEAR: "near_hash"}


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row that was not erased. `subject_id` is None where nobody knows who the data subject is."""

    pk: int
    public_id: uuid.UUID
    person: int
    subject_id: int | None
    collected_at: datetime


def dataset_params(dataset: Dataset) -> dict[str, Any]:
    """What decides the audits and exports of a data set, as JSON; `dataset.purpose` is selected along."""
    return {
        "dataset": dataset.pk,
        "slug": dataset.slug,
        "purpose": dataset.purpose_id,
        "purpose_code": dataset.purpose.code,
        "quasi": list(dataset.quasi_identifiers),
        "sensitive": list(dataset.sensitive),
        "k": dataset.k,
        "l": dataset.l,
        "allowed_types": sorted(dataset.allowed_types),
        "duplicates": dataset.duplicates,
        "label": dataset.label,
        "label_favourable": dataset.label_favourable,
        "label_stratum": dataset.label_stratum,
        "reference": _reference(dataset),
    }


def _reference(dataset: Dataset) -> dict[str, Any] | None:
    """What its groups are held against, where that is declared."""
    found: DatasetReference | None = getattr(dataset, "reference", None)
    if found is None:
        return None
    return {
        "name": found.name,
        "kind": str(found.kind),
        "shares": found.shares,
        "sample": found.sample,
        "days": found.days,
    }


def datasets_to_audit(assistant_id: int) -> list[dict[str, Any]]:
    """The parameters of each data set of an assistant that is in use, in a fixed order."""
    found = Dataset.objects.filter(assistant=assistant_id).exclude(state=DatasetState.WITHDRAWN)
    return [dataset_params(one) for one in found.select_related("purpose", "reference").order_by("pk")]


def rows_of(dataset_id: int) -> list[TrainingRow]:
    """Every row that was not erased, in the order in which they came."""
    rows = DatasetRow.objects.filter(dataset=dataset_id, erased_at=None).order_by("pk")
    columns = rows.values_list("pk", "public_id", "subject_id", "subject__kind", "collected_at")
    return [
        TrainingRow(pk, public_id, subject_id, None if kind == SubjectKind.ANONYMOUS else subject_id, collected_at)
        for pk, public_id, subject_id, kind, collected_at in columns.iterator(chunk_size=5000)
    ]


def consent_of(rows: Sequence[TrainingRow], *, purpose: Purpose, now: datetime) -> list[TrainingDecision]:
    """Whether each row was permitted when it was collected, and is now."""
    uses = [TrainingUse(row.subject_id, row.collected_at) for row in rows]
    return training_decisions(uses=uses, purpose=purpose, now=now)


def repeated(dataset_id: int, rule: str) -> set[int]:
    """The rows that repeat an earlier one by this rule (assistants.records.training says what is the same)."""
    if rule == DuplicateRule.ALLOW:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED.format(column=_COLUMN[DuplicateRule(rule)]), [dataset_id])
        return {pk for (pk,) in cursor}


def unscanned(dataset_id: int, *, version: str) -> QuerySet[DatasetRow]:
    """The rows that this version of the reader has not looked at since they, or their conversations, last changed."""
    stale = Q(scan=None) | ~Q(scan__engine_version=version) | Q(scan__scanned_at__lt=F("received_at"))
    changed = Q(conversation__sealed__isnull=False) & ~Q(scan__context=_CONTEXT)
    return DatasetRow.objects.filter(stale | changed, dataset=dataset_id, erased_at=None)


@dataclass(frozen=True, slots=True)
class Residue:
    """By row, how many pieces of personal data of which type it holds, and the rows that could not be read."""

    types: Mapping[int, Mapping[str, int]]
    unread: Collection[int]


def residue_of(dataset_id: int, *, allowed: Collection[str]) -> Residue:
    """Personal data in the rows as they were handed over, without the types that the policy allows."""
    scans = DatasetRowScan.objects.filter(row__dataset=dataset_id, row__erased_at=None)
    types: dict[int, dict[str, int]] = {}
    version = row_reader(dataset_id).version
    unread = set(unscanned(dataset_id, version=version).values_list("pk", flat=True))
    for pk, found, fault in scans.exclude(types={}, fault="").values_list("pk", "types", "fault"):
        if fault:
            unread.add(pk)
        elif kept := {type_: n for type_, n in found.items() if type_ not in allowed}:
            types[pk] = kept
    return Residue(types, unread)


def attributes_of(dataset_id: int) -> dict[int, dict[str, Any]]:
    """The declared attributes of each row that has any."""
    rows = DatasetRowAttributes.objects.filter(row__dataset=dataset_id)
    return dict(rows.values_list("pk", "values"))


def people_of(dataset_id: int) -> list[dict[str, Any]]:
    """The declared attributes of each data subject, by the first of their rows: several rows of one prove no more."""
    attributes = attributes_of(dataset_id)
    first: dict[int, dict[str, Any]] = {}
    for row in rows_of(dataset_id):
        first.setdefault(row.person, attributes.get(row.pk, {}))
    return list(first.values())


def anonymity_of(
    rows: Sequence[TrainingRow],
    attributes: Mapping[int, Mapping[str, Any]],
    params: Mapping[str, Any],
) -> Anonymity:
    """k and l of these rows, held against the policy in `params`.

    k counts data subjects: five rows of one customer hide nobody. Without quasi-identifiers nothing is asked, for
    the rows carry nothing by which people could be told apart.
    """
    quasi = params["quasi"]
    policy = Policy(k=params["k"], l=params["l"]) if quasi else Policy(k=1, l=1)

    def column(name: str) -> Column:
        return encoded(attributes.get(row.pk, {}).get(name) for row in rows)

    return assess(
        {name: column(name) for name in quasi},
        {name: column(name) for name in params["sensitive"]},
        policy=policy,
        person=encoded(row.person for row in rows),
        rows=len(rows),
    )


def withdrawn_since(training: TrainedOn, *, now: datetime) -> set[int]:
    """The data subjects of a training whose consent stood at that time and does not now, or who were erased since."""
    rows = DatasetRow.objects.filter(dataset=training.dataset_id).order_by()
    subjects = rows.values_list("subject_id", "subject__kind", "subject__erased_at").distinct()
    erased = {pk for pk, _, erased_at in subjects if erased_at is not None and erased_at > training.trained_at}
    asked = [pk for pk, kind, erased_at in subjects if erased_at is None and kind == SubjectKind.IDENTIFIED]
    decisions = training_decisions(
        uses=[TrainingUse(pk, training.trained_at) for pk in asked], purpose=training.dataset.purpose, now=now
    )
    return erased | {
        pk
        for pk, decision in zip(asked, decisions, strict=True)
        if decision.at_collection.permitted and not decision.now.permitted
    }
