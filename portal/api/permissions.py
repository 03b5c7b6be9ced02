"""The API's outer door: somebody must be there. What they may do is asked of each object by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views load this module through the settings
    from rest_framework.views import APIView


class HasActor(BasePermission):
    """A signed-in person or a usable API key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_authenticated)
