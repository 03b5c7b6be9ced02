"""Which days a scheduled cycle covers, and when the next one opens.

Cycles open on the first day after a calendar day, ISO week, month or quarter (UTC) and cover exactly that stretch.
"""

from __future__ import annotations

from datetime import date, timedelta

from audits.models.cycles import Frequency

_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3}
_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}


def next_opening(frequency: str, after: date) -> date | None:
    """The first opening day later than `after`; None for a programme that opens by hand only."""
    start = _start(frequency, after)
    return None if start is None else _shifted(frequency, start, 1)


def period_opened(frequency: str, opens_on: date) -> tuple[date, date]:
    """The days (from ≤ day < until) of the cycle that opens on this day, which is moved back to an opening day.

    Raises ValueError for a frequency without periods.
    """
    until = _start(frequency, opens_on)
    if until is None:
        raise ValueError(f"{frequency} has no periods")
    return _shifted(frequency, until, -1), until


def _start(frequency: str, day: date) -> date | None:
    """The first day of the stretch that holds `day`."""
    if frequency == Frequency.DAILY:
        return day
    if frequency == Frequency.WEEKLY:
        return day - timedelta(days=day.weekday())
    if frequency in _MONTHS:
        length = _MONTHS[Frequency(frequency)]
        return day.replace(month=(day.month - 1) // length * length + 1, day=1)
    return None


def _shifted(frequency: str, start: date, stretches: int) -> date:
    if frequency in _DAYS:
        return start + timedelta(days=_DAYS[Frequency(frequency)] * stretches)
    month = start.year * 12 + start.month - 1 + _MONTHS[Frequency(frequency)] * stretches
    return date(month // 12, month % 12 + 1, 1)
