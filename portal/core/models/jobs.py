from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Job(models.Model):
    """One piece of background work: the promise in the database that a broker message merely announces.

    `payload` holds ids and other non-personal primitives. `key` makes waiting work unique: while a job with that key
    is queued, the same work is not queued again.
    """

    task = models.CharField(max_length=80)
    key = models.CharField(max_length=160, blank=True, default="")
    payload = models.JSONField(default=dict)
    queue = models.CharField(max_length=40, default="default")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state=JobState.QUEUED) & ~Q(key=""), name="job_waits_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="job_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"job {self.pk} {self.task} {self.state}"
