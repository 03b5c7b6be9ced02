"""Working off queued jobs in the test's own process and transaction, one by one, as a worker would."""

from celery import current_app

from portal.core.models import Job, JobState

MOST = 2000


def drain() -> int:
    """Run queued jobs until none is left; returns how many ran. Raises where they never end."""
    current_app.loader.import_default_modules()
    for count in range(MOST):
        job = Job.objects.filter(state=JobState.QUEUED).order_by("pk").first()
        if job is None:
            return count
        current_app.tasks[job.task](job.pk)
    raise AssertionError("jobs keep queueing jobs")


def work(task: str) -> None:
    """Run the one job that is queued for this task."""
    current_app.loader.import_default_modules()
    current_app.tasks[task](Job.objects.get(task=task, state=JobState.QUEUED).pk)
