"""Who looks at a page, and where a page leads after a decision."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.errors import Denied


def viewer(request: HttpRequest) -> User:
    """The signed-in person; the view is behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


def viewer_with(request: HttpRequest, permission: str) -> User:
    """The viewer of a page that lists. Raises Denied unless they hold `permission` in some team."""
    user = viewer(request)
    if not can_anywhere(user, permission):
        raise Denied("Your role does not open this page.", code="role_missing")
    return user


def next_page(request: HttpRequest, fallback: str) -> str:
    """Where the form asks to go afterwards: a page of this portal, or else `fallback`."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and ours else fallback
