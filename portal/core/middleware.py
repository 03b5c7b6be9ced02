"""Errors of the services become answers: a page for people, problem+json for programs."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.http import url_has_allowed_host_and_scheme

from portal.core import ledger
from portal.core.errors import ProbityError, TooMany
from portal.core.rate_limits import seconds_to_wait, too_fast

PROBLEM = "application/problem+json"
_NO_PAGE = ProbityError(
    "This is done by a button on a page, so nothing has happened yet. Go back to the page and repeat it."
)


class HealthMiddleware:
    """Answers who watches the process before the host name is looked at.

    Orchestrators and Prometheus ask a process by its address and without TLS: ALLOWED_HOSTS cannot name that, and
    SECURE_REDIRECT_EXEMPT has the same paths.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.removeprefix("/") not in settings.HEALTH_PATHS:
            return self.get_response(request)
        view, arguments, named = resolve(request.path_info)
        answer: HttpResponse = view(request, *arguments, **named)
        return answer


_NOT_KEPT = ProbityError("The address has a character (NUL) that can stand nowhere in the portal.")


class ProblemMiddleware:
    """Groups the ledger entries of one request, and turns a ProbityError that a view let through into an answer.

    A failed form post goes back to the page it came from with the message; anything else gets an error page with the
    error's status. Who opens the address of a form's action, as after a sign-in in between, gets a page as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/") and "%00" in request.META.get("QUERY_STRING", ""):
            return _answer(request, _NOT_KEPT)  # lists of the admin site ask the database for whatever stands there
        with ledger.correlated(str(getattr(request, "request_id", "") or "")[:40]):
            response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/"):
            page = render(request, "errors/problem.html", {"problem": _NO_PAGE}, status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ProbityError):
            return None
        origin = request.headers.get("Referer", "")
        if (
            request.method == "POST"
            and not request.path.startswith("/api/")
            and exception.status != 404
            and url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        ):
            messages.error(request, exception.message)
            return redirect(origin)
        return _answer(request, exception)


class RateLimitMiddleware:
    """Holds back a signed-in person who asks more than PROBITY_USER_REQUESTS_PER_MINUTE times a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            limit = settings.PROBITY_USER_REQUESTS_PER_MINUTE
            wait = seconds_to_wait(f"user:{request.user.pk}", limit=limit)
            if wait:
                return _answer(request, TooMany(too_fast(wait), retry_after=wait))
        return self.get_response(request)


def _answer(request: HttpRequest, error: ProbityError) -> HttpResponse:
    """The error as problem+json to the API's callers, as a page to others."""
    answer: HttpResponse
    if request.path.startswith("/api/"):
        answer = JsonResponse(error.as_problem(), status=error.status, content_type=PROBLEM)
    else:
        answer = render(request, "errors/problem.html", {"problem": error}, status=error.status)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.retry_after)
    return answer
