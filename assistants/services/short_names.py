"""Short names stand in addresses, so that no two rows of any teams share one, however it is written."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from portal.core.errors import Invalid

_NOT_TO_BE_HAD = "This short name cannot be used. Choose another."


def require_free(slug: str, *, among: QuerySet[Any], own: Q, reserved: frozenset[str] = frozenset()) -> None:
    """Raise Invalid unless nobody has the short name, in upper or lower case. Two who ask at once wait for each other.

    Of rows that are not the team's `own` nothing is said: a name of another team's is refused in the words of one that
    the portal keeps for itself.
    """
    with connection.cursor() as cursor:
        place = f"{among.model._meta.label_lower}.slug {slug.lower()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
    taken = among.filter(slug__iexact=slug)
    if (mine := taken.filter(own).values_list("slug", flat=True).first()) is not None:
        same = mine == slug
        told = "Your team has one with this short name." if same else "Your team has one that differs in case only."
        raise Invalid(told, field="slug")
    if slug in reserved or taken.exists():
        raise Invalid(_NOT_TO_BE_HAD, field="slug")
