"""What a withdrawal, a restriction or an erasure means for what was learned already and for what may leave."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, TrainedOn
from assistants.states import DatasetState
from audits.models import TrainingExport
from audits.queries.training import withdrawn_since
from audits.services.training.auditing import dataset_audit
from audits.states import EXPORT, CheckKind, ExportState
from consent.queries import TrainingUse, training_decisions
from consent.states import SubjectKind
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict
from portal.core.jobs import enqueue
from portal.core.models import Job, JobState, LedgerEntry

WITHDRAWN = "A person whose data is in it withdrew consent, objected, or was restricted or erased."
BLOCKED = "training_export.blocked"
_TASK = "audits.training_restricted"
ERASED = "A data subject whose data was in it has been erased."
UNUSED = "The data set was put out of use."
DISPOSED = "Lines of it have been disposed of by a retention rule."


def restriction_heard(*, subject_ids: frozenset[int], purpose_ids: frozenset[int]) -> None:
    """Queue the work for data sets that hold any of these data subjects, inside the caller's transaction.

    Without a key: two withdrawals at once would wait for each other's key, and some hold the ledger's lock by then.
    """
    concerned = Dataset.objects.filter(purpose__in=purpose_ids, rows__subject__in=subject_ids)
    for pk in concerned.order_by("pk").values_list("pk", flat=True).distinct():
        enqueue(_TASK, dataset_id=pk)


def training_restricted(*, dataset_id: int) -> None:
    """Count anew who withdrew after releases had learned from them, and block exports that hold such rows, and all
    of a data set that was put out of use.

    Marks the trainings; where a release learned from somebody who has withdrawn since, asks the check that raises
    the finding. Safe to repeat; left to the next one where another waits for this data set, which sees as much.
    Writes `training.withdrawals_found` and `training_export.blocked`.
    """
    if Job.objects.filter(task=_TASK, state=JobState.QUEUED, payload__dataset_id=dataset_id).exists():
        return
    with transaction.atomic():
        dataset = (
            Dataset.objects.select_for_update(no_key=True, of=("self",))
            .select_related("assistant", "purpose")
            .get(pk=dataset_id)
        )
        marked = _mark(dataset)
        for export in TrainingExport.objects.filter(dataset=dataset, state=ExportState.READY):
            if holds_withdrawn(export):
                export_block(export_id=export.pk, because=WITHDRAWN)
            elif dataset.state == DatasetState.WITHDRAWN:
                export_block(export_id=export.pk, because=UNUSED)
        _record_erased(dataset)
        if marked and dataset.state != DatasetState.WITHDRAWN:
            try:
                dataset_audit(dataset_id=dataset.pk, actor=SYSTEM, kinds=[CheckKind.TRAINING_WITHDRAWAL])
            except Conflict:
                return  # the audit under way has yet to look


def _mark(dataset: Dataset) -> bool:
    """Renew the figures of each training; whether any has withdrawals."""
    now, changed, marked = timezone.now(), {}, False
    for training in TrainedOn.objects.filter(dataset=dataset).select_related("dataset__purpose").order_by("pk"):
        gone = len(withdrawn_since(training, now=now))
        marked = marked or bool(gone)
        if gone != training.withdrawals:
            training.withdrawals = gone
            training.first_withdrawal_at = training.first_withdrawal_at or now
            training.save(update_fields=["withdrawals", "first_withdrawal_at"])
            changed[str(training.release_id)] = gone
    if changed:
        ledger.append(
            action="training.withdrawals_found",
            actor=SYSTEM,
            obj=dataset,
            team_id=dataset.assistant.team_id,
            data={"by_release": changed},
        )
    return marked


def holds_withdrawn(export: TrainingExport) -> bool:
    """Whether any exported row must not be used for its purpose now. Four queries and one, whatever its size."""
    rows = DatasetRow.objects.filter(exported__export=export).order_by()
    subjects = rows.values_list("subject_id", "subject__kind", "subject__erased_at").distinct()
    if any(erased_at is not None for _, _, erased_at in subjects):
        return True
    now = timezone.now()
    uses = [TrainingUse(None if kind == SubjectKind.ANONYMOUS else pk, now) for pk, kind, _ in subjects]
    decisions = training_decisions(uses=uses, purpose=export.dataset.purpose, now=now)
    return not all(decision.now.permitted for decision in decisions)


def export_block(*, export_id: int, because: str) -> None:
    """Have an export not fetched any more, inside the caller's transaction. Writes `training_export.blocked`."""
    export = (
        TrainingExport.objects.select_for_update(of=("self",)).select_related("dataset__assistant").get(pk=export_id)
    )
    if not EXPORT.allows(export.state, ExportState.BLOCKED):
        return
    export.state, export.blocked_at, export.blocked_because = ExportState.BLOCKED, timezone.now(), because
    export.save(update_fields=["state", "blocked_at", "blocked_because"])
    _record_blocked(export)


def exports_block_of(subject_ids: Collection[int]) -> int:
    """Block every export that holds a row of these data subjects, inside the caller's erasure; returns how many.

    The ledger hears of it from the job that the erasure's announcement queues: an erasure takes the ledger's lock last.
    """
    exports = TrainingExport.objects.filter(state=ExportState.READY, rows__row__subject__in=list(subject_ids))
    return TrainingExport.objects.filter(pk__in=exports.values("pk")).update(
        state=ExportState.BLOCKED, blocked_at=timezone.now(), blocked_because=ERASED
    )


def _record_erased(dataset: Dataset) -> None:
    """Write down, once, which exports an erasure has blocked."""
    for export in TrainingExport.objects.filter(dataset=dataset, state=ExportState.BLOCKED, blocked_because=ERASED):
        told = LedgerEntry.objects.filter(object_type=export._meta.label_lower, object_id=str(export.pk))
        if not told.filter(action=BLOCKED).exists():
            _record_blocked(export)


def _record_blocked(export: TrainingExport) -> None:
    ledger.append(
        action=BLOCKED,
        actor=SYSTEM,
        obj=export,
        team_id=export.dataset.assistant.team_id,
        data={"dataset": export.dataset_id, "erasure": export.blocked_because == ERASED},
    )
