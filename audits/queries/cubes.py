"""The joint counts of a window: everything that is asked of an assistant's counts, read once.

`window_cube` answers with an `audits.engine.bias.cube.Cube`, which slices in memory: tables of groups, groups within
strata, intersections. Its dimensions are those of `audits.queries.counts` (`intent`, `channel`, `language`,
`attribute:<name>`) and `release`, whose levels are primary keys as text. It holds the measures that are packed
(audits.cube_packs): `total`, `scan.state`, the outcomes and scan results that are true or false anywhere in it, and
scores, quality of service and truths by their bins.

What is asked by one dimension at a time, as most is, `window_margins` answers without the joint counts.

A process keeps the last few cubes. One statement says whether what is kept is still what is stored; where it is not, a
second one reads the packs: whole months, and the weeks and days before and after them.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from threading import Lock
from typing import Any, TypeVar

import msgspec
from django.db import connection
from psycopg import Cursor
from psycopg.pq import Format

from assistants.models import Assistant
from audits.cube_margins import margin_cube
from audits.cube_packs import unpacked
from audits.engine.bias.cube import Cube
from audits.pack_layout import OUTCOMES, PROFILES, RELEASE, Profiles
from audits.queries.windows import Window

_KEPT = 6
_PLACES = """
    audits_countpack JOIN (
        SELECT true AS month, false AS week, unnest(%(months)s::date[]) AS day
        UNION ALL SELECT false, true, unnest(%(weeks)s::date[])
        UNION ALL SELECT false, false, unnest(%(days)s::date[])
    ) stretch USING (month, week, day)
"""
# The packs of weeks and months change with those of their days. Days packed before there were weeks have none.
_STAMP = """
    SELECT count(*) FILTER (WHERE NOT week), COALESCE(sum(extract(epoch FROM packed_at)) FILTER (WHERE NOT week), 0),
           COALESCE(array_agg(day ORDER BY day) FILTER (WHERE week), '{}')
    FROM audits_countpack
    WHERE assistant_id = %(assistant)s AND NOT month AND measure = '' AND day >= %(since)s AND day < %(until)s
"""
_PACKS = f"""
    SELECT month, week, day, measure, packed FROM {_PLACES}
    WHERE assistant_id = %(assistant)s AND (measure = ANY(%(measures)s) OR measure LIKE ANY(%(families)s))
