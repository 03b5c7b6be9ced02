"""Which data subjects are under a legal hold. Every disposal asks here first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from consent import holds
from consent.models import DataSubject, LegalHold, ProcessingRestriction, SubjectRequest
from consent.people import parts_of
from consent.queries.facts import links_of
from consent.request_states import ANSWERED_FROM_DATA, CLOSED
from consent.states import HoldScope
from portal.core.access import restrict
from portal.core.actors import Actor


@dataclass(frozen=True, slots=True)
class HoldsInForce:
    """What retention must leave alone in one team. `whole_team` holds everything.

    `subjects` are those under a hold of their own, those whose processing is restricted (GDPR Art. 18: restricted data
    is kept) and those whose open request is answered from the data, with all that they are merged with.
    """

    whole_team: bool
    subjects: frozenset[int]
    assistants: frozenset[int]

    def __bool__(self) -> bool:
        return self.whole_team or bool(self.subjects) or bool(self.assistants)


def holds_in_force(*, team_id: int) -> HoldsInForce:
    """What is held in a team at this moment. Four queries."""
    rows = LegalHold.objects.filter(team_id=team_id, released_at__isnull=True).values_list(
        "scope", "subject_id", "assistant_id"
    )
    found = list(rows.order_by())
    restricted = ProcessingRestriction.objects.filter(subject__team_id=team_id, lifted_at__isnull=True)
    subjects = {subject for _, subject, _ in found if subject is not None}
    subjects |= set(restricted.order_by().values_list("subject_id", flat=True))
    asked = SubjectRequest.objects.filter(team_id=team_id, subject__isnull=False, kind__in=sorted(ANSWERED_FROM_DATA))
    subjects |= set(asked.exclude(state__in=CLOSED).order_by().values_list("subject_id", flat=True))
    return HoldsInForce(
        whole_team=any(scope == HoldScope.TEAM for scope, _, _ in found),
        subjects=frozenset(one for people in _people(subjects).values() for one in people),
        assistants=frozenset(assistant for _, _, assistant in found if assistant is not None),
    )


def held(subject_ids: Collection[int]) -> set[int]:
    """Which of these data subjects must not be erased: they, their team or an assistant they spoke with is held.

    A hold on one record of a person holds every record that it is merged with, a proposed merge included. Three
    queries, and one more where an assistant is held.
    """
    people = _people(subject_ids)
    if not people:
        return set()
    everyone = {one for found in people.values() for one in found}
    found = LegalHold.objects.filter(released_at__isnull=True).filter(
        Q(subject__in=everyone) | Q(subject__isnull=True, team__data_subjects__in=everyone)
    )
    rows = set(found.order_by().values_list("scope", "subject_id", "team_id", "assistant_id"))
    held_ids = {subject for _, subject, _, _ in rows if subject is not None}
    teams = {team for scope, _, team, _ in rows if scope == HoldScope.TEAM}
    if teams:
        members = DataSubject.objects.filter(pk__in=everyone, team__in=teams)
        held_ids |= set(members.values_list("pk", flat=True))
    assistants = {assistant for _, _, _, assistant in rows if assistant is not None}
    if assistants and everyone - held_ids:
        held_ids |= holds.assistants().reached(assistants, everyone - held_ids)
    return {subject for subject, found in people.items() if found & held_ids}


def _people(subject_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Each subject with all that they are, or may be, one person with. One query."""
    if not subject_ids:
        return {}
    now = timezone.now()
    parts = parts_of(subject_ids, links_of(subject_ids, known_at=now), known_at=now)
    return {subject: frozenset(one for part in found for one in part) for subject, found in parts.items()}


def holds_for(actor: Actor) -> QuerySet[LegalHold]:
    """The holds that this actor may see, those in force first, then the latest."""
    found = LegalHold.objects.select_related("team", "subject", "placed_by", "released_by")
    return restrict(found, actor, "holds.view").order_by("released_at", "-placed_at", "-pk")
