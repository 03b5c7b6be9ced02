"""Telling the listeners of a change that may forbid uses: of whom, with all they are merged with, for what."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from consent.listeners import announce_restriction
from consent.models import Purpose
from consent.people import parts_of
from consent.queries.facts import links_of


def announce_for(*, subject_ids: Collection[int], team_id: int, purpose_ids: Collection[int] | None = None) -> None:
    """Announce, inside the caller's transaction; without `purpose_ids`, for every purpose of the team."""
    if not subject_ids:
        return
    if purpose_ids is None:
        purpose_ids = list(Purpose.objects.filter(team=team_id).values_list("pk", flat=True))
    now = timezone.now()
    people = parts_of(subject_ids, links_of(subject_ids, known_at=now), known_at=now)
    concerned = {one for parts in people.values() for part in parts for one in part}
    announce_restriction(subject_ids=concerned, purpose_ids=purpose_ids)
