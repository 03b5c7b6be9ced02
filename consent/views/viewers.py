"""Who looks at a page, and what a service refused, shown at its field."""

from __future__ import annotations

from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.errors import Denied


def viewer_with(request: HttpRequest, permission: str) -> User:
    """The signed-in viewer. Raises Denied unless they hold `permission` in some team."""
    assert isinstance(request.user, User)  # login_required
    if not can_anywhere(request.user, permission):
        raise Denied("Your role does not open this page.", code="role_missing")
    return request.user
