"""Errors of the services become answers: a page for people, problem+json for programs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.core import ledger
from portal.core.errors import ProbityError

PROBLEM = "application/problem+json"


class ProblemMiddleware:
    """Groups the ledger entries of one request, and turns a ProbityError that a view let through into an answer.

    A failed form post goes back to the page it came from with the message; anything else gets an error page with the
    error's status.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ledger.correlated(str(getattr(request, "request_id", "") or "")[:40]):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ProbityError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(exception.as_problem(), status=exception.status, content_type=PROBLEM)
        origin = request.headers.get("Referer", "")
        if (
            request.method == "POST"
            and exception.status != 404
            and url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        ):
            messages.error(request, exception.message)
            return redirect(origin)
        return render(request, "errors/problem.html", {"problem": exception}, status=exception.status)
