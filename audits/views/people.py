"""People by name only: an address is nobody else's business."""

from __future__ import annotations

from portal.accounts.models import User


def name_of(person: User | None, nobody: str = "") -> str:
    """The person's name, `nobody` where there is none."""
    if person is None:
        return nobody
    return person.name or f"Person {person.pk}"
