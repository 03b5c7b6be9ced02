"""The jobs of the consent app: thin, ids only, each safe to repeat."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from consent.services.retention_runs import retention_nights_begin, retention_run_continue
from portal.core.jobs import job_task

RUN_SECONDS = 20.0


@job_task("consent.retention_run")
def retention_run(*, run_id: int) -> None:
    retention_run_continue(run_id=run_id, seconds=RUN_SECONDS)


@shared_task(name="consent.retention_tick")
def retention_tick() -> None:
    """Beat calls this every ten minutes; see consent.services.retention_runs."""
    retention_nights_begin(now=timezone.now(), hour=settings.PROBITY_RETENTION_HOUR)
