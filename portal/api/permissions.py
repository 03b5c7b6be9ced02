"""The API's outer door: somebody must be there, and the address must make sense.

What they may do is asked of each object by the services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views load this module through the settings
    from rest_framework.views import APIView

    from portal.api.schema import OperationSchema

_MOST_NAMED = 50
_FORMAT = "format"  # read by REST framework itself


class HasActor(BasePermission):
    """A signed-in person or a usable API key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_authenticated)


class KnownParameters(BasePermission):
    """No parameter but those that the document declares for this address, so that a misspelt filter filters nothing
    in silence. Raises ValidationError, which names the first fifty.
    """

    _known: dict[tuple[type[APIView], str], frozenset[str]] = {}

    def has_permission(self, request: Request, view: APIView) -> bool:
        method = "GET" if request.method in SAFE_METHODS else str(request.method)
        if not request.query_params or request.method == "OPTIONS" or not hasattr(view, method.lower()):
            return True  # a method that the address does not take is told so
        place = (type(view), method)
        if place not in self._known:
            self._known[place] = cast("OperationSchema", view.schema).parameters_taken(method)
        unknown = sorted({*request.query_params} - self._known[place] - {_FORMAT})
        if unknown:
            view.check_throttles(
                request
            )  # they come after the permissions: a loop over a misspelt filter counts as well
            known = ", ".join(sorted(self._known[place])) or "none"
            message = f"There is no such parameter; there are: {known}."
            raise ValidationError(dict.fromkeys(unknown[:_MOST_NAMED], message))
        return True
