"""The clock's part of the ground floor."""

from celery import shared_task

from portal.core import jobs


@shared_task(name="core.recover_jobs")
def recover_jobs() -> None:
    """Beat calls this every few seconds; see portal.core.jobs.recover."""
    jobs.recover()
