"""Keep the packs of count cells: those of a day after its fold, those of its week and month from its days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import connection
from django.utils import timezone

from audits.cube_packs import packed, packed_rows, unpacked, week_of
from audits.models import CountPack
from audits.pack_layout import FAMILIES

_CELLS = """
    SELECT COALESCE(release_id::text, ''), intent, channel, language, attributes::text, measure,
           CASE WHEN value IN ('true', 'false') OR measure = 'scan.state' OR measure LIKE ANY(%(families)s)
               THEN value ELSE '' END AS kept, sum(n)::bigint
    FROM audits_countcell
    WHERE assistant_id = %(assistant)s AND day = %(day)s
        AND (measure = 'total' OR measure LIKE ANY(%(families)s || ARRAY['outcome.%%', 'scan.%%']))
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def day_pack(*, assistant_id: int, day: date) -> None:
    """Pack the day's cells as they are now, and its week and month anew. Runs inside the fold, under its lock."""
    with connection.cursor() as cursor:
        families = [f"{name}%" for name in FAMILIES]
        cursor.execute(_CELLS, {"assistant": assistant_id, "day": day, "families": families})
        packs = packed_rows(cursor.fetchall())
    packs_replace(assistant_id, day, packs)
    first = day.replace(day=1)
    days: dict[date, dict[str, bytes]] = defaultdict(dict)
    rows = CountPack.objects.filter(
        assistant_id=assistant_id, month=False, week=False, day__gte=first, day__lt=_next_month(first)
    ).values_list("day", "measure", "packed")
    for on, measure, pack in rows:
        days[on][measure] = bytes(pack)
    began = week_of(day)
    week = unpacked(packs for on, packs in days.items() if week_of(on) == began)
    packs_replace(assistant_id, began, packed(week) if week.cells else {}, week=True)
    whole = unpacked(days.values())
    packs_replace(assistant_id, first, packed(whole) if whole.cells else {}, month=True)


def packs_replace(
    assistant_id: int, day: date, packs: Mapping[str, bytes], *, week: bool = False, month: bool = False
) -> None:
    """Keep these packs of the day, or of the week or month that begins with it, in place of what was kept."""
    old = CountPack.objects.filter(assistant_id=assistant_id, month=month, week=week, day=day)
    old.exclude(measure__in=packs).delete()
    now = timezone.now()
    CountPack.objects.bulk_create(
        [
            CountPack(
                assistant_id=assistant_id,
                month=month,
                week=week,
                day=day,
                measure=measure,
                packed=pack,
                packed_at=now,
            )
            for measure, pack in packs.items()
        ],
        update_conflicts=True,
        unique_fields=["assistant", "month", "week", "measure", "day"],
        update_fields=["packed", "packed_at"],
    )


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
