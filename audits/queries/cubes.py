"""The joint counts of a window: everything that is asked of an assistant's counts, read once.

`window_cube` answers with an `audits.engine.bias.cube.Cube`, which slices in memory: tables of groups, groups within
strata, intersections. Its dimensions are those of `audits.queries.counts` (`intent`, `channel`, `language`,
`attribute:<name>`) and `release`, whose levels are primary keys as text.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from django.db import connection

from assistants.models import Assistant
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.queries.windows import Window

RELEASE = "release"
PLAIN = (RELEASE, "intent", "channel", "language")
_SUMS = """
    SELECT release_id::text, intent, channel, language, attributes, measure, value, sum(n)::bigint
    FROM audits_countcell
    WHERE assistant_id = %s AND measure = ANY(%s) AND day >= %s AND day < %s
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def window_cube(*, assistant: Assistant, measures: Sequence[str], window: Window) -> Cube:
    """The counts of these measures (`outcome.resolved`, `total`, …) in the window, by every dimension there is.

    One statement, however many conversations or questions there are. A measure that does not occur is none of the
    cube's; an attribute that nobody has is unknown wherever it is asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [assistant.pk, list(measures), window.since, window.until])
        rows = cursor.fetchall()
    held = [msgspec.json.decode(row[4]) for row in rows]
    names = sorted({name for attributes in held for name in attributes})
    dimensions = (*PLAIN, *(f"{ATTRIBUTE}{name}" for name in names))
    places = [(*row[:4], *map(attributes.get, names)) for row, attributes in zip(rows, held, strict=True)]
    columns = [[level or None for level in column] for column in zip(*places, strict=True)] or [[] for _ in dimensions]
    levels = tuple(tuple(sorted(set(one), key=lambda level: (level is None, level or ""))) for one in columns)
    codes = np.array(
        [[known.index(level) for level in column] for known, column in zip(levels, columns, strict=True)],
        dtype=np.intp,
    ).reshape(len(dimensions), len(rows))
    counts: dict[str, dict[str, np.ndarray]] = {}
    for cell, (*_, measure, value, n) in enumerate(rows):
        counts.setdefault(measure, {}).setdefault(value, np.zeros(len(rows), dtype=np.int64))[cell] = n
    cube = Cube(dimensions, levels, codes, counts).marginal(dimensions)
    return cube if window.release is None else cube.where(RELEASE, str(window.release.pk))
