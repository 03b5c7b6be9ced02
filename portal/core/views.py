"""Health, readiness and error views."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.middleware import PROBLEM
from portal.core.readiness import problems


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where the database answers, is migrated, and every condition of portal.core.readiness holds.

    A lost broker degrades: pages and intake still work.
    """
    parts = {"database": _database(), "broker": _broker()}
    unmet = problems() if parts["database"] == "ok" else {}
    parts |= dict.fromkeys(unmet, "unmet")
    ready = parts["database"] == "ok" and not unmet
    status = "ok" if ready and parts["broker"] == "ok" else "degraded" if ready else "unavailable"
    return JsonResponse({"status": status, **parts}, status=200 if ready else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django itself refuses: a problem in the API, else a page."""
    if request.path.startswith("/api/"):
        return _problem("bad_request", "Bad Request", 400, "The request is malformed.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """An address that is none: a problem in the API, else a page."""
    if request.path.startswith("/api/"):
        return _problem("not_found", "Not found", 404, "There is no such address; /api/v1/docs/ has them all.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """What nobody foresaw: a problem in the API, else a page."""
    if request.path.startswith("/api/"):
        return _problem("error", "Internal Server Error", 500, "Something went wrong here. The operator's log has it.")
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere."""
    return render(request, "errors/403_csrf.html", status=403)


def _problem(code: str, title: str, status: int, detail: str) -> JsonResponse:
    body = {"type": f"urn:probity:problem:{code}", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type=PROBLEM)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "migrations pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except DatabaseError:
        return "unreachable"


def _broker() -> str:
    try:
        client = redis.Redis.from_url(settings.PROBITY_REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
        client.ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"
