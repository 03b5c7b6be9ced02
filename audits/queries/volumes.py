"""How many conversations an assistant had, from its counts."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Sum

from assistants.models import Assistant

WEEK = timedelta(days=7)


def conversations_counted(assistant: Assistant) -> int:
    """All conversations in its counts, whatever their day."""
    counted: int = assistant.count_cells.filter(measure="total").aggregate(n=Sum("n", default=0))["n"]
    return counted


def weekly_volume(assistant: Assistant, *, weeks: int) -> list[tuple[date, int]]:
    """(first day, conversations) of the last `weeks` stretches of seven days up to its latest day, oldest first.

    Empty where nothing has been counted.
    """
    totals = assistant.count_cells.filter(measure="total")
    latest = totals.order_by("-day").values_list("day", flat=True).first()
    if latest is None:
        return []
    start = latest - weeks * WEEK + timedelta(days=1)
    volume = [0] * weeks
    for day, n in totals.filter(day__gte=start).values_list("day").annotate(n=Sum("n")).order_by("day"):
        volume[(day - start) // WEEK] += n
    return [(start + number * WEEK, n) for number, n in enumerate(volume)]
