"""What has to hold before this installation serves, beside a database that answers. Higher floors add to it.

A process does not start, and /readyz answers 503, while a condition says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

Condition = Callable[[], str]

_conditions: dict[str, Condition] = {}


def register_condition(name: str, condition: Condition) -> None:
    """Declare a condition: it returns the empty text, or in words what is wrong, without personal data."""
    _conditions[name] = condition


def problems() -> dict[str, str]:
    """By name, what is wrong. Raises the database's own errors."""
    found = {name: condition() for name, condition in _conditions.items()}
    return {name: problem for name, problem in found.items() if problem}
