"""Data sets as an actor may see them, and their rows opened, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, TrainedOn
from assistants.queries.opening import opened_each
from assistants.records.training import RowContent, content_unpacked
from consent.queries import TrainingUse, training_decisions
from consent.states import SubjectKind
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed, NotFound
from portal.core.models import Job, JobState

OpenedRow = RowContent | KeyDestroyed | SealBroken
"""A row's content, or why there is none: the subject was erased, or the stored value is not what was sealed."""


@dataclass(frozen=True, slots=True)
class RowFigures:
    """How many rows a data set has, how many were erased or disposed of by retention, of how many data subjects."""

    rows: int
    erased: int
    disposed: int
    subjects: int


def datasets_for(actor: Actor) -> QuerySet[Dataset]:
    """The data sets that this actor may see, by name, each with `rows_now` and `withdrawals`."""
    rows = DatasetRow.objects.filter(dataset=OuterRef("pk"), erased_at=None).order_by()
    withdrawn = TrainedOn.objects.filter(dataset=OuterRef("pk")).order_by()
    found = Dataset.objects.select_related("assistant__team", "purpose").annotate(
        rows_now=Subquery(rows.values("dataset").annotate(n=Count("pk")).values("n")),
        withdrawals=Subquery(withdrawn.values("dataset").annotate(n=Max("withdrawals")).values("n")),
    )
    return restrict(found, actor, "datasets.view").order_by("name", "pk")


def dataset_for(actor: Actor, slug: str, *, permission: str = "datasets.view") -> Dataset:
    """One data set. Raises NotFound where there is none for this actor, Denied where `permission` is missing."""
    found = Dataset.objects.select_related("assistant__team", "purpose", "source", "policy_set_by")
    dataset = found.filter(slug=slug).first()
    if dataset is None:
        raise NotFound("There is no such item.")
    require(actor, permission, dataset)
    return dataset


def row_figures(dataset: Dataset) -> RowFigures:
    """The figures of one data set, in one query."""
    there = Q(erased_at=None)
    figures = DatasetRow.objects.filter(dataset=dataset).aggregate(
        rows=Count("pk", filter=there),
        erased=Count("pk", filter=~there & Q(disposed_at=None)),
        disposed=Count("pk", filter=Q(disposed_at__isnull=False)),
        subjects=Count("subject", filter=there, distinct=True),
    )
    return RowFigures(**figures)


def without_consent(training: TrainedOn) -> int:
    """How many people of a data set had no consent for its purpose when the release learned from them. Five queries.

    Those of whom nobody knows who they are count too; erased ones do not.
    """
    rows = DatasetRow.objects.filter(dataset=training.dataset_id, erased_at=None).order_by()
    people = rows.values_list("subject_id", "subject__kind").distinct()
    uses = [TrainingUse(None if kind == SubjectKind.ANONYMOUS else pk, training.trained_at) for pk, kind in people]
    decisions = training_decisions(uses=uses, purpose=training.dataset.purpose, now=timezone.now())
    return sum(not decision.at_collection.permitted for decision in decisions)


def selection_under_way(dataset: Dataset) -> Job | None:
    """The job that copies rows from conversations, while there is one."""
    jobs = Job.objects.filter(key=selection_job_key(dataset.pk), state__in=[JobState.QUEUED, JobState.RUNNING])
    return jobs.order_by("-pk").first()


def selection_job_key(dataset_id: int) -> str:
    """The key of that job."""
    return f"select-rows:{dataset_id}"


def rows_open(rows: Sequence[DatasetRow]) -> dict[int, OpenedRow]:
    """Open these rows; one result for each, by primary key. See `opened_each`."""
    return opened_each(rows, unpack=content_unpacked, unreadable=msgspec.DecodeError, what="row")
