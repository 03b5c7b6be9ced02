"""The days of the watch's streams: stored with their evidence, and shown only where the fairness page would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from assistants.models import Assistant
from audits.checks.monitoring import groups_hidden
from audits.engine.bias.watch import Curve
from audits.models import WatchDay, WatchStream
from audits.queries.windows import Window


def days_store(grown: Mapping[WatchStream, Curve]) -> dict[WatchStream, list[WatchDay]]:
    """The days' rows of each stream, with counts since its start, and the state to go on from; three statements.

    Also keeps what `streams_hide` decided.
    """
    latest = WatchDay.objects.filter(stream__in=list(grown)).order_by("stream_id", "-day").distinct("stream_id")
    before = {last.stream_id: (last.k, last.n, last.reference_k, last.reference_n) for last in latest}
    stored = {stream: _rows(stream, one, before.get(stream.pk, (0, 0, 0, 0))) for stream, one in grown.items()}
    WatchDay.objects.bulk_create([row for rows in stored.values() for row in rows])
    for stream, one in grown.items():
        stream.state = list(one.state)
    WatchStream.objects.bulk_update(grown, ["state", "hidden"])
    return stored


def streams_hide(streams: Iterable[WatchStream], *, assistant: Assistant, until: date) -> None:
    """Decide which of one question's streams may be shown, each by its own days before `until`; saves nothing."""
    small: dict[date, set[str | None]] = {}
    for stream in streams:
        if stream.started_on not in small:
            window = Window(stream.started_on, until)
            small[stream.started_on] = groups_hidden(
                assistant=assistant, outcome=stream.outcome, dimension=stream.dimension, window=window
            )
        stream.hidden = not small[stream.started_on].isdisjoint((stream.group, stream.reference))


def _rows(stream: WatchStream, grown: Curve, before: tuple[int, int, int, int]) -> list[WatchDay]:
    totals = [
        start + array.cumsum()
        for start, array in zip(before, (grown.k, grown.n, grown.reference_k, grown.reference_n), strict=True)
    ]
    return [
        WatchDay(stream=stream, day=day, log_e=float(log_e), k=k, n=n, reference_k=reference_k, reference_n=reference_n)
        for day, log_e, k, n, reference_k, reference_n in zip(
            grown.days, grown.log_e, *(total.tolist() for total in totals), strict=True
        )
    ]
