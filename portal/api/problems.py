"""Every API error is application/problem+json (RFC 9457) and names the field at fault."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from portal.core.errors import Denied, NotFound, ProbityError, TooMany
from portal.core.rate_limits import too_fast

PROBLEM = "application/problem+json"
MOST_ERRORS = 1000
NO_KEY = "There is no API key. Send one in the header `Authorization: Bearer prb_…`."
# What the services say themselves has one code and title, whoever says it.
_OWN: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.NotFound: (NotFound.code, NotFound.title),
    exceptions.PermissionDenied: (Denied.code, Denied.title),
    exceptions.Throttled: (TooMany.code, TooMany.title),
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: turn known errors into problems; unknown ones stay 500s."""
    headers: dict[str, str] = {}
    if isinstance(error, ProbityError):
        told = error.as_problem()
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, Http404):
        told = problem(NotFound.code, NotFound.title, 404, "There is no such item.")
    elif isinstance(error, PermissionDenied):
        told = problem(Denied.code, Denied.title, 403, "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        told = problem("invalid", "Invalid input", 422, "Some fields are wrong; `errors` names them.")
        told["errors"] = list(islice(_field_errors(error.detail), MOST_ERRORS))
    elif isinstance(error, exceptions.APIException):
        code, title = _OWN.get(type(error), (error.default_code, HTTPStatus(error.status_code).phrase))
        told = problem(code, title, error.status_code, _detail(error, context))
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
    elif isinstance(error, SuspiciousOperation):
        told = problem("bad_request", "Bad Request", 400, "The request is malformed, or has too many parameters.")
    else:
        return None
    set_rollback()
    if request := context.get("request"):  # a problem is JSON, whatever the view answers with otherwise
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), PROBLEM
    return Response(told, status=int(str(told["status"])), headers=headers, content_type=PROBLEM)


def _detail(error: exceptions.APIException, context: dict[str, Any]) -> str:
    """What the framework says; without a key, how one is sent; of a media type that is not taken, which ones are."""
    if isinstance(error, exceptions.NotAuthenticated):
        return NO_KEY
    if isinstance(error, exceptions.Throttled):
        return too_fast(int(getattr(error, "wait", None) or 1))
    if not isinstance(error, exceptions.UnsupportedMediaType):
        return str(error.detail)
    taken = [parser.media_type for parser in getattr(context.get("view"), "parser_classes", [])]
    return f"{error.detail} Send {' or '.join(taken)}." if taken else str(error.detail)


def problem(code: str, title: str, status_code: int, detail: str) -> dict[str, Any]:
    """The body of an error (RFC 9457)."""
    return {
        "type": f"urn:probity:problem:{code}",
        "title": title,
        "status": status_code,
        "detail": detail,
    }


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if name == api_settings.NON_FIELD_ERRORS_KEY:
                here = path
            elif isinstance(name, int):
                here = f"{path}[{name}]"
            else:
                here = f"{path}.{name}" if path else str(name)
            yield from _field_errors(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{path}[{index}]" if nested else path)
    else:
        yield {"field": _writable(path) or "body", "message": _writable(str(detail))}


def _writable(text: str) -> str:
    """A text that repeats what was sent, without the halves of characters that no answer can be written in."""
    return text.encode(errors="replace").decode()
