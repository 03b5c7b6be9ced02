"""The copy of a customer's data that a person reads: times, lists and kinds in words, nothing that says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from consent.traces import Section

_NOTHING: tuple[Any, ...] = (None, "", [], {})


def section_html(section: Section) -> SafeString:
    """A section for `index.html`: by its own template, or as a table, a list of terms, or a list."""
    data = section.data if section.shown is None else section.shown
    rows = [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []
    # A column that no row fills would only take the room of the others.
    filled = {name for row in rows for name, value in row.items() if value not in _NOTHING}
    columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name in filled]
    context = {
        "section": section,
        "data": data,
        "columns": columns,
        "rows": [[(name, in_words(row.get(name))) for name in columns] for row in rows],
        "terms": [(name, in_words(value)) for name, value in data.items() if value is not None]
        if isinstance(data, Mapping)
        else [],
    }
    return render_to_string(section.template or "consent/package/section.html", context)


def in_words(value: Any) -> str:
    """A value as a person reads it. Times are in UTC and say so; the reader's zone is not known."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    return "" if value is None else str(value)
