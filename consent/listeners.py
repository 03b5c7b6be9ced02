"""Whom the consent app tells that a use may no longer be permitted. Higher floors fill this from `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class RestrictionListener(Protocol):
    """Called in the transaction of the change. It enqueues work and raises nothing."""

    def __call__(self, *, subject_ids: frozenset[int], purpose_ids: frozenset[int]) -> None: ...


_listeners: list[RestrictionListener] = []


def on_restriction(listener: RestrictionListener) -> RestrictionListener:
    """Have `listener` called for each withdrawal, refusal, objection, invalidation, restriction, erasure or merge.

    It gets the ids of the data subjects, with all they are merged with, and of the purposes concerned. It says that
    decisions may have become stricter, not that they have: ask again.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def announce_restriction(*, subject_ids: Collection[int], purpose_ids: Collection[int]) -> None:
    """Tell every listener, inside the caller's transaction; nothing where either is empty."""
    if not subject_ids or not purpose_ids:
        return
    for listener in _listeners:
        listener(subject_ids=frozenset(subject_ids), purpose_ids=frozenset(purpose_ids))
