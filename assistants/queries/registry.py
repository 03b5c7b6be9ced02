"""Assistants and releases as an actor may see them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from assistants.models import Assistant, Release
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound


def assistants_for(actor: Actor) -> QuerySet[Assistant]:
    """The assistants that this actor may see, with their teams, by name."""
    return restrict(Assistant.objects.select_related("team"), actor, "assistants.view").order_by("name", "pk")


def assistant_for(actor: Actor, slug: str, *, permission: str = "assistants.view") -> Assistant:
    """One assistant. Raises NotFound where there is none for this actor, Denied where `permission` is missing."""
    assistant = Assistant.objects.select_related("team").filter(slug=slug).first()
    if assistant is None:
        raise NotFound("There is no such item.")
    require(actor, permission, assistant)
    return assistant


def current_release(assistant: Assistant, at: datetime) -> Release | None:
    """The release that met customers at that moment: the last one released by then."""
    return assistant.releases.filter(released_at__lte=at).order_by("-released_at", "-pk").first()
