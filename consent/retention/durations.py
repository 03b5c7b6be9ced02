"""Calendar durations (ISO 8601-1:2019, 5.5.2) and their arithmetic.

`P1Y6M` is added as a person would count: months first, to the same day or the month's last one where it has no such
day, then days, then the time of day. PostgreSQL adds an interval in the same order, in UTC, so that the database and
Python agree on every deadline.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.core.errors import Invalid

_FORM = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?)?)",
    re.ASCII,
)
_SPOKEN = re.compile(r"(\d{1,5}) ?(year|month|week|day|hour)s?(?: and |, ?| |$)", re.ASCII | re.IGNORECASE)
LONGEST_MONTHS = 1200
LONGEST_DAYS = 36525


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, days and minutes, each zero or more."""

    months: int = 0
    days: int = 0
    minutes: int = 0

    def after(self, moment: datetime) -> datetime:
        """The moment that lies this long after an aware `moment` in UTC."""
        month = moment.month - 1 + self.months
        year, month = moment.year + month // 12, month % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return moment.replace(year=year, month=month, day=day) + timedelta(days=self.days, minutes=self.minutes)

    @property
    def shortest(self) -> timedelta:
        """What it lasts at least, whenever it begins: a month has 28 days or more."""
        return timedelta(days=28 * self.months + self.days, minutes=self.minutes)

    @property
    def interval(self) -> str:
        """The same as PostgreSQL reads it."""
        return f"{self.months} months {self.days} days {self.minutes} minutes"

    def __str__(self) -> str:
        """In words: `1 year 6 months`."""
        years, months = divmod(self.months, 12)
        hours, minutes = divmod(self.minutes, 60)
        parts = ((years, "year"), (months, "month"), (self.days, "day"), (hours, "hour"), (minutes, "minute"))
        return " ".join(f"{n} {word}{'s' * (n != 1)}" for n, word in parts if n) or "at once"


def duration(text: str, *, field: str = "period") -> Duration:
    """Read `P90D`, `P1Y6M`, `P2W`, `PT12H`. Raises Invalid that names `field`."""
    match = _FORM.fullmatch(text.strip().upper())
    if match is None or text.strip().upper() in ("P", "PT") or text.strip().upper().endswith("T"):
        raise Invalid("Write a duration such as P90D, P6M, P2Y or P1Y6M (ISO 8601).", field=field)
    part = {name: int(value or 0) for name, value in match.groupdict().items()}
    read = Duration(
        months=12 * part["years"] + part["months"],
        days=7 * part["weeks"] + part["days"],
        minutes=60 * part["hours"] + part["minutes"],
    )
    if read.months > LONGEST_MONTHS or read.days > LONGEST_DAYS:
        raise Invalid("A retention period is a hundred years at most.", field=field)
    return read


def spelled(text: str) -> str:
    """The ISO 8601 form of what a person writes, such as `90 days` or `1 year 6 months`; anything else as it came."""
    parts = _SPOKEN.findall(text.strip())
    units = {unit.lower(): int(n) for n, unit in parts}
    if not parts or len(units) < len(parts) or _SPOKEN.sub("", text.strip()):
        return text
    days = units.get("day", 0) + 7 * units.get("week", 0)
    date = "".join(f"{n}{letter}" for n, letter in ((units.get("year"), "Y"), (units.get("month"), "M")) if n)
    if days or not date:
        date += f"{days}D"
    return f"P{date}" + (f"T{units['hour']}H" if "hour" in units else "")
