"""One way to ask "may they?": `can`, `require`, `restrict`.

Each app's `rules.py` names its permissions with `permit(...)`. A permission is held in a team through a role or an
API-key scope; what belongs to no team of the actor does not exist for them.
"""

from __future__ import annotations

from typing import Any, TypeVar

import rules
from django.db import models

from portal.core.actors import Actor
from portal.core.errors import Denied, NotFound

M = TypeVar("M", bound=models.Model)

_grants: dict[str, frozenset[str]] = {}


class TeamScoped(models.Model):
    """A row that belongs to one team, over the look-up path `TEAM_PATH` (such as `assistant__team`)."""

    TEAM_PATH = "team"

    class Meta:
        abstract = True

    @property
    def owning_team_id(self) -> int:
        target: Any = self
        *parents, last = self.TEAM_PATH.split("__")
        for name in parents:
            target = getattr(target, name)
        return int(getattr(target, f"{last}_id"))


def team_of(obj: Any) -> int:
    """The id of the team that owns `obj`: a TeamScoped row, or a team itself."""
    owning = getattr(obj, "owning_team_id", None)
    return int(obj.pk if owning is None else owning)


def permit(permission: str, *grants: str, when: rules.Predicate | None = None) -> None:
    """Name a permission, the roles and scopes that carry it, and an optional further predicate on the object."""
    held = frozenset(str(grant) for grant in grants)
    _grants[permission] = held

    @rules.predicate(name=f"holds {permission}")
    def holds(actor: Actor, obj: Any) -> bool:
        return bool(held & actor.grants_in(team_of(obj)))

    rules.add_perm(permission, holds if when is None else holds & when)


def can(actor: Actor, permission: str, obj: Any) -> bool:
    """Whether `actor` holds `permission` on `obj` (a team-owned row or the team itself)."""
    if permission not in _grants:
        raise LookupError(f"unknown permission {permission}")
    return bool(rules.has_perm(permission, actor, obj))


def can_anywhere(actor: Actor, permission: str) -> bool:
    """Whether `actor` holds `permission` in any team: for menus and for pages that list."""
    return bool(teams_with(actor, permission))


def grants_of(permission: str) -> frozenset[str]:
    """The roles and scopes that carry `permission`: for lists of whom to choose from."""
    return _grants[permission]


def teams_with(actor: Actor, permission: str) -> frozenset[int]:
    """The teams in which `actor` holds `permission`."""
    held = _grants[permission]
    return frozenset(team for team in actor.team_ids() if held & actor.grants_in(team))


def require(actor: Actor, permission: str, obj: Any) -> None:
    """Raise NotFound where `obj` belongs to a team that is not the actor's, Denied where the role is missing."""
    if can(actor, permission, obj):
        return
    if team_of(obj) not in actor.team_ids():
        raise NotFound("There is no such item.")
    raise Denied("Your role in this team does not allow this.", code="role_missing")


def restrict(queryset: models.QuerySet[M], actor: Actor, permission: str) -> models.QuerySet[M]:
    """The rows of `queryset` on which `actor` holds `permission` through a team."""
    path = getattr(queryset.model, "TEAM_PATH", "pk")
    return queryset.filter(**{f"{path}__in": teams_with(actor, permission)})
