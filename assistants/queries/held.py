"""What a legal hold on an assistant reaches, for the consent floor, which knows no assistants."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from assistants.models import Assistant, Conversation, DatasetRow
from consent.holds import HeldAssistants


def _reached(assistant_ids: Collection[int], subject_ids: Collection[int]) -> set[int]:
    conversations = Conversation.objects.filter(assistant__in=assistant_ids, subject__in=subject_ids)
    rows = DatasetRow.objects.filter(dataset__assistant__in=assistant_ids, subject__in=subject_ids, erased_at=None)
    talked = conversations.order_by().values_list("subject_id", flat=True)
    return set(talked.union(rows.order_by().values_list("subject_id", flat=True)))


def _names(assistant_ids: Collection[int]) -> dict[int, str]:
    return dict(Assistant.objects.filter(pk__in=assistant_ids).order_by().values_list("pk", "name"))


def _team_of(assistant_id: int) -> int | None:
    return Assistant.objects.filter(pk=assistant_id).values_list("team_id", flat=True).first()


def _listed(team_ids: Collection[int]) -> list[tuple[int, str]]:
    return list(Assistant.objects.filter(team__in=team_ids).order_by("name", "pk").values_list("pk", "name"))


def _met(assistant_ids: Collection[int], path: str) -> ExpressionWrapper:
    assistants = sorted(assistant_ids)
    talked = Exists(Conversation.objects.filter(assistant__in=assistants, subject=OuterRef(path)))
    trained = DatasetRow.objects.filter(dataset__assistant__in=assistants, subject=OuterRef(path), erased_at=None)
    return ExpressionWrapper(Q(talked) | Q(Exists(trained)), output_field=BooleanField())


HELD = HeldAssistants(reached=_reached, names=_names, team_of=_team_of, listed=_listed, met=_met)
