"""Training exports: asked for by a privacy officer, judged row by row, written whole or refused."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetRow
from assistants.states import DatasetState
from audits.engine.anonymity import VERSION as ANONYMITY_VERSION
from audits.models import TrainingExport, TrainingExportExclusion, TrainingExportRow
from audits.models.training import exported_place
from audits.programmes import config_hash
from audits.queries.jobs import latest_jobs
from audits.queries.row_reading import ConversationGone
from audits.queries.training import dataset_params
from audits.services.training.judging import Judgement, Outdated, exported_lines, judged
from audits.services.training.weighing import TooFewToWeigh, weights_of
from audits.services.training.withdrawals import holds_withdrawn
from audits.states import EXPORT, ExportState
from portal.accounts.models import User
from portal.core import jobs, ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, Denied, Invalid, KeyDestroyed, NotFound
from portal.core.models import JobState

log = structlog.get_logger(__name__)

FORMAT = "probity-training-export/1"
_UNDECIDED = [ExportState.QUEUED, ExportState.RUNNING]
_COPY = "COPY audits_trainingexportrow (export_id, position, row_id, sealed) FROM STDIN (FORMAT BINARY)"


def export_job_key(export_id: int) -> str:
    return f"training-export:{export_id}"


@transaction.atomic
def training_export_request(
    *, dataset_id: int, actor: User, exclude_breaking: bool = False, reweigh: str = ""
) -> TrainingExport:
    """Ask for a frozen data set to be exported by its present policy; the work goes on in the background.

    With `exclude_breaking`, rows that break the policy are left out, each with its reason; without, one such row is
    enough to refuse the export. `reweigh` names a declared attribute whose bearing on the data set's label every
    line's `weight` is to take out; where a combination of both has fewer than ten people the export is refused.
    Raises NotFound, Denied without `datasets.export` or for whoever set the policy (`four_eyes`), Invalid (`reweigh`),
    and Conflict where the data set is not frozen or an export is under way. Writes
    `training_export.requested`; queues `audits.training_export`.
    """
    found = Dataset.objects.select_for_update(no_key=True, of=("self",)).select_related("assistant", "purpose")
    dataset = found.filter(pk=dataset_id).first()
    if dataset is None:
        raise NotFound("There is no such data set.")
    require(actor, "datasets.export", dataset)
    if dataset.policy_set_by_id == actor.pk:
        raise Denied("You set the policy of this data set; somebody else has to export it.", code="four_eyes")
    if dataset.state != DatasetState.FROZEN:
        raise Conflict("Only a frozen data set is exported.", code="not_frozen")
    _give_up_lost(dataset)
    if TrainingExport.objects.filter(dataset=dataset, state__in=_UNDECIDED).exists():
        raise Conflict("An export of this data set is under way.", code="export_under_way")
    parameters = {**dataset_params(dataset), "mode": dataset.mode, "content": dataset.content_hash}
    if reweigh:
        parameters["reweigh"] = _reweighed(dataset, reweigh)
    export = TrainingExport.objects.create(
        dataset=dataset,
        exclude_breaking=exclude_breaking,
        parameters=parameters,
        config_hash=config_hash(parameters),
        requested_by=actor,
        requested_at=timezone.now(),
    )
    data = {"exclude_breaking": exclude_breaking, "config": export.config_hash, "reweigh": reweigh}
    _record("training_export.requested", export, actor, data)
    jobs.enqueue("audits.training_export", key=export_job_key(export.pk), export_id=export.pk)
    return export


def _reweighed(dataset: Dataset, attribute: str) -> dict[str, str]:
    if not dataset.label:
        raise Invalid("The data set declares no label that could be reweighed.", field="reweigh")
    if attribute == dataset.label or attribute not in {*dataset.quasi_identifiers, *dataset.sensitive}:
        raise Invalid("Name one of its attributes other than the label.", field="reweigh")
    return {"attribute": attribute, "label": dataset.label}


def training_export_run(*, export_id: int) -> TrainingExport:
    """Judge, then write or refuse. The job behind `training_export_request`; safe to repeat.

    Lines are written in one transaction with the manifest and the ledger entry `training_export.created`. Where a row
    is erased, its conversation disposed of, a consent withdrawn or a pattern changed before that, all is judged anew.
    """
    export = TrainingExport.objects.select_related("dataset").get(pk=export_id)
    key = export_job_key(export_id)

    def progress(done: int, total: int) -> None:
        jobs.progress(key, done=done, total=2 * total)

    while EXPORT.allows(export.state, ExportState.RUNNING):
        TrainingExport.objects.filter(pk=export_id, state__in=_UNDECIDED).update(state=ExportState.RUNNING)
        found = judged(export.parameters, now=timezone.now(), progress=progress)
        try:
            export = _finish(export_id, found)
        except (KeyDestroyed, ConversationGone, Outdated):
            log.info("training_export_judged_anew", export=export_id)
    return export


@transaction.atomic
def _finish(export_id: int, found: Judgement) -> TrainingExport:
    """Decide in one transaction. The data set is held first, as by the job that a withdrawal queues.

    So that job comes before, and its withdrawal is seen here, or after, and finds the export to block.
    """
    Dataset.objects.select_for_update(no_key=True).get(exports=export_id)
    export = _locked(export_id)
    if not EXPORT.allows(export.state, ExportState.RUNNING):
        return export  # another worker was faster
    _hold_rows(export, found)
    export.consent_as_of, export.finished_at = found.consent_as_of, timezone.now()
    TrainingExportExclusion.objects.filter(export=export).delete()
    TrainingExportExclusion.objects.bulk_create(
        TrainingExportExclusion(export=export, row_id=pk, breach=breach)
        for pk, breaches in sorted(found.breaches.items())
        for breach in sorted(breaches)
    )
    withdrawn = export.dataset.state != DatasetState.FROZEN
    if withdrawn or not found.fit or (found.breaches and not export.exclude_breaking):
        export.error = "The data set was put out of use." if withdrawn else "" if found.breaches else "It has no rows."
        _move(export, ExportState.REFUSED, "consent_as_of", "finished_at", "error")
        data = {"rows": found.rows, "breaking": len(found.breaches), "reasons": found.by_reason}
        _record("training_export.refused", export, SYSTEM, data)
        return export
    try:
        weights = weights_of(found.fit, export.parameters)
    except TooFewToWeigh as too_few:
        export.error = str(too_few)[:200]
        _move(export, ExportState.REFUSED, "consent_as_of", "finished_at", "error")
        _record("training_export.refused", export, SYSTEM, {"rows": found.rows, "reweighing": "too few people"})
        return export
    written = _Written(export)
    written.store(found, weights.of_row)
    if holds_withdrawn(export):
        raise Outdated("Somebody withdrew since it was judged.")
    export.row_count, export.sha256 = len(found.fit), written.sha256
    export.manifest = _manifest(export, found, written)
    if weights.manifest:
        export.manifest["reweighing"] = weights.manifest
    _move(export, ExportState.READY, "consent_as_of", "finished_at", "row_count", "sha256", "manifest")
    data = {
        "rows": export.row_count,
        "excluded": len(found.breaches),
        "reasons": found.by_reason,
        "sha256": export.sha256,
        "config": export.config_hash,
    }
    _record("training_export.created", export, SYSTEM, data)
    return export


def _hold_rows(export: TrainingExport, found: Judgement) -> None:
    """Keep erasures and retention from every row that was judged; they lock rows in the same order."""
    rows = DatasetRow.objects.filter(dataset=export.dataset_id, erased_at=None).order_by("pk")
    if len(rows.select_for_update(no_key=True).values_list("pk")) < found.rows:
        raise Outdated("A row was erased or disposed of since it was judged.")


class _Written:
    """The lines of an export as they are stored, with their digests."""

    def __init__(self, export: TrainingExport) -> None:
        self._export = export
        self._plain, self._packed = hashlib.sha256(), hashlib.sha256()
        self.size = 0

    def store(self, found: Judgement, weights: Mapping[int, float]) -> None:
        """Write every line, sealed under its data subject's key. Raises KeyDestroyed, DetectionError and Outdated."""
        key = export_job_key(self._export.pk)

        def progress(done: int, total: int) -> None:
            jobs.progress(key, done=total + done, total=2 * total)

        TrainingExportRow.objects.filter(export=self._export).delete()
        for chunk in packed(self._sealed(found, weights, progress)):
            self._packed.update(chunk)

    def _sealed(self, found: Judgement, weights: Mapping[int, float], progress: Any) -> Iterator[bytes]:
        export, pending = self._export, []
        lines = exported_lines(found, export.parameters, progress=progress, weights=weights)
        for position, (row, line) in enumerate(lines):
            # Opened with the row a moment ago, so the key is there.
            place = exported_place(export.public_id, row.public_id)
            pending.append((export.pk, position, row.pk, row.subject.data_key.unwrap().seal(line, place=place)))
            if len(pending) >= 1000:
                _copy(pending)
                pending = []
            self._plain.update(line)
            self.size += len(line)
            yield line
        _copy(pending)

    @property
    def sha256(self) -> str:
        return self._plain.hexdigest()

    @property
    def gzip_sha256(self) -> str:
        return self._packed.hexdigest()


def packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines as one gzip stream without a time in it, so that the same lines give the same bytes."""
    pack = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for line in lines:
        if chunk := pack.compress(line):
            yield chunk
    yield pack.flush()


def _manifest(export: TrainingExport, found: Judgement, written: _Written) -> dict[str, Any]:
    dataset, parameters, anonymity = export.dataset, export.parameters, found.anonymity
    ids = dict(dataset.rows.filter(pk__in=found.breaches).values_list("pk", "public_id"))
    assert anonymity is not None  # of every judgement that is complete
    return {
        "format": FORMAT,
        "export": str(export.public_id),
        "assistant": dataset.assistant.slug,
        "dataset": {"slug": dataset.slug, "rows": found.rows, "content_hash": parameters["content"]},
        "purpose": parameters["purpose_code"],
        "requested_by": export.requested_by.actor_ref,
        "requested_at": _iso(export.requested_at),
        "created_at": _iso(export.finished_at),
        "consent_as_of": _iso(found.consent_as_of),
        "config_hash": export.config_hash,
        "parameters": {
            name: parameters[name] for name in ("mode", "k", "l", "quasi", "sensitive", "allowed_types", "duplicates")
        },
        "engines": {"personal_data": found.reader_version, "anonymity": ANONYMITY_VERSION},
        "anonymity": {"k": anonymity.k, "l": anonymity.l, "counted": "data subjects"},
        "rows": len(found.fit),
        "excluded": {
            "rows": len(found.breaches),
            "by_reason": found.by_reason,
            "each": [
                {"row": str(ids[pk]), "reasons": sorted(map(str, breaches))}
                for pk, breaches in sorted(found.breaches.items())
            ],
        },
        "content": {
            "media_type": "application/x-ndjson",
            "bytes": written.size,
            "sha256": written.sha256,
            "gzip_sha256": written.gzip_sha256,
        },
    }


def _give_up_lost(dataset: Dataset) -> None:
    """An export whose job was given up is failed, so that another can be asked for."""
    for export in TrainingExport.objects.filter(dataset=dataset, state__in=_UNDECIDED):
        key = export_job_key(export.pk)
        job = latest_jobs([key]).get(key)
        if job is not None and job.state == JobState.FAILED:
            export.error, export.finished_at = job.error[:200], timezone.now()
            _move(export, ExportState.FAILED, "error", "finished_at")
            _record("training_export.failed", export, SYSTEM, {"error": export.error})


def _locked(export_id: int) -> TrainingExport:
    found = TrainingExport.objects.select_for_update(of=("self",))
    return found.select_related("dataset__assistant", "requested_by").get(pk=export_id)


def _move(export: TrainingExport, state: ExportState, *fields: str) -> None:
    EXPORT.require(export.state, state)
    export.state = state
    export.save(update_fields=["state", *fields])


def _copy(rows: list[tuple[int, int, int, bytes]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(["int8", "int8", "int8", "bytea"])
        for row in rows:
            copy.write_row(row)


def _record(action: str, export: TrainingExport, actor: Actor, data: dict[str, Any]) -> None:
    team_id = export.dataset.assistant.team_id
    ledger.append(action=action, actor=actor, obj=export, team_id=team_id, data={"dataset": export.dataset_id, **data})


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
