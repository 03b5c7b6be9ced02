"""What every request of this API has in common: the person who asks, and what the body and the query say."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from portal.accounts.models import User
from portal.core.bodies import Query, StrictBody
from portal.core.errors import Denied


class Nothing(StrictBody):
    """An action that takes no input."""


def read(request: Request, body: type[StrictBody]) -> dict[str, Any]:
    """The request's validated body. Raises ValidationError, which names the fields."""
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def read_query(request: Request, query: type[Query]) -> dict[str, Any]:
    """The request's validated filters. Raises ValidationError, which names the fields as they stand in the address."""
    given = query(data=request.query_params)
    if not given.is_valid():
        raise ValidationError({name: _messages(wrong) for name, wrong in given.errors.items()})
    return dict(given.validated_data)


def _messages(wrong: Any) -> list[str]:
    """What is wrong with a filter, whichever of its repetitions it is."""
    inner = wrong.values() if isinstance(wrong, dict) else wrong if isinstance(wrong, list) else None
    return [str(wrong)] if inner is None else [message for each in inner for message in _messages(each)]


def person_of(request: Request) -> User:
    """The person who asks. Raises Denied for an API key: decisions are signed with a name."""
    if not isinstance(request.user, User):
        raise Denied("Only a person may decide this.", code="people_only")
    return request.user
