"""Requests of htmx for a part of a page that stands."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx puts the answer into a page that stands; going back, it asks for the whole page."""
    asked_by = request.htmx  # type: ignore[attr-defined]
    return bool(asked_by) and not asked_by.history_restore_request


class SignedOutMiddleware:
    """Refuses a part to who is signed out: htmx would follow to the sign-in page and put that into the part's place.

    The page says so, and keeps what was typed on it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if 300 <= response.status_code < 400 and asks_for_part(request) and not request.user.is_authenticated:
            return HttpResponseForbidden("You are signed out.", content_type="text/plain; charset=utf-8")
        return response
