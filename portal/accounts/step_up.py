"""Proof, a moment ago, of who is there: asked for before a signature."""

from __future__ import annotations

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest


def recently_reauthenticated(request: HttpRequest) -> bool:
    """Whether this session's person has signed in again within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    Stricter than allauth's own test, which lets through people who have no password or second factor to repeat.
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    again = [float(record["at"]) for record in records if record.get("reauthenticated")]
    return bool(again) and time.time() - max(again) < app_settings.REAUTHENTICATION_TIMEOUT
