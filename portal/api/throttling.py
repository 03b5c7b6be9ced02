"""A limit for each API key. People are counted by portal.core.middleware, on pages and in the API alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.accounts.models import ApiKey
from portal.core.rate_limits import seconds_to_wait

if TYPE_CHECKING:  # DRF's views load this module through the settings
    from rest_framework.views import APIView


class KeyThrottle(BaseThrottle):
    """PROBITY_KEY_REQUESTS_PER_MINUTE requests a minute for one key; then 429 with Retry-After."""

    _wait = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        if isinstance(request.user, ApiKey):
            limit = settings.PROBITY_KEY_REQUESTS_PER_MINUTE
            self._wait = seconds_to_wait(f"key:{request.user.pk}", limit=limit)
        return self._wait == 0

    def wait(self) -> float:
        return self._wait
