"""The jobs of the consent app: thin, ids only, each safe to repeat."""

from __future__ import annotations

from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from consent.services.erasure_list import list_export
from consent.services.requests import clock, erasing, packaging, reminders
from consent.services.retention_runs import retention_nights_begin, retention_run_continue
from portal.core.jobs import job_task

RUN_SECONDS = 20.0


@job_task("consent.retention_run")
def retention_run(*, run_id: int) -> None:
    retention_run_continue(run_id=run_id, seconds=RUN_SECONDS)


@job_task("consent.erase")
def erase(*, request_id: int) -> None:
    erasing.erasure_carry_out(request_id=request_id)


@job_task("consent.check_erasure")
def check_erasure(*, request_id: int, attempt: int = 0) -> None:
    erasing.erasure_check(request_id=request_id, attempt=attempt)


@job_task("consent.build_package")
def build_package(*, request_id: int) -> None:
    packaging.package_build(request_id=request_id)


@job_task("consent.list_erasures")
def list_erasures() -> None:
    """Without a configured list there is nothing to write; `export_erasures` writes one at any time."""
    if settings.PROBITY_ERASURE_LIST:
        list_export(Path(settings.PROBITY_ERASURE_LIST))


@job_task("consent.remind")
def remind(*, request_id: int, occasion: str) -> None:
    reminders.reminder_send(request_id=request_id, occasion=occasion)


@shared_task(name="consent.retention_tick")
def retention_tick() -> None:
    """Beat calls this every ten minutes; see consent.services.retention_runs."""
    retention_nights_begin(now=timezone.now(), hour=settings.PROBITY_RETENTION_HOUR)


@shared_task(name="consent.requests_tick")
def requests_tick() -> None:
    """Beat calls this every few minutes; see consent.services.requests.clock."""
    clock.tick()
