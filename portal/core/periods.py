"""Spans of days in words."""

from __future__ import annotations

import datetime


def period_words(first: datetime.date, last: datetime.date) -> str:
    """Both days included, without saying a month or year twice: "1 – 31 Mar 2025", "27 Sep – 25 Nov 2026"."""
    end = f"{last:%-d %b %Y}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first:%-d %b %Y} – {end}"
    return f"{first:%-d} – {end}" if first.month == last.month else f"{first:%-d %b} – {end}"
