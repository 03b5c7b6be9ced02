"""Addresses of the API that no route has: with or without a slash at the end, the index, and nothing at all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.problems import PROBLEM, problem


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes([AllowAny])
def index(request: Request) -> Response:
    """Where to read on."""
    names = {"documentation": "api-docs", "schema": "api-schema"}
    return Response({word: request.build_absolute_uri(reverse(name)) for word, name in names.items()})


@csrf_exempt  # REST framework checks it where a session signs in
def elsewhere(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """Answer an address that differs by its last slash alone as the one it means, the method and the body unchanged;
    any other with a problem. A redirect would turn a POST into a GET at most clients.
    """
    path = request.path_info
    try:
        match = resolve(path[:-1] if path.endswith("/") else f"{path}/", getattr(request, "urlconf", None))
    except Resolver404:
        match = None
    if match is None or match.func is elsewhere:
        absent = problem("not_found", "Not found", 404, "There is no such address; /api/v1/docs/ has them all.")
        return JsonResponse(absent, status=404, content_type=PROBLEM)
    request.resolver_match = match
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer
