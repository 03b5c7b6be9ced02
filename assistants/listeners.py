"""Whom the registry tells what became of conversations. Higher floors fill this from `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol


class DaysLeftListener(Protocol):
    """Called in the transaction of the change, at its end."""

    def __call__(self, *, assistant_id: int, days: Collection[date]) -> None: ...


_listeners: list[DaysLeftListener] = []


def on_days_left(listener: DaysLeftListener) -> DaysLeftListener:
    """Have `listener` called with the days whose counts revisions or corrections have made untrue."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def announce_days_left(*, assistant_id: int, days: Collection[date]) -> None:
    """Tell every listener, inside the caller's transaction; nothing where there are no such days."""
    for listener in _listeners if days else ():
        listener(assistant_id=assistant_id, days=days)
