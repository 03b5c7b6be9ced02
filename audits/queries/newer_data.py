"""Which data is newer than what a failed check has looked at, and so can prove that it is mended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from assistants.models import Release
from audits.models import CheckRun
from portal.core.errors import Conflict


def verification_window(
    *, baseline: CheckRun, implemented_at: datetime, release: Release | None, now: datetime
) -> tuple[date, date]:
    """The UTC days (from ≤ day < until, today included) whose data can prove the fix of what `baseline` found.

    A fixing release counts from its own first day, because none of its conversations can have been in the baseline;
    otherwise from the day of implementation, and never a day that the baseline has looked at. What was found in a
    training data set is proven by the data set and the consents as they are today. Raises Conflict where there is no
    such day yet.
    """
    until = now.astimezone(UTC).date() + timedelta(days=1)
    if baseline.dataset_id is not None:
        return until - timedelta(days=1), until
    start = proof_begins(baseline=baseline, implemented_at=implemented_at, release=release)
    if start >= until:
        raise Conflict(f"There is no newer data before {start:%-d %B %Y}; start it then.", code="no_newer_data")
    return start, until


def proof_begins(*, baseline: CheckRun, implemented_at: datetime, release: Release | None) -> date:
    """The first UTC day whose data can prove the fix; see `verification_window`."""
    if release is not None:
        return release.released_at.astimezone(UTC).date()
    return max(implemented_at.astimezone(UTC).date(), baseline.window_until)


def release_is_newer(release: Release, *, baseline: CheckRun) -> bool:
    """Whether no conversation of `release` can have been in what `baseline` looked at."""
    looked_at = baseline.finished_at or baseline.queued_at
    return release.released_at > looked_at or release.released_at.astimezone(UTC).date() >= baseline.window_until
