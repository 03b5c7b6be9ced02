"""Keep the packs of count cells: those of a day after its fold, those of its month from its days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import connection
from django.utils import timezone

from audits.cube_packs import FAMILIES, packed, packed_rows, unpacked
from audits.models import CountPack

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
    """Pack the day's cells as they are now, and its month anew. Runs inside the fold, under its lock on the month."""
    with connection.cursor() as cursor:
        families = [f"{name}%" for name in FAMILIES]
        cursor.execute(_CELLS, {"assistant": assistant_id, "day": day, "families": families})
        packs = packed_rows(cursor.fetchall())
    packs_replace(assistant_id, day, packs, month=False)
    first = day.replace(day=1)
    days: dict[date, dict[str, bytes]] = defaultdict(dict)
    rows = CountPack.objects.filter(
        assistant_id=assistant_id, month=False, day__gte=first, day__lt=_next_month(first)
    ).values_list("day", "measure", "packed")
    for on, measure, pack in rows:
        days[on][measure] = bytes(pack)
    whole = unpacked(days.values())
    packs_replace(assistant_id, first, packed(whole) if whole.cells else {}, month=True)


def packs_replace(assistant_id: int, day: date, packs: Mapping[str, bytes], *, month: bool) -> None:
    """Keep these packs of the day, or of the month that begins with it, in place of what was kept."""
    old = CountPack.objects.filter(assistant_id=assistant_id, month=month, day=day)
    old.exclude(measure__in=packs).delete()
    now = timezone.now()
    CountPack.objects.bulk_create(
        [
            CountPack(assistant_id=assistant_id, month=month, day=day, measure=measure, packed=pack, packed_at=now)
            for measure, pack in packs.items()
        ],
        update_conflicts=True,
        unique_fields=["assistant", "month", "measure", "day"],
        update_fields=["packed", "packed_at"],
    )


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
