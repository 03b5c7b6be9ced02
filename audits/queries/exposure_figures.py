"""What personal data was said by whom, from the daily counts: by type, by release, and week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from assistants.models import Assistant, Release
from audits.engine.conversation import TRUSTED_SCORE
from audits.engine.statistics.rises import Compared, Step, compared
from audits.queries.counts import daily_counts, value_counts
from audits.queries.exposures import GivenAway, values_given_away
from audits.queries.windows import Window

PREFIX = "exposure."
ORIGINS = ("volunteered", "echoed", "originated", "stated")
# Without a type: any personal data at all, as the scan has it.
ANY = {"volunteered": "scan.pii_volunteered", "echoed": "scan.pii_echoed", "originated": "scan.pii_originated"}
FEWEST_TO_COMPARE = 30
ALPHA, LEAST_RISE = 0.05, 0.005
PUBLISHED_FROM = 5


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """In how many scanned conversations the type came from each of `ORIGINS`."""

    type: str
    by_origin: Sequence[int]


@dataclass(frozen=True, slots=True)
class ReleaseFigures:
    """One release: `k` of its `n` scanned conversations, and the comparison with the release before, if any."""

    release: Release | None
    k: int
    n: int
    step: Compared | None


@dataclass(frozen=True, slots=True)
class Line:
    """What the trend draws: a type (empty: any) from one origin."""

    origin: str
    type: str = ""

    @property
    def measure(self) -> str:
        return f"{PREFIX}{self.type}.{self.origin}" if self.type else ANY[self.origin]


def scan_states(*, assistant: Assistant, window: Window) -> tuple[int, int]:
    """(scanned, not scanned) conversations of the window."""
    states = value_counts(assistant=assistant, measure="scan.state", window=window)
    scanned = states.get("scanned", 0)
    return scanned, sum(states.values()) - scanned


def type_figures(*, assistant: Assistant, window: Window) -> list[TypeFigures]:
    """Every type that was found, what the assistant brought up first."""
    cells = assistant.count_cells.filter(
        measure__startswith=PREFIX, day__gte=window.since, day__lt=window.until, value="true"
    )
    if window.release is not None:
        cells = cells.filter(release=window.release)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for measure, n in cells.values_list("measure").annotate(n=Sum("n")).order_by("measure"):
        type_, _, origin = measure.removeprefix(PREFIX).rpartition(".")
        found[type_][origin] = n
    rows = [TypeFigures(type_, [by.get(origin, 0) for origin in ORIGINS]) for type_, by in found.items()]
    return sorted(rows, key=lambda row: (-row.by_origin[2], -sum(row.by_origin), row.type))


def release_figures(*, assistant: Assistant, window: Window, line: Line) -> list[ReleaseFigures]:
    """Every release with conversations in the window, the oldest first, each compared with the one before it."""
    scanned = _by_release(daily_counts(assistant=assistant, measure="scan.state", value="scanned", window=window))
    with_it = _by_release(daily_counts(assistant=assistant, measure=line.measure, value="true", window=window))
    rows: list[tuple[Release | None, Step | None]] = []
    before: Release | None = None
    for release in assistant.releases.order_by("released_at", "pk"):
        if not scanned[release.pk]:
            continue
        step = None
        if before is not None and min(scanned[release.pk], scanned[before.pk]) >= FEWEST_TO_COMPARE:
            step = Step(
                release.version, with_it[release.pk], scanned[release.pk],
                before.version, with_it[before.pk], scanned[before.pk],
            )  # fmt: skip
        rows.append((release, step))
        before = release
    if scanned[None]:
        rows.append((None, None))
    answers = iter(compared([step for _, step in rows if step], alpha=ALPHA, least_rise=LEAST_RISE))
    return [
        ReleaseFigures(
            release,
            k=with_it[None if release is None else release.pk],
            n=scanned[None if release is None else release.pk],
            step=next(answers) if step else None,
        )
        for release, step in rows
    ]


def weekly_figures(*, assistant: Assistant, window: Window, line: Line) -> list[tuple[date, int, int]]:
    """(first day, conversations with it, scanned) of each week that has any, the oldest first."""
    scanned = daily_counts(assistant=assistant, measure="scan.state", value="scanned", window=window)
    with_it = daily_counts(assistant=assistant, measure=line.measure, value="true", window=window)
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for place, cells in ((1, scanned), (0, with_it)):
        for (_, day), n in cells.items():
            weeks[day - timedelta(days=day.weekday())][place] += n
    return [(week, k, n) for week, (k, n) in sorted(weeks.items()) if n]


def leaks(*, assistant: Assistant, window: Window, types: Sequence[str]) -> list[GivenAway]:
    """Conversations in which the assistant said another customer's value, without values that are the company's own."""
    found = values_given_away(
        assistant=assistant,
        window=window,
        types=types,
        min_score=TRUSTED_SCORE,
        published_from=PUBLISHED_FROM,
    )
    return [one for one in found if not one.published]


def days_counted(assistant: Assistant) -> tuple[date, date] | None:
    """The first and the last day with counts; None where there are none."""
    days = assistant.count_cells.filter(measure="total").order_by("day").values_list("day", flat=True)
    first, last = days.first(), days.last()
    return None if first is None or last is None else (first, last)


def _by_release(cells: dict[tuple[int | None, date], int]) -> dict[int | None, int]:
    totals: dict[int | None, int] = defaultdict(int)
    for (release_id, _), n in cells.items():
        totals[release_id] += n
    return totals
