"""The jobs of the audits app: thin, ids only, each safe to repeat."""

from __future__ import annotations

from datetime import date

from celery import shared_task

from audits.services.checking import check_run_execute, cycle_checks_execute
from audits.services.clock import tick as clock_tick
from audits.services.counting import stale_days_fold
from audits.services.cycles import cycle_advance
from audits.services.dataset_scanning import dataset_rows_scan
from audits.services.model_reading import conversations_read_by_model
from audits.services.notifications import notification_send
from audits.services.probing.sending import probe_lane_run
from audits.services.probing.verdicts import probe_run_judge
from audits.services.rescans import conversations_mark
from audits.services.scanning import conversations_scan
from audits.services.training import training_export_run
from audits.services.training import training_restricted as training_restrict
from audits.services.watch import watch_run
from portal.core.jobs import job_task

SCAN_SECONDS = 10.0
PROBE_SECONDS = 10.0


@job_task("audits.scan")
def scan(*, assistant_id: int, shard: int) -> None:
    conversations_scan(assistant_id=assistant_id, shard=shard, seconds=SCAN_SECONDS)


@job_task("audits.rescan")
def rescan(*, assistant_id: int, since: str | None, after: int) -> None:
    day = None if since is None else date.fromisoformat(since)
    conversations_mark(assistant_id=assistant_id, since=day, after=after, seconds=SCAN_SECONDS)


@job_task("audits.read_by_model", queue="ner")
def read_by_model(*, assistant_id: int) -> None:
    conversations_read_by_model(assistant_id=assistant_id, seconds=SCAN_SECONDS)


@job_task("audits.fold")
def fold(*, assistant_id: int) -> None:
    stale_days_fold(assistant_id=assistant_id)


@job_task("audits.advance_cycle")
def advance_cycle(*, cycle_id: int) -> None:
    cycle_advance(cycle_id=cycle_id)


@job_task("audits.run_check")
def run_check(*, run_id: int) -> None:
    check_run_execute(run_id=run_id)


@job_task("audits.run_checks")
def run_checks(*, cycle_id: int, kind: str) -> None:
    cycle_checks_execute(cycle_id=cycle_id, kind=kind)


@job_task("audits.watch")
def watch(*, assistant_id: int) -> None:
    watch_run(assistant_id=assistant_id)


@job_task("audits.notify")
def notify(*, finding_id: int, action: str, by: str) -> None:
    notification_send(finding_id=finding_id, action=action, by=by)


@job_task("audits.training_export")
def training_export(*, export_id: int) -> None:
    training_export_run(export_id=export_id)


@job_task("audits.training_restricted")
def training_restricted(*, dataset_id: int) -> None:
    training_restrict(dataset_id=dataset_id)


@job_task("audits.scan_rows")
def scan_rows(*, dataset_id: int) -> None:
    dataset_rows_scan(dataset_id=dataset_id)


@job_task("audits.probe")
def probe(*, run_id: int, lane: int) -> None:
    probe_lane_run(run_id=run_id, lane=lane, seconds=PROBE_SECONDS)


@job_task("audits.judge_probe")
def judge_probe(*, run_id: int) -> None:
    probe_run_judge(run_id=run_id)


@shared_task(name="audits.tick")
def tick() -> None:
    """Beat calls this twice a minute; see audits.services.clock."""
    clock_tick()
