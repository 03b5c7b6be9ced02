"""How far off a last day is, in words."""

from __future__ import annotations

from datetime import date

from django import template

register = template.Library()


@register.filter
def days_off(last_day: date, today: date) -> str:
    """“10 days overdue”, “today”, “tomorrow” or “in 4 days”, counted in whole calendar days."""
    left = (last_day - today).days
    if left < 0:
        return f"{-left} day{'' if left == -1 else 's'} overdue"
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
