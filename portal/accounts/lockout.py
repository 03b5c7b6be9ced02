"""What a failed login is counted against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def account_of(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The account that somebody tries to open, whichever form asks: allauth's (`login`) or the admin's (`username`)."""
    given = credentials or {}
    posted = request.POST if request is not None else {}
    name = given.get("email") or given.get("username") or posted.get("login") or posted.get("username")
    return str(name).strip().lower() if name else None
