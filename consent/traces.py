"""Where something of a data subject is kept: every floor says so here, and access and erasure ask all of them.

A higher floor registers its traces from its AppConfig.ready. Erasure runs in one transaction: first every `lock`, from
the lowest floor up, so that no writer is half-way; then every `purge`, from the highest floor down, while the data key
still opens what is there; then the key is destroyed. Afterwards every `look` has to find nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from consent.models import DataSubject

Subjects = Collection[int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value that stays behind, sealed under a data key: the check after an erasure tries to open it."""

    data_key: uuid.UUID
    place: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Section:
    """A part of what a data subject gets to see: plain JSON types, with a title and a sentence for people.

    `provided` marks what the subject themselves provided, which is all that portability (GDPR Art. 20) covers.
    `shown` says the same for people where `data` has codes and ids: a dict, or dicts of one row each, of names as they
    are read and of texts, numbers, dates, times or lists of texts. Whoever keeps nothing else in `data` leaves it out.
    `template` shows it in the readable copy (context: `section`, `data`); without one it is shown as lists and tables.
    """

    name: str
    title: str
    data: Any
    shown: Any = None
    note: str = ""
    provided: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One kind of place. All functions cost in proportion to what is kept of these subjects, never to the table.

    `name` is stable and stands in certificates, such as `audits.detections`; `label` says it in words. `lock` takes
    the row locks that hold writers back; `purge` removes, inside the caller's transaction, and returns how many rows
    it changed; `look` counts the rows in which something is left. `settle`, called last, asks for a job where the purge
    leaves work to one: until it is done, `look` may find something. `sealed` gives what deliberately stays, sealed.
    `export` gives what the subject may see. Purging twice changes nothing more.
    """

    name: str
    label: str
    purge: Callable[[Subjects], int]
    look: Callable[[Subjects], int]
    lock: Callable[[Subjects], None] | None = None
    settle: Callable[[Subjects], None] | None = None
    sealed: Callable[[Subjects], Iterable[Sealed]] | None = None
    export: Callable[[DataSubject], Iterable[Section]] | None = None


_traces: dict[str, Trace] = {}


def register_trace(trace: Trace) -> None:
    """Declare a place; called once, from an app's `ready`."""
    _traces[trace.name] = trace


def traces() -> list[Trace]:
    """Every trace, lower floors first."""
    return list(_traces.values())
