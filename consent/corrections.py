"""Correcting what a higher floor keeps of a data subject. It registers how, from its AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# (subject id, name of an attribute, what is right) → (rows changed, what stood there before)
Correct = Callable[..., tuple[int, Any]]

# subject id → the names of the attributes that can be corrected
Names = Callable[[int], list[str]]

_registered: list[tuple[Correct, Names]] = []


def register_correction(correct: Correct, names: Names) -> None:
    """`correct(subject_id=, name=, value=)` corrects inside the caller's transaction; Invalid for an unknown name.

    `names(subject_id)` are the names that it knows, in one query.
    """
    _registered.append((correct, names))


def correctable(subject_id: int) -> list[str]:
    """The names of the attributes of this data subject that can be corrected, in order."""
    return sorted({name for _, names in _registered for name in names(subject_id)})


def corrected(*, subject_id: int, name: str, value: str) -> tuple[int, list[Any]]:
    """Have the attribute corrected wherever it is kept: rows changed, and the values that stood there before."""
    rows, before = 0, []
    for correct, _ in _registered:
        changed, stood = correct(subject_id=subject_id, name=name, value=value)
        rows += changed
        before += stood
    return rows, before
