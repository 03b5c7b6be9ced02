"""Which team a request is about, and which of its data subjects."""

from __future__ import annotations

import uuid
from typing import Any, cast

from rest_framework.request import Request

from consent.models import DataSubject
from consent.queries.subjects import subject_by_reference
from portal.accounts.models import ApiKey, Team
from portal.core.access import require, teams_with
from portal.core.actors import Actor
from portal.core.errors import Denied, Invalid, NotFound


def team_asked(request: Request, slug: str | None, permission: str) -> Team:
    """The team asked about: the key's own, the only one, or the one named. Raises Denied, NotFound, Invalid."""
    actor = cast(Actor, request.user)
    if slug:
        team = Team.objects.filter(slug=slug).first()
        if team is None:
            raise NotFound("There is no such item.")
        require(actor, permission, team)
        return team
    if isinstance(actor, ApiKey):
        require(actor, permission, actor.team)
        return actor.team
    teams = teams_with(actor, permission)
    if not teams:
        raise Denied("Your roles or this key's scopes do not allow this.", code="role_missing")
    if len(teams) > 1:
        raise Invalid("You belong to several teams: name one.", field="team")
    return Team.objects.get(pk=next(iter(teams)))


def subject_named(team: Team, given: dict[str, Any]) -> DataSubject:
    """The team's data subject that a body names by `customer_ref` or `subject`. Raises NotFound."""
    public_id: uuid.UUID | None = given.get("subject")
    if public_id is not None:
        found = DataSubject.objects.filter(team=team, public_id=public_id).first()
    else:
        found = subject_by_reference(team=team, reference=given["customer_ref"])
    if found is None:
        raise NotFound("There is no such data subject.")
    return found
