"""What the daily watch has stored: streams with their figures, and evidence curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistants.models import Assistant
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.models import Watch, WatchDay, WatchStream
from audits.queries.windows import Window


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """A stream over some days. `last` and `most` are log evidence after its share of alpha; `n` both groups' counts."""

    outcome: str
    dimension: str
    group: str
    reference: str
    alarm: float
    started_on: date
    alarmed_on: date | None
    days: int
    last: float
    most: float
    n: int


@dataclass(frozen=True, slots=True)
class Point:
    """The evidence after a day, as a log after the stream's share of alpha, with the counts since the start."""

    day: date
    log_evidence: float
    k: int
    n: int
    reference_k: int
    reference_n: int


@dataclass(frozen=True, slots=True)
class StreamCurve:
    """One group's evidence, day by day, and the log evidence at which it alarms."""

    stream: WatchStream
    points: Sequence[Point]
    alarm: float

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None


def watch_of(assistant: Assistant) -> Watch | None:
    return Watch.objects.filter(assistant=assistant).first()


def watched_in(*, assistant: Assistant, window: Window) -> list[StreamFigures]:
    """Every stream that was watched on a day of the window and may be shown, by question and group; two queries."""
    watch = watch_of(assistant)
    if watch is None:
        return []
    streams = watch.streams.filter(hidden=False).order_by("outcome", "dimension", "group", "pk")
    days: dict[int, list[WatchDay]] = {}
    found = WatchDay.objects.filter(stream__watch=watch, day__gte=window.since, day__lt=window.until)
    for one in found.order_by("day"):
        days.setdefault(one.stream_id, []).append(one)
    return [_figures(stream, days[stream.pk], watch) for stream in streams if stream.pk in days]


def curves(
    *, assistant: Assistant, outcome: str | None = None, dimension: str | None = None, ended: bool = False
) -> list[StreamCurve]:
    """The curves of the streams under way, or those that have `ended`; of one question, where given. Three queries.

    Only of streams that may be shown.

    A curve begins on the day on which its group has enough conversations to be shown: evidence is made of counts.
    """
    watch = watch_of(assistant)
    if watch is None:
        return []
    streams = watch.streams.filter(ended_on__isnull=not ended, hidden=False).select_related("finding")
    if outcome is not None:
        streams = streams.filter(outcome=outcome)
    if dimension is not None:
        streams = streams.filter(dimension=dimension)
    chosen = list(streams.order_by("outcome", "dimension", "group", "pk"))
    days: dict[int, list[WatchDay]] = {stream.pk: [] for stream in chosen}
    for one in WatchDay.objects.filter(stream__in=chosen, n__gte=SMALLEST_SHOWN).order_by("day"):
        days[one.stream_id].append(one)
    alarm = -math.log(watch.params["alpha"])
    return [StreamCurve(stream, [_point(stream, one) for one in days[stream.pk]], alarm) for stream in chosen]


def hidden_streams(watch: Watch | None) -> int:
    """How many streams under way are watched without being shown."""
    return 0 if watch is None else watch.streams.filter(ended_on__isnull=True, hidden=True).count()


def _point(stream: WatchStream, one: WatchDay) -> Point:
    evidence = one.log_e + math.log(stream.share)
    return Point(one.day, evidence, one.k, one.n, one.reference_k, one.reference_n)


def _figures(stream: WatchStream, days: list[WatchDay], watch: Watch) -> StreamFigures:
    share = math.log(stream.share)
    return StreamFigures(
        outcome=stream.outcome,
        dimension=stream.dimension,
        group=stream.group,
        reference=stream.reference,
        alarm=1 / watch.params["alpha"],
        started_on=stream.started_on,
        alarmed_on=stream.alarmed_on,
        days=len(days),
        last=days[-1].log_e + share,
        most=max(day.log_e for day in days) + share,
        n=days[-1].n + days[-1].reference_n,
    )
