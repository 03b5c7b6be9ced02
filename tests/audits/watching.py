"""Counts of many days for the daily watch, with a gap that begins where it is told to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from audits.models import CountCell

START = date(2025, 1, 1)
INTENTS = {"billing": 0.7, "delivery": 0.9}


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def cells(assistant, rows) -> None:
    """Count cells without conversations: (day, intent, attributes, resolved, n)."""
    CountCell.objects.bulk_create(
        CountCell(
            assistant=assistant,
            day=day,
            intent=intent,
            channel="web",
            language="en",
            attributes=attributes,
            measure=measure,
            value=value,
            n=number,
        )
        for day, intent, attributes, k, n in rows
        for measure, value, number in (
            ("outcome.resolved", "true", k),
            ("outcome.resolved", "false", n - k),
            ("total", "", n),
        )
        if number
    )


def counts_make(assistant, *, days=40, gap=0.0, since=0, seed=3, groups=("18–34", "35–64", "65+")) -> None:
    """`days` days from START on; from day `since` on the last group is `gap` worse off."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(days):
        for group in groups:
            for intent, rate in INTENTS.items():
                n = 60 if group == "35–64" else 25
                rate = rate - gap if group == groups[-1] and number >= since else rate
                rows.append((START + timedelta(number), intent, {"age": group}, int(random.binomial(n, rate)), n))
    cells(assistant, rows)
