"""Training exports and the latest audits of a data set, as an actor may see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from assistants.models import Dataset
from audits.models import CheckRun, TrainingExport, TrainingExportExclusion
from audits.queries.jobs import latest_jobs
from audits.states import Breach, ExportState
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import JobState

UNDER_WAY = frozenset({ExportState.QUEUED, ExportState.RUNNING})


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is; `lost` says that its job was given up."""

    done: int
    total: int
    finished: bool
    lost: bool


def exports_of(dataset: Dataset) -> QuerySet[TrainingExport]:
    """The exports of a data set, the latest first, without their manifests."""
    found = TrainingExport.objects.filter(dataset=dataset).select_related("requested_by")
    return found.defer("manifest").order_by("-pk")


def export_for(actor: Actor, public_id: uuid.UUID) -> TrainingExport:
    """One export. Raises NotFound where there is none for this actor, Denied without the role."""
    found = TrainingExport.objects.select_related("dataset__assistant__team", "dataset__purpose", "requested_by")
    export = found.filter(public_id=public_id).first()
    if export is None:
        raise NotFound("There is no such item.")
    require(actor, "datasets.view", export)
    return export


def export_progress(export: TrainingExport) -> ExportProgress:
    """From the job of the export."""
    key = f"training-export:{export.pk}"
    job = latest_jobs([key]).get(key)
    done, total = (0, 0) if job is None else (job.progress_done, job.progress_total)
    lost = job is not None and job.state == JobState.FAILED and export.state in UNDER_WAY
    return ExportProgress(done, total, finished=lost or export.state not in UNDER_WAY, lost=lost)


def breaches_of(export: TrainingExport) -> list[tuple[str, int]]:
    """How many rows broke the policy for each reason, in words, the most first."""
    counts = export.exclusions.order_by().values("breach").annotate(n=Count("pk"))
    return [(Breach(one["breach"]).label, one["n"]) for one in counts.order_by("-n", "breach")]


def exclusions_of(export: TrainingExport) -> QuerySet[TrainingExportExclusion]:
    """Each row that broke the policy and why, in the order of the rows."""
    return export.exclusions.select_related("row").order_by("row_id", "breach")


def latest_audits(dataset: Dataset) -> list[CheckRun]:
    """The latest run of each question about the data set, decided or not."""
    runs = CheckRun.objects.filter(dataset=dataset, verifies=None).order_by("kind", "-pk").distinct("kind")
    return list(runs.defer("result"))
