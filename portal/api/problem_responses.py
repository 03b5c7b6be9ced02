"""The problems of the API in its OpenAPI document: one shape, and for each status when it comes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.api.problems import NO_KEY, PROBLEM, problem
from portal.core.errors import Conflict, Denied, Invalid, NotFound, TooMany

# Whatever an operation does, it needs a caller who may, takes known parameters alone, names an item, a team or a
# page, and is counted.
ALWAYS = (400, 401, 403, 404, 406, 422, 429)
WITH_BODY = (413, 415)
ON_AN_ITEM = (409,)

_RESPONSES: dict[int, tuple[str, str]] = {
    400: ("Malformed", "The body is no JSON or is nested too deep, or there are too many parameters."),
    401: ("NotAuthenticated", "There is no API key and no session, or the key is unknown, expired or revoked."),
    403: ("Denied", "The roles of the person or the scopes of the key do not allow this."),
    404: ("NotFound", "There is no such item, or none that the caller may know of; of a list, no such page."),
    406: ("NotAcceptable", "There is no answer of a type that the `Accept` header takes."),
    409: ("Conflict", "The item has moved on: somebody else was first, or it is not allowed from where it stands."),
    413: ("TooLarge", "The body is larger than a body may be."),
    415: ("UnsupportedMediaType", "The body is of another type than this takes; `detail` names what it takes."),
    422: ("Invalid", "An input is wrong or unknown; `errors` names each field at fault."),
    429: ("TooMany", "There were too many requests in this minute; `Retry-After` says how long to wait."),
}
_EXAMPLES: dict[int, dict[str, Any]] = {
    400: problem("parse_error", "Bad Request", 400, "The body is nested more than 32 levels deep."),
    401: problem("not_authenticated", "Unauthorized", 401, NO_KEY),
    403: problem("role_missing", Denied.title, 403, "Your roles or this key's scopes do not allow this."),
    404: problem(NotFound.code, NotFound.title, 404, "There is no such item."),
    406: problem("not_acceptable", "Not Acceptable", 406, "Could not satisfy the request Accept header."),
    409: problem("transition_not_allowed", Conflict.title, 409, "This finding is closed."),
    413: problem("too_large", "The body is too large", 413, "A body has at most 8388608 bytes."),
    415: problem("unsupported_media_type", "Unsupported Media Type", 415, "Send application/json."),
    422: problem(Invalid.code, Invalid.title, 422, "Some fields are wrong; `errors` names them.")
    | {"errors": [{"field": "kind", "message": "Choose one of: unfair, privacy, other."}]},
    429: problem(TooMany.code, TooMany.title, 429, "That was too fast. Try again in 9 seconds."),
}
_HEADERS: dict[int, tuple[str, dict[str, Any]]] = {
    401: ("WWW-Authenticate", {"description": "How to sign in.", "schema": {"type": "string"}}),
    429: ("Retry-After", {"description": "Seconds to wait.", "schema": {"type": "integer"}}),
}


class FieldErrorAnswer(serializers.Serializer[Any]):
    """`field` is a path such as `turns[3].text`, the name of a parameter, or `body` for the whole body."""

    field = serializers.CharField()
    message = serializers.CharField()


class ProblemAnswer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457). `type` ends in a code that is stable for programs, `detail` is for people."""

    type = serializers.RegexField(r"^urn:probity:problem:[a-z_]+$")
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    # DRF keeps declared fields apart from its own attribute of this name.
    errors = FieldErrorAnswer(many=True, required=False)  # type: ignore[assignment]


def name_of(status: int) -> str:
    """What the response of this status is called among the document's components."""
    return _RESPONSES[status][0]


def response_of(status: int, shape: dict[str, Any], *, description: str = "") -> dict[str, Any]:
    """The OpenAPI response of one status; `description` where an operation says it better than what holds for all."""
    content = {PROBLEM: {"schema": shape, "example": _EXAMPLES[status]}}
    response: dict[str, Any] = {"description": description or _RESPONSES[status][1], "content": content}
    if status in _HEADERS:
        name, header = _HEADERS[status]
        response["headers"] = {name: header}
    return response
