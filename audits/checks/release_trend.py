"""How the share of conversations with some personal data went over time, and from one release to the next.

A release of the window is compared with the release before it, whose conversations may lie before the window: a
release that starts on the first day of a cycle has its predecessor in the cycle before. Numbers of conversations are
those of the scan counts, numbers with the data come from the detections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from assistants.models import Assistant, Release
from audits.checks.tables import share, table
from audits.engine.statistics.rises import Compared, Step, compared
from audits.queries.counts import daily_counts
from audits.queries.exposures import SaidOn
from audits.queries.windows import Window

Cells = Mapping[tuple[int | None, date], int]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the trend: what is counted, in words, and its conversations by release and day."""

    name: str
    said: Sequence[SaidOn]


@dataclass(frozen=True, slots=True)
class ReleaseTrend:
    """The series over `window` (look-back included), each with its comparisons; `rises` are those that rose."""

    window: Window
    releases: Sequence[Release]
    scanned: Cells
    series: Sequence[Series]
    steps: Sequence[tuple[str, Compared]]

    @property
    def rises(self) -> list[tuple[str, Compared]]:
        return [(name, step) for name, step in self.steps if step.rose]

    def as_json(self) -> dict[str, Any]:
        """For the run's result: points a week as [first day, with, of], releases as [version, first day]."""
        line = self._told
        since, until = self.window.since, self.window.until
        started = [(release.version, released_on(release)) for release in self.releases]
        return {
            "series": "" if line is None else line.name,
            "points": [] if line is None else weekly_points(line.said, self.scanned),
            "releases": [[version, day.isoformat()] for version, day in started if since <= day < until],
        }

    def tables(self) -> list[dict[str, Any]]:
        """One table a series with anything to compare, one row a release that was compared."""
        columns = (
            ("Release", "text"),
            ("Verdict", "text"),
            ("Conversations", "count"),
            ("With it", "count"),
            ("Share", "share"),
            ("Share before", "share"),
            ("Difference", "points"),
            ("Plausible range", "points_interval"),
            ("Adjusted p", "p"),
        )
        told: dict[str, list[list[Any]]] = {}
        for name, one in self.steps:
            if one.step.k or one.step.k_before:
                told.setdefault(name, []).append(_row(one))
        return [table(f"{name}, from release to release", columns, rows) for name, rows in told.items()]

    @property
    def _told(self) -> Series | None:
        """The line worth drawing: one that rose, or else the one with most to it."""
        rose = {name for name, _ in self.rises}
        told = [one for one in self.series if one.said]
        return max(told, key=lambda one: (one.name in rose, sum(on.conversations for on in one.said)), default=None)


def stretched(window: Window, *, look_back_days: int) -> Window:
    """The window with the days before it, of all releases: where a release before is looked for."""
    return Window(window.since - timedelta(days=look_back_days), window.until)


def release_trend(
    *,
    assistant: Assistant,
    window: Window,
    stretch: Window,
    series: Sequence[Series],
    minimum_n: int,
    alpha: float,
    least_rise: float,
) -> ReleaseTrend:
    """Compare each release that has at least `minimum_n` scanned conversations in `window` with the one before it.

    The release before is the latest earlier one with as many in `stretch`. All series share one family of tests.
    """
    releases = list(assistant.releases.order_by("released_at", "pk"))
    scanned = daily_counts(assistant=assistant, measure="scan.state", value="scanned", window=stretch)
    now, ever = _by_release(scanned, since=window.since), _by_release(scanned)
    steps: list[tuple[str, Step]] = []
    for one in series:
        said = {(on.release_id, on.day): on.conversations for on in one.said}
        said_now, said_ever = _by_release(said, since=window.since), _by_release(said)
        before: Release | None = None
        for release in releases:
            wanted = window.release is None or window.release.pk == release.pk
            if before is not None and wanted and now[release.pk] >= minimum_n:
                step = Step(
                    release=release.version,
                    k=min(said_now[release.pk], now[release.pk]),
                    n=now[release.pk],
                    before=before.version,
                    k_before=min(said_ever[before.pk], ever[before.pk]),
                    n_before=ever[before.pk],
                )
                steps.append((one.name, step))
            if ever[release.pk] >= minimum_n:
                before = release
    answers = compared([step for _, step in steps], alpha=alpha, least_rise=least_rise)
    named = [(name, answer) for (name, _), answer in zip(steps, answers, strict=True)]
    return ReleaseTrend(window=stretch, releases=releases, scanned=scanned, series=series, steps=named)


def weekly_points(said: Sequence[SaidOn], scanned: Cells) -> list[list[Any]]:
    """[first day, conversations with it, conversations scanned] of each week that has any."""
    with_it: dict[date, int] = defaultdict(int)
    for on in said:
        with_it[monday(on.day)] += on.conversations
    of: dict[date, int] = defaultdict(int)
    for (_, day), n in scanned.items():
        of[monday(day)] += n
    return [[week.isoformat(), min(with_it[week], of[week]), of[week]] for week in sorted(of) if of[week]]


def monday(day: date) -> date:
    """The first day of the day's week."""
    return day - timedelta(days=day.weekday())


def released_on(release: Release) -> date:
    """The UTC day on which customers first met the release."""
    return release.released_at.astimezone(UTC).date()


def rise_words(name: str, step: Compared) -> str:
    """ "Since release 2.0 that is 2.1 % for sensitive data, against 0.1 % under release 1.4 (…)." """
    low, high = step.interval
    return (
        f"Release {step.step.release} shows {name} in {_percent(share(step.step.k, step.step.n))} of its "
        f"conversations, release {step.step.before} before it in {_percent(step.rate_before)} "
        f"(a rise of {100 * step.difference:.1f} points, plausibly {100 * low:.1f} to {100 * high:.1f})."
    )


def _row(one: Compared) -> list[Any]:
    return [
        f"{one.step.release} after {one.step.before}",
        "rose" if one.rose else "no rise shown",
        one.step.n,
        one.step.k,
        one.rate,
        one.rate_before,
        one.difference,
        list(one.interval),
        one.p_adjusted,
    ]


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _by_release(cells: Cells, *, since: date | None = None) -> dict[int | None, int]:
    totals: dict[int | None, int] = defaultdict(int)
    for (release_id, day), n in cells.items():
        if since is None or day >= since:
            totals[release_id] += n
    return totals
