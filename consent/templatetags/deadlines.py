"""How far off a last day is, in words."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def days_off(last_day: date, today: date) -> str:
    """“10 days overdue”, “today”, “tomorrow” or “in 4 days”, counted in whole calendar days."""
    left = (last_day - today).days
    if left < 0:
        return f"{-left} day{'' if left == -1 else 's'} overdue"
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")


@register.filter
def days_to_spare(last_day: date, closed_at: datetime) -> str:
    """“4 days before it was due”, “on the day it was due” or “1 day after it was due”, in the portal's time zone."""
    left = (last_day - timezone.localdate(closed_at)).days
    if not left:
        return "on the day it was due"
    return f"{abs(left)} day{'' if abs(left) == 1 else 's'} {'before' if left > 0 else 'after'} it was due"
