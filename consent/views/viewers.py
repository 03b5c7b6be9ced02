"""Who looks at a page, and what a service refused, shown at its field."""

from __future__ import annotations

from django.forms import BaseForm
from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.errors import Denied, Invalid


def viewer_with(request: HttpRequest, permission: str) -> User:
    """The signed-in viewer. Raises Denied unless they hold `permission` in some team."""
    assert isinstance(request.user, User)  # login_required
    if not can_anywhere(request.user, permission):
        raise Denied("Your role does not open this page.", code="role_missing")
    return request.user


def add_invalid(form: BaseForm, error: Invalid) -> None:
    """Show the service's message at its field, or above the form where the form has no such field."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
