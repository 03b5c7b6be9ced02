"""What actions of this API have in common: the person who decides, and the body of one without input."""

from __future__ import annotations

from rest_framework.request import Request

from portal.accounts.models import User
from portal.core.bodies import StrictBody
from portal.core.errors import Denied


class Nothing(StrictBody):
    """An action that takes no input."""


def person_of(request: Request) -> User:
    """The person who asks. Raises Denied for an API key: decisions are signed with a name."""
    if not isinstance(request.user, User):
        raise Denied("Only a person may decide this.", code="people_only")
    return request.user
