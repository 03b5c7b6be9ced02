"""Which data is newer than what a failed check has looked at, and so can prove that it is mended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from assistants.models import Release
from audits.models import CheckRun, Finding
from audits.queries.probing import begun_since
from audits.states import CheckKind, RemediationState
from portal.core.errors import Conflict


def verification_window(
    *, baseline: CheckRun, implemented_at: datetime, release: Release | None, now: datetime
) -> tuple[date, date]:
    """The UTC days (from ≤ day < until, today included) whose data can prove the fix of what `baseline` found.

    A fixing release counts from its own first day, because none of its conversations can have been in the baseline;
    otherwise from the day of implementation, and never a day that the baseline has looked at. What was found in a
    training data set is proven by the data set and the consents as they are today, what a probe has found by a probe
    run that began after the fix. Raises Conflict where there is no such day yet.
    """
    until = now.astimezone(UTC).date() + timedelta(days=1)
    if baseline.dataset_id is not None:
        return until - timedelta(days=1), until
    if baseline.kind == CheckKind.MATCHED_PAIRS:
        return probe_window(baseline, since=implemented_at, release=release)
    start = proof_begins(baseline=baseline, implemented_at=implemented_at, release=release)
    if start >= until:
        raise Conflict(f"There is no newer data before {start:%-d %B %Y}; start it then.", code="no_newer_data")
    return start, until


def proof_begins(*, baseline: CheckRun, implemented_at: datetime, release: Release | None) -> date:
    """The first UTC day whose data can prove the fix; see `verification_window`."""
    if release is not None:
        return release.released_at.astimezone(UTC).date()
    if baseline.kind == CheckKind.MATCHED_PAIRS:
        return implemented_at.astimezone(UTC).date()  # what counts is when the probe began; see `probe_window`
    return max(implemented_at.astimezone(UTC).date(), baseline.window_until)


def before_fix(run: CheckRun, *, closed: Finding) -> tuple[date, bool] | None:
    """Whether `run` has read days from before the fix of a `closed` finding: its first day, and whether all were.

    None where it has read none, where nothing was mended, and of what is not read by days (data sets and probes).
    """
    if run.dataset_id is not None or run.kind == CheckKind.MATCHED_PAIRS:
        return None
    mended = closed.remediations.filter(state=RemediationState.SIGNED_OFF).select_related("release").first()
    if mended is None or mended.implemented_at is None:
        return None
    first = proof_begins(baseline=closed.raised_by_run, implemented_at=mended.implemented_at, release=mended.release)
    return (first, run.window_until <= first) if run.window_from < first else None


def probe_window(baseline: CheckRun, *, since: datetime, release: Release | None) -> tuple[date, date]:
    """The day on which the latest probe that began after `since`, of the same set and cue, was answered.

    Where a judge had read the first one along, one has to read this one too: a fix is measured as its gap was.
    Raises Conflict where there is none: what is asked anew has to be asked first.
    """
    asked = baseline.params
    judged = asked.get("judged", False)
    judge = " and a judge" if judged else ""
    run = begun_since(
        baseline.assistant, since, content=asked["content"], cue=asked["cue"], release=release, judged=judged
    )
    if run is None or run.answered_at is None:
        raise Conflict(
            f"Probe the assistant again first, with version {asked['version']} of “{asked['set']}” and the cue "
            f"{asked['cue'].replace('_', ' ')}{judge}: no such run has been answered since the fix.",
            code="no_newer_data",
        )
    day = run.answered_at.astimezone(UTC).date()
    return day, day + timedelta(days=1)


def release_is_newer(release: Release, *, baseline: CheckRun) -> bool:
    """Whether no conversation of `release` can have been in what `baseline` looked at."""
    looked_at = baseline.finished_at or baseline.queued_at
    return release.released_at > looked_at or release.released_at.astimezone(UTC).date() >= baseline.window_until
