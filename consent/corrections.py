"""Correcting what a higher floor keeps of a data subject. It registers how, from its AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# (subject id, name of an attribute, what is right) → (rows changed, what stood there before)
Correct = Callable[..., tuple[int, Any]]

_registered: list[Correct] = []


def register_correction(correct: Correct) -> None:
    """`correct(subject_id=, name=, value=)` corrects inside the caller's transaction; Invalid for an unknown name."""
    _registered.append(correct)


def corrected(*, subject_id: int, name: str, value: str) -> tuple[int, list[Any]]:
    """Have the attribute corrected wherever it is kept: rows changed, and the values that stood there before."""
    rows, before = 0, []
    for correct in _registered:
        changed, stood = correct(subject_id=subject_id, name=name, value=value)
        rows += changed
        before += stood
    return rows, before
