"""Errors of the services become answers: a page for people, problem+json for programs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.core import ledger
from portal.core.errors import ProbityError, TooMany

PROBLEM = "application/problem+json"
_NO_PAGE = ProbityError(
    "This is done by a button on a page, so nothing has happened yet. Go back to the page and repeat it."
)


class ProblemMiddleware:
    """Groups the ledger entries of one request, and turns a ProbityError that a view let through into an answer.

    A failed form post goes back to the page it came from with the message; anything else gets an error page with the
    error's status. Who opens the address of a form's action, as after a sign-in in between, gets a page as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
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
        headers = {"Retry-After": str(exception.retry_after)} if isinstance(exception, TooMany) else {}
        if request.path.startswith("/api/"):
            problem = exception.as_problem()
            return JsonResponse(problem, status=exception.status, content_type=PROBLEM, headers=headers)
        origin = request.headers.get("Referer", "")
        if (
            request.method == "POST"
            and exception.status != 404
            and url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        ):
            messages.error(request, exception.message)
            return redirect(origin)
        page = render(request, "errors/problem.html", {"problem": exception}, status=exception.status)
        for name, value in headers.items():
            page[name] = value
        return page
