"""Arguments of commands that name a row."""

from __future__ import annotations

from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def by_name(rows: QuerySet[M], field: str, name: str, missing: str, hint: str = "") -> M:
    """The row whose `field` is `name`. Raises CommandError: `missing`, then the names there are, then the hint."""
    row = rows.filter(**{field: name}).first()
    if row is None:
        known = ", ".join(rows.order_by(field).values_list(field, flat=True)) or "none"
        raise CommandError(f"{missing}; known: {known}. {hint}".rstrip(), returncode=2)
    return row
