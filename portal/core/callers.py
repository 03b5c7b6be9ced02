"""Who calls the API."""

from __future__ import annotations

from typing import cast

from rest_framework.request import Request

from portal.core.access import can_anywhere
from portal.core.actors import Actor
from portal.core.errors import Denied


def actor_of(request: Request, permission: str = "") -> Actor:
    """Who asks. Raises Denied where they hold `permission` nowhere: an empty list would not say so."""
    actor = cast(Actor, request.user)
    if permission and not can_anywhere(actor, permission):
        raise Denied("Your roles or this key's scopes do not allow this.", code="role_missing")
    return actor
