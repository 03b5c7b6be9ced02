"""By when a request of a data subject has to be answered. Pure calendar arithmetic over days.

GDPR Art. 12(3): one month from receipt, extendable by two further months. Computed by Regulation (EEC, Euratom)
1182/71: the day of receipt does not count (Art. 3(1)), a period in months ends on the day of the same number or, where
the last month has none, on its last day (Art. 3(2)(c)), and where that is a Saturday, a Sunday or a public holiday, on
the next working day (Art. 3(4)). The United Kingdom's authority computes alike. Of the public holidays, 25 December and
1 January are built in, being those of every Member State; others are named by the caller. An unknown one only makes the
deadline earlier than the law would.

CCPA: 45 days from receipt, whatever the time that verification takes, extendable once by 45 (Cal. Civ. Code
§ 1798.130(a)(2)(A); 11 CCR § 7021). The last day is not moved off weekends, which again is the stricter reading.

The clock stops only under the GDPR, and only while the person's identity is in doubt (EDPB Guidelines 01/2022, 157).
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import date, timedelta

from consent.request_states import HoldReason, Jurisdiction

MONTHS, FURTHER_MONTHS = 1, 2
DAYS, FURTHER_DAYS = 45, 45
_EVERYWHERE = frozenset({(1, 1), (12, 25)})  # (month, day)


def due_on(
    *,
    jurisdiction: str,
    received_on: date,
    extended: bool = False,
    stopped_days: int = 0,
    holidays: Collection[date] = (),
) -> date:
    """The last day on which the answer is in time. Whole days on which the clock stood still put the start off."""
    if jurisdiction == Jurisdiction.CCPA:
        return received_on + timedelta(days=DAYS + (FURTHER_DAYS if extended else 0))
    start = received_on + timedelta(days=stopped_days)
    return next_working_day(months_after(start, MONTHS + (FURTHER_MONTHS if extended else 0)), holidays=holidays)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_working_day(day: date, *, holidays: Collection[date] = ()) -> date:
    """`day` itself, or the first day after it that is neither weekend nor holiday."""
    while day.weekday() >= 5 or (day.month, day.day) in _EVERYWHERE or day in holidays:
        day += timedelta(days=1)
    return day


def stops_clock(*, jurisdiction: str, reason: str) -> bool:
    """Whether the time on hold for this reason does not count."""
    return jurisdiction == Jurisdiction.GDPR and reason == HoldReason.IDENTITY
