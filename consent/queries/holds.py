"""Which data subjects are under a legal hold. Every disposal asks here first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from consent import holds
from consent.models import DataSubject, LegalHold
from consent.states import HoldScope
from portal.core.access import restrict
from portal.core.actors import Actor


@dataclass(frozen=True, slots=True)
class HoldsInForce:
    """The targets of the holds of one team that are in force. `whole_team` holds everything."""

    whole_team: bool
    subjects: frozenset[int]
    assistants: frozenset[int]

    def __bool__(self) -> bool:
        return self.whole_team or bool(self.subjects) or bool(self.assistants)


def holds_in_force(*, team_id: int) -> HoldsInForce:
    """What is held in a team at this moment. One query."""
    rows = LegalHold.objects.filter(team_id=team_id, released_at__isnull=True).values_list(
        "scope", "subject_id", "assistant_id"
    )
    found = list(rows.order_by())
    return HoldsInForce(
        whole_team=any(scope == HoldScope.TEAM for scope, _, _ in found),
        subjects=frozenset(subject for _, subject, _ in found if subject is not None),
        assistants=frozenset(assistant for _, _, assistant in found if assistant is not None),
    )


def held(subject_ids: Collection[int]) -> set[int]:
    """Which of these data subjects must not be erased: they, their team or an assistant they spoke with is held.

    Two queries, and one more where an assistant is held.
    """
    wanted = set(subject_ids)
    if not wanted:
        return set()
    found = LegalHold.objects.filter(released_at__isnull=True).filter(
        Q(subject__in=wanted) | Q(subject__isnull=True, team__data_subjects__in=wanted)
    )
    rows = set(found.order_by().values_list("scope", "subject_id", "team_id", "assistant_id"))
    held_ids = {subject for _, subject, _, _ in rows if subject is not None}
    teams = {team for scope, _, team, _ in rows if scope == HoldScope.TEAM}
    if teams:
        members = DataSubject.objects.filter(pk__in=wanted - held_ids, team__in=teams)
        held_ids |= set(members.values_list("pk", flat=True))
    assistants = {assistant for _, _, _, assistant in rows if assistant is not None}
    if assistants and wanted - held_ids:
        held_ids |= holds.assistants().reached(assistants, wanted - held_ids)
    return held_ids


def holds_for(actor: Actor) -> QuerySet[LegalHold]:
    """The holds that this actor may see, those in force first, then the latest."""
    found = LegalHold.objects.select_related("team", "subject", "placed_by", "released_by")
    return restrict(found, actor, "holds.view").order_by("released_at", "-placed_at", "-pk")
