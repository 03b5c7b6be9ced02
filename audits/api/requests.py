"""What actions of this API have in common: the person who decides, and the body of one without input."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

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


def summary_of(service: Callable[..., Any]) -> str:
    """What a service does, as its documentation says first."""
    return inspect.cleandoc(service.__doc__ or "").partition("\n")[0].partition(". ")[0].removesuffix(".")
