"""How the background work behind audits stands."""

from __future__ import annotations

from collections.abc import Collection

from portal.core.models import Job


def latest_jobs(keys: Collection[str]) -> dict[str, Job]:
    """The latest job of each key that has one."""
    jobs = Job.objects.filter(key__in=keys).order_by("key", "-pk").distinct("key")
    return {job.key: job for job in jobs}