"""  # noqa: S608 - constants only
USUAL = ("total", "scan.state", OUTCOMES)

Stamp = tuple[Any, ...]
"""What is another as soon as any count of a window, of whatever release, was folded anew."""

_Read = TypeVar("_Read", Cube, Cube | None)

_cubes: OrderedDict[tuple[Any, ...], tuple[Stamp, Any]] = OrderedDict()
_lock = Lock()


def window_cube(*, assistant: Assistant, window: Window, measures: Sequence[str] = USUAL) -> Cube:
    """The counts of these measures (`outcome.resolved`, `scan.refused`, …) in the window, by every dimension there is.

    A measure that ends with a point stands for all that begin with it: `OUTCOMES` for all true/false outcomes.

    Two statements at most, however many conversations, days or questions there are, and one where this process has
    lately answered the same. A measure that does not occur is none of the cube's; an attribute that nobody has is
    unknown wherever it is asked for.
    """
    return stamped_cube(assistant=assistant, window=window, measures=measures)[1]


def stamped_cube(*, assistant: Assistant, window: Window, measures: Sequence[str] = USUAL) -> tuple[Stamp, Cube]:
    """`window_cube` with the stamp of what it holds, for whatever else is kept as long as that is so."""
    key = (connection.alias, assistant.pk, window.since, window.until, tuple(sorted(measures)))
    stamp = stamp_of(assistant=assistant, window=window)

    def read() -> Cube:
        packs: dict[tuple[bool, bool, date], dict[str, bytes]] = defaultdict(dict)
        for month, week, day, measure, packed in _packs(assistant, window, stamp, [PROFILES, *measures]):
            packs[month, week, day][measure] = packed
        return unpacked(packs.values(), answered=True)

    cube = _kept(key, stamp, read)
    return stamp, cube if window.release is None else cube.where(RELEASE, str(window.release.pk))


def window_margins(*, assistant: Assistant, window: Window, measures: Sequence[str] = USUAL) -> Cube:
    """What `window_cube` says by any one dimension, or by it and the release, from the sums that stretches keep of it.

    It holds the margins of at least these measures, and only of its release where the window is of one. Asked by more,
    it raises LookupError; but where a stretch of the window keeps no margins, it is `window_cube`: the stretch was last
    packed before there were any, or has too many levels for them.

    Two statements at most, or four for such a window, and one where this process has lately answered the same, whatever
    the measures.
    """
    release = None if window.release is None else str(window.release.pk)
    stamp = stamp_of(assistant=assistant, window=window)

    def read() -> Cube | None:
        packs = _packs(assistant, window, stamp, [PROFILES])
        profiles = [msgspec.msgpack.decode(packed, type=Profiles) for *_, packed in packs]
        return margin_cube(profiles, release=release)

    key = (connection.alias, assistant.pk, window.since, window.until, "margins", release)
    margins = _kept(key, stamp, read)
    return window_cube(assistant=assistant, window=window, measures=measures) if margins is None else margins


def forget() -> None:
    """Let go of the cubes that this process keeps."""
    with _lock:
        _cubes.clear()


def stamp_of(*, assistant: Assistant, window: Window) -> Stamp:
    """One statement."""
    place: dict[str, Any] = {"assistant": assistant.pk, "since": window.since, "until": window.until}
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, place)
        stamp: Stamp = cursor.fetchone()
    return stamp


def _kept(key: tuple[Any, ...], stamp: Stamp, read: Callable[[], _Read]) -> _Read:
    """What this process keeps under the key, if that is still of this stamp, or else what is read now."""
    with _lock:
        kept = _cubes.get(key)
        if kept is not None:
            _cubes.move_to_end(key)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    cube = read()
    with _lock:
        _cubes[key] = stamp, cube
        while len(_cubes) > _KEPT:
            _cubes.popitem(last=False)
    return cube


def _packs(
    assistant: Assistant, window: Window, stamp: Stamp, measures: Sequence[str]
) -> Iterator[tuple[bool, bool, date, str, bytes]]:
    """Month, week, first day, measure and pack of all stretches of the window: whole months, and weeks and days beside.

    A measure that ends with a point stands for all that begin with it.
    """
    months, weeks, days = _stretches(window, stamp[-1])
    wanted = {
        "assistant": assistant.pk,
        "months": months,
        "weeks": weeks,
        "days": days,
        "measures": list(measures),
        "families": [f"{name}%" for name in measures if name.endswith(".")],
    }
    for month, week, day, measure, packed in _binary_rows(_PACKS, wanted):
        yield month, week, day, measure, bytes(packed)


def _stretches(window: Window, held: Collection[date]) -> tuple[list[date], list[date], list[date]]:
    """The first days of the whole months in the window, of the whole weeks beside them that are held, and the rest."""
    months, weeks, days, day = [], [], [], window.since
    while day < window.until:
        next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        next_week = min(day + timedelta(days=7), next_month)
        if day.day == 1 and next_month <= window.until:
            months.append(day)
            day = next_month
        elif day in held and next_week <= window.until:
            weeks.append(day)
            day = next_week
        else:
            days.append(day)
            day += timedelta(days=1)
    return months, weeks, days


def _binary_rows(statement: str, values: dict[str, Any]) -> list[Any]:
    """Rows of packs, which as text would be twice as long; Django's own cursors read only text."""
    connection.ensure_connection()
    cursor = Cursor(connection.connection)
    cursor.format = Format.BINARY
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrapped(cursor) as wrapper:  # type: ignore[arg-type]  # the stubs know no driver's cursor
        wrapper.execute(statement, values)
        return wrapper.fetchall()
