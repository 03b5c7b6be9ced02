"""What a connector may still be asked: its rate and its month, counted in its row for all workers together.

The rate is one virtual queue (GCRA without a burst; ITU-T I.371, 1993): each question takes the next slot, and slots
are 60 / rate seconds apart. A slot is taken in the transaction that marks the question as sent, so that whatever dies
afterwards has been counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from audits.models import ProbeConnector

LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Slot:
    """Granted where `wait` (seconds until it is worth asking again) is 0 and `spent` (which budget) is empty."""

    wait: float = 0.0
    spent: str = ""


def slot_take(connector: ProbeConnector, *, characters: int, now: datetime | None = None) -> Slot:
    """Take the next slot of a connector that the caller has locked, if there is one now."""
    now = now or timezone.now()
    _month_begin(connector, now)
    if connector.used_requests >= connector.month_requests:
        return Slot(spent=f"This month's {connector.month_requests:,} requests of the connector are used up.")
    if connector.used_characters + characters > connector.month_characters:
        return Slot(spent=f"This month's {connector.month_characters:,} characters of the connector are used up.")
    if connector.next_slot_at is not None and connector.next_slot_at > now:
        return Slot(wait=(connector.next_slot_at - now).total_seconds())
    connector.next_slot_at = now + timedelta(seconds=60 / connector.requests_per_minute)
    connector.used_requests += 1
    connector.used_characters += characters
    connector.save(update_fields=["month", "used_requests", "used_characters", "next_slot_at"])
    return Slot()


def pause(connector: ProbeConnector, *, seconds: float) -> None:
    """Nobody asks for so long. The caller has locked the connector."""
    until = timezone.now() + timedelta(seconds=min(seconds, LONGEST_WAIT))
    if connector.next_slot_at is None or connector.next_slot_at < until:
        connector.next_slot_at = until
        connector.save(update_fields=["next_slot_at"])


def left_this_month(connector: ProbeConnector, *, now: datetime | None = None) -> tuple[int, int]:
    """Requests and characters that the month still allows."""
    if connector.month != _first_day(now or timezone.now()):
        return connector.month_requests, connector.month_characters
    return (
        max(0, connector.month_requests - connector.used_requests),
        max(0, connector.month_characters - connector.used_characters),
    )


def _month_begin(connector: ProbeConnector, now: datetime) -> None:
    first = _first_day(now)
    if connector.month != first:
        connector.month, connector.used_requests, connector.used_characters = first, 0, 0


def _first_day(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)
